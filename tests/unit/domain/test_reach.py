"""Whom a rule reaches: nobody is lost, nobody told twice, nobody stands in for another about their own request."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import NOW, a_configuration

from herald.domain.configuration import Audience, Configuration, Notify
from herald.domain.delivery import Channel
from herald.domain.directory import Absence, Person
from herald.domain.notification import Recipient, Severity, same_person
from herald.domain.reach import Reach, reach

EMAIL, SMS, WHATSAPP = Channel.EMAIL, Channel.SMS, Channel.WHATSAPP
DAY = timedelta(days=1)
ADA, BEN, CLEO = (Recipient(name.title(), f"{name}@example.com") for name in ("ada", "ben", "cleo"))
NOBODY: Mapping[str, Any] = {}


def away(delegate: Recipient | None, *, since: timedelta = -DAY, until: timedelta = DAY) -> Absence:
    return Absence(NOW + since, NOW + until, delegate.key if delegate else None)


def people(*known: Recipient, **absences: Absence) -> dict[str, Person]:
    """A directory; who is away is named by their first name."""
    return {
        one.key: Person(one, absences=tuple(absence for name, absence in absences.items() if name.title() == one.name))
        for one in known
    }


def reached(
    members: tuple[Recipient, ...], known: Mapping[str, Person], facts: Mapping[str, Any] = NOBODY,
    channels: tuple[Channel, ...] = (SMS, EMAIL), consent: str | None = None,
) -> tuple[Reach, ...]:  # fmt: skip
    audience = Audience("desk", members={"*": members}, consent=consent)
    configuration = a_configuration(audiences={"desk": audience}, people=known)
    return reach(Notify("desk", "words", channels, Severity.LOW), configuration, facts, NOW)


def told(*found: Reach) -> list[tuple[str, tuple[str, ...]]]:
    """Who is told, and in whose place."""
    return [(one.recipient.name, one.recipient.in_place_of) for one in found]


def test_while_somebody_is_absent_their_delegate_is_told_in_their_place() -> None:
    assert told(*reached((ADA, CLEO), people(ADA, BEN, CLEO, ada=away(BEN)))) == [("Ben", ("Ada",)), ("Cleo", ())]


@pytest.mark.parametrize(
    "absence",
    [
        pytest.param(away(None), id="no delegate"),
        pytest.param(away(Recipient("Gone", "gone@example.com")), id="a delegate nobody knows"),
        pytest.param(away(BEN, since=DAY, until=2 * DAY), id="not yet"),
        pytest.param(away(BEN, until=timedelta(0)), id="no more"),
    ],
)
def test_somebody_without_a_delegate_or_back_again_is_told_themselves(absence: Absence) -> None:
    assert told(*reached((ADA,), people(ADA, BEN, ada=absence))) == [("Ada", ())]


def test_an_absence_begins_and_ends_to_the_moment() -> None:
    begins = people(ADA, BEN, ada=away(BEN, since=timedelta(0)))
    assert told(*reached((ADA,), begins)) == [("Ben", ("Ada",))]
    before = people(ADA, BEN, ada=away(BEN, since=timedelta(microseconds=1)))
    assert told(*reached((ADA,), before)) == [("Ada", ())]


def test_an_absent_delegate_takes_no_place_and_hands_nothing_on() -> None:
    known = people(ADA, BEN, CLEO, ada=away(BEN), ben=away(CLEO))
    assert told(*reached((ADA,), known)) == [("Ada", ())]


def test_a_delegate_is_nobody_who_cannot_be_reached_over_the_rules_channels() -> None:
    phone = replace(ADA, phone="+493023125101")
    assert told(*reached((phone,), people(phone, BEN, ada=away(BEN)), channels=(SMS,))) == [("Ada", ())]


def test_the_requester_hears_nothing_in_place_of_another() -> None:
    known = people(ADA, BEN, ada=away(BEN))
    facts = {"order": {"requester": {"name": "B.", "email": "BEN@example.com"}}}
    assert told(*reached((ADA,), known, facts)) == [("Ada", ())]
    assert told(*reached((ADA, BEN), known, facts)) == [("Ada", ()), ("Ben", ())]


def test_a_delegate_of_several_who_is_a_member_too_is_told_once_for_all_of_them() -> None:
    known = people(ADA, BEN, CLEO, ada=away(BEN), cleo=away(BEN))
    assert told(*reached((BEN, ADA, CLEO), known)) == [("Ben", ("Ada", "Cleo"))]


@pytest.mark.parametrize(
    ("wanted", "offered", "ways"),
    [
        ((), (SMS, EMAIL), (SMS, EMAIL)),
        ((EMAIL, SMS), (SMS, EMAIL), (EMAIL, SMS)),
        ((EMAIL,), (SMS, EMAIL), (EMAIL,)),
        ((WHATSAPP, EMAIL), (SMS, EMAIL), (EMAIL,)),
        ((SMS,), (EMAIL,), ()),
    ],
)
def test_of_a_rules_channels_a_persons_own_order_wins(
    wanted: tuple[Channel, ...], offered: tuple[Channel, ...], ways: tuple[Channel, ...]
) -> None:
    ada = replace(ADA, phone="+493023125101", channels=wanted)
    assert [one.channels for one in reached((ada,), {}, channels=offered)] == [ways]


@pytest.mark.parametrize(
    ("said", "channels", "refused"),
    [
        (True, (SMS, EMAIL), ()),
        (["email", "SMS "], (SMS, EMAIL), ()),
        ("email", (EMAIL,), (SMS,)),
        (["fax"], (), (SMS, EMAIL)),
        ([], (), (SMS, EMAIL)),
        (False, (), (SMS, EMAIL)),
        ("true", (), (SMS, EMAIL)),
        (1, (), (SMS, EMAIL)),
        ({"email": True}, (), (SMS, EMAIL)),
        (None, (), (SMS, EMAIL)),
    ],
)
def test_nobody_is_told_over_a_channel_without_their_consent(
    said: Any, channels: tuple[Channel, ...], refused: tuple[Channel, ...]
) -> None:
    ada = replace(ADA, phone="+493023125101")
    facts = {"data": {"consent": said}} if said is not None else {}
    (one,) = reached((ada,), {}, facts, consent="data.consent")
    assert (one.channels, one.without_consent) == (channels, refused)


def test_for_want_of_an_address_no_consent_is_missing() -> None:
    (one,) = reached((ADA,), {}, channels=(SMS,), consent="data.consent")
    assert (one.channels, one.without_consent) == ((), ())


NAMES = ("ada", "ben", "cleo", "dora", "eric")
KNOWN = tuple(Recipient(name.title(), f"{name}@example.com") for name in NAMES)
LONE_PHONE = tuple(Recipient(name.title(), None, f"+49302312510{place}") for place, name in enumerate(NAMES))
spans = st.tuples(st.integers(-3, 3), st.integers(-3, 3))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Configuration, Mapping[str, Any], tuple[Recipient, ...]]:
    """A directory with absences, an audience over it, and an order of one of them or of nobody."""
    folk = [draw(st.sampled_from(pair)) for pair in zip(KNOWN, LONE_PHONE, strict=True)]
    keys = st.sampled_from([None, "nobody@example.com", *(one.key for one in folk)])
    absences = st.lists(
        st.builds(lambda span, key: Absence(NOW + span[0] * DAY, NOW + span[1] * DAY, key), spans, keys)
    )
    known = {one.key: Person(one, draw(keys), tuple(draw(absences))) for one in folk}
    members = tuple(draw(st.lists(st.sampled_from(folk), max_size=8)))
    requester = draw(st.sampled_from([None, *folk]))
    person = {"name": "Someone", "email": requester.email, "phone": requester.phone} if requester else None
    audience = Audience("desk", members={"*": members})
    return a_configuration(audiences={"desk": audience}, people=known), {"order": {"requester": person}}, members


@settings(max_examples=400, deadline=None)
@given(worlds(), st.permutations((EMAIL, SMS)))
def test_whoever_is_absent_nobody_is_lost_told_twice_or_told_about_themselves(
    world: tuple[Configuration, Mapping[str, Any], tuple[Recipient, ...]], channels: list[Channel]
) -> None:
    configuration, facts, members = world
    found = reach(Notify("desk", "words", tuple(channels), Severity.LOW), configuration, facts, NOW)
    keys = [one.recipient.key for one in found]
    assert len(set(keys)) == len(keys)
    covered = {name for one in found for name in one.recipient.in_place_of}
    for member in members:
        assert member.key in keys or member.name in covered
    asked = facts["order"]["requester"]
    for one in found:
        person = one.recipient
        if not person.in_place_of:
            assert person in members
            continue
        # One hop: whoever takes a place is there, can be reached, and has not asked for the order.
        assert configuration.people[person.key].absence(NOW) is None
        assert one.channels
        assert asked is None or not same_person(person, Recipient("", asked["email"], asked["phone"]))
        for name in person.in_place_of:
            absent = next(member for member in members if member.name == name)
            absence = configuration.people[absent.key].absence(NOW)
            assert absence is not None
            assert absence.delegate == person.key


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(JSON)
def test_facts_of_any_shape_reach_somebody_or_nobody(value: Any) -> None:
    for facts in ({"order": value}, {"order": {"requester": value}}, {"data": {"consent": value}}):
        for one in reached((ADA,), people(ADA, BEN, ada=away(BEN)), facts, consent="data.consent"):
            assert set(one.channels) <= {EMAIL}


@pytest.mark.parametrize(
    ("consent", "wants", "later"),
    [
        (["sms"], (), (SMS,)),
        (["sms", "email"], (EMAIL,), (EMAIL,)),
        (["email"], (SMS, EMAIL), (EMAIL,)),
        (True, (), (EMAIL, SMS, WHATSAPP)),
    ],
)
def test_who_agreed_to_some_channels_is_bound_to_them_later_too(
    consent: Any, wants: tuple[Channel, ...], later: tuple[Channel, ...]
) -> None:
    """As where a digest tells several messages over a channel of its own."""
    customer = Recipient("Cleo", "cleo@example.com", "+493023125101", channels=wants)
    (one,) = reached((customer,), {}, {"consent": consent}, consent="consent")
    assert one.recipient.over((EMAIL, SMS, WHATSAPP)) == later
