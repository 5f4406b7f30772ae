"""One item of the catalogue as the last scan left it: how ready it is where, and what would make it readier."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from herald.domain.catalog.plan import CatalogPlan
from herald.domain.catalog.readiness import Score
from herald.domain.catalog.state import Cellscore, ItemState
from herald_cli.scan_tables import plain_table
from herald_cli.scan_words import moment


def points_to_win(score: Score, plan: CatalogPlan) -> dict[str, float]:
    """Return how many points each requirement that is not whole would bring, the most first."""
    total = sum(plan.weights.values()) or 1
    points = {
        str(requirement): round(100 * plan.weights.get(requirement, 0) * (1 - share) / total, 1)
        for requirement, share in score.lacks.items()
    }
    return dict(sorted(points.items(), key=lambda pair: (-pair[1], pair[0])))


def item_as_json(state: ItemState, plan: CatalogPlan) -> dict[str, Any]:
    """Return an item's state for scripts."""
    return {
        "id": state.id, "name": state.name, "partition": state.partition, "steward": state.steward,
        "publishedAt": state.published_at.isoformat() if state.published_at else None,
        "readiness": {cell: _cell(known, plan) for cell, known in state.scores.items()},
        "findings": [
            {
                "issue": found.issue_id, "check": found.check, "message": found.message, "cause": found.cause,
                "detail": found.detail, "scope": found.scope, "evidence": dict(found.evidence),
            }
            for found in state.findings
        ],
        "announced": list(state.announced), "late": list(state.late),
    }  # fmt: skip


def print_item(console: Console, state: ItemState, plan: CatalogPlan) -> None:
    """Print an item's state."""
    console.print(Text.assemble((state.name or state.id, "bold"), f"  {state.id}"))
    grid = Table.grid(padding=(0, 2))
    published = f"{moment(state.published_at)} UTC" if state.published_at else "not published"
    for name, told in {
        "partition": state.partition, "steward": state.steward, "published": published,
        "announced in": ", ".join(state.announced) or "no region",
        "told late in": ", ".join(state.late) or "no language",
    }.items():  # fmt: skip
        grid.add_row(name, Text(told))
    console.print(grid)
    console.print()
    if state.scores:
        console.print(_board(state.scores, plan))
    else:
        console.print("No region of config/catalog.yaml is meant for it, so nothing says how ready it is.")
    console.print()
    if state.findings:
        console.print(_findings(state))
    else:
        console.print("[green]nothing was found wrong with it[/]")


def _cell(known: Cellscore, plan: CatalogPlan) -> dict[str, Any]:
    return {
        "score": known.score.points, "letter": known.score.letter, "before": known.before, "trend": known.trend,
        "launchable": known.score.launchable, "pointsToWin": points_to_win(known.score, plan),
    }  # fmt: skip


def _board(scores: Mapping[str, Cellscore], plan: CatalogPlan) -> Table:
    table = plain_table("channel/region/language")
    table.add_column("score", justify="right")
    for header in ("", "trend", "to be sold", "what would raise it"):
        table.add_column(header)
    for cell, known in scores.items():
        trend = Text(f"{known.trend:+d}" if known.trend else "-", style="red" if known.trend < 0 else "green")
        raises = ", ".join(f"{name} +{points:g}" for name, points in points_to_win(known.score, plan).items())
        launchable = "has all it needs" if known.score.launchable else "not yet"
        table.add_row(Text(cell), str(known.score.points), known.score.letter, trend, launchable, raises or "-")
    return table


def _findings(state: ItemState) -> Table:
    table = plain_table("check", "what", "where", "issue")
    for found in state.findings:
        table.add_row(
            Text(found.check), Text(found.message, overflow="fold"), Text(found.scope or "everywhere"),
            Text(found.issue_id, no_wrap=True),
        )  # fmt: skip
    return table
