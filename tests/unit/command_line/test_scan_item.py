"""``herald scan item``: readiness of one item, and what would raise it."""

from dataclasses import replace

import pytest
from tests.unit.command_line.a_stack import Stack
from tests.unit.command_line.scans import ITEM, an_item_state

from herald.domain.catalog.check import Requirement
from herald.domain.catalog.plan import CatalogPlan
from herald.domain.catalog.readiness import Score
from herald_cli.scan_item import points_to_win
from herald_cli.scan_ports import item_states


@pytest.fixture
def known(stack: Stack) -> Stack:
    """A stack that knows an item."""
    item_states(stack.connection).keep([an_item_state()])
    return stack


def test_what_is_missing_wins_its_weight_of_all_weights() -> None:
    weights = {Requirement.PRICE: 30, Requirement.TRANSLATION: 10, Requirement.ASSET: 10}
    score = Score(0, {Requirement.TRANSLATION: 0.25, Requirement.PRICE: 0.0})
    assert points_to_win(score, replace(CatalogPlan(), weights=weights)) == {"price": 60.0, "translation": 15.0}


def test_what_has_no_weight_wins_nothing() -> None:
    assert points_to_win(Score(0, {Requirement.PRICE: 0.0}), replace(CatalogPlan(), weights={})) == {"price": 0.0}


def test_it_is_shown_per_cell(known: Stack) -> None:
    ended = known.run("scan", "item", ITEM)
    assert ended.exit_code == 0, ended.output
    lines = [" ".join(line.split()) for line in ended.stdout.splitlines()]
    assert "web/DACH/de-DE 65 D -5 not yet price +30, translation +5" in lines
    assert "web/AMER/en-US 100 A - has all it needs -" in lines
    assert "announced in AMER" in lines
    assert "told late in de-DE" in lines
    assert any(line.startswith("price_missing there is no price in EUR retail/EUR iss_") for line in lines)


def test_for_scripts(known: Stack) -> None:
    told = known.run_json("scan", "item", ITEM)
    cell = told["readiness"]["web/DACH/de-DE"]
    assert cell == {
        "score": 65, "letter": "D", "before": 70, "trend": -5, "launchable": False,
        "pointsToWin": {"price": 30.0, "translation": 5.0},
    }  # fmt: skip
    assert [one["check"] for one in told["findings"]] == ["price_missing"]
    assert (told["announced"], told["late"]) == (["AMER"], ["de-DE"])


def test_one_that_is_whole_and_meant_for_no_region(stack: Stack) -> None:
    bare = an_item_state(findings=(), scores={}, announced=(), late=(), published_at=None)
    item_states(stack.connection).keep([bare])
    said = stack.run("scan", "item", ITEM).stdout
    for told in ("not published", "No region", "nothing was found wrong"):
        assert told in said


def test_one_that_no_scan_has_seen(stack: Stack) -> None:
    ended = stack.run("scan", "item", "SOF-1")
    assert ended.exit_code == 1
    assert "not its SKU" in ended.stderr
