"""What is told after a scan: the worst first, how many more there are, and nothing of what nobody is to hear."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW

from herald.domain.catalog.issue import Blast, Issue, IssueState, Seen, Turn, rank
from herald.domain.catalog.messages import (
    SHOWN_ITEMS,
    Links,
    Told,
    digest,
    event,
    is_due,
    is_news,
    issue_facts,
    shown_items,
    told_issues,
    wave,
    worst_first,
)
from herald.domain.catalog.plan import CatalogPlan
from herald.domain.catalog.told_types import DIGEST
from herald.domain.event import Origin, Trust
from herald.domain.notification import Severity

LOW, MEDIUM, HIGH, CRITICAL = Severity
LINKS = Links("https://h.example.com/csv", "https://h.example.com/json", NOW + timedelta(days=7))
PLAN = CatalogPlan(top=3, item_link="https://threekit.example.com/{id}/edit")
BEFORE, RUN = "scan_20260301", "scan_20260302"
NEWS = (Turn.OPENED, Turn.REOPENED, Turn.WORSE, Turn.OVERDUE, Turn.RESOLVED)


def an_issue(
    number: int = 1, turn: Turn = Turn.STILL_OPEN, severity: Severity = MEDIUM, run: str = RUN, **more: Any
) -> Issue:
    seen = Seen("no_picture", f"item/{number}", severity, f"Fault {number}", "anna", Blast(1), ((str(number), "Sofa"),))
    state = IssueState.RESOLVED if turn in (Turn.RESOLVED, Turn.GONE) else IssueState.OPEN
    at = NOW if state is IssueState.RESOLVED else None
    issue = Issue(f"iss_{number:02d}", seen, state, NOW, NOW, run, turn, resolved_at=at)
    return replace(issue, **{**({"news": turn, "news_run": run} if turn in NEWS else {}), **more})


def known(number: int = 1, until: int | None = None, **more: Any) -> Issue:
    day = (NOW + timedelta(days=until)).date() if until is not None else None
    return an_issue(number, acknowledged_by="ben", acknowledged_at=NOW, expected_until=day, **more)


MUTED = an_issue(1, Turn.MUTED, state=IssueState.MUTED, muted_by="inc_1")


@pytest.mark.parametrize(
    ("issue", "told"),
    [
        (an_issue(), True),
        (an_issue(turn=Turn.RESOLVED), True),
        (an_issue(turn=Turn.GONE), False),
        (MUTED, False),
        (replace(an_issue(), seen=replace(an_issue().seen, tolerated=True)), False),
        (replace(an_issue(), seen=replace(an_issue().seen, steward="ben")), False),
        (known(), True),
    ],
)
def test_a_steward_hears_of_own_issues_that_are_neither_muted_nor_tolerated(issue: Issue, told: bool) -> None:
    assert told_issues([issue], "anna") == ([issue] if told else [])


issues = st.lists(
    st.builds(
        lambda number, severity, worth, orders, turn, run, until: replace(
            known(number, until, severity=severity, turn=turn, run=run),
            seen=replace(an_issue(number, severity=severity).seen, blast=Blast(1, 0, orders, worth=Decimal(worth))),
        ),
        st.integers(0, 99), st.sampled_from(Severity), st.integers(0, 3), st.integers(0, 3),
        st.sampled_from([Turn.OPENED, Turn.STILL_OPEN, Turn.OVERDUE, Turn.WORSE, Turn.RESOLVED]),
        st.sampled_from([RUN, BEFORE]), st.integers(-2, 2),
    ),
    max_size=12, unique_by=lambda issue: issue.id,
)  # fmt: skip


@given(issues, st.integers(0, 5))
def test_a_digest_counts_every_issue_once_and_shows_the_worst(found: list[Issue], top: int) -> None:
    told = digest("anna", worst_first(found), RUN, BEFORE, LINKS, CatalogPlan(top=top), NOW)
    open_ = [issue for issue in found if issue.state is IssueState.OPEN]
    shown = [issue for issue in open_ if not issue.waits(NOW.date())]
    assert told["open"] == len(open_)
    assert told["acknowledged"] == len(open_) - len(shown)
    assert len(told["issues"]) == min(top, len(shown))
    assert told["more"] == len(shown) - len(told["issues"])
    assert sum(told["severities"].values()) == len(shown)
    assert 0 not in told["severities"].values()
    assert told["new"] <= len(shown)
    by_id = {issue.id: issue for issue in found}
    for one, next_one in pairwise(told["issues"]):
        assert rank(by_id[one["id"]].seen) >= rank(by_id[next_one["id"]].seen)
    left = {issue.id for issue in shown} - {one["id"] for one in told["issues"]}
    for one in told["issues"]:
        assert all(rank(by_id[one["id"]].seen) >= rank(by_id[identity].seen) for identity in left)


def test_a_digest() -> None:
    found = [
        an_issue(1, severity=LOW), an_issue(2, Turn.OPENED, severity=LOW), an_issue(3, Turn.OPENED, CRITICAL),
        an_issue(4, Turn.REOPENED, HIGH, run=BEFORE), an_issue(5, Turn.OVERDUE, HIGH), known(6, 3),
        an_issue(7, Turn.RESOLVED), an_issue(8, Turn.RESOLVED, run=BEFORE), known(9, -1, severity=LOW),
        an_issue(10, Turn.WORSE, LOW),
    ]  # fmt: skip
    told = digest("anna", worst_first(found), RUN, BEFORE, LINKS, PLAN, NOW)
    counts = {name: told[name] for name in ("steward", "run", "open", "new", "resolved", "acknowledged", "more")}
    assert counts == {
        "steward": "anna", "run": RUN, "open": 8, "new": 4, "resolved": 1, "acknowledged": 1, "more": 4,
    }  # fmt: skip
    assert [one["id"] for one in told["issues"]] == ["iss_03", "iss_05", "iss_04"]
    assert [one["id"] for one in told["gone"]] == ["iss_07"]
    assert list(told["severities"].items()) == [("critical", 1), ("high", 2), ("low", 4)]
    assert told["report"] == {"csv": LINKS.csv, "json": LINKS.json, "until": LINKS.until}


def test_of_equally_bad_issues_the_new_ones_come_first() -> None:
    found = [an_issue(9), an_issue(1, Turn.OPENED), an_issue(5)]
    told = digest("anna", worst_first(found), RUN, BEFORE, LINKS, PLAN, NOW)
    assert [one["id"] for one in told["issues"]] == ["iss_01", "iss_09", "iss_05"]


def test_an_empty_digest() -> None:
    told = digest("anna", [], RUN, BEFORE, LINKS, PLAN, NOW)
    assert (told["open"], told["more"], told["issues"], told["gone"], told["severities"]) == (0, 0, [], [], {})


LONG_AGO, LATELY = NOW - timedelta(days=7), NOW - timedelta(days=6, hours=23)


@pytest.mark.parametrize(
    ("found", "last", "due"),
    [
        ([], None, False),
        ([an_issue(turn=Turn.OPENED, severity=LOW)], LATELY, True),
        ([an_issue(turn=Turn.REOPENED, severity=LOW)], LATELY, True),
        ([an_issue(turn=Turn.WORSE, severity=LOW)], LATELY, True),
        ([an_issue(turn=Turn.OVERDUE, severity=LOW)], LATELY, True),
        ([an_issue(turn=Turn.RESOLVED, severity=LOW)], LATELY, True),
        ([an_issue(turn=Turn.GONE)], LATELY, False),
        ([an_issue(turn=Turn.OPENED, severity=CRITICAL, run=BEFORE)], LATELY, False),
        ([an_issue(severity=HIGH)], LATELY, False),
        ([an_issue(severity=HIGH)], LONG_AGO, True),
        ([an_issue(severity=CRITICAL)], None, True),
        ([an_issue(severity=MEDIUM)], LONG_AGO, False),
        ([an_issue(severity=MEDIUM)], None, False),
        ([known(severity=CRITICAL)], LONG_AGO, False),
        ([known(until=0, severity=CRITICAL)], LONG_AGO, False),
        ([known(until=-1, severity=CRITICAL)], LONG_AGO, True),
        ([an_issue(turn=Turn.RESOLVED, severity=CRITICAL, run=BEFORE)], None, False),
    ],
)
def test_a_steward_is_told_of_news_and_reminded_of_what_is_severe(found: list[Issue], last: Any, due: bool) -> None:
    assert is_due(found, BEFORE, last, NOW, PLAN) is due


def test_the_facts_of_an_issue() -> None:
    blast = Blast(3, 2, 1, ("EMEA",), {"EUR": Decimal("1.50")}, Decimal("1.50"))
    issue = known(7, 3, turn=Turn.OPENED, reopened=2)
    facts = issue_facts(replace(issue, seen=replace(issue.seen, blast=blast)), PLAN, BEFORE)
    assert facts == {
        "id": "iss_07", "check": "no_picture", "severity": "medium", "message": "Fault 7", "state": "open",
        "turn": "opened", "cause": "item/7", "items": 3, "names": ["Sofa"], "configurations": 2, "openOrders": 1,
        "markets": ["EMEA"], "value": [{"currency": "EUR", "amount": Decimal("1.50")}], "since": NOW, "reopened": 2,
        "link": "https://threekit.example.com/7/edit", "expectedUntil": "2026-03-05",
    }  # fmt: skip
    assert issue_facts(issue, PLAN, RUN)["turn"] == "still_open"
    assert issue_facts(issue, PLAN, "")["turn"] == "opened"
    assert "expectedUntil" not in issue_facts(an_issue(), PLAN, RUN)


@pytest.mark.parametrize(
    ("cause", "sample", "link"),
    [
        ("item/7", (), "7"),
        ("asset/8", (("1", "Sofa"),), "8"),
        ("tag/wood", (("1", "Sofa"), ("2", "Bench")), "1"),
        ("text/de-DE/abc", (("1", "Sofa"),), "1"),
        ("tag/wood", (), ""),
    ],
)
def test_a_link_leads_to_what_is_at_fault_or_where_it_is_seen(cause: str, sample: Any, link: str) -> None:
    issue = an_issue()
    issue = replace(issue, seen=replace(issue.seen, cause=cause, sample=sample))
    assert issue_facts(issue, PLAN, RUN)["link"] == (f"https://threekit.example.com/{link}/edit" if link else "")
    assert issue_facts(issue, CatalogPlan(), RUN)["link"] == ""


@pytest.mark.parametrize(
    ("turn", "run", "heard", "news"),
    [
        (Turn.OPENED, RUN, BEFORE, True),
        (Turn.OPENED, RUN, "", True),
        (Turn.OPENED, BEFORE, BEFORE, False),
        (Turn.OPENED, BEFORE, "scan_20260228", True),
        (Turn.RESOLVED, RUN, BEFORE, True),
        (Turn.STILL_OPEN, RUN, "", False),
        (Turn.GONE, RUN, "", False),
    ],
)
def test_news_is_what_came_after_the_last_digest(turn: Turn, run: str, heard: str, news: bool) -> None:
    assert is_news(an_issue(turn=turn, run=run), heard) is news


def a_row(number: int) -> list[Any]:
    return [f"id-{number}", f"Item {number:03d}", f"SKU-{number}", "https://p", "https://l"]


def told_of(*changes: str) -> Told:
    told = Told()
    for number, change in enumerate(changes):
        told.add(a_row(number), change)
    return told


@pytest.mark.parametrize("count", [0, 1, SHOWN_ITEMS, SHOWN_ITEMS + 5])
def test_of_many_items_the_first_are_shown_and_all_counted(count: int) -> None:
    told = shown_items(told_of(*["published"] * count))
    assert (told["count"], len(told["items"]), told["more"]) == (count, min(count, 30), max(0, count - 30))
    assert all(set(one) == {"id", "name", "sku", "picture", "link", "change"} for one in told["items"])


@given(st.lists(st.lists(st.sampled_from(["published", "changed"]), max_size=40), max_size=4))
def test_what_was_gathered_in_parts_is_as_if_gathered_at_once(parts: list[list[str]]) -> None:
    joined = Told()
    for part in parts:
        one = told_of(*part)
        joined.join(one.rows, one.counts)
    changes = [change for part in parts for change in part]
    assert joined.number == len(changes)
    assert joined.counts == {change: changes.count(change) for change in set(changes)}
    assert len(joined.rows) == min(SHOWN_ITEMS, len(changes))
    assert [row[5] for row in joined.rows] == changes[: len(joined.rows)] or len(changes) > SHOWN_ITEMS


def test_a_release_wave() -> None:
    jobs = [["j1", "import", "Import"], ["j2", "render", "R"], ["j3", "import", "Import"]]
    told = wave("sales", told_of("published", "changed", "published", "withdrawn"), jobs, RUN)
    assert (told["group"], told["run"], told["count"], told["more"]) == ("sales", RUN, 4, 0)
    assert [(one["id"], one["change"]) for one in told["items"]] == [
        ("id-0", "published"), ("id-2", "published"), ("id-1", "changed"), ("id-3", "withdrawn"),
    ]  # fmt: skip
    assert told["changes"] == {"published": 2, "changed": 1, "withdrawn": 1}
    assert told["jobs"] == [{"type": "import", "count": 2}, {"type": "render", "count": 1}]


def test_a_wave_of_jobs_alone() -> None:
    told = wave("sales", Told(), [["j1", "import", "Import"]], RUN)
    assert (told["items"], told["count"], told["changes"]) == ([], 0, {})


def test_the_same_message_of_the_same_scan_is_the_same_event_whatever_it_says() -> None:
    first = event(DIGEST, ("anna",), "catalog/anna", {"a": 1}, RUN, NOW)
    again = event(DIGEST, ("anna",), "catalog/anna", {"a": 2}, RUN, NOW + timedelta(hours=1))
    assert first.id == again.id
    assert (first.type, first.origin, first.trust, first.data) == (DIGEST, Origin.SCAN, Trust.SIGNED, {"a": 1})
    others = [
        event(DIGEST, ("ben",), "catalog/ben", {"a": 1}, RUN, NOW),
        event(DIGEST, ("anna",), "catalog/anna", {"a": 1}, "scan_next", NOW),
        event("catalog.issue.critical", ("anna",), "catalog/anna", {"a": 1}, RUN, NOW),
    ]
    assert len({first.id, *(one.id for one in others)}) == 4
