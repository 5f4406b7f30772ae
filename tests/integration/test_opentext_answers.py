"""Every way OpenText can answer a submit: the fate, the state in the ledger, the line in the audit."""

import time
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from tests.integration.configuration import two_rules
from tests.integration.house import House
from tests.integration.house_resources import GRACE

from herald.adapters import http_client
from herald.domain.delivery import Channel, Delivery, DeliveryState
from herald.domain.errors import Reason
from simulators import OpenTextSimulator, ThreekitSimulator
from simulators.threekit.seed import ids

ORDER = ids.ORDER_LYON_TABLE_NEW
EMAILS = "POST /mra/v1/outbound/emails"


def the_delivery(house: House, event_id: str) -> Delivery:
    (record,) = house.trace(event_id).notifications
    return record.delivery(Channel.EMAIL)


def first_lines(house: House, event_id: str) -> list[str]:
    return [action for action in house.actions(event_id) if action.startswith("delivery.")]


def told(house: House, **fault: Any) -> str:
    house.opentext.faults.next(EMAILS, **fault)
    return str(house.order_created(ORDER)["json"]["id"])


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, Reason.AUTHENTICATION),
        (403, Reason.AUTHENTICATION),
        (408, None),
        (425, None),
        (429, Reason.RATE_LIMITED),
        (500, Reason.SERVER_ERROR),
        (502, Reason.SERVER_ERROR),
        (503, Reason.SERVER_ERROR),
    ],
)
def test_a_passing_refusal_is_tried_again_until_it_is_accepted(
    house: House, status: int, reason: Reason | None
) -> None:
    event_id = told(house, status=status)
    house.settle(timedelta(0))
    waiting = the_delivery(house, event_id)
    assert waiting.state is DeliveryState.RETRY_AT
    assert reason is None or waiting.reason is reason
    assert first_lines(house, event_id) == ["delivery.retry"]
    house.settle()
    assert the_delivery(house, event_id).state is DeliveryState.SENT
    assert first_lines(house, event_id)[:2] == ["delivery.retry", "delivery.submitted"]
    assert set(house.opentext.sends_per_recipient().values()) == {1}


def test_retry_after_is_honoured(house: House) -> None:
    event_id = told(house, status=429, headers={"Retry-After": "240"})
    house.settle(timedelta(0))
    waiting = the_delivery(house, event_id)
    assert waiting.due_at is not None
    assert waiting.due_at - house.clock() >= timedelta(seconds=239)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(400, Reason.REFUSED), (404, Reason.NOT_FOUND), (422, Reason.REFUSED), (301, Reason.REDIRECTED)],
)
def test_a_refusal_for_good_ends_the_delivery(house: House, status: int, reason: Reason) -> None:
    event_id = told(house, status=status)
    house.settle()
    ended = the_delivery(house, event_id)
    assert (ended.state, ended.reason, ended.attempts) == (DeliveryState.FAILED, reason, 1)
    assert first_lines(house, event_id) == ["delivery.failed"]
    assert not house.opentext.submits
    (note,) = house.threekit.orders[ORDER]["metadata"]["herald"]["notifications"].values()
    assert note["channels"]["email"]["reason"] == reason


@pytest.mark.parametrize(
    "fault", [{"reset": "before_body"}, {"reset": "before_effect"}, {"status": 409}, {"status": 504}]
)
def test_an_unknown_outcome_that_was_none_is_sent_once_after_the_grace_time(
    house: House, fault: dict[str, Any]
) -> None:
    event_id = told(house, **fault)
    house.settle(timedelta(0))
    doubtful = the_delivery(house, event_id)
    assert doubtful.state is DeliveryState.UNKNOWN
    assert doubtful.due_at == house.clock() + GRACE
    assert first_lines(house, event_id) == ["delivery.unknown"]
    house.settle()
    done = the_delivery(house, event_id)
    assert (done.state, done.resends) == (DeliveryState.SENT, 1)
    assert set(house.opentext.sends_per_recipient().values()) == {1}


@pytest.mark.parametrize("fault", [{"reset": "after_effect"}, {"answer": "truncated"}])
def test_a_lost_answer_is_cleared_up_by_the_callback_and_never_sent_again(house: House, fault: dict[str, Any]) -> None:
    event_id = told(house, **fault)
    house.settle()
    done = the_delivery(house, event_id)
    assert (done.state, done.resends, done.attempts) == (DeliveryState.SENT, 0, 1)
    assert done.job_id in house.opentext.jobs
    (submit,) = house.opentext.submits
    assert submit.arrivals == 1


@pytest.mark.parametrize("slow", [{"delay_seconds": 0.6}, {"hang_seconds": 0.6}], ids=["before the effect", "after it"])
def test_a_timeout_is_unknown_until_the_callback_clears_it_up(
    emulated_aws: None,
    threekit: ThreekitSimulator,
    opentext: OpenTextSimulator,
    monkeypatch: pytest.MonkeyPatch,
    slow: dict[str, Any],
) -> None:
    monkeypatch.setattr(http_client, "Timeouts", partial(http_client.Timeouts, read=0.2))
    house = House(threekit, opentext, two_rules())
    house.vendor_plays = False
    event_id = told(house, **slow)
    house.settle(timedelta(0))
    doubtful = the_delivery(house, event_id)
    assert (doubtful.state, doubtful.reason) == (DeliveryState.UNKNOWN, Reason.TIMED_OUT)
    assert first_lines(house, event_id) == ["delivery.unknown"]
    for _ in range(200):  # the vendor goes on by itself after we have given up
        if opentext.submits:
            break
        time.sleep(0.02)
    house.vendor_plays = True
    house.settle()
    done = the_delivery(house, event_id)
    assert (done.state, done.attempts, done.resends) == (DeliveryState.SENT, 1, 0)
    assert [submit.arrivals for submit in opentext.submits] == [1]


def test_a_lost_answer_without_any_callback_is_sent_again_once_under_the_same_id(house: House) -> None:
    house.vendor_plays = False
    event_id = told(house, reset="after_effect")
    house.settle()
    (submit,) = house.opentext.submits
    assert submit.arrivals == 2
    assert the_delivery(house, event_id).state is DeliveryState.SUBMITTED


def test_two_lost_answers_end_in_an_honest_failure(house: House) -> None:
    house.vendor_plays = False
    house.opentext.faults.next(EMAILS, reset="before_effect", times=2)
    event_id = house.order_created(ORDER)["json"]["id"]
    house.settle()
    ended = the_delivery(house, event_id)
    assert (ended.state, ended.reason) == (DeliveryState.FAILED, Reason.OUTCOME_UNKNOWN)
    assert not house.opentext.submits


def test_a_day_of_outage_expires_the_delivery(house: House) -> None:
    house.opentext.faults.next(EMAILS, status=503, times=500)
    event_id = house.order_created(ORDER)["json"]["id"]
    house.settle()
    ended = the_delivery(house, event_id)
    assert (ended.state, ended.reason) == (DeliveryState.EXPIRED, Reason.WINDOW_PASSED)
    assert 20 < ended.attempts < 90
    assert not house.parked("Dispatch")


def test_when_one_channel_fails_for_good_the_next_carries_the_message(house: House) -> None:
    house.opentext.faults.next("POST /mra/v1/outbound/sms", status=422)
    event_id = house.order_created(ids.ORDER_BOSTON_HOTEL_NEW)["json"]["id"]
    house.settle()
    large = next(r for r in house.trace(event_id).notifications if r.notification.rule_id == "large-order")
    assert large.delivery(Channel.SMS).state is DeliveryState.FAILED
    assert large.delivery(Channel.EMAIL).state is DeliveryState.SENT
