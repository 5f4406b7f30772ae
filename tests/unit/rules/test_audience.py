"""Who is told, and who is nobody."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herald.domain.audience import resolve, usable_email, usable_locale, usable_phone, usable_zone
from herald.domain.configuration import Audience
from herald.domain.directory import Person
from herald.domain.notification import Recipient

INES = Recipient("Ines Falk", email="ines.falk@example.com")
DANA = Recipient("Dana Whitmore", email="dana.whitmore@example.com")
DESK = Recipient("Order desk", email="order.desk@example.com")
BY_REGION = Audience("approvers", by="order.region", members={"EMEA": (INES,), "AMER": (DANA, INES), "*": (DESK,)})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("region", "told"),
    [
        ("EMEA", (INES,)),
        ("AMER", (DANA, INES)),
        ("APAC", (DESK,)),
        (None, (DESK,)),
        ("", (DESK,)),
        (["EMEA", "AMER"], (INES, DANA)),
    ],
)
def test_members_are_found_by_value_each_once(region: Any, told: tuple[Recipient, ...]) -> None:
    assert resolve(BY_REGION, {"order": {"region": region}}) == told


def test_without_members_for_a_value_it_is_nobody() -> None:
    audience = Audience("approvers", by="order.region", members={"EMEA": (INES,)})
    assert resolve(audience, {"order": {"region": "AMER"}}) == ()
    assert resolve(audience, {"order": {}}) == ()


def test_the_same_person_under_two_spellings_is_told_once() -> None:
    shouted = Recipient("I. Falk", email="INES.FALK@example.com")
    assert resolve(Audience("a", members={"*": (INES, shouted)}), {}) == (INES,)


@pytest.mark.parametrize(
    ("person", "recipient"),
    [
        (
            {"name": "Jo", "email": " jo@example.com ", "phone": "+49 (30) 2312-5017", "locale": "de_DE"},
            Recipient("Jo", "jo@example.com", "+493023125017", "de-DE"),
        ),
        ({"email": "no address", "phone": "+493023125017"}, Recipient("", None, "+493023125017")),
        ({"name": "Jo", "email": "jo@example.com", "phone": "030 23125017"}, Recipient("Jo", "jo@example.com")),
    ],
)
def test_a_person_of_the_event_has_those_addresses_that_can_be_used(
    person: dict[str, Any], recipient: Recipient
) -> None:
    assert resolve(Audience("customer", person="order.customer"), {"order": {"customer": person}}) == (recipient,)


@pytest.mark.parametrize("person", [None, {}, "jo@example.com", {"name": "Jo"}, {"name": "Jo", "email": "jo@"}, []])
def test_a_person_without_a_usable_address_is_nobody(person: Any) -> None:
    assert resolve(Audience("customer", person="order.customer"), {"order": {"customer": person}}) == ()


@settings(deadline=None)
@given(JSON)
def test_facts_of_any_shape_give_recipients_or_nobody(value: Any) -> None:
    for audience in (BY_REGION, Audience("customer", person="order.customer")):
        for facts in ({"order": value}, {"order": {"region": value, "customer": value}}):
            for recipient in resolve(audience, facts):
                assert recipient.email or recipient.phone


@pytest.mark.parametrize(
    "address",
    [
        "a b@example.com",
        "a@b@example.com",
        "a@example",
        "a@.com",
        "@example.com",
        "a@example.com\nBcc: b@example.com",
        "Jo <jo@example.com>",
        "jo@example.com,bo@example.com",
        "a" * 65 + "@example.com",
        "jo@" + "a." * 130 + "com",
        5,
    ],
)
def test_an_address_that_could_become_two_or_none_is_refused(address: Any) -> None:
    assert usable_email(address) is None


@pytest.mark.parametrize(
    "number", ["493023125017", "+0493023125", "+49", "+4930231250171234", "+49x", "+٤٩٣٠٢٣١٢٥", None]
)
def test_a_number_that_is_no_e164_is_refused(number: Any) -> None:
    assert usable_phone(number) is None


@pytest.mark.parametrize(
    ("number", "country", "dialled"),
    [
        ("030 23125017", "DE", "+493023125017"),
        ("(0)30 23125-017", "de", "+493023125017"),
        ("0049 30 23125017", "DE", "+493023125017"),
        ("(617) 555-0142", "US", "+16175550142"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+33 6 39 98 01 42", "DE", "+33639980142"),
        ("030 23125017", None, None),
        ("030 23125017", "Germany", None),
        ("030 23125017", "XX", None),
        ("030 23125017", 49, None),
        ("110", "DE", None),
        ("0" * 50, "DE", None),
        ("٠٣٠٢٣١٢٥٠١٧", "DE", None),
    ],
)
def test_a_number_as_it_is_dialled_in_a_known_country_becomes_e164(
    number: str, country: Any, dialled: str | None
) -> None:
    assert usable_phone(number, country) == dialled


def test_a_number_in_e164_needs_no_tables_of_countries() -> None:
    code = (
        "import sys; from herald.domain.audience import usable_phone; "
        "usable_phone('+49 30 23125017', 'DE'); usable_phone('030', None); sys.exit('phonenumbers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own text


@pytest.mark.parametrize(
    ("zone", "usable"),
    [
        ("Europe/Berlin", "Europe/Berlin"), (" UTC ", "UTC"), ("America/Argentina/Buenos_Aires",) * 2,
        ("../secrets", None), ("Europe/", None), ("", None), ("x" * 65, None), (1, None), (None, None),
    ],
)  # fmt: skip
def test_a_time_zone_of_an_event_has_the_form_of_ianas_names(zone: Any, usable: str | None) -> None:
    assert usable_zone(zone) == usable


MANAGED = {
    INES.key: Person(INES, manager=DANA.key),
    DANA.key: Person(DANA),
    DESK.key: Person(DESK, manager="nobody@example.com"),
}


@pytest.mark.parametrize(
    ("requester", "manager"),
    [
        ({"email": "Ines.Falk@example.com"}, (DANA,)),
        ({"email": "dana.whitmore@example.com"}, ()),
        ({"email": "order.desk@example.com"}, ()),
        ({"email": "stranger@example.com"}, ()),
        ({"name": "Ines Falk"}, ()),
        (None, ()),
    ],
)
def test_a_manager_is_found_by_the_address_of_whose_manager_they_are(
    requester: Any, manager: tuple[Recipient, ...]
) -> None:
    audience = Audience("manager", manager_of="order.requester")
    assert resolve(audience, {"order": {"requester": requester}}, MANAGED) == manager


@pytest.mark.parametrize("locale", ["", "d", "de-", "German (Austria)", "de-DE;q=1", None, 5])
def test_a_locale_of_another_form_is_refused(locale: Any) -> None:
    assert usable_locale(locale) is None
