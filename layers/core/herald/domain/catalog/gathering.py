"""The findings of a whole scan, gathered to what issues are made of."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from herald.domain.catalog.finding import Finding
from herald.domain.catalog.issue import SEVERITIES, Blast, Seen
from herald.domain.catalog.plan import CatalogPlan, Escalation
from herald.domain.notification import Severity

SAMPLE = 5
EVIDENCE = 5


@dataclass(slots=True)
class Candidate:
    """All findings of one check with one cause."""

    check: str
    cause: str
    message: str
    steward: str
    items: dict[str, None] = field(default_factory=dict)
    sample: list[tuple[str, str]] = field(default_factory=list)
    evidence: list[Mapping[str, Any]] = field(default_factory=list)
    doubt: tuple[str, ...] = ()
    details: int = 0

    def add(self, item: str, name: str, finding: Finding) -> None:
        """Add a finding at an item."""
        if item not in self.items:
            self.items[item] = None
            if len(self.sample) < SAMPLE:
                self.sample.append((item, name))
        self.details += 1
        if len(self.evidence) < EVIDENCE:
            self.evidence.append({"item": item, "what": finding.message, "scope": finding.scope, **finding.evidence})

    @property
    def asset(self) -> str | None:
        """The asset at fault, where it is one that others use."""
        kind, _, identity = self.cause.partition("/")
        return identity if kind == "asset" else None

    @property
    def told(self) -> str:
        """One line for people: the finding, and how many more there are."""
        name = self.sample[0][1] if self.sample else ""
        message = self.message if name in self.message else f"{name}: {self.message}"
        if len(self.items) > 1:
            return f"{message} (and at {len(self.items) - 1} more items)"
        return f"{message} (and {self.details - 1} more)" if self.details > 1 else message


@dataclass
class Gathering:
    """Candidates by the ids their issues have; items are counted by check."""

    candidates: dict[str, Candidate] = field(default_factory=dict)
    by_check: dict[str, set[str]] = field(default_factory=dict)

    def add(self, item: str, name: str, steward: str, finding: Finding) -> None:
        """Add a finding at an item. The steward of an issue is that of the first item it is seen at."""
        known = self.candidates.get(finding.issue_id)
        if known is None:
            known = Candidate(finding.check, finding.cause, finding.message, steward, doubt=finding.doubt)
            self.candidates[finding.issue_id] = known
        known.add(item, name, finding)
        self.by_check.setdefault(finding.check, set()).add(item)

    def doubts(self, standing: Iterable[str]) -> list[str]:
        """Return the assets to be asked for before what is new is told; what was told before needs no proof again."""
        known = set(standing)
        wanted = (candidate.doubt for identity, candidate in self.candidates.items() if identity not in known)
        return sorted({asset for doubt in wanted for asset in doubt})

    def without(self, present: set[str], standing: Iterable[str]) -> Iterator[tuple[str, Candidate]]:
        """Yield the candidates by id, but for those that are new and about assets that are there after all."""
        known = set(standing)
        for identity, candidate in sorted(self.candidates.items()):
            if identity in known or not present.intersection(candidate.doubt):
                yield identity, candidate


def seen_of(candidate: Candidate, plan: CatalogPlan, severity: Severity, blast: Blast, *, tolerated: bool) -> Seen:
    """Return what a scan saw of an issue, as severe as its blast radius makes it."""
    for escalation in plan.escalations:
        if _reached(escalation, blast):
            severity = max(severity, escalation.severity, key=SEVERITIES.index)
    return Seen(
        candidate.check, candidate.cause, severity, candidate.told, candidate.steward, blast,
        tuple(candidate.sample), tuple(candidate.evidence), tolerated,
    )  # fmt: skip


def tolerated(check: str, plan: CatalogPlan, faulty: int, items: int) -> bool:
    """Say whether so few items have a fault of a check that nobody is to be told (``tolerance``, a share of all)."""
    share = Decimal(str(plan.checks.get(check, {}).get("tolerance", 0)))
    return items > 0 and Decimal(faulty) <= share * items


def base_severity(check: str, plan: CatalogPlan, built_in: Mapping[str, Severity]) -> Severity:
    """Return how severe a check's findings are before anybody is touched by them."""
    configured = plan.checks.get(check, {}).get("severity")
    if configured:
        return Severity(configured)
    own = {one.name: one.severity for one in plan.own_checks}
    return own.get(check) or built_in.get(check, Severity.MEDIUM)


def is_exempt(plan: CatalogPlan, finding: Finding, today: date, *names: str) -> bool:
    """Say whether somebody has exempted a finding until a day that has not passed.

    ``names`` are the item's id and SKU.
    """
    return any(
        one.until >= today
        and one.check in ("*", finding.check)
        and (not one.item or one.item in names)
        and (not one.cause or one.cause == finding.cause)
        for one in plan.exemptions
    )


def of_owner(candidate: Candidate, name: str, steward: str) -> Candidate:
    """Return it under the name and in the care of the item at fault: an option's fault is its own steward's."""
    message = candidate.message.replace(f"'{candidate.asset}'", f"'{name}'")
    return replace(candidate, message=message, steward=steward)


def _reached(escalation: Escalation, blast: Blast) -> bool:
    limits = (
        (escalation.open_orders, blast.open_orders),
        (escalation.value, blast.worth),
        (escalation.configurations, blast.configurations),
    )
    asked = [(limit, reached) for limit, reached in limits if limit is not None]
    return bool(asked) and all(reached >= limit for limit, reached in asked)
