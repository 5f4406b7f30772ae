"""Facts are exact, and what is missing is absent."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.rules.orders import (
    BOUCLE,
    CONFIGURATION,
    NOW,
    OAK,
    a_cart_line,
    an_event_of,
    an_order,
    facts_of,
    facts_of_submitted,
)

from herald.domain.facts import MappingError, SourceObjects, build_facts, facts_fingerprint, order_content

PRICES = st.decimals(0, 100_000, places=2, allow_nan=False)


def test_an_order_becomes_facts() -> None:
    cushions = [{"sku": "CMP-CSH-75", "name": "Seat cushion 75 cm", "quantity": 3}]
    line = a_cart_line(Decimal("1899.00"), 2, category="seating", components=cushions)
    variant = {"Fabric": {"assetId": BOUCLE}, "Wood": {"assetId": OAK}, "Seats": "3 seats", "Length in cm": 220}
    facts = facts_of(an_order(line), variant)
    assert facts["now"] == NOW
    assert facts["event"]["type"] == "threekit.order.created"
    assert facts["order"] == {
        "id": "5eed000a-0000-4000-8000-000000000001",
        "shortId": "berSofa1",
        "name": "Berlin 2025001",
        "status": "New",
        "currency": "EUR",
        "region": "EMEA",
        "locale": "de-DE",
        "requester": {"name": "Lena Vogt", "email": "lena.vogt@example.com"},
        "customer": {
            "name": "Jonas Brandt", "email": "jonas.brandt@example.com", "phone": "+493023125017", "country": "DE",
            "locale": "de-DE", "consent": ["email", "sms"],
        },
        "createdAt": datetime(2025, 10, 1, 9, 1, tzinfo=UTC),
        "updatedAt": datetime(2025, 10, 1, 9, 1, tzinfo=UTC),
        "lines": [
            {
                "sku": "AF-SOF-001", "name": "Alder Sofa", "category": "seating", "quantity": 2,
                "configurationId": "saved-1", "unitPrice": Decimal("1899.00"), "lineTotal": Decimal("3798.00"),
                "attributes": {
                    "Fabric": "Bouclé Sand", "Wood": "Natural Oak", "Seats": "3 seats", "Length in cm": 220,
                },
                "components": [{"sku": "CMP-CSH-75", "name": "Seat cushion 75 cm", "quantity": 3}],
            }
        ],
        "components": [{"sku": "CMP-CSH-75", "name": "Seat cushion 75 cm", "quantity": 6}],
        "quantity": 2,
        "total": Decimal("3798.00"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "consent"),
    [
        (True, ["email", "fax", "sms", "whatsapp"]),
        (["SMS", "email"], ["email", "sms"]),
        ("sms", ["sms"]),
        (["pigeon", 7], []),
        (False, []),
        ({"email": True}, []),
        ("yes", []),
    ],
)
def test_a_consent_is_the_channels_it_names_and_never_stands_in_the_way(said: Any, consent: list[str]) -> None:
    order = an_order(customer={"email": "jo@example.com", "consent": said})
    assert facts_of(order)["order"]["customer"]["consent"] == consent


def test_without_a_word_of_consent_there_is_none() -> None:
    assert "consent" not in facts_of(an_order(customer={"email": "jo@example.com"}))["order"]["customer"]


@settings(deadline=None)
@given(st.lists(st.tuples(PRICES, st.integers(0, 500)), max_size=20))
def test_the_total_is_the_exact_sum_of_all_lines(priced: list[tuple[Decimal, int]]) -> None:
    order = an_order()
    order["cart"] = [a_cart_line(price, count) for price, count in priced]
    facts = facts_of(order)["order"]
    assert facts["total"] == sum((price * count for price, count in priced), Decimal(0))
    assert [line["lineTotal"] for line in facts["lines"]] == [price * count for price, count in priced]
    assert all(isinstance(line["lineTotal"], Decimal) for line in facts["lines"])
    assert facts["quantity"] == sum(count for _, count in priced)


def test_sums_a_float_would_get_wrong_are_exact() -> None:
    order = an_order(*(a_cart_line(Decimal("0.10"), 1) for _ in range(3)))
    assert facts_of(order)["order"]["total"] == Decimal("0.30")


@pytest.mark.parametrize(
    ("order", "absent"),
    [
        (an_order(a_cart_line(None)), {"total"}),
        (an_order(a_cart_line(), a_cart_line(None)), {"total"}),
        (an_order(a_cart_line(count=None)), {"total", "quantity"}),
        (an_order(currency=None, locale=None), {"total", "currency"}),
        (an_order(region=" "), {"region"}),
        (an_order(customer=None, locale=None), {"customer", "locale"}),
        (an_order(requester={"name": None, "email": ""}), {"requester"}),
        ({**an_order(), "cart": None}, {"lines", "components", "total", "quantity"}),
        ({**an_order(), "metadata": None}, {"currency", "region", "total", "requester", "customer", "locale"}),
    ],
)
def test_what_is_missing_is_absent(order: dict[str, Any], absent: set[str]) -> None:
    facts = facts_of(order)["order"]
    assert absent & facts.keys() == set()
    assert None not in facts.values()


def test_an_empty_cart_is_known_to_be_worth_nothing() -> None:
    facts = facts_of({**an_order(), "cart": []})["order"]
    assert (facts["lines"], facts["total"], facts["quantity"]) == ([], Decimal("0.00"), 0)


@pytest.mark.parametrize(
    ("order", "path", "problem"),
    [
        (
            an_order(a_cart_line(Decimal("10.999"))),
            "order.lines[0].unitPrice",
            "number: the amount has more than the 2",
        ),
        (
            an_order(a_cart_line(Decimal("10.5")), currency="JPY"),
            "order.lines[0].unitPrice",
            "0 fraction digits of JPY",
        ),
        (an_order(a_cart_line(10.5)), "order.lines[0].unitPrice", "float is no plain decimal number, not exact"),
        (an_order(a_cart_line("1.899,00")), "order.lines[0].unitPrice", "text is no plain decimal number"),
        (an_order(a_cart_line("1e3")), "order.lines[0].unitPrice", "text is no plain decimal number"),
        (an_order(a_cart_line(True)), "order.lines[0].unitPrice", "bool is no plain decimal number"),
        (an_order(a_cart_line(), a_cart_line(count=Decimal("1.5"))), "order.lines[1].quantity", "no whole number"),
        (an_order(a_cart_line(count=-1)), "order.lines[0].quantity", "between 0 and"),
        (an_order(a_cart_line(count="3")), "order.lines[0].quantity", "text is no whole number"),
        (an_order(a_cart_line(Decimal(9_999_999_999), 9999)), "order.lines[0].lineTotal", "more than 15 digits"),
        (an_order(currency="Euro"), "order.currency", "no currency code"),
        (an_order(region={"name": "EMEA"}), "order.region", "object is no text"),
        (an_order(a_cart_line(components={"sku": "A"})), "order.lines[0].components", "object is no list"),
        (an_order(a_cart_line(components=["A"])), "order.lines[0].components[0]", "text is no object"),
        ({**an_order(), "cart": [None]}, "order.lines[0]", "NoneType is no object"),
        ({**an_order(), "updatedAt": "yesterday"}, "order.updatedAt", "no RFC 3339 time"),
    ],
)
def test_what_cannot_be_used_is_named_by_its_path(order: dict[str, Any], path: str, problem: str) -> None:
    with pytest.raises(MappingError, match=problem) as refused:
        facts_of(order)
    assert refused.value.path == path


@settings(deadline=None)
@given(st.text(min_size=12, alphabet="abcdefghijklmnopqrstuvwxyz@."))
def test_no_value_gets_into_an_error(secret: str) -> None:
    with pytest.raises(MappingError) as refused:
        facts_of(an_order(a_cart_line(f"{secret}!")))
    assert secret not in str(refused.value)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("3 seats", "3 seats"), (220, 220), (Decimal("1.5"), Decimal("1.5")), (True, True), (False, False), (0, 0),
        ({"r": 1, "g": 0, "b": 0}, "rgb(1, 0, 0)"),
        ({"assetId": OAK, "type": "item"}, "Natural Oak"), ({"assetId": "not-named"}, "not-named"),
        ([{"assetId": OAK}, {"assetId": "b"}], "Natural Oak, b"),
    ],
)  # fmt: skip
def test_a_variants_value_becomes_one_readable_scalar(told: Any, read: Any) -> None:
    assert facts_of(an_order(), {"A": told})["order"]["lines"][0]["attributes"] == {"A": read}


@pytest.mark.parametrize("told", [None, "", {"assetId": ""}, [], {"other": 1}, [{"assetId": ""}]])
def test_an_empty_value_of_a_variant_is_absent(told: Any) -> None:
    assert facts_of(an_order(), {"A": told})["order"]["lines"][0]["attributes"] == {}


def test_a_line_may_name_an_asset_where_a_saved_configuration_should_be() -> None:
    assert "attributes" not in facts_of(an_order())["order"]["lines"][0]


def test_components_are_gathered_by_sku_over_all_lines() -> None:
    frame, cushion = {"sku": "F", "name": "Frame", "quantity": 1}, {"sku": "C", "quantity": 3}
    order = an_order(
        a_cart_line(count=2, components=[frame, cushion]),
        a_cart_line(count=4, components=[frame, {"sku": "X"}, {"name": "without a SKU"}]),
    )
    assert facts_of(order)["order"]["components"] == [
        {"sku": "F", "name": "Frame", "quantity": 6},
        {"sku": "C", "quantity": 6},
        {"sku": "X"},
    ]


def test_the_second_place_serves_where_the_first_has_nothing() -> None:
    order = an_order(currency=None, region=None, country="DE")
    assert facts_of(order)["order"]["currency"] == "EUR"
    assert facts_of(order)["order"]["region"] == "DE"


def test_numeric_skus_and_small_currency_codes_are_read_as_meant() -> None:
    facts = facts_of(an_order(a_cart_line(sku=10017), currency="eur "))["order"]
    assert (facts["lines"][0]["sku"], facts["currency"]) == ("10017", "EUR")


def test_a_submitted_configuration_is_read_from_its_own_signed_body() -> None:
    data = {
        "region": "EMEA", "currency": "GBP", "locale": "en-GB",
        "lines": [{"sku": "T", "quantity": 2, "unitPrice": Decimal("1952.2"), "attributes": {"Wood": "Rosewood"}}],
        "customer": {"name": "Amelia Whitfield", "email": "amelia.whitfield@example.net"},
    }  # fmt: skip
    facts = facts_of_submitted(data)
    assert facts["order"]["total"] == Decimal("3904.40")
    assert facts["order"]["customer"]["locale"] == "en-GB"
    assert facts["order"]["lines"][0]["attributes"] == {"Wood": "Rosewood"}
    assert facts["data"] == data


def test_a_job_and_a_plain_connector_event_have_facts_of_their_own() -> None:
    job = {"id": "j", "type": "export", "status": "stopped", "taskResultFailures": 1, "taskCount": Decimal("1")}
    event = an_event_of("threekit.job.updated", {"id": "j"}, "job/j")
    facts = build_facts(event, SourceObjects(job=job), CONFIGURATION.mapping, NOW)
    assert facts["job"] == {"id": "j", "type": "export", "status": "stopped", "failures": 1, "tasks": 1}
    failed = build_facts(an_event_of("sync.failed", {"system": "erp"}), SourceObjects(), CONFIGURATION.mapping, NOW)
    assert failed.keys() == {"event", "now", "data"}


def test_a_hint_without_its_object_has_no_facts() -> None:
    event = an_event_of("threekit.order.created", an_order())
    with pytest.raises(MappingError, match="not read again"):
        build_facts(event, SourceObjects(), CONFIGURATION.mapping, NOW)


def test_a_vendors_type_without_a_section_has_no_facts() -> None:
    with pytest.raises(MappingError, match=r"has no section for threekit\.asset\.updated"):
        build_facts(an_event_of("threekit.asset.updated", {}), SourceObjects(), CONFIGURATION.mapping, NOW)


def test_an_expression_that_fails_on_the_data_is_named() -> None:
    mapping = {"threekit.order.*": {"order": {"region": "length(metadata.region)", "name": "length(missing)"}}}
    with pytest.raises(MappingError, match=r"order\.region: int is no text|order\.name: its expression"):
        facts_of(an_order(), mapping=mapping)


class TestFingerprint:
    """What makes two versions of a thing the same to the people told about it."""

    def test_our_own_note_does_not_change_it(self) -> None:
        before = an_order()
        after = an_order(herald={"notifications": {"ntf_1": {"rule": "r"}}})
        after["updatedAt"] = "2025-10-02T10:00:00.000Z"
        assert facts_fingerprint(facts_of(before)) == facts_fingerprint(facts_of(after))
        assert order_content(before) == order_content(after)

    @pytest.mark.parametrize(
        "change",
        [{"region": "AMER"}, {"currency": "USD"}, {"customer": {"name": "Another"}}, {"attributes": {"rush": True}}],
    )
    def test_any_other_change_does(self, change: dict[str, Any]) -> None:
        assert facts_fingerprint(facts_of(an_order())) != facts_fingerprint(facts_of(an_order(**change)))

    def test_the_event_and_the_time_of_telling_do_not(self) -> None:
        facts = facts_of(an_order())
        later = {**facts, "now": NOW + timedelta(days=1), "event": {**facts["event"], "id": "evt_other"}}
        assert facts_fingerprint(later) == facts_fingerprint(facts)

    def test_a_price_does(self) -> None:
        dearer = facts_of(an_order(a_cart_line(Decimal("1899.01"))))
        assert facts_fingerprint(dearer) != facts_fingerprint(facts_of(an_order()))

    def test_an_order_without_metadata_has_content(self) -> None:
        assert order_content({"id": "a", "updatedAt": "x", "metadata": None}) == {"id": "a", "metadata": None}
