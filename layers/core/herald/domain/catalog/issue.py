"""Issue: one open fault, whatever it is seen at, from the first scan that finds it to the one that finds it gone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from herald.domain.notification import Severity

SEVERITIES = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)


class IssueState(StrEnum):
    """Where an issue stands."""

    OPEN = "open"
    MUTED = "muted"
    """Not told: a system whose failure would explain it has an open incident."""
    RESOLVED = "resolved"


class Turn(StrEnum):
    """What a scan meant for an issue."""

    OPENED = "opened"
    REOPENED = "reopened"
    MUTED = "muted"
    STILL_OPEN = "still_open"
    WORSE = "worse"
    """It was open and became more severe: it touches more now."""
    OVERDUE = "overdue"
    """It was expected to be gone by now."""
    RESOLVED = "resolved"
    GONE = "gone"
    """It is gone without having been told: it was muted or tolerated."""


@dataclass(frozen=True, slots=True)
class Blast:
    """What an issue touches. ``value`` are the recent orders' amounts by currency, ``worth`` their sum in one."""

    items: int = 0
    configurations: int = 0
    open_orders: int = 0
    markets: tuple[str, ...] = ()
    value: Mapping[str, Decimal] = field(default_factory=dict)
    worth: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a scan saw of an issue: everything about it but its history. ``sample`` are names of items, few of them."""

    check: str
    cause: str
    severity: Severity
    message: str
    steward: str
    blast: Blast
    sample: tuple[tuple[str, str], ...] = ()
    evidence: tuple[Mapping[str, Any], ...] = ()
    tolerated: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault. ``turn`` is what the last scan that changed it (``run``) meant for it.

    ``news`` is what is to be told of it, and ``news_run`` the scan since which it is; a steward whose last digest is of
    an earlier scan has not heard of it. ``told`` is the most severe that it ever was news as, ``overdue_for`` the day
    that passed when it was news as overdue.
    """

    id: str
    seen: Seen
    state: IssueState
    opened_at: datetime
    changed_at: datetime
    run: str
    turn: Turn
    resolved_at: datetime | None = None
    reopened: int = 0
    muted_by: str = ""
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    note: str = ""
    expected_until: date | None = None
    news: Turn | None = None
    news_run: str = ""
    told: Severity | None = None
    overdue_for: date | None = None

    def acknowledged(self, by: str, at: datetime, note: str, until: date | None) -> "Issue":
        """Return it with somebody's word that it is known, and perhaps by when it will be gone."""
        return replace(self, acknowledged_by=by, acknowledged_at=at, note=note, expected_until=until)

    def waits(self, today: date) -> bool:
        """Say whether nobody is to be reminded: it is acknowledged, and its day has not come."""
        return bool(self.acknowledged_by) and (self.expected_until is None or today <= self.expected_until)


def after_scan(
    issue: Issue | None, identity: str, seen: Seen | None, run: str, at: datetime, muted: str
) -> Issue | None:
    """Return an issue after a scan that saw it (or saw it gone: ``seen`` is ``None``); ``None`` if there is none.

    Asked again about the same scan it answers the same. ``muted`` is the incident that explains it, if there is one.
    An issue that stands as it stood is returned as it is.
    """
    if issue is not None and issue.run == run:
        return issue
    if seen is None:
        return _gone(issue, run, at)
    if issue is None:
        issue = Issue(identity, seen, IssueState.RESOLVED, at, at, "", Turn.OPENED)
        return _open(issue, Turn.OPENED, seen, run, at, muted)
    if issue.state is IssueState.RESOLVED and issue.told is not None:
        anew = replace(
            issue, reopened=issue.reopened + 1, acknowledged_by="", acknowledged_at=None, note="", expected_until=None,
            told=None, overdue_for=None,
        )  # fmt: skip
        return _open(anew, Turn.REOPENED, seen, run, at, muted)
    nobody_knows = issue.state is IssueState.RESOLVED or (issue.state is IssueState.MUTED and muted != issue.muted_by)
    return _open(issue, Turn.OPENED, seen, run, at, muted) if nobody_knows else _again(issue, seen, run, at)


def _open(issue: Issue, turn: Turn, seen: Seen, run: str, at: datetime, muted: str) -> Issue:
    state, turn = (IssueState.MUTED, Turn.MUTED) if muted else (IssueState.OPEN, turn)
    opened = replace(
        issue, seen=seen, state=state, changed_at=at, run=run, turn=turn, resolved_at=None, muted_by=muted
    )  # fmt: skip
    return opened if muted or seen.tolerated else _as_news(opened, turn)


def _again(issue: Issue, seen: Seen, run: str, at: datetime) -> Issue:
    """Return an issue that a scan saw once more."""
    overdue = issue.expected_until is not None and at.date() > issue.expected_until
    turn = Turn.OVERDUE if overdue else Turn.STILL_OPEN
    turned = replace(issue, seen=seen, changed_at=at, run=run, turn=turn)
    if issue.state is IssueState.OPEN and not seen.tolerated:
        if issue.told is None:
            return _as_news(turned, Turn.OPENED)
        if SEVERITIES.index(seen.severity) > SEVERITIES.index(issue.told):
            return _as_news(replace(turned, turn=Turn.WORSE), Turn.WORSE)
        if overdue and issue.overdue_for != issue.expected_until:
            return _as_news(replace(turned, overdue_for=issue.expected_until), Turn.OVERDUE)
    return turned if issue.seen != seen else issue


def _gone(issue: Issue | None, run: str, at: datetime) -> Issue | None:
    if issue is None or issue.state is IssueState.RESOLVED:
        return issue
    turn = Turn.RESOLVED if issue.told is not None else Turn.GONE
    gone = replace(
        issue, state=IssueState.RESOLVED, changed_at=at, run=run, turn=turn, resolved_at=at, muted_by=""
    )  # fmt: skip
    return _as_news(gone, turn) if turn is Turn.RESOLVED else gone


def _as_news(issue: Issue, news: Turn) -> Issue:
    told = issue.told or issue.seen.severity
    return replace(
        issue, news=news, news_run=issue.run, told=max(told, issue.seen.severity, key=SEVERITIES.index)
    )  # fmt: skip


def rank(seen: Seen) -> tuple[int, Decimal, int, int, int]:
    """Return what puts issues in order, the worst highest: severity, worth, open orders, configurations, items."""
    blast = seen.blast
    return SEVERITIES.index(seen.severity), blast.worth, blast.open_orders, blast.configurations, blast.items


def issue_document(issue: Issue) -> dict[str, Any]:
    """Return the issue as the state table keeps it."""
    seen, blast = issue.seen, issue.seen.blast
    return {
        "id": issue.id, "state": str(issue.state), "opened_at": issue.opened_at, "changed_at": issue.changed_at,
        "run": issue.run, "turn": str(issue.turn), "resolved_at": issue.resolved_at, "reopened": issue.reopened,
        "muted_by": issue.muted_by, "acknowledged_by": issue.acknowledged_by,
        "acknowledged_at": issue.acknowledged_at, "note": issue.note,
        "expected_until": issue.expected_until.isoformat() if issue.expected_until else None,
        "news": str(issue.news) if issue.news else None, "news_run": issue.news_run,
        "told": str(issue.told) if issue.told else None,
        "overdue_for": issue.overdue_for.isoformat() if issue.overdue_for else None,
        "seen": {
            "check": seen.check, "cause": seen.cause, "severity": str(seen.severity), "message": seen.message,
            "steward": seen.steward, "sample": [list(pair) for pair in seen.sample],
            "evidence": [dict(one) for one in seen.evidence], "tolerated": seen.tolerated,
            "blast": {
                "items": blast.items, "configurations": blast.configurations, "open_orders": blast.open_orders,
                "markets": list(blast.markets), "value": dict(blast.value), "worth": blast.worth,
            },
        },
    }  # fmt: skip


def issue_of(document: Mapping[str, Any]) -> Issue:
    """Return the issue the state table holds."""
    seen, blast = document["seen"], document["seen"]["blast"]
    until, overdue = document["expected_until"], document["overdue_for"]
    return Issue(
        **{
            **document, "state": IssueState(document["state"]), "turn": Turn(document["turn"]),
            "expected_until": date.fromisoformat(until) if until else None,
            "news": Turn(document["news"]) if document["news"] else None,
            "told": Severity(document["told"]) if document["told"] else None,
            "overdue_for": date.fromisoformat(overdue) if overdue else None,
            "seen": Seen(
                **{
                    **seen, "severity": Severity(seen["severity"]), "sample": tuple(map(tuple, seen["sample"])),
                    "evidence": tuple(seen["evidence"]),
                    "blast": Blast(**{**blast, "markets": tuple(blast["markets"]), "worth": Decimal(blast["worth"])}),
                }
            ),
        }
    )  # fmt: skip
