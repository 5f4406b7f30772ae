"""An issue from scan to scan: every turn it may take, and that a scan made twice turns it once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW

from herald.adapters.exact_json import dumps, loads
from herald.domain.catalog.issue import (
    Blast,
    Issue,
    IssueState,
    Seen,
    Turn,
    after_scan,
    issue_document,
    issue_of,
    rank,
)
from herald.domain.notification import Severity

SEEN = Seen("no_picture", "item/1", Severity.MEDIUM, "No picture", "anna", Blast(1))
MORE = replace(SEEN, blast=Blast(2), message="No picture (and at 1 more items)")
LATER = NOW + timedelta(days=1)


def an_issue(state: IssueState = IssueState.OPEN, turn: Turn = Turn.OPENED, **changes: Any) -> Issue:
    issue = Issue("iss_1", SEEN, state, NOW, NOW, "run-1", turn, news=turn, news_run="run-1", told=Severity.MEDIUM)
    return replace(issue, **changes)


def after(issue: Issue | None, seen: Seen | None = SEEN, muted: str = "", run: str = "run-2") -> Issue | None:
    return after_scan(issue, "iss_1", seen, run, LATER, muted)


UNTOLD: dict[str, Any] = {"news": None, "news_run": "", "told": None}
TOLERATED = replace(SEEN, tolerated=True)
WORSE = replace(SEEN, severity=Severity.HIGH, blast=Blast(2))
BETTER = replace(SEEN, severity=Severity.LOW)
MUTED = an_issue(IssueState.MUTED, Turn.MUTED, muted_by="inc_1", **UNTOLD)
FORGIVEN = an_issue(seen=TOLERATED, **UNTOLD)
RESOLVED = an_issue(IssueState.RESOLVED, Turn.RESOLVED, resolved_at=NOW)
KNOWN = an_issue(acknowledged_by="ben", acknowledged_at=NOW, note="known", expected_until=NOW.date())
PATIENT = replace(KNOWN, expected_until=LATER.date())
OVERDUE = replace(KNOWN, turn=Turn.OVERDUE, news=Turn.OVERDUE, overdue_for=NOW.date())
GONE = an_issue(IssueState.RESOLVED, Turn.GONE, resolved_at=NOW, **UNTOLD)
OPEN = IssueState.OPEN


@pytest.mark.parametrize(
    ("issue", "seen", "muted", "state", "turn", "news"),
    [
        (None, SEEN, "", OPEN, Turn.OPENED, Turn.OPENED),
        (None, SEEN, "inc_1", IssueState.MUTED, Turn.MUTED, None),
        (None, TOLERATED, "", OPEN, Turn.OPENED, None),
        (FORGIVEN, SEEN, "", OPEN, Turn.STILL_OPEN, Turn.OPENED),
        (FORGIVEN, None, "", IssueState.RESOLVED, Turn.GONE, None),
        (an_issue(), TOLERATED, "", OPEN, Turn.STILL_OPEN, None),
        (an_issue(), MORE, "", OPEN, Turn.STILL_OPEN, None),
        (an_issue(), MORE, "inc_1", OPEN, Turn.STILL_OPEN, None),
        (an_issue(), BETTER, "", OPEN, Turn.STILL_OPEN, None),
        (an_issue(), WORSE, "", OPEN, Turn.WORSE, Turn.WORSE),
        (an_issue(seen=BETTER), SEEN, "", OPEN, Turn.STILL_OPEN, None),
        (an_issue(), None, "", IssueState.RESOLVED, Turn.RESOLVED, Turn.RESOLVED),
        (MUTED, SEEN, "", OPEN, Turn.OPENED, Turn.OPENED),
        (MUTED, WORSE, "", OPEN, Turn.OPENED, Turn.OPENED),
        (MUTED, MORE, "inc_1", IssueState.MUTED, Turn.STILL_OPEN, None),
        (MUTED, None, "", IssueState.RESOLVED, Turn.GONE, None),
        (MUTED, None, "inc_1", IssueState.RESOLVED, Turn.GONE, None),
        (RESOLVED, SEEN, "", OPEN, Turn.REOPENED, Turn.REOPENED),
        (RESOLVED, WORSE, "", OPEN, Turn.REOPENED, Turn.REOPENED),
        (RESOLVED, SEEN, "inc_1", IssueState.MUTED, Turn.MUTED, None),
        (KNOWN, SEEN, "", OPEN, Turn.OVERDUE, Turn.OVERDUE),
        (KNOWN, MORE, "", OPEN, Turn.OVERDUE, Turn.OVERDUE),
        (KNOWN, None, "", IssueState.RESOLVED, Turn.RESOLVED, Turn.RESOLVED),
        (PATIENT, MORE, "", OPEN, Turn.STILL_OPEN, None),
        (PATIENT, WORSE, "", OPEN, Turn.WORSE, Turn.WORSE),
        (OVERDUE, MORE, "", OPEN, Turn.OVERDUE, None),
        (OVERDUE, WORSE, "", OPEN, Turn.WORSE, Turn.WORSE),
    ],
)
def test_every_turn(
    issue: Issue | None, seen: Seen | None, muted: str, state: IssueState, turn: Turn, news: Turn | None
) -> None:
    turned = after(issue, seen, muted)
    assert turned is not None
    assert (turned.state, turned.turn, turned.run, turned.changed_at) == (state, turn, "run-2", LATER)
    assert turned.seen == (seen or (issue.seen if issue else None))
    assert turned.opened_at == (issue.opened_at if issue else LATER)
    assert turned.resolved_at == (LATER if state is IssueState.RESOLVED else None)
    assert turned.muted_by == (muted if state is IssueState.MUTED else "")
    assert (turned.news if turned.news_run == "run-2" else None) is news


@pytest.mark.parametrize(
    ("issue", "seen", "muted"),
    [
        (None, None, ""), (an_issue(), SEEN, ""), (an_issue(), SEEN, "inc_1"), (MUTED, SEEN, "inc_1"),
        (an_issue(turn=Turn.WORSE), SEEN, ""), (FORGIVEN, TOLERATED, ""), (PATIENT, SEEN, ""), (OVERDUE, SEEN, ""),
        (RESOLVED, None, ""), (RESOLVED, None, "inc_1"), (GONE, None, ""),
    ],
)  # fmt: skip
def test_what_stands_as_it_stood_is_the_same(issue: Issue | None, seen: Seen | None, muted: str) -> None:
    assert after(issue, seen, muted) is issue


def test_whoever_knew_of_a_fault_that_was_gone_is_asked_anew() -> None:
    known = replace(KNOWN, state=IssueState.RESOLVED, turn=Turn.RESOLVED, resolved_at=NOW, reopened=2)
    turned = after(known)
    assert turned is not None
    assert (turned.reopened, turned.acknowledged_by, turned.note, turned.expected_until) == (3, "", "", None)
    assert turned.acknowledged_at is None


def test_what_somebody_said_stays_while_it_is_open() -> None:
    turned = after(PATIENT, MORE)
    assert turned is not None
    assert (turned.acknowledged_by, turned.note, turned.expected_until) == ("ben", "known", LATER.date())


def test_a_day_that_passed_again_is_told_again() -> None:
    told = after(KNOWN)
    assert told is not None
    again = told.acknowledged("ben", LATER, "next week, then", LATER.date() + timedelta(days=7))
    waiting = after_scan(again, "iss_1", SEEN, "run-3", LATER + timedelta(days=3), "")
    assert waiting is not None
    over = after_scan(waiting, "iss_1", SEEN, "run-4", LATER + timedelta(days=8), "")
    assert over is not None
    assert (over.turn, over.run) == (Turn.OVERDUE, "run-4")


def test_a_day_that_passed_is_told_once_though_it_became_worse_meanwhile() -> None:
    issue: Issue | None = KNOWN
    turns = []
    for number, seen in enumerate((SEEN, SEEN, WORSE, WORSE, WORSE)):
        issue = after_scan(issue, "iss_1", seen, f"run-{number + 2}", LATER + timedelta(days=number), "")
        assert issue is not None
        turns.append((issue.news, issue.news_run))
    assert turns == [(Turn.OVERDUE, "run-2")] * 2 + [(Turn.WORSE, "run-4")] * 3


def test_a_day_that_passes_while_it_becomes_worse_is_told_next() -> None:
    worse = after(KNOWN, WORSE)
    assert worse is not None
    assert (worse.news, worse.told) == (Turn.WORSE, Severity.HIGH)
    overdue = after(worse, WORSE, run="run-3")
    assert overdue is not None
    assert (overdue.news, overdue.news_run) == (Turn.OVERDUE, "run-3")


def test_what_was_as_severe_before_is_no_news_when_it_is_so_again() -> None:
    issue: Issue | None = an_issue()
    for number, (seen, news_run) in enumerate(
        [(WORSE, "run-10"), (BETTER, "run-10"), (WORSE, "run-10"), (SEEN, "run-10")]
    ):
        issue = after(issue, seen, run=f"run-1{number}")
        assert issue is not None
        assert (issue.news, issue.news_run) == (Turn.WORSE, news_run)


seens = st.sampled_from([SEEN, MORE, WORSE, BETTER, TOLERATED, None])
mutes = st.sampled_from(["", "inc_1", "inc_2"])
days = st.none() | st.integers(-3, 3).map(lambda by: (NOW + timedelta(days=by)).date())
histories = st.lists(st.tuples(seens, mutes, st.booleans(), days), max_size=6)


def lived(history: list[tuple[Seen | None, str, bool, date | None]], times: int = 1) -> list[Issue | None]:
    issue, stages = None, []
    for number, (seen, muted, acknowledged, until) in enumerate(history):
        for _ in range(times):
            issue = after_scan(issue, "iss_1", seen, f"run-{number}", NOW + timedelta(days=number), muted)
        if issue is not None and acknowledged and issue.state is IssueState.OPEN:
            issue = issue.acknowledged("ben", NOW, "note", until)
        stages.append(issue)
    return stages


@given(histories)
def test_a_scan_made_twice_changes_what_it_changes_once(history: Any) -> None:
    assert lived(history, times=2) == lived(history)


@given(histories, seens, mutes)
def test_whoever_asks_again_of_the_same_scan_gets_the_same(history: Any, seen: Seen | None, muted: str) -> None:
    issue = (lived(history) or [None])[-1]
    once = after(issue, seen, muted, run="last")
    assert after(once, seen, muted, run="last") == once


@given(histories)
def test_what_is_resolved_has_its_day_and_what_is_muted_its_incident(history: Any) -> None:
    for issue, (seen, *_) in zip(lived(history), history, strict=True):
        if issue is None:
            continue
        assert (issue.resolved_at is not None) == (issue.state is IssueState.RESOLVED)
        assert bool(issue.muted_by) == (issue.state is IssueState.MUTED)
        assert (seen is None) == (issue.state is IssueState.RESOLVED)
        assert (issue.news is None) == (issue.news_run == "")
        if issue.news_run == issue.run and issue.news is not None:
            # Whatever is told is neither muted nor tolerated, and what is told to be gone was told before.
            assert issue.state is not IssueState.MUTED
            assert issue.told is not None
            assert (issue.news is Turn.RESOLVED) == (issue.turn is Turn.RESOLVED)


@given(histories)
def test_an_issue_is_kept_as_it_is(history: Any) -> None:
    for issue in filter(None, lived(history)):
        assert issue_of(loads(dumps(issue_document(issue)))) == issue


def test_an_issue_with_everything_is_kept_as_it_is() -> None:
    blast = Blast(3, 2, 1, ("AMER", "EMEA"), {"EUR": Decimal("1.50"), "USD": Decimal(7)}, Decimal("8.70"))
    seen = Seen(
        "missing_price", "pricebook/p", Severity.CRITICAL, "No price \N{EURO SIGN}", "anna", blast,
        (("1", "Sofa"), ("2", "Bench")), ({"item": "1", "what": "x", "scope": "", "n": [1, None]},), tolerated=True,
    )  # fmt: skip
    whole = replace(
        KNOWN, seen=seen, resolved_at=datetime(2026, 3, 3, 1, 2, 3, 4, tzinfo=UTC), reopened=2, muted_by="i"
    )
    assert repr(issue_of(loads(dumps(issue_document(whole))))) == repr(whole)


@pytest.mark.parametrize(
    ("by", "until", "waits"),
    [("", None, False), ("ben", None, True), ("ben", 0, True), ("ben", 1, True), ("ben", -1, False), ("", 1, False)],
)
def test_nobody_is_reminded_of_what_is_known_until_its_day_is_over(by: str, until: int | None, waits: bool) -> None:
    day = NOW.date() + timedelta(days=until) if until is not None else None
    assert an_issue(acknowledged_by=by, expected_until=day).waits(NOW.date()) is waits


GRAVER: list[Callable[[Seen], Seen]] = [
    lambda seen: replace(seen, blast=replace(seen.blast, items=9)),
    lambda seen: replace(seen, blast=replace(seen.blast, configurations=1)),
    lambda seen: replace(seen, blast=replace(seen.blast, open_orders=1)),
    lambda seen: replace(seen, blast=replace(seen.blast, worth=Decimal("0.01"))),
    lambda seen: replace(seen, severity=Severity.HIGH),
    lambda seen: replace(seen, severity=Severity.CRITICAL),
]


def test_severity_goes_before_money_before_orders_before_configurations_before_items() -> None:
    ranked = [rank(SEEN), *(rank(worse(SEEN)) for worse in GRAVER)]
    assert ranked == sorted(ranked)
    assert len(set(ranked)) == len(ranked)
