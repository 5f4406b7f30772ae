"""What is remembered of an item from one scan to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from herald.domain.catalog.finding import Finding
from herald.domain.catalog.readiness import Score, score_document, score_of


@dataclass(frozen=True, slots=True)
class Cellscore:
    """A score on the board, and the one before it. ``told`` says that a language was reported complete meanwhile."""

    score: Score
    before: int | None = None
    told: bool = False

    @property
    def trend(self) -> int:
        """Points won (or lost) by the last change."""
        return self.score.points - self.before if self.before is not None else 0


@dataclass(frozen=True, slots=True)
class ItemState:
    """How an item was at the last scan.

    ``print`` is the fingerprint of all that checks depend on; ``content`` that of what customers see. ``scores`` are by
    the board's cell. ``announced`` are the regions its launch was told in, ``late`` the languages that were told late.
    """

    id: str
    name: str
    print: str
    content: str
    partition: str
    steward: str
    published_at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    scores: Mapping[str, Cellscore] = field(default_factory=dict)
    announced: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    sku: str = ""


def finding_document(finding: Finding) -> list[Any]:
    """Return a finding as it is kept, short."""
    return [
        finding.check, finding.cause, finding.message, finding.detail, finding.scope, dict(finding.evidence),
        list(finding.doubt),
    ]  # fmt: skip


def finding_of(document: list[Any]) -> Finding:
    """Return a finding that was kept."""
    check, cause, message, detail, scope, evidence, doubt = document
    return Finding(check, cause, message, detail, scope, evidence, tuple(doubt))


def state_document(state: ItemState) -> dict[str, Any]:
    """Return the state as plain objects, without the id."""
    return {
        "name": state.name, "print": state.print, "content": state.content, "partition": state.partition,
        "sku": state.sku, "steward": state.steward,
        "published_at": state.published_at.isoformat() if state.published_at else None,
        "findings": [finding_document(finding) for finding in state.findings],
        "scores": {
            cell: [score_document(known.score), known.before, known.told] for cell, known in state.scores.items()
        },
        "announced": list(state.announced), "late": list(state.late),
    }  # fmt: skip


def state_of(identity: str, document: Mapping[str, Any]) -> ItemState:
    """Return the state that plain objects describe."""
    at = document["published_at"]
    return ItemState(
        id=identity, name=document["name"], print=document["print"], content=document["content"],
        sku=document["sku"], partition=document["partition"], steward=document["steward"],
        published_at=datetime.fromisoformat(at) if at else None,
        findings=tuple(finding_of(one) for one in document["findings"]),
        scores={
            cell: Cellscore(score_of(score), before, told) for cell, (score, before, told) in document["scores"].items()
        },
        announced=tuple(document["announced"]), late=tuple(document["late"]),
    )  # fmt: skip
