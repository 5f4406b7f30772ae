"""The plan: read as it was written, and which partition, steward and group an item falls to."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.adapters.exact_json import dumps, loads
from herald.domain.catalog.check import Requirement
from herald.domain.catalog.plan import (
    CatalogPlan,
    Datatable,
    Escalation,
    Exemption,
    Group,
    Match,
    Mute,
    OwnCheck,
    Partition,
    Region,
    Steward,
    plain_tag,
    plan_document,
    plan_of,
)
from herald.domain.notification import Severity

NAMES = st.text(max_size=8)
TUPLES = st.lists(NAMES, max_size=3).map(tuple)
NUMBERS = st.none() | st.integers(0, 10**9)
MONEY = st.decimals(0, 10**9, places=2)
BOOKS = st.dictionaries(NAMES, TUPLES, max_size=2)
SETTINGS = st.booleans() | st.integers() | NAMES | st.lists(NAMES, max_size=2)
MATCHES = st.builds(Match, TUPLES, st.dictionaries(NAMES, TUPLES, max_size=2))


def some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(strategy, max_size=2).map(tuple)


PLANS = st.builds(
    CatalogPlan,
    partitions=some(st.builds(Partition, NAMES, TUPLES, NAMES, NAMES)),
    checks=st.dictionaries(NAMES, st.dictionaries(NAMES, SETTINGS, max_size=3), max_size=2),
    own_checks=some(
        st.builds(OwnCheck, NAMES, NAMES, st.sampled_from(Severity), st.sampled_from(Requirement), NAMES, NAMES)
    ),
    stewards=some(st.builds(Steward, NAMES, MATCHES)),
    groups=some(st.builds(Group, NAMES, MATCHES)),
    exemptions=some(st.builds(Exemption, NAMES, NAMES, NAMES, st.dates(), NAMES, NAMES)),
    regions=some(st.builds(Region, NAMES, BOOKS, TUPLES, TUPLES, st.booleans(), MATCHES)),
    escalations=some(st.builds(Escalation, st.sampled_from(Severity), NUMBERS, st.none() | MONEY, NUMBERS)),
    mutes=some(st.builds(Mute, NAMES, TUPLES)),
    datatables=some(st.builds(Datatable, NAMES, TUPLES, NAMES, st.dictionaries(NAMES, NAMES, max_size=2))),
    weights=st.dictionaries(st.sampled_from(Requirement), st.integers(0, 100)),
    value_in=NAMES,
    rates=st.dictionaries(NAMES, MONEY, max_size=2),
    late_after_days=st.integers(0, 100),
    remind_after_days=st.integers(0, 100),
    top=st.integers(0, 100),
    item_link=NAMES,
    sku_key=NAMES,
)  # fmt: skip


@given(PLANS)
def test_a_plan_is_read_as_it_was_written(plan: CatalogPlan) -> None:
    document = plan_document(plan)
    assert plan_of(document) == plan
    assert plan_of(loads(dumps(document))) == plan
    assert set(document) == {one.name for one in fields(CatalogPlan)}


def test_what_is_missing_has_its_default() -> None:
    assert plan_of({}) == CatalogPlan()
    assert plan_of({"stewards": [{"name": "anna"}], "regions": [{"name": "EMEA"}], "datatables": [{"id": "t"}]}) == (
        CatalogPlan(stewards=(Steward("anna"),), regions=(Region("EMEA"),), datatables=(Datatable("t"),))
    )


OWN = {"name": "n", "about": "a", "severity": "low", "requirement": "metadata", "when": "true", "message": "m"}


def test_a_plan_as_a_file_says_it() -> None:
    plan = plan_of(
        {
            "partitions": [{"name": "seating", "tags": ["#Seating"], "schedule": "rate(1 day)"}, {"name": "rest"}],
            "exemptions": [{"check": "*", "author": "a", "reason": "r", "until": "2026-12-31", "item": "SOF-1"}],
            "escalations": [{"severity": "critical", "value": 1000.5}, {"severity": "high", "open_orders": 3}],
            "weights": {"asset": 1, "price": 2}, "rates": {"USD": 0.9},
            "own_checks": [OWN],
        }
    )  # fmt: skip
    assert plan.partitions == (Partition("seating", ("#Seating",), "rate(1 day)"), Partition("rest"))
    assert plan.exemptions == (Exemption("*", "a", "r", date(2026, 12, 31), "SOF-1"),)
    assert plan.escalations == (
        Escalation(Severity.CRITICAL, value=Decimal("1000.5")), Escalation(Severity.HIGH, open_orders=3),
    )  # fmt: skip
    assert (plan.weights, plan.rates) == ({Requirement.ASSET: 1, Requirement.PRICE: 2}, {"USD": Decimal("0.9")})
    assert plan.own_checks[0].requirement is Requirement.METADATA


@pytest.mark.parametrize(
    "odd",
    [{"unknown": 1}, {"stewards": [{}]}, {"exemptions": [{"check": "a", "until": "2026-01-01"}]}, {"regions": [{}]}],
)
def test_what_is_no_plan_is_refused(odd: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError)):
        plan_of(odd)


@pytest.mark.parametrize(
    ("name", "plain"), [("#Woods", "woods"), ("WOODS", "woods"), ("##a", "#a"), ("Straße", "strasse"), ("", "")]
)
def test_tags_are_compared_without_sign_and_case(name: str, plain: str) -> None:
    assert plain_tag(name) == plain


PARTITIONS = (Partition("sale", ("#Sale",)), Partition("seating", ("sofa", "Bench")))


@pytest.mark.parametrize(
    ("tags", "with_rest", "without"),
    [
        (["sale"], "sale", "sale"),
        (["#SALE", "sofa"], "sale", "sale"),
        (["bench"], "seating", "seating"),
        (["table"], "rest", None),
        ([], "rest", None),
    ],
)
def test_an_item_is_in_the_first_partition_whose_tag_it_bears(tags: list[str], with_rest: str, without: Any) -> None:
    assert CatalogPlan(partitions=(*PARTITIONS, Partition("rest"), Partition("never"))).partition_of(tags) == with_rest
    assert CatalogPlan(partitions=PARTITIONS).partition_of(tags) == without
    assert CatalogPlan().partition_of(tags) == "all"


def test_partitions_by_name() -> None:
    plan = CatalogPlan(partitions=PARTITIONS)
    assert (plan.partition("seating"), plan.partition("rest")) == (PARTITIONS[1], None)


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (Match(), True),
        (Match(("#SOFA", "other")), True),
        (Match(("other",)), False),
        (Match((), {"region": ("EMEA", "APAC")}), True),
        (Match((), {"region": ("AMER",)}), False),
        (Match(("sofa",), {"region": ("EMEA",), "size": ("7",)}), True),
        (Match(("sofa",), {"region": ("EMEA",), "size": ("8",)}), False),
        (Match(("other",), {"region": ("EMEA",)}), False),
        (Match((), {"missing": ("a",)}), False),
        (Match((), {"missing": ("",)}), True),
        (Match((), {"region": ()}), False),
    ],
)
def test_a_match_wants_one_of_the_tags_and_each_of_the_values(match: Match, fits: bool) -> None:
    assert match.fits(["Sofa", "new"], {"region": "EMEA", "size": 7}) is fits


def test_the_first_steward_that_matches_looks_after_an_item_and_else_the_last() -> None:
    anna, ben, cleo = (
        Steward(name, Match((tag,))) for name, tag in (("anna", "sofa"), ("ben", "new"), ("cleo", "old"))
    )
    plan = CatalogPlan(stewards=(anna, ben, cleo))
    told = [plan.steward_of(tags, {}) for tags in (["new", "sofa"], ["#new"], ["old"], ["nothing"], [])]
    assert told == ["anna", "ben", "cleo", "cleo", "cleo"]
    assert CatalogPlan().steward_of([], {}) == "catalog"
