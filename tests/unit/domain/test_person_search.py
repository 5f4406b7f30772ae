"""Whom somebody means by an address or a part of a name."""

from herald.domain.delivery import Channel
from herald.domain.notification import Recipient
from herald.domain.person_search import meant, people, stranger

INES = Recipient("Ines Falk", "ines.falk@example.com", "+493023125101")
LUC = Recipient("Luc Perrin", "luc.perrin@example.com")
LUCIA = Recipient("Lucia Perrini", "lucia@example.com")
KNOWN = people([INES, LUC, LUCIA])


def named(given: str) -> list[str]:
    return [person.name for person in meant(KNOWN, given)]


def test_an_address_is_one_person_s_however_it_is_written() -> None:
    assert named("INES.Falk@example.com") == ["Ines Falk"]
    assert named("+49 (30) 23125-101") == ["Ines Falk"]
    assert named("somebody.else@example.com") == named("+4930000000") == []


def test_a_part_of_a_name_is_all_those_who_bear_it() -> None:
    assert named("perrin") == ["Luc Perrin", "Lucia Perrini"]
    assert named("FALK") == ["Ines Falk"]
    assert named("  ") == named("nobody") == []


def test_a_whole_name_is_no_part_of_another() -> None:
    ann, anna = Recipient("Ann", "ann@example.com"), Recipient("Anna", "anna@example.com")
    assert [one.name for one in meant(people([anna, ann]), "ann")] == ["Ann"]


def test_entries_that_share_an_address_are_one_person() -> None:
    desk, mobile = Recipient("I. Falk", "ines.falk@example.com"), Recipient("Falk, Ines", phone=INES.phone)
    (person,) = people([desk, mobile, INES])
    assert set(person.entries) == {desk, mobile, INES}
    assert person.name == "I. Falk"
    assert person.addresses(Channel.SMS) == (INES.phone,)
    assert person.is_(Recipient("", "Ines.Falk@EXAMPLE.com"))
    assert not person.is_(LUC)


def test_people_stand_in_the_order_in_which_they_are_first_named() -> None:
    assert [one.name for one in people([LUC, INES, LUC, LUCIA])] == ["Luc Perrin", "Ines Falk", "Lucia Perrini"]


def test_who_is_named_nowhere_is_known_by_what_was_given() -> None:
    assert stranger("new@example.com").is_(Recipient("New", "new@example.com"))
    assert stranger("+49 30 1234567").addresses(Channel.SMS) == ("+49301234567",)
    assert stranger(" Nobody ").name == "Nobody"
