"""The watch over the catalogue: warnings do not block, checks of one's own say what they mean, and config/ fits."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.catalog.catalog_builders import Around
from tests.unit.configuration.folders import BAD, SHIPPED, made_bad
from typer.testing import CliRunner

from herald.adapters.cel import CelRuleEngine
from herald.domain.catalog.item import CatalogItem
from herald.domain.catalog.own_checks import as_rules, item_facts
from herald.domain.catalog.plan import OwnCheck, plan_of
from herald.domain.catalog.surroundings import Pricebook
from herald.domain.decision import Verdict
from herald_cli.commands.config_versions import _linted
from herald_cli.commands.configuring import config
from herald_cli.condition_lint import breaches_of_check
from herald_cli.configuration_folder import read_folder
from herald_cli.rule_lint import lint_folder
from simulators.threekit.generated.vocabulary import REGIONS
from simulators.threekit.seed.catalog import definitions
from simulators.threekit.seed.people import CURRENCIES, LANGUAGES, TAG_NAMES, pricebooks

CONFIGURATION = read_folder(SHIPPED)
PLAN = plan_of(CONFIGURATION.catalog)
BOOKS = tuple(Pricebook(one["id"], one["name"], tuple(one["currencies"])) for one in pricebooks())
AROUND = Around(pricebooks=BOOKS)
OVER = BAD / "catalog-exemption-over"


def verdicts(own: tuple[OwnCheck, ...], products: dict[str, Any]) -> set[Verdict]:
    engine, found = CelRuleEngine(), set()
    for identity, definition in products.items():
        facts = {"item": item_facts(CatalogItem(identity, definition), AROUND)}
        found |= {outcome.verdict for outcome in engine.evaluate(CONFIGURATION, as_rules(own), facts)}
    return found


def test_a_warning_is_shown_and_keeps_nothing_from_shipping(tmp_path: Path) -> None:
    folder = made_bad(OVER, tmp_path)
    plain = CliRunner().invoke(config, ["lint", "--config", str(folder)])
    assert plain.exit_code == 0
    assert "warning exemption-over" in plain.output
    assert "may ship" in plain.output
    told = CliRunner().invoke(config, ["lint", "--config", str(folder), "--json"])
    assert [(one["code"], one["warning"]) for one in json.loads(told.output)] == [("exemption-over", True)]
    assert _linted(folder).catalog["exemptions"]


def test_a_fault_beside_a_warning_keeps_it_from_shipping(tmp_path: Path) -> None:
    folder = made_bad(OVER, tmp_path)
    shutil.copytree(BAD / "check-no-condition" / "checks", folder / "checks")
    refused = CliRunner().invoke(config, ["lint", "--config", str(folder)])
    assert refused.exit_code != 0
    assert "may not ship: 1 to mend" in refused.output


@pytest.mark.parametrize(("today", "warned"), [(date(2020, 2, 29), False), (date(2020, 3, 1), True)])
def test_an_exemption_holds_on_its_last_day(today: date, warned: bool, tmp_path: Path) -> None:
    assert bool(lint_folder(made_bad(OVER, tmp_path), today)) is warned


@pytest.mark.parametrize(
    "condition",
    [
        "item.rules > 20.0",
        "size(item.tags) > 3",
        "!has(item.description)",
        '"Retail Europe" in item.prices && item.prices["Retail Europe"].EUR < 10.0',
        'item.published && timestamp(item.publishedAt) < timestamp("2020-01-01T00:00:00Z")',
        '"Fabric" in item.attributes && "x" in item.attributes["Fabric"].values',
        'item.attributes.exists(name, item.attributes[name].type == "Colour")',
        "!has(item.metadata.SKU) || item.metadata.SKU in lists.large_orders",
        '!(item.tags.exists(tag, tag in ["fabric", "wood", "metal"]) || size(item.attributes) > 1)',
        'has(item.folder) && item.folder.startsWith("old")',
    ],
)
def test_what_the_lint_lets_pass_the_engine_evaluates(condition: str) -> None:
    assert breaches_of_check(condition, tuple(CONFIGURATION.lists)) == []
    own = replace(PLAN.own_checks[0], when=condition)
    assert Verdict.ERROR not in verdicts((own,), definitions())


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("event.type == 'x'", "not-available"),
        ("now > now", "not-available"),
        ("item.published == 'yes'", "type-mismatch"),
        ("item.rules > 3", "type-mismatch"),
        ("item.stock > 3.0", "unknown-field"),
        ("item.name in lists.nothing", "unknown-list"),
        ("item.name = 'x'", "syntax"),
        ('item.name.matches("(")', "bad-pattern"),
        ("item.name.matches(item.id)", "pattern-not-literal"),
        ('item.tags.exists(tag, tag + tag == "aa")', "sum-in-loop"),
        (f"item.name == '{'x' * 2000}'", "too-long"),
    ],
)
def test_what_a_check_may_not_say(condition: str, code: str) -> None:
    assert [breach.code for breach in breaches_of_check(condition, ("large_orders",))] == [code]


def test_the_shipped_checks_find_nothing_in_the_clean_catalogue_and_what_they_are_for() -> None:
    assert verdicts(PLAN.own_checks, definitions()) == {Verdict.NOT_MATCHED}
    ((identity, definition), *_) = definitions().items()
    assert verdicts(PLAN.own_checks, {identity: {**definition, "name": "x" * 121}}) == {Verdict.MATCHED}


def test_the_shipped_watch_fits_the_simulated_organisation() -> None:
    assert {tag for steward in PLAN.stewards for tag in steward.match.tags} <= set(TAG_NAMES.values())
    books = {book.name: set(book.currencies) for book in BOOKS}
    for region in PLAN.regions:
        assert set(region.locales) <= set(LANGUAGES)
        assert all(set(currencies) <= books[name] for name, currencies in region.pricebooks.items())
    assert {region.name for region in PLAN.regions} == set(REGIONS)
    grouped = {value for group in PLAN.groups for values in group.match.metadata.values() for value in values}
    assert grouped == set(REGIONS)
    assert {PLAN.value_in, *PLAN.rates} == {currency for held in CURRENCIES.values() for currency in held}


def test_the_shipped_watch_leaves_no_item_without_a_steward_or_a_group() -> None:
    assert PLAN.stewards[-1].match.fits((), {})
    assert any(group.match.fits((), {}) for group in PLAN.groups)
    assert PLAN.steward_of(["bedroom", "storage"], {}) == "storage"
    assert PLAN.steward_of(["lighting"], {}) == "catalog"
    assert sum(PLAN.weights.values()) == 100
