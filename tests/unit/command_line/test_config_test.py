"""``herald config test`` and what ``herald config apply`` makes of it."""

import json
from pathlib import Path
from unittest.mock import Mock

import pytest
from tests.builders import a_configuration
from tests.unit.command_line.a_stack import Stack
from tests.unit.configuration.case_folders import a_case, a_folder_with, an_order
from typer.testing import CliRunner, Result

from herald_cli.main import app
from herald_cli.ports_of_stack import configuration_store

SMALL = an_order(price=1.0)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["config", *arguments])


def test_tests_that_pass_end_with_0(tmp_path: Path) -> None:
    result = run("test", "--config", str(a_folder_with(tmp_path, a_case())))
    assert (result.exit_code, result.output) == (0, "1 of 1 tests passed\n")


def test_one_that_fails_is_shown_beside_what_was_found_and_ends_with_1(tmp_path: Path) -> None:
    folder = a_folder_with(tmp_path, a_case(), a_case(name="It is small", event=SMALL))
    result = run("test", "--config", str(folder))
    assert result.exit_code == 1
    told = [" ".join(line.split()) for line in result.output.splitlines()]
    assert told[0].startswith("✗ tests/some.yaml:")
    assert told[0].endswith(" It is small")
    assert told[1] == "expected found"
    assert "rule large-order matched not_matched: order.total > lists.limits[order.currency]" in told
    assert "ines.falk@example.com (large-order) told by email not told" in told
    assert told[-1] == "1 of 2 tests passed"


def test_a_rule_that_no_test_makes_match_is_named(tmp_path: Path) -> None:
    result = run("test", "--config", str(a_folder_with(tmp_path, a_case(event=SMALL, rules=[], told=[]))))
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "no test makes these rules match: large-order")


def test_as_json_it_has_all_of_it(tmp_path: Path) -> None:
    result = run("test", "--json", "--config", str(a_folder_with(tmp_path, a_case(told=[]))))
    told = json.loads(result.output)
    difference = {"what": "ines.falk@example.com (large-order)", "expected": "not told", "found": "told by email"}
    assert (result.exit_code, told["passed"], told["untested"]) == (1, False, [])
    assert [(one["file"], one["passed"], one["differences"]) for one in told["tests"]] == [
        ("tests/some.yaml", False, [difference])
    ]


def test_a_form_that_is_wrong_is_told_like_a_finding_of_lint(tmp_path: Path) -> None:
    result = run("test", "--config", str(a_folder_with(tmp_path, a_case(at="noon"))))
    assert result.exit_code == 1
    assert result.output.startswith("tests/some.yaml:")
    assert 'write a time with its offset and in quotes, as in "2026-03-07T23:30:00+01:00"' in result.output


def test_a_folder_that_has_none_says_so(tmp_path: Path) -> None:
    result = run("test", "--config", str(a_folder_with(tmp_path)))
    assert (result.exit_code, "there is no test" in result.output) == (0, True)


def test_what_lint_refuses_is_not_tested(tmp_path: Path) -> None:
    folder = a_folder_with(tmp_path, a_case())
    (folder / "audiences.yaml").write_text("audiences: {}", encoding="utf-8")
    result = run("test", "--config", str(folder))
    assert (result.exit_code, "herald config lint" in result.output) == (1, True)


class TestApply:
    @pytest.fixture(autouse=True)
    def _no_schedules(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("herald_cli.commands.config_versions._scheduled", Mock(return_value=(None, "")))

    def test_a_folder_whose_tests_fail_is_not_applied(self, stack: Stack, tmp_path: Path) -> None:
        before = configuration_store(stack.connection).active().version
        result = run("apply", "--config", str(a_folder_with(tmp_path, a_case(event=SMALL))))
        assert result.exit_code == 1
        assert "1 of its 1 tests fail, so nothing was applied: run `herald config test`" in result.output
        assert configuration_store(stack.connection).active().version == before

    def test_nor_one_whose_tests_cannot_be_run(self, stack: Stack, tmp_path: Path) -> None:
        before = configuration_store(stack.connection).active().version
        result = run("apply", "--config", str(a_folder_with(tmp_path, a_case(rules=["nothing"]))))
        assert (result.exit_code, "its tests cannot all be run" in result.output) == (1, True)
        assert configuration_store(stack.connection).active().version == before

    def test_nor_one_with_tests_that_nobody_reads(self, stack: Stack, tmp_path: Path) -> None:
        before = configuration_store(stack.connection).active().version
        folder = a_folder_with(tmp_path, a_case())
        (folder / "tests" / "some.yaml").rename(folder / "tests" / "some.yml")
        result = run("apply", "--config", str(folder))
        assert (result.exit_code, "its tests cannot all be run" in result.output) == (1, True)
        assert configuration_store(stack.connection).active().version == before

    def test_who_is_overtaken_by_another_is_told(
        self, stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def another(*_: object) -> tuple[None, str]:
            configuration_store(stack.connection).apply(a_configuration(), by="somebody else")
            return None, ""

        monkeypatch.setattr("herald_cli.commands.config_versions._scheduled", another)
        result = run("apply", "--config", str(a_folder_with(tmp_path, a_case())))
        theirs = configuration_store(stack.connection).active().version
        assert (result.exit_code, f"{theirs} was made active meanwhile" in result.output) == (1, True)

    def test_one_whose_tests_pass_is(self, stack: Stack, tmp_path: Path) -> None:
        before = configuration_store(stack.connection).active().version
        result = run("apply", "--config", str(a_folder_with(tmp_path, a_case())))
        assert result.exit_code == 0, result.output
        assert configuration_store(stack.connection).active().version != before
