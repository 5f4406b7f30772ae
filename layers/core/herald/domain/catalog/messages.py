"""What is told after a scan: few messages, the worst first, with how many more there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from herald.domain.canonical import fingerprint
from herald.domain.catalog.issue import SEVERITIES, Issue, IssueState, Turn, rank
from herald.domain.catalog.plan import CatalogPlan
from herald.domain.event import Event, Identity, Origin, Trust
from herald.domain.notification import Severity

SOURCE = "/threekit/catalog"
NEWS = frozenset({Turn.OPENED, Turn.REOPENED, Turn.WORSE, Turn.OVERDUE, Turn.RESOLVED})
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


def is_due(issues: Sequence[Issue], run: str, last: datetime | None, now: datetime, plan: CatalogPlan) -> bool:
    """Say whether a steward is to be told: of news, or again of something severe after a while."""
    if any(issue.run == run and issue.turn in NEWS for issue in issues):
        return True
    open_ = [issue for issue in issues if issue.state is IssueState.OPEN and not issue.waits(now.date())]
    severe = any(SEVERITIES.index(issue.seen.severity) >= SEVERITIES.index(Severity.HIGH) for issue in open_)
    return severe and (last is None or now - last >= timedelta(days=plan.remind_after_days))


def digest(
    steward: str, issues: Sequence[Issue], run: str, links: Links, plan: CatalogPlan, now: datetime
) -> dict[str, Any]:
    """Return a steward's digest. ``issues`` are all of the steward's, the worst first."""
    open_ = [issue for issue in issues if issue.state is IssueState.OPEN]
    shown = [issue for issue in open_ if not issue.waits(now.date())]
    resolved = [issue for issue in issues if issue.run == run and issue.turn is Turn.RESOLVED]
    new = [issue for issue in shown if issue.run == run and issue.turn in NEWS]
    top = sorted(shown, key=lambda issue: (rank(issue.seen), issue in new, issue.id), reverse=True)[: plan.top]
    return {
        "steward": steward, "run": run, "open": len(open_), "new": len(new), "resolved": len(resolved),
        "acknowledged": len(open_) - len(shown), "more": len(shown) - len(top),
        "severities": {
            str(severity): count for severity in reversed(SEVERITIES)
            if (count := sum(issue.seen.severity is severity for issue in shown))
        },
        "issues": [issue_facts(issue, plan, run) for issue in top],
        "gone": [issue_facts(issue, plan, run) for issue in resolved[: plan.top]],
        "report": {"csv": links.csv, "json": links.json, "until": links.until},
    }  # fmt: skip


def issue_facts(issue: Issue, plan: CatalogPlan, run: str) -> dict[str, Any]:
    """Return what messages and reports tell of an issue."""
    seen, blast = issue.seen, issue.seen.blast
    kind, _, identity = seen.cause.partition("/")
    named = identity if kind in ("item", "asset") else seen.sample[0][0] if seen.sample else ""
    return {
        "id": issue.id, "check": seen.check, "severity": str(seen.severity), "message": seen.message,
        "state": str(issue.state), "turn": str(issue.turn) if issue.run == run else str(Turn.STILL_OPEN),
        "cause": seen.cause, "items": blast.items, "names": [name for _, name in seen.sample],
        "configurations": blast.configurations, "openOrders": blast.open_orders, "markets": list(blast.markets),
        "value": [{"currency": currency, "amount": amount} for currency, amount in blast.value.items()],
        "since": issue.opened_at, "reopened": issue.reopened,
        "link": plan.item_link.replace("{id}", named.partition("/")[0]) if plan.item_link and named else "",
        **({"expectedUntil": issue.expected_until.isoformat()} if issue.expected_until else {}),
    }  # fmt: skip


def shown_items(rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Return the first items of a list with pictures and links, and how many more there are."""
    items = [
        {
            "id": identity, "name": name, "sku": sku, "picture": picture, "link": link,
            "change": str(details[0]) if details else "",
        }
        for identity, name, sku, picture, link, *details in rows[:SHOWN_ITEMS]
    ]  # fmt: skip
    return {"items": items, "count": len(rows), "more": max(0, len(rows) - SHOWN_ITEMS)}


def wave(group: str, rows: Sequence[Sequence[Any]], jobs: Sequence[Sequence[str]], run: str) -> dict[str, Any]:
    """Return one release wave for one group: what was published, what changed, which jobs of Threekit went before."""
    counts = {change: sum(row[5] == change for row in rows) for change in ("published", "changed", "withdrawn")}
    kinds: dict[str, int] = {}
    for _, kind, _ in jobs:
        kinds[kind] = kinds.get(kind, 0) + 1
    return {
        "group": group, "run": run, **shown_items(sorted(rows, key=lambda row: (str(row[5]) != "published", row[1]))),
        "changes": {change: count for change, count in counts.items() if count},
        "jobs": [{"type": kind, "count": count} for kind, count in sorted(kinds.items())],
    }  # fmt: skip
