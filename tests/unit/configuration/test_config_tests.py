"""``config/tests/``: what they expect is compared with what the configuration would do, all of it."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.configuration import approvals
from tests.unit.configuration.case_folders import (
    INES,
    RULE,
    a_case,
    a_folder_with,
    an_order,
    differences_of,
    run_of,
    write_cases,
)
from tests.unit.configuration.folders import SHIPPED

from herald.domain.configuration import Configuration
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient, Severity
from herald_cli.config_test_run import run_tests

INES_WHAT = f"ines.falk@example.com ({RULE})"


def test_the_shipped_configuration_passes_its_tests_and_every_rule_has_one() -> None:
    run = run_tests(SHIPPED)
    assert [one.case.entry.name for one in run.results if one.differences] == []
    assert (run.findings, run.untested) == ((), ())
    assert {"(flow 1)", "(flow 2)", "(flow 4)", "(flow 5)", "(flow 7)"} <= {
        one.case.entry.name[-8:] for one in run.results
    }


def test_a_folder_without_tests_passes(tmp_path: Path) -> None:
    run = run_of(tmp_path)
    assert (run.passed, run.results) == (True, ())


def test_what_is_as_expected_passes(tmp_path: Path) -> None:
    assert differences_of(tmp_path) == []


class TestRules:
    def test_one_that_should_match_and_does_not_says_which_part_was_false(self, tmp_path: Path) -> None:
        found = differences_of(tmp_path, event=an_order(price=5000.1), told=[])
        assert found == [(f"rule {RULE}", "matched", "not_matched: order.total > lists.limits[order.currency]")]

    def test_one_that_should_not_and_does(self, tmp_path: Path) -> None:
        (rule, told) = differences_of(tmp_path, rules=[], told=[])
        assert (rule[0], rule[1], rule[2][:9]) == (f"rule {RULE}", "not_matched", "matched: ")
        assert told == (INES_WHAT, "not told", "told by email")

    def test_one_that_errs_has_to_be_expected(self, tmp_path: Path) -> None:
        changes: dict[str, Any] = {"change": {"data": {"metadata": {"currency": None}}}, "rules": [], "told": []}
        ((what, expected, found),) = differences_of(tmp_path / "1", **changes)
        assert (what, expected) == (f"rule {RULE}", "not_matched")
        assert found.startswith("error: a field it reads is absent")
        assert differences_of(tmp_path / "2", **changes, errors=[RULE]) == []

    def test_one_that_does_not_listen_is_not_asked(self, tmp_path: Path) -> None:
        blocked = {"specversion": "1.0", "id": "1", "source": "erp", "type": "erp.order.blocked", "data": {}}
        found = differences_of(tmp_path, event=blocked, told=[], skipped="no_rule_listens")
        assert found == [(f"rule {RULE}", "matched", "not asked")]


class TestTold:
    def test_somebody_who_is_not_told(self, tmp_path: Path) -> None:
        wanted = {**INES, "person": "head@example.com"}
        assert differences_of(tmp_path, told=[INES, wanted]) == [
            (f"head@example.com ({RULE})", "told by email", "not told")
        ]

    def test_nobody_at_all_says_why(self, tmp_path: Path) -> None:
        folder = a_folder_with(tmp_path, a_case(told=[{**INES, "person": "jonas@example.com"}]))
        (folder / "audiences.yaml").write_text("audiences: {approvers: {person: order.customer}}", encoding="utf-8")
        (result,) = run_tests(folder).results
        assert [one.found for one in result.differences] == [
            "not told: the audience approvers is nobody for this event"
        ]

    @pytest.mark.parametrize(
        ("changes", "difference"),
        [
            ({"channels": ["sms", "email"]}, ("told by sms, then email", "told by email")),
            ({"locale": "fr"}, ("in fr", "in de-AT")),
            ({"says": "Rosewood"}, ("says Rosewood", "Approval needed")),
            ({"held_until": "2026-03-02T11:30:00+02:00"}, ("held until 2026-03-02T10:30+01:00", "sent at once")),
        ],
        ids=["channels", "locale", "says", "held"],
    )
    def test_somebody_told_otherwise(
        self, tmp_path: Path, changes: dict[str, Any], difference: tuple[str, str]
    ) -> None:
        ((what, expected, found),) = differences_of(tmp_path, told=[{**INES, **changes}])
        assert (what, expected, found) == (INES_WHAT, *difference)

    def test_a_person_may_be_named_by_their_phone(self, tmp_path: Path) -> None:
        assert differences_of(tmp_path, told=[{**INES, "person": "+493023125101"}]) == []

    def test_a_message_that_cannot_be_rendered_is_found_before_anybody_misses_it(self, tmp_path: Path) -> None:
        folder = a_folder_with(tmp_path, a_case())
        (folder / "templates/approval-request/en/subject.txt").write_text("{{ order.nothing.at.all }}")
        (result,) = run_tests(folder).results
        assert [(one.what, one.expected) for one in result.differences] == [(INES_WHAT, "a message")]


class TestHeld:
    UNTIL = datetime(2026, 3, 3, 7, tzinfo=UTC)

    def held(
        self, _configuration: Configuration, who: Recipient, channel: Channel, severity: Severity, now: datetime
    ) -> datetime | None:
        assert (who.name, channel, severity) == ("Ines Falk", Channel.EMAIL, Severity.HIGH)
        assert now == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
        return self.UNTIL

    def test_a_message_that_waits_has_to_be_expected_to(self, tmp_path: Path) -> None:
        (result,) = run_of(tmp_path, a_case(), held=self.held).results
        assert [(one.expected, one.found) for one in result.differences] == [
            ("sent at once", "held until 2026-03-03T08:00+01:00")
        ]

    def test_public_holidays_are_those_of_the_tests_own_year(self, tmp_path: Path) -> None:
        seen: list[set[date]] = []

        def held(configuration: Configuration, *_others: Any) -> None:
            seen.append({day for day in configuration.calendars["berlin"].holidays if day.month == 10})

        folder = approvals.a_folder(tmp_path)
        cases = [a_case(name=f"{year}", at=f"{year}-03-02T10:30:00+01:00") for year in (2020, 2031)]
        write_cases(folder, json.dumps({"tests": cases}))
        run_tests(folder, held)
        assert [sorted({day.year for day in days}) for days in seen[:1] + seen[-1:]] == [
            [2020, 2021, 2022], [2031, 2032, 2033],
        ]  # fmt: skip

    def test_one_that_is_passes(self, tmp_path: Path) -> None:
        case = a_case(told=[{**INES, "held_until": "2026-03-03T08:00:00+01:00"}])
        assert run_of(tmp_path, case, held=self.held).passed


class TestApprovals:
    def differences(self, tmp_path: Path, **asked: Any) -> list[tuple[str, str, str]]:
        folder = approvals.a_folder(tmp_path)
        told = [{**INES, "person": "directors@example.com"}]
        write_cases(folder, json.dumps({"tests": [a_case(rules=["new-order", RULE], told=told, approvals=asked)]}))
        (result,) = run_tests(folder).results
        return [(one.what, one.expected, one.found) for one in result.differences]

    def test_a_chain_nobody_expects(self, tmp_path: Path) -> None:
        assert self.differences(tmp_path) == [
            ("approval order", "not asked for", "asked for by new-order, large-order")
        ]

    def test_its_steps_and_who_is_asked_at_once(self, tmp_path: Path) -> None:
        assert self.differences(tmp_path, order={"steps": ["desk", "finance"], "asked": ["ines.falk@example.com"]}) == [
            ("approval order: steps", "desk, finance", "desk"),
            (
                "approval order: asked at once",
                "ines.falk@example.com",
                "ines.falk@example.com, order.desk@example.com",
            ),
        ]

    def test_a_chain_that_is_asked_for_as_expected(self, tmp_path: Path) -> None:
        asked = ["+493023125101", "Order.Desk@example.com"]
        assert self.differences(tmp_path, order={"steps": ["desk"], "asked": asked}) == []


class TestMemory:
    def milestone(self, name: str) -> dict[str, Any]:
        return {
            "specversion": "1.0", "id": name, "source": "w", "type": "order.milestone.reached",
            "data": {"orderId": "order-1", "milestone": name},
        }  # fmt: skip

    def run(self, tmp_path: Path, **changes: Any) -> list[tuple[str, str, str]]:
        case = {"name": "A milestone", "at": "2026-03-02T10:30:00+01:00", **changes}
        (result,) = run_tests(a_folder_with(tmp_path, case, folder="workflow")).results
        return [(one.what, one.expected, one.found) for one in result.differences]

    def test_a_milestone_needs_the_order_its_body_names(self, tmp_path: Path) -> None:
        found = "there is no such order: say under `threekit` what Threekit would answer"
        assert self.run(tmp_path, event=self.milestone("received")) == [("event", "what it is about is there", found)]

    def test_an_order_that_was_told_of_before_is_there(self, tmp_path: Path) -> None:
        case = {"event": self.milestone("received"), "after": [an_order()]}
        assert self.run(tmp_path, **case) == []

    def test_what_was_heard_before_counts_and_its_reason_is_expected(self, tmp_path: Path) -> None:
        told: dict[str, Any] = {"event": self.milestone("received"), "threekit": {"order": an_order()}}
        heard = {"after": [self.milestone("shipped")]}
        assert self.run(tmp_path / "1", **told, **heard, skipped="overtaken") == []
        ((what, expected, found),) = self.run(tmp_path / "2", **told, **heard)
        assert (what, expected) == ("event", "rules are asked")
        assert found.startswith("overtaken: ")
        ((_, expected, found),) = self.run(tmp_path / "3", **told, skipped="overtaken")
        assert (expected, found) == ("skipped: overtaken", "rules are asked")
