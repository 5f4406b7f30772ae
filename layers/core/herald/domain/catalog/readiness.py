"""Readiness: how much of what an item needs it has, per channel, region and language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from herald.domain.catalog.check import Requirement
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.plan import CatalogPlan, Region
from herald.domain.catalog.surroundings import Pricebook

LETTERS = ((90, "A"), (80, "B"), (70, "C"), (60, "D"))
SHARE_DIGITS = 6
LAUNCH_NEEDS = (Requirement.ASSET, Requirement.PRICE, Requirement.ATTRIBUTES, Requirement.TRANSLATION)
"""What has to be whole before an item is announced in a region."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A place of the board: one channel of one region in one language.

    ``prices`` are the scopes it needs. ``spoken`` says whether the organisation has the language at all.
    """

    channel: str
    region: str
    locale: str
    prices: frozenset[str]
    spoken: bool = True

    @property
    def key(self) -> str:
        """Its name, such as ``web/EMEA/de-DE``."""
        return f"{self.channel}/{self.region}/{self.locale}"


@dataclass(frozen=True, slots=True)
class Score:
    """How ready an item is in one cell: 0 to 100, and which share (0 to 1) of what is not whole it has."""

    points: int
    lacks: Mapping[Requirement, float]

    @property
    def letter(self) -> str:
        """A from 90 on, B from 80, C from 70, D from 60, else E."""
        return letter(self.points)

    @property
    def launchable(self) -> bool:
        """Whether asset, price, attributes and translation are whole."""
        return not any(need in self.lacks for need in LAUNCH_NEEDS)


def letter(points: float) -> str:
    """Return the letter of a score."""
    return next((name for least, name in LETTERS if points >= least), "E")


def cells_of(regions: Iterable[Region], pricebooks: Sequence[Pricebook], locales: frozenset[str]) -> tuple[Cell, ...]:
    """Return the board's cells. A region without pricebooks needs every price that a live pricebook asks for.

    A pricebook or a language that the organisation does not have is something that no item can have: nothing is ready
    there.
    """
    ids = {book.name: book for book in pricebooks}
    every = frozenset(f"{book.id}/{currency}" for book in pricebooks for currency in book.currencies)
    cells = []
    for region in regions:
        wanted = {
            f"{ids[name].id if name in ids else name}/{currency}"
            for name, currencies in region.pricebooks.items()
            for currency in currencies or (ids[name].currencies if name in ids else ("?",))
        }
        prices = frozenset(wanted) if region.pricebooks else every
        cells += [
            Cell(channel, region.name, locale, prices, spoken=locale in locales)
            for channel in region.channels
            for locale in region.locales
        ]
    return tuple(cells)


def scored(
    plan: CatalogPlan, cell: Cell, findings: Iterable[tuple[Requirement, Finding]], texts: int, known: frozenset[str]
) -> Score:
    """Return an item's score in a cell. ``texts`` is how many texts it has, ``known`` are the prices that there are.

    Of prices and translations a part counts in part; asset, attributes and metadata are whole or not.
    """
    lacks: dict[Requirement, float] = {}
    missing_texts = 0
    missing_prices = set(cell.prices - known)
    for requirement, finding in findings:
        if requirement is Requirement.TRANSLATION:
            missing_texts += finding.scope in ("", cell.locale)
        elif requirement is Requirement.PRICE and finding.scope:
            missing_prices |= {finding.scope} & cell.prices
        else:
            lacks[requirement] = 0.0
    if not cell.spoken:
        lacks[Requirement.TRANSLATION] = 0.0
    elif missing_texts:
        lacks[Requirement.TRANSLATION] = max(0.0, 1 - missing_texts / max(texts, 1))
    if missing_prices:
        lacks.setdefault(Requirement.PRICE, 1 - len(missing_prices) / len(cell.prices))
    lacks = {requirement: round(share, SHARE_DIGITS) for requirement, share in lacks.items()}
    return Score(_points(plan, lacks), lacks)


def translated(plan: CatalogPlan, score: Score) -> Score:
    """Return a score as it is once all texts are there."""
    lacks = dict(score.lacks)
    lacks.pop(Requirement.TRANSLATION, None)
    return Score(_points(plan, lacks), lacks) if len(lacks) < len(score.lacks) else score


def _points(plan: CatalogPlan, lacks: Mapping[Requirement, float]) -> int:
    total = sum(plan.weights.values()) or 1
    reached = sum(weight * lacks.get(name, 1.0) for name, weight in plan.weights.items())
    # Thirds are not exact; a point that is whole but for that is whole.
    return int(100 * reached / total + 0.001)


def score_document(score: Score) -> dict[str, Any]:
    """Return a score as it is kept."""
    return {"points": score.points, "lacks": {str(name): share for name, share in score.lacks.items()}}


def score_of(document: Mapping[str, Any]) -> Score:
    """Return a score that was kept."""
    return Score(
        int(document["points"]), {Requirement(name): float(share) for name, share in document["lacks"].items()}
    )
