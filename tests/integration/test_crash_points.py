"""The process dies between every two steps. Afterwards the story is complete and nobody was told twice."""

import pytest
from tests.integration.house import House, KilledError

from herald.domain.delivery import DeliveryState
from simulators.threekit.seed import ids

ORDER = ids.ORDER_BOSTON_HOTEL_NEW
AFTER_THE_ANSWER = [
    "relay.published", "relay.audited",
    "evaluate.decided", "evaluate.saved", "evaluate.opened", "evaluate.enqueued", "evaluate.audited",
    "dispatch.claimed", "dispatch.submitted", "dispatch.recorded", "dispatch.audited",
    "track.observed", "track.recorded", "track.audited",
    "writeback.put", "writeback.audited",
]  # fmt: skip
EXPECTED = {
    "event.relayed", "event.decided", "delivery.submitted", "delivery.sent", "delivery.delivered", "writeback.noted",
}  # fmt: skip


def complete(house: House, event_id: str) -> None:
    assert set(house.actions(event_id)) >= EXPECTED
    trace = house.trace(event_id)
    assert trace.broken_at is None
    assert len(trace.notifications) == 2
    final = {delivery.state for record in trace.notifications for delivery in record.deliveries}
    assert final <= {DeliveryState.SENT, DeliveryState.DELIVERED}
    assert set(house.opentext.sends_per_recipient().values()) == {1}
    assert len(house.opentext.submits) == 2
    assert all(submit.arrivals == 1 for submit in house.opentext.submits)
    assert not any(house.parked(name) for name in ("Evaluation", "Dispatch", "Tracking", "Writeback"))


@pytest.mark.parametrize("point", AFTER_THE_ANSWER)
def test_killed_once(house: House, point: str) -> None:
    event_id = house.order_created(ORDER)["json"]["id"]
    house.die_at = {point}
    house.settle()
    assert house.deaths == [point]
    complete(house, event_id)


def test_killed_at_every_point_in_one_run(house: House) -> None:
    event_id = house.order_created(ORDER)["json"]["id"]
    house.die_at = set(AFTER_THE_ANSWER)
    house.settle()
    assert set(house.deaths) == set(AFTER_THE_ANSWER)
    assert set(house.actions(event_id)) >= EXPECTED
    assert set(house.opentext.sends_per_recipient().values()) == {1}


@pytest.mark.parametrize(("point", "recorded"), [("ingest.verified", False), ("ingest.recorded", True)])
def test_killed_before_the_answer_the_sender_tells_again(house: House, point: str, recorded: bool) -> None:
    """No 2xx was given, so the sender may repeat it; whether it was recorded by then makes no difference to anyone."""
    house.die_at = {point}
    with pytest.raises(KilledError):
        house.order_created(ORDER)
    again = house.order_created(ORDER)
    assert again["json"]["duplicate"] is recorded
    house.settle()
    complete(house, again["json"]["id"])
