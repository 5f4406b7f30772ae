"""Findings become issues: gathered by cause, doubted before they are told, as severe as what they touch."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from herald.domain.catalog.check import Requirement
from herald.domain.catalog.finding import Finding, issue_id
from herald.domain.catalog.gathering import (
    EVIDENCE,
    SAMPLE,
    Candidate,
    Gathering,
    base_severity,
    is_exempt,
    of_owner,
    seen_of,
    tolerated,
)
from herald.domain.catalog.issue import Blast
from herald.domain.catalog.plan import CatalogPlan, Escalation, Exemption, OwnCheck
from herald.domain.notification import Severity

LOW, MEDIUM, HIGH, CRITICAL = Severity


def a_finding(cause: str = "asset/oak", check: str = "broken_reference", **more: Any) -> Finding:
    return Finding(check, cause, **{"message": "Option 'oak' does not exist.", **more})


def gathered(*findings: tuple[str, Finding]) -> Gathering:
    gathering = Gathering()
    for item, finding in findings:
        gathering.add(item, f"Item {item}", f"steward of {item}", finding)
    return gathering


def test_findings_of_one_check_with_one_cause_are_one_issue() -> None:
    gathering = gathered(
        ("1", a_finding()), ("2", a_finding()), ("1", a_finding(detail="other")), ("1", a_finding("asset/elm")),
        ("1", a_finding(check="stale_price")),
    )  # fmt: skip
    assert set(gathering.candidates) == {
        issue_id("broken_reference", "asset/oak"), issue_id("broken_reference", "asset/elm"),
        issue_id("stale_price", "asset/oak"),
    }  # fmt: skip
    oak = gathering.candidates[issue_id("broken_reference", "asset/oak")]
    assert (list(oak.items), oak.details, oak.steward, oak.asset) == (["1", "2"], 3, "steward of 1", "oak")
    assert gathering.by_check == {"broken_reference": {"1", "2"}, "stale_price": {"1"}}


def test_of_many_only_some_are_shown() -> None:
    gathering = gathered(*((str(number), a_finding(evidence={"n": number})) for number in range(20)))
    [candidate] = gathering.candidates.values()
    assert (len(candidate.items), candidate.details) == (20, 20)
    assert candidate.sample == [(str(number), f"Item {number}") for number in range(SAMPLE)]
    assert [one["n"] for one in candidate.evidence] == list(range(EVIDENCE))
    assert candidate.evidence[0] == {"item": "0", "what": "Option 'oak' does not exist.", "scope": "", "n": 0}


@pytest.mark.parametrize(
    ("items", "told"),
    [
        (["1"], "Item 1: Broken."),
        (["1", "1", "1"], "Item 1: Broken. (and 2 more)"),
        (["1", "2"], "Item 1: Broken. (and at 1 more items)"),
        (["1", "2", "2", "3"], "Item 1: Broken. (and at 2 more items)"),
    ],
)
def test_one_line_says_where_it_is_and_how_many_more_there_are(items: list[str], told: str) -> None:
    [candidate] = gathered(*((item, a_finding(message="Broken.")) for item in items)).candidates.values()
    assert candidate.told == told


def test_a_message_that_names_the_item_already_names_it_once() -> None:
    [candidate] = gathered(("1", a_finding(message="'Item 1' is broken."))).candidates.values()
    assert candidate.told == "'Item 1' is broken."
    assert Candidate("check", "item/1", "Broken.", "anna").told == "Broken."


@pytest.mark.parametrize(
    ("cause", "asset"), [("asset/oak", "oak"), ("item/1", None), ("tag/oak", None), ("asset/a/b", "a/b"), ("", None)]
)
def test_only_an_assets_fault_has_an_asset(cause: str, asset: str | None) -> None:
    assert Candidate("check", cause, "", "").asset == asset


def test_what_is_new_and_doubtful_is_asked_for_and_what_stands_needs_no_proof() -> None:
    gathering = gathered(
        ("1", a_finding("asset/oak", doubt=("oak",))), ("1", a_finding("asset/elm", doubt=("elm", "ash"))),
        ("1", a_finding("item/1")),
    )  # fmt: skip
    oak, elm, item = (issue_id("broken_reference", cause) for cause in ("asset/oak", "asset/elm", "item/1"))
    assert gathering.doubts([]) == ["ash", "elm", "oak"]
    assert gathering.doubts([elm]) == ["oak"]
    for present, standing, left in (
        (set(), [], {oak, elm, item}), ({"oak"}, [], {elm, item}), ({"oak"}, [oak], {oak, elm, item}),
        ({"ash", "oak"}, [], {item}),
    ):  # fmt: skip
        found = [identity for identity, _ in gathering.without(present, standing)]
        assert found == sorted(left)


ESCALATIONS = (
    Escalation(HIGH, open_orders=2),
    Escalation(CRITICAL, value=Decimal(1000), configurations=5),
    Escalation(LOW, open_orders=0),
    Escalation(CRITICAL),
)


@pytest.mark.parametrize(
    ("blast", "begins", "severity"),
    [
        (Blast(), LOW, LOW),
        (Blast(), MEDIUM, MEDIUM),
        (Blast(open_orders=1), MEDIUM, MEDIUM),
        (Blast(open_orders=2), MEDIUM, HIGH),
        (Blast(open_orders=2), CRITICAL, CRITICAL),
        (Blast(worth=Decimal(1000)), MEDIUM, MEDIUM),
        (Blast(worth=Decimal(1000), configurations=4), MEDIUM, MEDIUM),
        (Blast(worth=Decimal(1000), configurations=5), MEDIUM, CRITICAL),
        (Blast(worth=Decimal("999.99"), configurations=5, open_orders=3), LOW, HIGH),
    ],
)
def test_an_issue_is_as_severe_as_what_it_touches_and_never_less(
    blast: Blast, begins: Severity, severity: Severity
) -> None:
    [candidate] = gathered(("1", a_finding())).candidates.values()
    seen = seen_of(candidate, CatalogPlan(escalations=ESCALATIONS), begins, blast, tolerated=True)
    assert (seen.severity, seen.blast, seen.tolerated, seen.sample) == (severity, blast, True, (("1", "Item 1"),))


@pytest.mark.parametrize(
    ("tolerance", "faulty", "items", "is_tolerated"),
    [
        (None, 1, 1000, False), (0, 1, 1000, False), (0.01, 10, 1000, True), (0.01, 11, 1000, False),
        ("0.1", 1, 10, True), (Decimal("0.1"), 3, 30, True), (0.1, 3, 30, True), (0.29, 29, 100, True), (1, 5, 5, True),
        (0.5, 0, 0, False),
    ],
)  # fmt: skip
def test_a_share_of_faulty_items_is_tolerated_to_the_item(
    tolerance: Any, faulty: int, items: int, is_tolerated: bool
) -> None:
    plan = CatalogPlan(checks={"check": {} if tolerance is None else {"tolerance": tolerance}})
    assert tolerated("check", plan, faulty, items) is is_tolerated
    assert tolerated("other", plan, faulty, items) is False


def test_severity_as_configured_else_of_the_own_check_else_built_in() -> None:
    own = OwnCheck("own", "about", HIGH, Requirement.METADATA, "true", "wrong")
    plan = CatalogPlan(checks={"a": {"severity": "low"}, "b": {"enabled": True}}, own_checks=(own,))
    built_in = {"a": CRITICAL, "b": CRITICAL}
    assert [base_severity(name, plan, built_in) for name in ("a", "b", "own", "unknown")] == [
        LOW,
        CRITICAL,
        HIGH,
        MEDIUM,
    ]


TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("exemption", "exempt"),
    [
        ({}, True),
        ({"check": "*"}, True),
        ({"check": "other"}, False),
        ({"until": date(2026, 3, 3)}, True),
        ({"until": date(2026, 3, 1)}, False),
        ({"item": "id-1"}, True),
        ({"item": "SKU-1"}, True),
        ({"item": "id-2"}, False),
        ({"cause": "asset/oak"}, True),
        ({"cause": "asset/elm"}, False),
        ({"item": "id-1", "cause": "asset/elm"}, False),
    ],
)
def test_what_somebody_forgave_until_a_day(exemption: Any, exempt: bool) -> None:
    given: dict[str, Any] = {"check": "broken_reference", "author": "a", "reason": "r", "until": TODAY, **exemption}
    plan = CatalogPlan(exemptions=(Exemption("never", "a", "r", TODAY), Exemption(**given)))
    assert is_exempt(plan, a_finding(), TODAY, "id-1", "SKU-1") is exempt


def test_an_options_fault_is_its_own_stewards() -> None:
    [candidate] = gathered(("1", a_finding()), ("2", a_finding())).candidates.values()
    owned = of_owner(candidate, "Natural oak", "ben")
    assert (owned.message, owned.steward) == ("Option 'Natural oak' does not exist.", "ben")
    assert (candidate.message, candidate.steward) == ("Option 'oak' does not exist.", "steward of 1")
    assert owned.items == candidate.items
