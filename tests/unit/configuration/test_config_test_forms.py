"""Tests that cannot be run are findings with a file, a line and a fix."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.configuration.case_folders import AT, INES, RULE, a_case, a_folder_with, an_order, write_cases

from herald.adapters.configuration_bundle import to_document
from herald_cli.config_test_run import run_tests
from herald_cli.config_tests import changed
from herald_cli.configuration_folder import read_folder

GOOD_CASE = f'tests:\n  - name: A test\n    event: order.json\n    at: "{AT}"\n    rules: [{RULE}]\n'


def a_folder_of(into: Path, text: str) -> Path:
    """A folder with a file of tests as it is written, and a sample beside it."""
    folder = a_folder_with(into)
    write_cases(folder, text)
    (folder / "tests" / "order.json").write_text(json.dumps(an_order()), encoding="utf-8")
    return folder


def findings_of(into: Path, before: str, after: str) -> list[str]:
    """What is found if one text of a good file is replaced."""
    assert GOOD_CASE.count(before) == 1
    run = run_tests(a_folder_of(into, GOOD_CASE.replace(before, after)))
    assert not run.passed
    return [str(finding) for finding in run.findings]


@pytest.mark.parametrize(
    ("before", "after", "finding"),
    [
        (f'"{AT}"', AT, f'some.yaml:4:9: YAML reads `{AT}` as a date (write "{AT}" in quotes) [yaml-surprise]'),
        (
            f'"{AT}"', "tomorrow",
            "some.yaml:4:9: tests.0.at: write a time with its offset and in quotes, as in "
            '"2026-03-07T23:30:00+01:00" [schema]',
        ),
        (f'    at: "{AT}"\n', "", "some.yaml:2:5: `at` is missing [missing-key]"),
        ("rules:", "rule:", "some.yaml:5:11: `rule` is no key here (did you mean `rules`?) [unknown-key]"),
        (f"[{RULE}]", f"[{RULE}, {RULE}]", f"some.yaml:2:5: tests.0: `{RULE}` stands twice [schema]"),
        (f"[{RULE}]", "[larg-order]", f"some.yaml:5:13: there is no rule `larg-order` (did you mean `{RULE}`?) "
                                      "[unknown-rule]"),
        (f"rules: [{RULE}]", "approvals: {order: {}}", "some.yaml:5:24: there is no chain `order` [unknown-chain]"),
        (
            "order.json", "orders.json",
            "some.yaml:3:12: there is no sample `orders.json` in tests/, nor in events/ beside config/ "
            "(did you mean `order.json`?) [unknown-sample]",
        ),
        (
            "order.json", "some.yaml",
            "some.yaml:3:12: `some.yaml` cannot be read: the body is not JSON [bad-sample]",
        ),
        ("tests:", "test:", "some.yaml:1:1: `tests` is missing [missing-key]"),
    ],
    ids=["at-unquoted", "at", "no-at", "key", "twice", "rule", "chain", "sample", "no-json", "no-tests"],
)  # fmt: skip
def test_a_form_that_is_wrong_is_found_where_it_stands(tmp_path: Path, before: str, after: str, finding: str) -> None:
    assert f"tests/{finding}" in findings_of(tmp_path, before, after)


def test_a_file_that_is_wrong_keeps_no_other_from_running(tmp_path: Path) -> None:
    folder = a_folder_of(tmp_path, "tests: []")
    (folder / "tests" / "other.yaml").write_text(json.dumps({"tests": [a_case()]}), encoding="utf-8")
    run = run_tests(folder)
    assert [one.differences for one in run.results] == [()]
    assert [finding.file for finding in run.findings] == ["tests/some.yaml"]


def test_what_is_neither_a_file_of_tests_nor_a_sample_is_named(tmp_path: Path) -> None:
    folder = a_folder_of(tmp_path, GOOD_CASE + f"    told: [{json.dumps(INES)}]\n")
    (folder / "tests" / "samples").mkdir()
    for name in (".notes", "more.json", "samples/more.json", "more.yml", "readme", "samples/more.yaml"):
        (folder / "tests" / name).write_text("{}", encoding="utf-8")
    run = run_tests(folder)
    assert not run.passed
    assert [str(finding) for finding in run.findings] == [
        f"tests/{name}:1:1: the file is not read ({fix}) [not-read]"
        for name, fix in (
            ("more.yml", "name it *.yaml, a sample *.json, or move it"),
            ("readme", "name it *.yaml, a sample *.json, or move it"),
            ("samples/more.yaml", "put it into tests/ itself, or move it"),
        )
    ]


def test_a_sample_is_found_beside_the_tests_and_else_in_events(tmp_path: Path) -> None:
    folder = a_folder_of(tmp_path, GOOD_CASE + f"    told: [{json.dumps(INES)}]\n")
    assert run_tests(folder).passed
    (tmp_path / "events").mkdir()
    (folder / "tests" / "order.json").rename(tmp_path / "events" / "order.json")
    assert run_tests(folder).passed


def test_a_body_that_herald_would_refuse_fails_its_test(tmp_path: Path) -> None:
    (result,) = run_tests(a_folder_with(tmp_path, a_case(event={"topic": "orders", "action": "created"}))).results
    assert [(one.what, one.found) for one in result.differences] == [("event", "data must be a JSON object")]


def test_tests_are_no_part_of_the_configuration(tmp_path: Path) -> None:
    folder = a_folder_with(tmp_path)
    before = read_folder(folder)
    write_cases(folder, GOOD_CASE)
    assert read_folder(folder).version == before.version
    assert "A test" not in json.dumps(to_document(read_folder(folder)), default=str)


@pytest.mark.parametrize(
    ("content", "change", "expected"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": "text"}, {"a": {"b": {"c": None, "d": 1}}}, {"a": {"b": {"d": 1}}}),
        ([1], {"a": 1}, {"a": 1}),
    ],
)
def test_a_change_is_a_json_merge_patch(content: Any, change: dict[str, Any], expected: Any) -> None:
    assert changed(content, change) == expected
