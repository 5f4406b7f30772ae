"""One bad message in a batch harms nobody else, and ends where an operator finds it with its reason."""

import json

from tests.integration.house import House, reasons

from herald.domain.errors import Reason
from simulators.threekit.seed import ids

ORDERS = [order for order in vars(ids) if order.startswith("ORDER_")][:9]


def test_a_poison_message_among_ten_is_parked_and_nine_succeed(house: House) -> None:
    events = [house.order_created(getattr(ids, name))["json"]["id"] for name in ORDERS]
    house.sqs.send_message(QueueUrl=house.queues["Evaluation"], MessageBody="{not json")
    house.settle()
    assert all("event.decided" in house.actions(event) for event in events)
    parked = house.parked("Evaluation")
    assert reasons(parked) == [Reason.MALFORMED_MESSAGE]
    assert parked[0]["Body"] == "{not json"


def test_a_message_about_nothing_is_parked(house: House) -> None:
    house.sqs.send_message(
        QueueUrl=house.queues["Evaluation"], MessageBody=json.dumps({"detail": {"event_id": "evt_none"}})
    )
    house.sqs.send_message(QueueUrl=house.queues["Dispatch"], MessageBody=json.dumps({"notification_id": "ntf_none"}))
    house.sqs.send_message(QueueUrl=house.queues["Dispatch"], MessageBody=json.dumps({"other": 1}))
    house.settle()
    assert reasons(house.parked("Evaluation")) == [Reason.NOT_FOUND]
    assert sorted(reasons(house.parked("Dispatch"))) == sorted([Reason.NOT_FOUND, Reason.MALFORMED_MESSAGE])
