"""What is told after a scan: few messages, the worst first, with how many more there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from herald.domain.canonical import fingerprint
from herald.domain.catalog.issue import SEVERITIES, Issue, IssueState, Turn, rank
from herald.domain.catalog.plan import CatalogPlan
from herald.domain.event import Event, Identity, Origin, Trust
from herald.domain.notification import Severity

SOURCE = "/threekit/catalog"
AT_ONCE = 10
"""How many critical issues of one steward and one scan get messages of their own; the rest stands in the digest."""
SHOWN_ITEMS = 30


@dataclass(frozen=True, slots=True)
class Links:
    """Where a steward's report is found, and until when."""

    csv: str
    json: str
    until: datetime


def event(kind: str, key: Sequence[str], subject: str, data: Mapping[str, Any], run: str, at: datetime) -> Event:
    """Return a message's event. The same message of the same scan is the same event, whatever it says."""
    return Event(
        identity=Identity.of_object_version(SOURCE, kind, "/".join(key), run), type=kind, subject=subject, time=at,
        data=data, origin=Origin.SCAN, trust=Trust.SIGNED, received_at=at, body_hash=fingerprint(data),
    )  # fmt: skip


def told_issues(issues: Iterable[Issue], steward: str) -> list[Issue]:
    """Return a steward's issues that may be told, the worst first."""
    own = [
        issue
        for issue in issues
        if issue.seen.steward == steward and issue.state is not IssueState.MUTED and not issue.seen.tolerated
        and issue.turn is not Turn.GONE
    ]  # fmt: skip
    return worst_first(own)


def worst_first(issues: Iterable[Issue]) -> list[Issue]:
    """Return issues in the order in which somebody should look at them."""
    return sorted(issues, key=lambda issue: (rank(issue.seen), issue.id), reverse=True)


def is_news(issue: Issue, heard: str) -> bool:
    """Say whether somebody whose last digest is of the scan ``heard`` has something to hear of an issue.

    Ids of scans begin with their time, so they stand in its order. A scan that was given up before it told anybody is
    made up for by the next.
    """
    return issue.news is not None and issue.news_run > heard


def is_due(issues: Sequence[Issue], heard: str, last: datetime | None, now: datetime, plan: CatalogPlan) -> bool:
    """Say whether a steward is to be told: of news, or again of something severe after a while."""
    if any(is_news(issue, heard) for issue in issues):
        return True
    open_ = [issue for issue in issues if issue.state is IssueState.OPEN and not issue.waits(now.date())]
    severe = any(SEVERITIES.index(issue.seen.severity) >= SEVERITIES.index(Severity.HIGH) for issue in open_)
    return severe and (last is None or now - last >= timedelta(days=plan.remind_after_days))


def digest(
    steward: str, issues: Sequence[Issue], run: str, heard: str, links: Links, plan: CatalogPlan, now: datetime
) -> dict[str, Any]:
    """Return a steward's digest. ``issues`` are all of the steward's, ``heard`` is the scan of the last digest."""
    open_ = [issue for issue in issues if issue.state is IssueState.OPEN]
    shown = [issue for issue in open_ if not issue.waits(now.date())]
    resolved = [issue for issue in issues if issue.news is Turn.RESOLVED and is_news(issue, heard)]
    new = {issue.id for issue in shown if is_news(issue, heard)}
    top = sorted(shown, key=lambda issue: (rank(issue.seen), issue.id in new, issue.id), reverse=True)[: plan.top]
    return {
        "steward": steward, "run": run, "open": len(open_), "new": len(new), "resolved": len(resolved),
        "acknowledged": len(open_) - len(shown), "more": len(shown) - len(top),
        "severities": {
            str(severity): count for severity in reversed(SEVERITIES)
            if (count := sum(issue.seen.severity is severity for issue in shown))
        },
        "issues": [issue_facts(issue, plan, heard) for issue in top],
        "gone": [issue_facts(issue, plan, heard) for issue in resolved[: plan.top]],
        "report": {"csv": links.csv, "json": links.json, "until": links.until},
    }  # fmt: skip


def issue_facts(issue: Issue, plan: CatalogPlan, heard: str) -> dict[str, Any]:
    """Return what messages and reports tell of an issue; ``turn`` is its news since the scan ``heard``."""
    seen, blast = issue.seen, issue.seen.blast
    kind, _, identity = seen.cause.partition("/")
    named = identity if kind in ("item", "asset") else seen.sample[0][0] if seen.sample else ""
    turn = issue.news if is_news(issue, heard) else Turn.STILL_OPEN
    return {
        "id": issue.id, "check": seen.check, "severity": str(seen.severity), "message": seen.message,
        "state": str(issue.state), "turn": str(turn),
        "cause": seen.cause, "items": blast.items, "names": [name for _, name in seen.sample],
        "configurations": blast.configurations, "openOrders": blast.open_orders, "markets": list(blast.markets),
        "value": [{"currency": currency, "amount": amount} for currency, amount in blast.value.items()],
        "since": issue.opened_at, "reopened": issue.reopened,
        "link": plan.item_link.replace("{id}", named.partition("/")[0]) if plan.item_link and named else "",
        **({"expectedUntil": issue.expected_until.isoformat()} if issue.expected_until else {}),
    }  # fmt: skip


@dataclass
class Told:
    """Items of one kind for one group, region or language: the first of them, and how many by what happened."""

    rows: list[list[Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, row: list[Any], change: str) -> None:
        """Add an item: id, name, SKU, picture, link."""
        self.join([[*row, change]], {change: 1})

    def join(self, rows: Sequence[list[Any]], counts: Mapping[str, int]) -> None:
        """Add items that were gathered elsewhere."""
        self.rows += rows[: SHOWN_ITEMS - len(self.rows)]
        for change, count in counts.items():
            self.counts[change] = self.counts.get(change, 0) + count

    @property
    def number(self) -> int:
        """How many items there are."""
        return sum(self.counts.values())


def shown_items(told: Told) -> dict[str, Any]:
    """Return the first items with pictures and links, and how many more there are."""
    ordered = sorted(told.rows, key=lambda row: (row[5] != "published", row[1], row[0]))
    items = [
        {"id": identity, "name": name, "sku": sku, "picture": picture, "link": link, "change": change}
        for identity, name, sku, picture, link, change in ordered
    ]
    return {"items": items, "count": told.number, "more": told.number - len(items)}


def wave(group: str, told: Told, jobs: Sequence[Sequence[str]], run: str) -> dict[str, Any]:
    """Return one release wave for one group: what was published, what changed, which jobs of Threekit went before."""
    kinds: dict[str, int] = {}
    for _, kind, _ in jobs:
        kinds[kind] = kinds.get(kind, 0) + 1
    return {
        "group": group, "run": run, **shown_items(told),
        "changes": {name: told.counts[name] for name in ("published", "changed", "withdrawn") if name in told.counts},
        "jobs": [{"type": kind, "count": count} for kind, count in sorted(kinds.items())],
    }  # fmt: skip
