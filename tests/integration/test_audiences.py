"""Whom an event reaches, all the way to their message: absences, preferences, consent, zones, and nobody at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import NOW
from tests.integration.configuration import two_rules
from tests.integration.house import House

from herald.adapters.configuration_bundle import versioned
from herald.domain.configuration import Audience, Configuration, Notify, Rule
from herald.domain.delivery import Channel
from herald.domain.directory import Absence, Person
from herald.domain.errors import Reason
from herald.domain.notification import Notification, Recipient, Severity
from herald.domain.working_time import Calendar
from simulators import OpenTextSimulator, ThreekitSimulator
from simulators.threekit.seed import ids

ORDER = ids.ORDER_LYON_TABLE_NEW
EMAIL, SMS = Channel.EMAIL, Channel.SMS
ADA, BEN = Recipient("Ada", "ada@example.com"), Recipient("Ben", "ben@example.com", "+4930123456", zone="Asia/Tokyo")
AWAY = Absence(NOW - timedelta(days=1), NOW + timedelta(days=1), BEN.key)
HouseOf = Callable[..., House]


@pytest.fixture
def house_of(emulated_aws: None, threekit: ThreekitSimulator, opentext: OpenTextSimulator) -> HouseOf:
    """A house with one rule, by SMS first, for the audience ``desk``."""

    def built(audience: Audience, **changes: object) -> House:
        then = Notify("desk", "plain", (SMS, EMAIL), Severity.LOW)
        base: Configuration = replace(
            two_rules(), rules=(Rule("new-order", "", ("threekit.order.created",), "true", then),),
            audiences={"desk": replace(audience, name="desk")},
            templates={f"plain/en/{part}": "It is {{ '2026-03-02T15:00:00Z' | datetime('short') }}"
                       for part in ("subject.txt", "body.txt", "body.html", "sms.txt")},
            people={ADA.key: Person(ADA, absences=(AWAY,)), BEN.key: Person(BEN)},
        )  # fmt: skip
        return House(threekit, opentext, versioned(replace(base, **changes)))  # type: ignore[arg-type]

    return built


def told(house: House) -> tuple[list[Notification], list[tuple[str, Reason, str]]]:
    """What is decided of an order: notifications as the ledger keeps them, and skips."""
    event_id = house.order_created(ORDER)["json"]["id"]
    house.settle()
    trace = house.trace(event_id)
    assert trace.decision is not None
    skips = [(skip.what, skip.reason, skip.detail) for skip in trace.decision.skips]
    return [record.notification for record in trace.notifications], skips


def sent(house: House) -> list[tuple[str, str]]:
    return [(submit.destinations[0], submit.texts[0].replace("\u202f", " ")) for submit in house.opentext.submits]


def test_a_delegate_is_told_in_their_own_zone_and_the_ledger_knows_in_whose_place(house_of: HouseOf) -> None:
    house = house_of(Audience("", members={"*": (ADA,)}))
    (notification,), skips = told(house)
    assert notification.recipient == replace(BEN, in_place_of=("Ada",))
    assert (notification.channels, skips) == ((SMS, EMAIL), [])
    assert sent(house) == [("004930123456", "It is 3/3/26, 12:00 AM JST")]


def test_a_persons_own_order_of_channels_wins(house_of: HouseOf) -> None:
    house = house_of(Audience("", members={"*": (replace(BEN, channels=(EMAIL, SMS)),)}))
    told(house)
    assert [destination for destination, _ in sent(house)] == ["ben@example.com"]


def test_who_has_no_zone_reads_times_in_that_of_the_default_calendar(house_of: HouseOf) -> None:
    calendars = {"boston": Calendar("boston", "America/New_York")}
    house = house_of(Audience("", members={"*": (ADA,)}), people={}, calendars=calendars, default_calendar="boston")
    told(house)
    assert sent(house) == [("ada@example.com", "It is 3/2/26, 10:00 AM EST")]


def test_templates_of_an_older_release_write_utc_themselves(house_of: HouseOf) -> None:
    house = house_of(Audience("", members={"*": (BEN,)}), local_times=False)
    told(house)
    assert sent(house) == [("004930123456", "It is 3/2/26, 3:00 PM")]


def test_what_a_customer_did_not_consent_to_is_not_sent_and_it_is_kept_why(house_of: HouseOf) -> None:
    house = house_of(Audience("", person="order.customer", consent="order.customer.consent"))
    house.threekit.orders[ORDER]["metadata"]["customer"]["consent"] = ["email"]
    (notification,), skips = told(house)
    assert notification.channels == (EMAIL,)
    assert skips == [("new-order", Reason.NO_CONSENT, "a member of desk did not consent to sms")]
    assert [destination for destination, _ in sent(house)] == ["claire.moreau@example.org"]


def test_a_customer_who_consented_to_nothing_is_not_told_and_the_audience_is_not_empty(house_of: HouseOf) -> None:
    house = house_of(Audience("", person="order.customer", consent="order.customer.consent"))
    del house.threekit.orders[ORDER]["metadata"]["customer"]["consent"]
    notifications, skips = told(house)
    assert notifications == []
    assert skips == [("new-order", Reason.NO_CONSENT, "a member of desk did not consent to sms, email")]
    assert house.counts["AudiencesEmpty"] == 0


def test_a_rule_that_has_nobody_to_tell_is_counted(house_of: HouseOf) -> None:
    house = house_of(Audience("", by="order.region", members={"AMER": (ADA,)}))
    notifications, skips = told(house)
    assert notifications == []
    assert skips == [("new-order", Reason.NO_RECIPIENTS, "audience desk is nobody for this event")]
    assert house.counts["AudiencesEmpty"] == 1
