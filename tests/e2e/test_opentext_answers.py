"""Some of what OpenText may answer a submit, and how ``herald trace`` tells of it; integration tests have the rest."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from tests.e2e.whole_stack import WholeStack, wait_until

from simulators.threekit.seed import ids

pytestmark = pytest.mark.e2e

EMAILS, TEXTS = "POST /mra/v1/outbound/emails", "POST /mra/v1/outbound/sms"
RETRY_AFTER_SECONDS = 6


@pytest.fixture(autouse=True)
def _no_fault_is_left(stack: WholeStack) -> Iterator[None]:
    yield
    left = stack.house.opentext.faults.documents()
    stack.house.opentext.faults.clear()
    assert not left, "a fault was never played"


def told(stack: WholeStack, order_id: str, route: str, states: str, **fault: Any) -> dict[str, Any]:
    """Tell of an order whose submit meets that fault; return its trace when a notification stands as ``states``."""
    stack.house.opentext.faults.next(route, **fault)
    event_id = stack.tell_of(order_id).body["id"]

    def not_yet() -> str:
        found = [stands(one) for one in stack.command_json("trace", event_id)["notifications"]]
        written = len(stack.written_back(order_id)) == len(found) > 0
        return "" if states in found and written else f"{found} instead of {states}; written back: {written}"

    wait_until(not_yet)
    trace: dict[str, Any] = stack.command_json("trace", event_id)
    assert trace["auditChain"] == "intact"
    return trace


def stands(notification: dict[str, Any]) -> str:
    """Where a notification's deliveries stand, without the ids of jobs."""
    parts = (part.partition(" job ")[0] for part in notification["states"].split("; "))
    return "; ".join(parts)


def lines(trace: dict[str, Any], notification: str) -> list[dict[str, Any]]:
    """The steps of a notification's deliveries, in order."""
    rule = next(one["rule"] for one in trace["notifications"] if one["id"] == notification)
    return [row for row in trace["timeline"] if row["step"].startswith("delivery.") and rule in row["detail"]]


def the_story(trace: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """The one notification of a trace: its id and its steps."""
    (notification,) = trace["notifications"]
    return notification["id"], lines(trace, notification["id"])


def small_order(stack: WholeStack) -> str:
    """An order of which one approver is told, by e-mail."""
    return stack.new_order(ids.ORDER_LYON_TABLE_NEW, region="AMER")


def arrivals(stack: WholeStack, notification: str) -> list[int]:
    """How often each accepted submit of a notification arrived at OpenText."""
    return [
        submit.arrivals
        for submit in stack.house.opentext.submits
        if any(str(ref).startswith(f"{notification}.") for ref in submit.refs)
    ]


def test_503_is_tried_again_and_accepted(stack: WholeStack) -> None:
    notification, steps = the_story(told(stack, small_order(stack), EMAILS, "email: SENT", status=503))
    assert [row["step"] for row in steps] == ["delivery.retry", "delivery.submitted", "delivery.sent"]
    assert steps[0]["outcome"] == "RETRY_AT"
    assert "server_error" in steps[0]["detail"]
    assert arrivals(stack, notification) == [1]


def test_429_is_tried_again_no_sooner_than_it_asks(stack: WholeStack) -> None:
    fault = {"status": 429, "headers": {"Retry-After": str(RETRY_AFTER_SECONDS)}}
    notification, steps = the_story(told(stack, small_order(stack), EMAILS, "email: SENT", **fault))
    assert [row["step"] for row in steps] == ["delivery.retry", "delivery.submitted", "delivery.sent"]
    assert "rate_limited" in steps[0]["detail"]
    waited = datetime.fromisoformat(steps[1]["at"]) - datetime.fromisoformat(steps[0]["at"])
    assert waited.total_seconds() >= RETRY_AFTER_SECONDS - 0.5
    assert arrivals(stack, notification) == [1]


def test_a_lost_answer_is_cleared_up_by_the_callback_and_never_sent_again(stack: WholeStack) -> None:
    notification, steps = the_story(told(stack, small_order(stack), EMAILS, "email: SENT", reset="after_effect"))
    assert steps[0]["step"] == "delivery.unknown"
    assert steps[0]["outcome"] == "UNKNOWN"
    assert "delivery.sent" in [row["step"] for row in steps]
    # A second submit would be made when the grace time is over and the message comes again
    wait_until(stack.at_rest)
    assert arrivals(stack, notification) == [1]


def test_422_on_the_first_channel_sends_on_the_next(stack: WholeStack) -> None:
    order = stack.new_order(ids.ORDER_BOSTON_HOTEL_NEW)
    trace = told(stack, order, TEXTS, "sms: FAILED (refused); email: SENT", status=422)
    (notification,) = [one["id"] for one in trace["notifications"] if one["rule"] == "large-order-to-sales-leadership"]
    steps = [(row["step"], row["outcome"]) for row in lines(trace, notification)]
    assert steps[:2] == [("delivery.failed", "FAILED"), ("delivery.submitted", "SUBMITTED")]
    assert "HTTP 422" in lines(trace, notification)[0]["detail"]
    assert arrivals(stack, notification) == [1]
    noted = stack.written_back(order)[notification]["channels"]
    assert (noted["sms"]["state"], noted["sms"]["reason"]) == ("FAILED", "refused")
