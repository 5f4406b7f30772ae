"""Deliveries OpenText is silent about: asked about at stretching intervals, settled by the answers, closed at last."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.configuration import two_rules
from tests.integration.house import House

from herald.domain.delivery import Channel, Delivery, DeliveryState
from herald.domain.errors import Reason
from simulators import OpenTextSimulator, ThreekitSimulator
from simulators.threekit.seed import ids

SMALL, LARGE = ids.ORDER_LYON_TABLE_NEW, ids.ORDER_BOSTON_HOTEL_NEW
SMS = "POST /mra/v1/outbound/sms"
STATUS = "GET /mra/v1/outbound/sms/status"


@pytest.fixture
def quiet(house: House) -> House:
    """A house in which OpenText's webhook says nothing."""
    house.vendor_plays = False
    return house


def sweep_for(house: House, hours: float, each: Callable[[], None] = lambda: None) -> None:
    """Let the schedule run for some hours; the times at which nothing is due are passed over."""
    end = house.clock() + timedelta(hours=hours)
    while house.clock() < end:
        house.sweep("deliveries")
        house.settle(timedelta(minutes=1))
        each()
        due = [delivery.look_at for delivery in house.ledger.unsettled(end, 50) if delivery.look_at is not None]
        house.clock.now = max(house.clock() + timedelta(minutes=1), min(due, default=end))


def sms_of(house: House, event_id: str) -> Delivery:
    record = next(r for r in house.trace(event_id).notifications if r.notification.rule_id == "large-order")
    return record.delivery(Channel.SMS)


def told(house: House) -> str:
    event_id = str(house.order_created(LARGE)["json"]["id"])
    house.settle(timedelta(0))
    return event_id


def test_a_silent_webhook_is_made_up_for_by_asking(quiet: House) -> None:
    event_id = told(quiet)
    for job_id in list(quiet.opentext.jobs):
        quiet.opentext.finish(job_id)
    sweep_for(quiet, 0.5)
    delivery = sms_of(quiet, event_id)
    assert (delivery.state, delivery.look_at) == (DeliveryState.DELIVERED, None)
    story = quiet.audit.entries(event_id)
    confirmed = next(entry.record for entry in story if entry.record.action == "delivery.delivered")
    assert "Confirmed" in confirmed.details["seen"]
    assert quiet.counts["ReportsFound"] >= 1


def test_a_report_found_by_asking_absorbs_the_late_webhook(quiet: House) -> None:
    event_id = told(quiet)
    job_id = sms_of(quiet, event_id).job_id
    assert job_id is not None
    quiet.opentext.finish(job_id)
    sweep_for(quiet, 0.5)
    assert quiet.call_back(quiet.status_of(job_id))["statusCode"] == 200
    quiet.settle()
    assert quiet.actions(event_id).count("delivery.delivered") == 1


def test_it_is_asked_at_stretching_intervals_and_not_for_ever(quiet: House) -> None:
    quiet.opentext.outcomes.set("*", "silent")
    event_id = told(quiet)
    sweep_for(quiet, 80)
    asked = [seen for seen in quiet.opentext.requests if seen.request.path.endswith("/sms/status")]
    assert 10 < len(asked) < 25
    ended = sms_of(quiet, event_id)
    assert (ended.state, ended.reason) == (DeliveryState.UNCONFIRMED, Reason.VENDOR_SILENT)
    assert "SUBMITTED was the last" in ended.detail
    assert ended.look_at is None
    sweep_for(quiet, 5)
    assert len([s for s in quiet.opentext.requests if s.request.path.endswith("/sms/status")]) == len(asked)
    notes = quiet.threekit.orders[LARGE]["metadata"]["herald"]["notifications"].values()
    assert "UNCONFIRMED" in [note["channels"].get("sms", {}).get("state") for note in notes]


def test_proof_that_comes_after_the_close_still_counts(quiet: House) -> None:
    event_id = told(quiet)
    job_id = sms_of(quiet, event_id).job_id
    assert job_id is not None
    sweep_for(quiet, 80)
    assert sms_of(quiet, event_id).state is DeliveryState.UNCONFIRMED
    quiet.opentext.finish(job_id)
    quiet.call_back(quiet.status_of(job_id))
    quiet.settle()
    assert sms_of(quiet, event_id).state is DeliveryState.DELIVERED


def test_a_purged_job_is_no_news(quiet: House) -> None:
    event_id = told(quiet)
    job_id = sms_of(quiet, event_id).job_id
    assert job_id is not None
    quiet.opentext.purge(job_id)
    sweep_for(quiet, 0.5)
    assert sms_of(quiet, event_id).state is DeliveryState.SUBMITTED
    assert quiet.counts["StatusAsksFailed"] >= 1


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
def test_whatever_the_status_api_answers_nothing_is_lost(quiet: House, status: int) -> None:
    event_id = told(quiet)
    for job_id in list(quiet.opentext.jobs):
        quiet.opentext.finish(job_id)
    quiet.opentext.faults.next("GET /mra/v1/outbound/*", status=status, times=3)
    sweep_for(quiet, 2)
    assert sms_of(quiet, event_id).state is DeliveryState.DELIVERED
    assert not quiet.parked("Reconcile")


def test_a_delivery_its_queue_forgot_is_woken(quiet: House) -> None:
    quiet.opentext.faults.next(SMS, status=503)
    event_id = told(quiet)
    assert sms_of(quiet, event_id).state is DeliveryState.RETRY_AT
    dispatch = next(work for work in quiet.works if work.name == "Dispatch")
    for message in dispatch.in_flight.values():
        quiet.sqs.delete_message(QueueUrl=dispatch.url, ReceiptHandle=message.record["receiptHandle"])
    dispatch.in_flight.clear()
    sweep_for(quiet, 1)
    assert sms_of(quiet, event_id).state is DeliveryState.SUBMITTED
    assert len([s for s in quiet.opentext.submits if s.channel == "sms"]) == 1


def test_a_sweep_that_runs_out_of_time_goes_on(quiet: House) -> None:
    first = told(quiet)
    for job_id in list(quiet.opentext.jobs):
        quiet.opentext.finish(job_id)
    quiet.clock.advance(timedelta(minutes=6))
    left = iter([True, False])
    quiet.enough_time = lambda: next(left, True)
    quiet.sweep("deliveries")
    quiet.settle(timedelta(minutes=1))
    assert sms_of(quiet, first).state is DeliveryState.DELIVERED


@pytest.mark.parametrize("crash", ["settle.asked", "settle.closed", "track.observed", "track.recorded"])
def test_a_crash_settles_it_all_the_same(quiet: House, crash: str) -> None:
    event_id = told(quiet)
    if crash != "settle.closed":
        for job_id in list(quiet.opentext.jobs):
            quiet.opentext.finish(job_id)
    quiet.die_at = {crash}
    sweep_for(quiet, 80)
    assert quiet.deaths == [crash]
    expected = DeliveryState.UNCONFIRMED if crash == "settle.closed" else DeliveryState.DELIVERED
    assert sms_of(quiet, event_id).state is expected


@pytest.mark.parametrize("outcome", ["strange", "held", "silent", "sent_only", "bounced", "opened", "delivered",
                                     "gamma_failure", "error", "cancelled", "expired"])  # fmt: skip
def test_every_outcome_ends_in_exactly_one_final_state(quiet: House, outcome: Any) -> None:
    quiet.opentext.outcomes.set("*", outcome)
    event_id = told(quiet)

    def play() -> None:
        for job_id, job in list(quiet.opentext.jobs.items()):
            if not job.finished:
                quiet.opentext.advance(job_id)

    sweep_for(quiet, 90, play)
    for record in quiet.trace(event_id).notifications:
        for delivery in record.deliveries:
            assert delivery.look_at is None, delivery
    assert not quiet.ledger.unsettled(quiet.clock() + timedelta(days=30), 10)


def test_without_a_rule_nothing_is_asked(quiet: House) -> None:
    sweep_for(quiet, 1)
    assert not [s for s in quiet.opentext.requests if "status" in s.request.path]


def test_one_sweep_goes_on_at_a_time_and_leaves_turns_to_those_who_send(
    emulated_aws: None, threekit: ThreekitSimulator, opentext: OpenTextSimulator
) -> None:
    house = House(threekit, opentext, two_rules(), opentext_per_second=1.0)
    house.vendor_plays = False
    event_id = told(house)
    house.settle(timedelta(minutes=1))
    for job_id in list(house.opentext.jobs):
        house.opentext.finish(job_id)
    house.clock.advance(timedelta(minutes=6))
    for _ in range(4):
        house.sweep("deliveries")
    house.settle(timedelta(minutes=5))
    assert sms_of(house, event_id).state is DeliveryState.DELIVERED
    asked = [seen for seen in house.opentext.requests if seen.request.path.endswith("/status")]
    assert len(asked) == 2
