"""What OpenText is sent of a WhatsApp message, in a registered template and free-form (docs/vendor/opentext.md 3.4)."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.contract.vendors.clients import WHATSAPP, WHATSAPP_TEMPLATE, opentext_at

from herald.adapters.opentext import PhoneFormat
from herald.domain.delivery import DeliveryState
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.message import Outgoing, WhatsAppContent
from herald.domain.opentext_status import read_status
from simulators import OpenTextSimulator

FREE_FORM_PATH = "/mra/v1/outbound/whatsapp"
TEMPLATE_PATH = "/mra/v1/outbound/whatsapp/template_message"
BOTH = pytest.mark.parametrize("message", [WHATSAPP, WHATSAPP_TEMPLATE], ids=["free-form", "template"])


def last(opentext: OpenTextSimulator) -> tuple[str, Any]:
    """The path and the body of the last request."""
    seen = opentext.requests[-1].request
    return seen.path, json.loads(seen.body)


def saying(text: str, message: Outgoing = WHATSAPP) -> Outgoing:
    return replace(message, content=replace(message.content, text=text))


def referenced(message: Outgoing) -> Outgoing:
    content: Any = message.content
    return replace(message, content=replace(content, referenced=True))


def test_free_form_field_for_field(opentext: OpenTextSimulator) -> None:
    job_id = opentext_at(opentext.url).submit(WHATSAPP)
    assert last(opentext) == (
        FREE_FORM_PATH,
        {
            "destinations": [{"whatsapp": "004915112345678"}],
            "whatsapp_message": {"text_message": {"text": "Bitte prüfen:\nGröße ✅"}},
        },
    )
    assert [submit.job_id for submit in opentext.submits] == [job_id]


def test_a_template_field_for_field(opentext: OpenTextSimulator) -> None:
    job_id = opentext_at(opentext.url).submit(WHATSAPP_TEMPLATE)
    filled = {
        "template_id": "herald_approval",
        "language_code": "de",
        "parameters": {"body[1]text": "Bitte prüfen"},
    }
    assert last(opentext) == (
        TEMPLATE_PATH,
        {
            "destinations": [{"whatsapp": "004915112345678"}],
            "whatsapp_template_message": {"template_message": {"channel_template": {"WHATSAPP": filled}}},
        },
    )
    assert [submit.job_id for submit in opentext.submits] == [job_id]


@BOTH
def test_the_submit_is_named_in_a_header_whatever_its_body_bears(
    opentext: OpenTextSimulator, message: Outgoing
) -> None:
    opentext_at(opentext.url).submit(message)
    assert opentext.requests[-1].request.headers["x-mra-submitid"] == "ntf_abc.whatsapp"


@BOTH
def test_references_are_sent_where_the_account_takes_them(opentext: OpenTextSimulator, message: Outgoing) -> None:
    opentext.switches.whatsapp_references = True
    opentext_at(opentext.url).submit(referenced(message))
    _, body = last(opentext)
    assert body["destinations"] == [{"whatsapp": "004915112345678", "ref": "ntf_abc.whatsapp"}]
    assert body["options"] == {"message_id": "herald-m_3", "customer_reference": "evt_1"}


@BOTH
def test_references_that_the_account_does_not_take_are_a_refusal_for_good(
    opentext: OpenTextSimulator, message: Outgoing
) -> None:
    with pytest.raises(CallFailed) as failed:
        opentext_at(opentext.url).submit(referenced(message))
    assert (failed.value.fate, failed.value.reason, failed.value.status) == (Fate.PERMANENT, Reason.REFUSED, 422)
    assert opentext.submits == []


@pytest.mark.parametrize(
    "message",
    [
        saying(""),
        saying("x" * 4097),
        saying("", WHATSAPP_TEMPLATE),
        saying("x" * 4097, WHATSAPP_TEMPLATE),
        saying("two\nlines", WHATSAPP_TEMPLATE),
    ],
    ids=["nothing", "too long", "nothing to fill in", "too long to fill in", "two lines to fill in"],
)
def test_a_text_that_whatsapp_does_not_take_is_a_refusal_for_good(
    opentext: OpenTextSimulator, message: Outgoing
) -> None:
    with pytest.raises(CallFailed) as failed:
        opentext_at(opentext.url).submit(message)
    assert (failed.value.fate, failed.value.reason) == (Fate.PERMANENT, Reason.REFUSED)
    assert opentext.submits == []


@BOTH
@pytest.mark.parametrize(
    ("form", "number"), [(PhoneFormat.DOUBLE_ZERO, "004915112345678"), (PhoneFormat.PLUS, "+4915112345678")]
)
def test_a_number_is_written_as_for_sms(
    opentext: OpenTextSimulator, message: Outgoing, form: PhoneFormat, number: str
) -> None:
    opentext.switches.plus_numbers = True
    opentext_at(opentext.url, phone_format=form).submit(message)
    assert last(opentext)[1]["destinations"] == [{"whatsapp": number}]


@BOTH
@pytest.mark.parametrize("address", ["", "015112345678", "+49 151 123", "anna.keller@example.com"])
def test_an_address_that_is_no_number_is_permanent_and_nothing_is_sent(
    opentext: OpenTextSimulator, message: Outgoing, address: str
) -> None:
    with pytest.raises(CallFailed) as failed:
        opentext_at(opentext.url).submit(replace(message, address=address))
    assert (failed.value.fate, failed.value.reason) == (Fate.PERMANENT, Reason.NO_ADDRESS)
    assert opentext.requests == []


def test_the_content_is_not_in_what_a_message_shows_of_itself() -> None:
    shown = repr(replace(WHATSAPP, content=WhatsAppContent("for Anna only")))
    assert "Anna" not in shown
    assert "4915112345678" not in shown


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("delivered", DeliveryState.SENT),
        ("gamma_failure", DeliveryState.FAILED),
        ("error", DeliveryState.FAILED),
        ("expired", DeliveryState.EXPIRED),
    ],
)
def test_what_becomes_of_it_is_read_by_its_job_without_any_reference(
    opentext: OpenTextSimulator, outcome: Any, state: DeliveryState
) -> None:
    opentext.outcomes.set("*", outcome)
    client = opentext_at(opentext.url)
    job_id = client.submit(WHATSAPP_TEMPLATE)
    opentext.finish(job_id)
    status = read_status(client.status(WHATSAPP.channel, job_id))
    (reported,) = status.deliveries
    assert (status.job_id, reported.channel, reported.reference) == (job_id, WHATSAPP.channel, None)
    assert (reported.state, reported.unknown) == (state, 0)
