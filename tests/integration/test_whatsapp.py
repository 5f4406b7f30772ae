"""WhatsApp as the first channel: sent without a reference, followed by its job, and the next channel behind it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.integration.configuration import all_flows
from tests.integration.house import House
from tests.integration.workflow_bodies import ORDER, milestone

from herald.adapters.configuration_bundle import versioned
from herald.domain.configuration import Configuration, WhatsAppSending, WhatsAppTemplate
from herald.domain.delivery import Channel, DeliveryState
from herald.domain.errors import Reason
from simulators import OpenTextSimulator, ThreekitSimulator

CHANNELS = (Channel.WHATSAPP, Channel.SMS, Channel.EMAIL)
WORDS = WhatsAppTemplate("herald_words", {"en": "en"})
Homes = Callable[[WhatsAppSending], House]


def whatsapp_first(sending: WhatsAppSending) -> Configuration:
    """The flows, whose customers are told by WhatsApp before anything else."""
    flows = all_flows()
    rules = tuple(
        replace(rule, then=replace(rule.then, channels=CHANNELS)) if rule.then and rule.id == "milestone" else rule
        for rule in flows.rules
    )
    return versioned(replace(flows, rules=rules, whatsapp=sending))


@pytest.fixture
def homes(emulated_aws: None, threekit: ThreekitSimulator, opentext: OpenTextSimulator) -> Homes:
    return lambda sending: House(threekit, opentext, whatsapp_first(sending))


def reach(house: House, name: str) -> Any:
    event_id = house.call_back(milestone(name), "workflow")["json"]["id"]
    house.settle()
    return house.trace(event_id).notifications[0]


def number_of(house: House) -> str:
    phone = str(house.threekit.orders[ORDER]["metadata"]["customer"]["phone"])
    return phone.replace("+", "00").replace(" ", "")


@pytest.mark.parametrize(
    ("sending", "path"),
    [(WhatsAppSending({"words": WORDS}), "template_message"), (WhatsAppSending(), "whatsapp")],
    ids=["template", "free-form"],
)
def test_a_customer_is_told_once_and_the_report_is_found_by_its_job(
    homes: Homes, sending: WhatsAppSending, path: str
) -> None:
    house = homes(sending)
    record = reach(house, "received")
    whatsapp = record.delivery(Channel.WHATSAPP)
    (submit,) = house.opentext.submits
    assert (whatsapp.state, whatsapp.job_id, submit.refs) == (DeliveryState.SENT, submit.job_id, [None])
    assert house.opentext.requests[-1].request.path.endswith(path)
    assert record.delivery(Channel.SMS).state is DeliveryState.PENDING


def test_what_whatsapp_cannot_deliver_goes_by_the_next_channel(homes: Homes) -> None:
    house = homes(WhatsAppSending({"words": WORDS}))
    house.opentext.faults.next("POST /mra/v1/outbound/whatsapp/template_message", status=422)
    refused = reach(house, "received")
    assert refused.delivery(Channel.WHATSAPP).reason is Reason.REFUSED
    assert refused.delivery(Channel.SMS).state is DeliveryState.DELIVERED
    house.opentext.outcomes.set(number_of(house), "gamma_failure")
    reported = reach(house, "validated")
    assert reported.delivery(Channel.WHATSAPP).reason is Reason.VENDOR_REPORTED_FAILURE
    assert house.opentext.submits[-1].channel == "email"


def test_whoever_said_stop_on_whatsapp_gets_the_next_channel(homes: Homes) -> None:
    house = homes(WhatsAppSending({"words": WORDS}))
    first = reach(house, "received")
    body = {"from": number_of(house), "text": "STOP"}
    house.call_back(body, "whatsapp")
    house.settle()
    assert "reply.received" in house.actions(first.notification.event_id)
    second = reach(house, "validated")
    whatsapp = second.delivery(Channel.WHATSAPP)
    assert (whatsapp.state, whatsapp.reason) == (DeliveryState.SKIPPED, Reason.OPTED_OUT)
    assert second.delivery(Channel.SMS).state is DeliveryState.DELIVERED


def test_with_references_a_lost_answer_is_cleared_up_by_the_report(homes: Homes) -> None:
    house = homes(WhatsAppSending({"words": WORDS}, send_references=True))
    house.opentext.switches.whatsapp_references = True
    house.opentext.faults.next("POST /mra/v1/outbound/whatsapp/template_message", reset="after_effect")
    whatsapp = reach(house, "received").delivery(Channel.WHATSAPP)
    assert (whatsapp.state, whatsapp.attempts, whatsapp.resends) == (DeliveryState.SENT, 1, 0)
    assert len(house.opentext.submits) == 1


def test_without_references_a_lost_answer_costs_a_second_message(homes: Homes) -> None:
    house = homes(WhatsAppSending({"words": WORDS}))
    house.opentext.faults.next("POST /mra/v1/outbound/whatsapp/template_message", reset="after_effect")
    whatsapp = reach(house, "received").delivery(Channel.WHATSAPP)
    assert (whatsapp.state, whatsapp.resends) == (DeliveryState.SENT, 1)
    assert house.opentext.sends_per_recipient() == {number_of(house): 2}
