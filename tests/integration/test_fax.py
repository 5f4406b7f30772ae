"""Fax as the first channel: sent without a reference, confirmed by its pages, and the next channel behind it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.integration.configuration import all_flows
from tests.integration.house import House
from tests.integration.workflow_bodies import ORDER, milestone

from herald.adapters.configuration_bundle import versioned
from herald.domain.configuration import Configuration, FaxSending
from herald.domain.delivery import Channel, DeliveryState
from herald.domain.errors import Reason
from simulators import OpenTextSimulator, ThreekitSimulator

NUMBER = "00493023125199"
SUBMIT = "POST /mra/v1/outbound/faxes"
Homes = Callable[[FaxSending], House]


def fax_first(sending: FaxSending) -> Configuration:
    """The flows, whose customers are told by fax before anything else."""
    flows = all_flows()
    rules = tuple(
        replace(rule, then=replace(rule.then, channels=(Channel.FAX, Channel.EMAIL)))
        if rule.then and rule.id == "milestone"
        else rule
        for rule in flows.rules
    )
    return versioned(replace(flows, rules=rules, fax=sending))


@pytest.fixture
def homes(emulated_aws: None, threekit: ThreekitSimulator, opentext: OpenTextSimulator) -> Homes:
    threekit.orders[ORDER]["metadata"]["customer"]["fax"] = "+49 30 23125199"
    return lambda sending: House(threekit, opentext, fax_first(sending))


def reach(house: House, name: str) -> Any:
    event_id = house.call_back(milestone(name), "workflow")["json"]["id"]
    house.settle()
    return house.trace(event_id).notifications[0]


@pytest.mark.parametrize(
    ("sending", "state"),
    [(FaxSending(), DeliveryState.DELIVERED), (FaxSending(pages_confirm=False), DeliveryState.SENT)],
    ids=["pages confirm", "pages prove nothing"],
)
def test_a_customer_is_told_once_and_the_report_is_found_by_its_job(
    homes: Homes, sending: FaxSending, state: DeliveryState
) -> None:
    house = homes(sending)
    record = reach(house, "received")
    fax = record.delivery(Channel.FAX)
    (submit,) = house.opentext.submits
    assert (submit.channel, submit.destinations, submit.refs) == ("fax", [NUMBER], [None])
    assert submit.texts == ["Words\n\nWords"]
    assert (fax.state, fax.job_id) == (state, submit.job_id)
    assert record.delivery(Channel.EMAIL).state is DeliveryState.PENDING


def test_what_cannot_be_faxed_goes_by_the_next_channel(homes: Homes) -> None:
    house = homes(FaxSending())
    house.opentext.faults.next(SUBMIT, status=422)
    refused = reach(house, "received")
    assert refused.delivery(Channel.FAX).reason is Reason.REFUSED
    assert house.opentext.submits[-1].channel == "email"
    house.opentext.outcomes.set(NUMBER, "gamma_failure")
    reported = reach(house, "validated")
    assert reported.delivery(Channel.FAX).reason is Reason.VENDOR_REPORTED_FAILURE
    assert [submit.channel for submit in house.opentext.submits] == ["email", "fax", "email"]


def test_with_references_a_lost_answer_is_cleared_up_by_the_report(homes: Homes) -> None:
    house = homes(FaxSending(send_references=True))
    house.opentext.switches.fax_references = True
    house.opentext.faults.next(SUBMIT, reset="after_effect")
    fax = reach(house, "received").delivery(Channel.FAX)
    assert (fax.state, fax.attempts, fax.resends) == (DeliveryState.DELIVERED, 1, 0)
    assert len(house.opentext.submits) == 1


def test_without_references_a_lost_answer_costs_a_second_fax(homes: Homes) -> None:
    house = homes(FaxSending())
    house.opentext.faults.next(SUBMIT, reset="after_effect")
    fax = reach(house, "received").delivery(Channel.FAX)
    assert (fax.state, fax.resends) == (DeliveryState.DELIVERED, 1)
    assert house.opentext.sends_per_recipient() == {NUMBER: 2}
