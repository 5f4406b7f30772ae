"""Function processes are killed between every two steps; every story is complete, and nobody is told twice.

Each point has an order of its own, so that all of them are killed and recover side by side.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from tests.e2e.whole_stack import WholeStack, wait_until

from herald.domain.delivery import Channel, DeliveryState
from herald.domain.errors import ConfigurationError
from herald_cli.send import Answer
from simulators.threekit.seed import ids

pytestmark = pytest.mark.e2e

BEFORE_THE_ANSWER = {"ingest.verified": False, "ingest.recorded": True}
"""Where no 2xx was given, and whether the event was recorded by then."""
AFTER_THE_ANSWER = (
    "relay.published", "relay.audited",
    "evaluate.decided", "evaluate.saved", "evaluate.opened", "evaluate.enqueued", "evaluate.audited",
    "dispatch.claimed", "dispatch.submitted", "dispatch.recorded", "dispatch.audited",
    "track.observed", "track.recorded", "track.audited",
    "writeback.put", "writeback.audited",
)  # fmt: skip
POINTS = (*BEFORE_THE_ANSWER, *AFTER_THE_ANSWER)
STORY = {"event.relayed", "event.decided", "delivery.submitted", "delivery.sent", "writeback.noted"}
RECOVERED_WITHIN_SECONDS = 240.0


@dataclass(frozen=True)
class Killed:
    """An order whose processing was killed at a point. ``first`` is what its sender was answered, ``None``: nothing."""

    order_id: str
    event_id: str
    first: Answer | None
    last: Answer


@pytest.fixture(scope="module")
def killed(stack: WholeStack) -> Mapping[str, Killed]:
    """Every point with its order, after everything that can recover has."""
    # Of a region with one approver: one notification each
    orders = {point: stack.new_order(ids.ORDER_LYON_TABLE_NEW, region="AMER") for point in POINTS}
    stack.faults.write_text("".join(f"{point} order/{order}\n" for point, order in orders.items()), encoding="utf-8")
    found = {point: _told(stack, order) for point, order in orders.items()}
    try:
        # A story may be complete while a message still comes again that could tell somebody twice
        wait_until(lambda: _unfinished(stack, found) or stack.at_rest(), RECOVERED_WITHIN_SECONDS)
    except AssertionError:
        # Each test says for itself what its point lacks
        return found
    finally:
        stack.faults.unlink()
    return found


@pytest.mark.parametrize("point", POINTS)
def test_the_story_is_complete_and_nobody_is_told_twice(
    stack: WholeStack, killed: Mapping[str, Killed], point: str
) -> None:
    assert stack.died(point, f"order/{killed[point].order_id}"), "no process was killed there"
    assert not _missing(stack, killed[point])


@pytest.mark.parametrize(("point", "recorded"), BEFORE_THE_ANSWER.items())
def test_no_2xx_is_given_before_it_is_recorded_and_telling_again_does_no_harm(
    killed: Mapping[str, Killed], point: str, recorded: bool
) -> None:
    one = killed[point]
    assert one.first is None or one.first.status >= 500
    assert (one.last.status, one.last.body["duplicate"]) == ((200, True) if recorded else (202, False))


@pytest.mark.parametrize("point", AFTER_THE_ANSWER)
def test_the_sender_notices_nothing(killed: Mapping[str, Killed], point: str) -> None:
    assert killed[point].first == killed[point].last
    assert killed[point].last.status == 202


def test_opentext_saw_each_message_once(stack: WholeStack, killed: Mapping[str, Killed]) -> None:
    traces = [stack.trace(one.event_id) for one in killed.values()]
    wanted = {
        delivery.reference
        for trace in traces
        if trace
        for record in trace.notifications
        for delivery in record.deliveries
    }
    submits = [submit for submit in stack.house.opentext.submits if wanted & set(map(str, submit.refs))]
    assert Counter(ref for submit in submits for ref in submit.refs) == Counter(wanted)
    assert len({submit.message_id for submit in submits}) == len(submits) == len(POINTS)
    assert {submit.arrivals for submit in submits} == {1}


def test_nothing_is_left_in_any_queue(stack: WholeStack, killed: Mapping[str, Killed]) -> None:
    assert not stack.at_rest()
    assert set(stack.dead_letters().values()) == {0}


def _told(stack: WholeStack, order_id: str) -> Killed:
    """Tell of an order, and once more if that was not answered with a 2xx."""
    try:
        first: Answer | None = stack.tell_of(order_id)
    except ConfigurationError:
        first = None
    last = first if first is not None and first.status < 300 else stack.tell_of(order_id)
    return Killed(order_id, str(last.body["id"]), first, last)


def _unfinished(stack: WholeStack, killed: Mapping[str, Killed]) -> str:
    found = {point: _missing(stack, one) for point, one in killed.items()}
    return "; ".join(f"{point}: {missing}" for point, missing in found.items() if missing)


def _missing(stack: WholeStack, one: Killed) -> str:
    """What the story lacks yet; empty when it is complete."""
    trace = stack.trace(one.event_id)
    if trace is None or trace.decision is None:
        return "no decision"
    missing = [f"no {action}" for action in sorted(STORY - {entry.record.action for entry in trace.entries})]
    if trace.broken_at is not None:
        missing.append(f"the audit chain is broken at entry {trace.broken_at}")
    if len(trace.notifications) != 1:
        missing.append(f"{len(trace.notifications)} notifications instead of one")
    for record in trace.notifications:
        state = record.delivery(Channel.EMAIL).state
        if state is not DeliveryState.SENT:
            missing.append(f"the e-mail is {state}")
        noted = stack.written_back(one.order_id).get(record.notification.id, {}).get("channels", {})
        if noted.get("email", {}).get("state") != "SENT":
            missing.append(f"Threekit was told {noted or 'nothing'}")
    return ", ".join(missing)
