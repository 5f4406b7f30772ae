"""``herald config diff``: what it compares, how it tells it, and how it ends."""

import io
import shutil
from pathlib import Path

import pytest
from rich.console import Console
from tests.builders import a_configuration, a_rule
from tests.unit.command_line.a_stack import Stack
from tests.unit.configuration.folders import GOOD
from typer.testing import CliRunner, Result

from herald.domain.configuration import Configuration
from herald_cli.configuration_diff import differences
from herald_cli.configuration_diff_report import print_changes
from herald_cli.configuration_folder import read_folder
from herald_cli.main import app
from herald_cli.ports_of_stack import configuration_store

MINIMAL = GOOD / "minimal"


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The minimal folder with a limit raised, an address replaced and a line of a template reworded."""
    folder = Path(shutil.copytree(MINIMAL, tmp_path / "changed"))
    for file, was, becomes in (
        ("lists.yaml", "5000.10", "6000.10"),
        ("audiences.yaml", "Order desk", "Order office"),
        ("templates/approval-request/en/sms.txt", "needed", "wanted"),
    ):
        text = (folder / file).read_text(encoding="utf-8")
        assert was in text
        (folder / file).write_text(text.replace(was, becomes), encoding="utf-8")
    return folder


def run(*arguments: str) -> Result:
    """Run the command where no stack is to be found."""
    return CliRunner().invoke(app, ["config", "diff", *arguments], env={"HERALD_STACK": ""})


def printed(before: Configuration, after: Configuration) -> list[str]:
    """What is printed of two configurations."""
    console = Console(file=io.StringIO(), width=200)
    print_changes(console, differences(before, after))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


class TestWhatIsCompared:
    def test_two_folders_need_no_stack(self, changed: Path) -> None:
        ended = run(str(MINIMAL), str(changed))
        assert ended.exit_code == 0, ended.output
        assert "5000.10 → 6000.10" in ended.stdout

    def test_two_versions_and_the_active_one(self, stack: Stack, changed: Path) -> None:
        store = configuration_store(stack.connection)
        first, second = read_folder(MINIMAL), read_folder(changed)
        store.apply(first)
        store.apply(second)
        told = stack.run_json("config", "diff", first.version, "active")
        assert (told["from"], told["to"]) == (first.version, second.version)
        assert {change["part"] for change in told["changes"]} == {"lists", "audiences", "templates"}
        assert stack.run_json("config", "diff", second.version, "active")["changes"] == []

    def test_else_the_active_one_and_the_folder_that_lies_here(
        self, stack: Stack, changed: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(Path(shutil.copytree(changed, changed.parent / "config")).parent)
        first, second = read_folder(MINIMAL), read_folder(changed)
        configuration_store(stack.connection).apply(first)
        told = stack.run_json("config", "diff")
        assert (told["from"], told["to"]) == (first.version, second.version)

    def test_what_is_not_there_is_named(self, stack: Stack, changed: Path) -> None:
        ended = stack.run("config", "diff", "cfg_none", str(changed))
        assert ended.exit_code == 1
        assert "no configuration cfg_none" in ended.stderr
        ended = run(str(changed), str(changed / "none"))
        assert ended.exit_code == 2
        assert "there is no folder" in ended.stderr

    def test_a_folder_that_cannot_be_read_is_told_with_its_place(self, changed: Path) -> None:
        (changed / "audiences.yaml").unlink()
        ended = run(str(MINIMAL), str(changed))
        assert ended.exit_code == 1
        assert "audiences.yaml" in ended.stderr


class TestHowItEnds:
    @pytest.mark.parametrize(("asked", "code"), [((), 0), (("--exit-code",), 1), (("--exit-code", "--json"), 1)])
    def test_with_1_only_if_it_is_asked_for_and_something_differs(
        self, changed: Path, asked: tuple[str, ...], code: int
    ) -> None:
        assert run(str(MINIMAL), str(changed), *asked).exit_code == code
        assert run(str(MINIMAL), str(MINIMAL), *asked).exit_code == 0

    def test_what_is_the_same_is_told(self) -> None:
        assert "say the same" in run(str(MINIMAL), str(MINIMAL)).stdout

    def test_for_scripts_a_value_that_is_not_there_has_no_key_and_numbers_keep_their_digits(
        self, stack: Stack, changed: Path
    ) -> None:
        (changed / "templates/approval-request/en/sms.txt").unlink()
        told = {
            change["part"]: change for change in stack.run_json("config", "diff", str(MINIMAL), str(changed))["changes"]
        }
        assert told["lists"]["kind"] == "changed"
        [field] = told["lists"]["fields"]
        assert (field["before"], field["after"]) == ("5000.10", "6000.10")
        assert (told["templates"]["name"], told["templates"]["kind"]) == ("approval-request/en/sms.txt", "removed")
        [field] = told["templates"]["fields"]
        assert field.keys() == {"field", "before"}


class TestHowItIsTold:
    def test_a_short_value_in_one_line_and_a_long_one_in_two(self) -> None:
        long = "order.total > 5000.0 && " * 4 + "true"
        lines = printed(a_configuration(), a_configuration(rules=(a_rule(when=long, description="[b] new"),)))
        assert lines == [
            "rules",
            "  ~ approve-new-order",
            "      description: Every new order is approved by its region → [b] new",
            "      when:",
            '        - order.status == "New"',
            f"        + {long}",
            "1 changed",
        ]

    def test_a_new_entry_by_its_values_and_a_text_by_its_length(self) -> None:
        after = a_configuration(
            rules=(a_rule(), a_rule(id="other", then=None, approval="order")), templates={"a/en/body.txt": "1\n2\n3"}
        )
        lines = printed(a_configuration(templates={}), after)
        assert lines[:6] == [
            "rules", "  + other", "      description: Every new order is approved by its region",
            "      events: threekit.order.created", "      then.approval: order", '      when: order.status == "New"',
        ]  # fmt: skip
        assert lines[6:] == ["templates", "  + a/en/body.txt", "      3 lines", "2 added"]

    def test_a_text_by_the_lines_that_differ(self) -> None:
        texts = ("one\ntwo\nthree\nfour\nfive\n", "one\ntwo\n3\nfour\nfive\n")
        before, after = (a_configuration(templates={"a/en/body.txt": text}) for text in texts)
        assert printed(before, after)[2:-1] == [
            "      @@ -2,3 +2,3 @@", "       two", "      -three", "      +3", "       four",
        ]  # fmt: skip

    def test_an_end_of_line_that_no_line_shows_is_told(self) -> None:
        before, after = (a_configuration(templates={"a/en/body.txt": text}) for text in ("one\n", "one"))
        assert printed(before, after)[2:-1] == ["      only the ends of lines differ"]

    def test_a_list_by_what_came_and_what_went(self) -> None:
        before, after = (a_configuration(rules=(a_rule(events=events),)) for events in (("a", "b"), ("b", "c")))
        assert printed(before, after)[2:-1] == ["      events:", "        - a", "        + c"]
        turned = a_configuration(rules=(a_rule(events=("b", "a")),))
        assert printed(before, turned)[2:-1] == ["      events: a, b → b, a"]
