"""A fax number is an address of a person, kept with them, and no proof of who they are."""

import pytest

from herald.adapters.audience_documents import audience_document, audience_of
from herald.domain.audience import recipient_of
from herald.domain.configuration import Audience
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient, person_document, person_of, same_person
from herald.domain.person_search import meant, people

PLANT = Recipient("Plant", fax="+493023125199")
INES = Recipient("Ines", "ines@example.com", "+493023125101", fax="+493023125199")


def test_a_fax_goes_to_the_fax_and_nothing_else_does() -> None:
    assert {channel: INES.address(channel) for channel in Channel} == {
        Channel.EMAIL: INES.email, Channel.SMS: INES.phone, Channel.WHATSAPP: INES.phone, Channel.FAX: INES.fax,
    }  # fmt: skip
    assert PLANT.over(Channel) == (Channel.FAX,)
    assert Recipient("Luc", phone="+33142685301").over([Channel.FAX]) == ()
    assert "+493023125199" not in repr(PLANT)


def test_who_has_a_fax_only_is_known_by_it_and_who_shares_one_is_somebody_else() -> None:
    assert (PLANT.key, INES.key) == (PLANT.fax, INES.email)
    assert same_person(PLANT, Recipient("The plant", fax=PLANT.fax))
    assert not same_person(PLANT, INES)
    assert [one.name for one in meant(people([PLANT, INES]), "+49 30 23125199")] == ["Plant", "Ines"]


@pytest.mark.parametrize("person", [PLANT, INES, Recipient("Luc", "luc@example.com", locale="fr")])
def test_it_survives_being_stored(person: Recipient) -> None:
    assert person_of(person_document(person)) == person
    audience = Audience("a", members={"*": (person,)})
    assert audience_of("a", audience_document(audience)) == audience


def test_people_who_were_stored_before_have_none() -> None:
    assert person_of(["Luc", "luc@example.com", None, "fr", None, {"zone": "UTC"}]).fax is None
    assert person_document(Recipient("Luc", "luc@example.com")) == ["Luc", "luc@example.com", None, None, None]
    document = audience_document(Audience("a", members={"*": (INES,)}))
    del document["members"]["*"][0]["fax"]
    assert audience_of("a", document).members["*"][0].fax is None


@pytest.mark.parametrize(
    ("person", "fax"),
    [
        ({"fax": "+49 (30) 2312-5199"}, "+493023125199"),
        ({"fax": "030 23125199", "country": "DE"}, "+493023125199"),
        ({"fax": "030 23125199", "email": "jo@example.com"}, None),
        ({"phone": "+493023125101"}, None),
    ],
)
def test_the_fax_of_an_events_person_is_read_as_a_phone_is(person: dict[str, str], fax: str | None) -> None:
    found = recipient_of(person)
    assert found is not None
    assert found.fax == fax


def test_a_fax_that_is_none_is_no_address() -> None:
    assert recipient_of({"name": "Jo", "fax": "call me"}) is None
