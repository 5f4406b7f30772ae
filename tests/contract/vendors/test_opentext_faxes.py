"""What OpenText is sent of a fax, and what becomes of it (docs/vendor/opentext.md 3.3 and 4)."""

import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest
from tests.contract.vendors.clients import FAX, opentext_at

from herald.adapters.opentext import PhoneFormat
from herald.domain.delivery import Channel, DeliveryState
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.message import FaxContent, FaxEncoding, Outgoing
from herald.domain.opentext_status import read_status
from simulators import OpenTextSimulator

REFERENCED = replace(FAX, content=FaxContent("Bitte prüfen", 1, referenced=True))


def sent(opentext: OpenTextSimulator, message: Outgoing = FAX) -> Any:
    """The body of the submit."""
    opentext_at(opentext.url).submit(message)
    return json.loads(opentext.requests[-1].request.body)


def test_field_for_field(opentext: OpenTextSimulator) -> None:
    data = b64encode("Auftrag\n\nBitte prüfen: Größe".encode("iso-8859-1")).decode()
    assert sent(opentext) == {
        "destinations": [{"fax": "00493023125199"}],
        "documents": [{"name": "message.txt", "type": "text", "data": data}],
    }
    assert opentext.requests[-1].request.headers["x-mra-submitid"] == "ntf_abc.fax"
    assert opentext.submits[-1].texts == ["Auftrag\n\nBitte prüfen: Größe"]


@pytest.mark.parametrize("encoding", FaxEncoding)
def test_the_bytes_are_of_the_encoding_that_is_set(opentext: OpenTextSimulator, encoding: FaxEncoding) -> None:
    text = "Groesse" if encoding is FaxEncoding.US_ASCII else "Größe"
    body = sent(opentext, replace(FAX, content=FaxContent(text, 1, encoding)))
    assert body["documents"][0]["data"] == b64encode(text.encode(encoding)).decode()


def test_references_are_sent_where_the_account_takes_them(opentext: OpenTextSimulator) -> None:
    opentext.switches.fax_references = True
    body = sent(opentext, REFERENCED)
    assert body["destinations"] == [{"fax": "00493023125199", "ref": "ntf_abc.fax"}]
    assert body["options"] == {"message_id": "herald-m_4", "customer_reference": "evt_1"}


def test_references_that_the_account_does_not_take_are_a_refusal_for_good(opentext: OpenTextSimulator) -> None:
    with pytest.raises(CallFailed) as failed:
        sent(opentext, REFERENCED)
    assert (failed.value.fate, failed.value.reason, failed.value.status) == (Fate.PERMANENT, Reason.REFUSED, 422)
    assert opentext.submits == []


@pytest.mark.parametrize(
    ("form", "number"), [(PhoneFormat.DOUBLE_ZERO, "00493023125199"), (PhoneFormat.PLUS, "+493023125199")]
)
def test_a_number_is_written_as_for_sms(opentext: OpenTextSimulator, form: PhoneFormat, number: str) -> None:
    opentext.switches.plus_numbers = True
    opentext_at(opentext.url, phone_format=form).submit(FAX)
    assert opentext.submits[-1].destinations == [number]


@pytest.mark.parametrize("address", ["", "03023125199", "+49 30 123", "plant@example.com"])
def test_an_address_that_is_no_number_is_permanent_and_nothing_is_sent(
    opentext: OpenTextSimulator, address: str
) -> None:
    with pytest.raises(CallFailed) as failed:
        sent(opentext, replace(FAX, address=address))
    assert (failed.value.fate, failed.value.reason) == (Fate.PERMANENT, Reason.NO_ADDRESS)
    assert opentext.requests == []


def test_neither_number_nor_text_is_in_what_a_message_shows_of_itself() -> None:
    assert "3023125199" not in repr(FAX)
    assert "prüfen" not in repr(FAX)


@pytest.mark.parametrize(
    ("outcome", "state", "without_pages"),
    [
        ("delivered", DeliveryState.DELIVERED, DeliveryState.SENT),
        ("sent_only", DeliveryState.SENT, DeliveryState.SENT),
        ("bounced", DeliveryState.FAILED, DeliveryState.FAILED),
        ("gamma_failure", DeliveryState.FAILED, DeliveryState.FAILED),
        ("error", DeliveryState.FAILED, DeliveryState.FAILED),
        ("expired", DeliveryState.EXPIRED, DeliveryState.EXPIRED),
    ],
)
def test_what_becomes_of_it_is_read_by_its_job_without_any_reference(
    opentext: OpenTextSimulator, outcome: Any, state: DeliveryState, without_pages: DeliveryState
) -> None:
    opentext.outcomes.set("*", outcome)
    client = opentext_at(opentext.url)
    job_id = client.submit(FAX)
    opentext.finish(job_id)
    body = client.status(Channel.FAX, job_id)
    (reported,) = read_status(body).deliveries
    assert (reported.channel, reported.reference, reported.state, reported.unknown) == (Channel.FAX, None, state, 0)
    assert read_status(body, pages_confirm=False).deliveries[0].state is without_pages
