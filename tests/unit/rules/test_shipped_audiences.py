"""The audiences that ship: who is found in an order, by its lines, its owner, its requester and its customer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.rules.orders import CONFIGURATION, NOW, a_cart_line, an_order, facts_of
from tests.unit.rules.seed import ORDERS

from herald.domain.audience import resolve
from herald.domain.configuration import Audience, Notify
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient, Severity
from herald.domain.reach import Reach, reach
from herald.domain.recipient_zone import zone_of
from simulators.threekit.seed import ids

EMAIL, SMS = Channel.EMAIL, Channel.SMS


OWNER = Audience("order-owner", person="order.owner")
BOSS = Audience("requesters-manager", manager_of="order.requester")


def told(audience: str | Audience, facts: Mapping[str, Any]) -> list[str | None]:
    known = CONFIGURATION.audiences[audience] if isinstance(audience, str) else audience
    return [one.email for one in resolve(known, facts, CONFIGURATION.people)]


def to_customer(order: Mapping[str, Any]) -> tuple[Reach, ...]:
    then = Notify("customer", "order-status", (SMS, EMAIL), Severity.LOW)
    return reach(then, CONFIGURATION, facts_of(order), NOW)


@pytest.mark.parametrize(
    ("categories", "engineers"),
    [
        (["bedroom"], ["engineering.beds@example.com"]),
        (["seating"], ["engineering@example.com"]),
        (["bedroom", "seating", "bedroom"], ["engineering.beds@example.com", "engineering@example.com"]),
        ([None], ["engineering@example.com"]),
    ],
)
def test_by_the_categories_of_its_lines(categories: list[str | None], engineers: list[str]) -> None:
    order = an_order(*(a_cart_line(category=category) for category in categories))
    assert told("engineering", facts_of(order)) == engineers


def test_by_the_brands_of_its_lines() -> None:
    finch, desk = Recipient("Finch", "finch@example.com"), Recipient("Desk", "desk@example.com")
    by_brand = Audience("brand-teams", by="order.lines[].brand", members={"Finch": (finch,), "*": (desk,)})
    lines = [a_cart_line(brand=brand) for brand in ("Alder", "Finch", "Finch")]
    assert resolve(by_brand, facts_of(an_order(*lines))) == (desk, finch)


@pytest.mark.parametrize(
    ("order_id", "owner", "manager"),
    [
        (ids.ORDER_BERLIN_SOFA_NEW, "tilda.berg@example.com", "greta.sommer@example.com"),
        (ids.ORDER_BOSTON_HOTEL_NEW, "rosa.delgado@example.com", "paul.okafor@example.com"),
        (ids.ORDER_TOKYO_DESK_IN_PROGRESS, "key.accounts@example.com", "head.of.sales@example.com"),
    ],
)
def test_its_owner_and_the_manager_of_who_asked_for_it(order_id: str, owner: str, manager: str) -> None:
    facts = facts_of(ORDERS[order_id])
    assert told(OWNER, facts) == [owner]
    assert told(BOSS, facts) == [manager]


def test_an_order_without_owner_or_known_requester_has_neither() -> None:
    facts = facts_of(an_order(requester={"email": "new.here@example.com"}))
    assert told(OWNER, facts) == told(BOSS, facts) == []


@pytest.mark.parametrize(
    ("consent", "channels"), [(["email", "sms"], (SMS, EMAIL)), (["email"], (EMAIL,)), (True, (SMS, EMAIL)), (None, ())]
)
def test_a_customer_is_told_over_the_channels_they_agreed_to(consent: Any, channels: tuple[Channel, ...]) -> None:
    customer = {
        "name": "Jonas Brandt",
        "email": "jonas.brandt@example.com",
        "phone": "030 23125017",
        "consent": consent,
    }
    (one,) = to_customer(an_order(customer=customer))
    assert one.recipient.phone == "+493023125017"
    assert one.channels == channels


@pytest.mark.parametrize("order_id", sorted(ORDERS), ids=lambda order_id: str(ORDERS[order_id]["shortId"]))
def test_every_seeded_customer_can_be_told(order_id: str) -> None:
    (one,) = to_customer(ORDERS[order_id])
    assert one.channels
    assert not one.without_consent


def test_people_read_times_in_the_zone_of_their_office_and_customers_in_that_of_the_default_one() -> None:
    facts = facts_of(an_order(region="AMER"))
    (dana,) = resolve(CONFIGURATION.audiences["approvers"], facts)
    (customer,) = resolve(CONFIGURATION.audiences["customer"], facts)
    assert zone_of(dana, CONFIGURATION) == "America/New_York"
    assert zone_of(customer, CONFIGURATION) == "Europe/Berlin"
    assert zone_of(replace(customer, zone="Asia/Tokyo"), CONFIGURATION) == "Asia/Tokyo"
