"""What scans tell, as the domain makes it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from herald.domain.catalog.issue import Blast, Issue, IssueState, Seen, Turn
from herald.domain.catalog.messages import Links, Told, digest, issue_facts, shown_items, wave
from herald.domain.catalog.plan import CatalogPlan
from herald.domain.notification import Severity

RUN = "scan_7"
BEGAN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
UNTIL = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)
PLAN = CatalogPlan(top=4, item_link="https://pim.example.com/products?threekit={id}&tab=data")
LINKS = Links(
    "https://herald.example.com/reports/abc.csv-token", "https://herald.example.com/reports/abc.json-token", UNTIL
)
PICTURES = "https://images.example.com"
ITEM = "5eed0005-0000-4000-8000-000000000001"
TYPES = {
    "catalog-digest": "catalog.digest",
    "catalog-critical": "catalog.issue.critical",
    "release-wave": "catalog.experiences.published",
    "launch-ready": "catalog.launch.ready",
    "localization-late": "catalog.localization.late",
}


def issue(number: int, severity: Severity, turn: Turn, message: str, **more: Any) -> Issue:
    """An issue that this scan changed; ``blast`` and ``names`` say what it touches."""
    names = more.pop("names", ("Alder Sofa",))
    blast = more.pop("blast", Blast(items=len(names)))
    sample = tuple((f"{ITEM[:-1]}{place}", name) for place, name in enumerate(names, 1))
    seen = Seen("missing_price", f"item/{ITEM}", severity, message, "seating", blast, sample)
    state = more.pop("state", IssueState.OPEN)
    at = datetime(2026, 2, 20 + number, 2, 0, tzinfo=UTC)
    news = None if turn is Turn.STILL_OPEN else turn
    return Issue(
        f"iss_{number:026d}", seen, state, at, BEGAN, RUN, turn, news=news, news_run=RUN, told=severity, **more
    )


def issues(name: str = "Alder Sofa", said: str = "It has no price in EUR in pricebook 'Retail Europe'.") -> list[Issue]:
    """What one steward has: of each kind one, the worst first."""
    touched = Blast(
        7, 12, 3, ("AMER", "EMEA"), {"EUR": Decimal("41800.50"), "JPY": Decimal(812000)}, Decimal("46800.50")
    )
    done = {"state": IssueState.RESOLVED, "resolved_at": BEGAN}
    return [
        issue(1, Severity.CRITICAL, Turn.OPENED, said, blast=touched,
              names=(name, "Finch Armchair", "Harvest Chair", "Nest Bed")),
        issue(2, Severity.HIGH, Turn.REOPENED, "Attribute 'Width' offers nothing to choose from.", names=(name,),
              reopened=1),
        issue(3, Severity.MEDIUM, Turn.OVERDUE, "Metadata 'SKU' is missing or empty.", expected_until=date(2026, 3, 1),
              acknowledged_by="Mara Lindner"),
        issue(4, Severity.LOW, Turn.STILL_OPEN, "Threekit has a warning for it."),
        issue(5, Severity.LOW, Turn.STILL_OPEN, "Saved configurations choose 'Contrast', which it no longer has."),
        issue(6, Severity.LOW, Turn.STILL_OPEN, "Its name has more than 120 characters.",
              acknowledged_by="Mara Lindner"),
        issue(7, Severity.HIGH, Turn.RESOLVED, "'Quill Desk' has no French text.", names=("Quill Desk",), **done),
    ]  # fmt: skip


def rows(name: str = "Alder Sofa", count: int = 3) -> list[list[Any]]:
    """Items as a scan shows them; the first has a picture and a link, the second neither."""
    found: list[list[Any]] = [
        [ITEM, name, "AF-SOF-001", f"{PICTURES}/af-sof-001.png?w=64&h=64", "https://pim.example.com/p?id=1&t=2"],
        ["5eed0005-2", "Finch Armchair & Söhne", "", "", ""],
    ]
    for number in range(3, count + 1):
        sku = f"AF-CHR-{number:03d}"
        found.append([f"5eed0005-{number}", f"Harvest Chair {number}", sku, f"{PICTURES}/{number}.png", ""])
    return found[:count]


def told(items: Sequence[list[Any]], *changes: str) -> Told:
    """Items to which these things happened in turn."""
    found = Told()
    for place, item in enumerate(items):
        found.add(item, changes[place % len(changes)])
    return found


def full(
    template: str, name: str = "Alder Sofa", said: str = "It has no price in EUR in pricebook 'Retail Europe'."
) -> dict[str, Any]:
    """The data of an event for a template, with everything that can be in it."""
    if template == "catalog-digest":
        return digest("seating", issues(name, said), RUN, "", LINKS, PLAN, BEGAN)
    if template == "catalog-critical":
        facts = issue_facts(issues(name, said)[0], PLAN, "")
        return {"steward": "seating", "run": RUN, "more": 4, "issue": facts}
    if template == "release-wave":
        kinds = ("published", "changed", "withdrawn")
        changed = told(rows(name, 35), *kinds)
        jobs = [["j1", "import", "Import"], ["j2", "renderWebgl", "Render"], ["j3", "import", "Import"]]
        return wave("emea-web", changed, jobs, RUN)
    key, value = ("region", "EMEA") if template == "launch-ready" else ("locale", "fr-FR")
    return {key: value, "run": RUN, **shown_items(told(rows(name, 35), "ready"))}
