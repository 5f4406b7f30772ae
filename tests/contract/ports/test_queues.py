"""The queues: what is put in, in what order it comes out, and what becomes of a message that cannot be handled now."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import ORDER_ID
from tests.contract.ports.aws_resources import create_queue, refused_with

from herald.adapters.memory import MemoryDispatchQueue, MemoryReceivedQueue, MemoryWritebackQueue
from herald.adapters.sqs import (
    LONGEST_SECONDS,
    SqsDispatchQueue,
    SqsReceivedQueue,
    SqsWritebackQueue,
    message_group,
    whole_seconds,
)
from herald.domain.errors import Reason
from herald.ports import DispatchQueue, StorageError, WritebackQueue

Taken = Callable[[], list[Any]]


def received(sqs: Any, url: str) -> list[dict[str, Any]]:
    """Take out all that can be received, each message once."""
    found: list[dict[str, Any]] = []
    while messages := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"]
    ).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        found.extend(messages)
    return found


@pytest.fixture
def dispatch(implementation: str, request: pytest.FixtureRequest) -> tuple[DispatchQueue, Taken]:
    if implementation == "memory":
        queue = MemoryDispatchQueue()
        return queue, queue.take_all
    sqs = request.getfixturevalue("sqs")
    url = create_queue(sqs, "DispatchQueue")
    return SqsDispatchQueue(sqs, url), lambda: [
        json.loads(one["Body"])["notification_id"] for one in received(sqs, url)
    ]


@pytest.fixture
def writeback(implementation: str, request: pytest.FixtureRequest) -> tuple[WritebackQueue, Taken]:
    if implementation == "memory":
        queue = MemoryWritebackQueue()
        return queue, lambda: [(one.object_id, one.about, one.event_id, one.note) for one in queue.take_all()]
    sqs = request.getfixturevalue("sqs")
    url = create_queue(sqs, "WritebackQueue")

    def taken() -> list[Any]:
        bodies = [json.loads(one["Body"]) for one in received(sqs, url)]
        return [(body["object_id"], body["about"], body["event_id"], body.get("note", "")) for body in bodies]

    return SqsWritebackQueue(sqs, url), taken


def test_a_notification_to_send_is_enqueued_by_its_id(dispatch: tuple[DispatchQueue, Taken]) -> None:
    queue, taken = dispatch
    queue.put("ntf_1")
    queue.put("ntf_2")

    assert sorted(taken()) == ["ntf_1", "ntf_2"]
    assert taken() == []


def test_outcomes_about_one_object_come_in_order(writeback: tuple[WritebackQueue, Taken]) -> None:
    queue, taken = writeback
    for note in ("SUBMITTED", "SENT", "DELIVERED"):
        queue.put(ORDER_ID, "ntf_1", "evt_1", note)

    assert taken() == [(ORDER_ID, "ntf_1", "evt_1", note) for note in ("SUBMITTED", "SENT", "DELIVERED")]


def test_an_equal_outcome_is_enqueued_once(writeback: tuple[WritebackQueue, Taken]) -> None:
    queue, taken = writeback
    for _ in range(2):
        queue.put(ORDER_ID, "ntf_1", "evt_1", "SENT")
        queue.put(ORDER_ID, "milestones", "evt_1")

    assert taken() == [(ORDER_ID, "ntf_1", "evt_1", "SENT"), (ORDER_ID, "milestones", "evt_1", "")]


def test_outcomes_that_differ_in_anything_are_all_enqueued(writeback: tuple[WritebackQueue, Taken]) -> None:
    queue, taken = writeback
    messages = [
        (ORDER_ID, "ntf_1", "evt_1", "SENT"),
        (ORDER_ID, "ntf_1", "evt_1", "DELIVERED"),
        (ORDER_ID, "ntf_1", "evt_1", ""),
        (ORDER_ID, "ntf_1", "evt_2", "SENT"),
        (ORDER_ID, "ntf_2", "evt_1", "SENT"),
        ("another", "ntf_1", "evt_1", "SENT"),
    ]
    for message in messages:
        queue.put(*message)

    assert sorted(taken()) == sorted(messages)


def test_any_object_id_has_a_queue_of_its_own(writeback: tuple[WritebackQueue, Taken]) -> None:
    queue, taken = writeback
    ids = [ORDER_ID, "Ü / 1", "x" * 500, ""]
    for number, object_id in enumerate(ids):
        queue.put(object_id, f"ntf_{number}", "evt_1")

    assert sorted(taken()) == sorted((object_id, f"ntf_{number}", "evt_1", "") for number, object_id in enumerate(ids))


# ---------------------------------------------------------------- on SQS


@given(st.text(st.characters(categories=None)), st.text(st.characters(categories=None)))
def test_a_message_group_is_what_sqs_takes_and_one_per_object(one: str, other: str) -> None:
    for group in (message_group(one), message_group(other)):
        assert 1 <= len(group) <= 128
        assert all(character.isascii() and (character.isalnum() or character in "-_") for character in group)
    assert (message_group(one) == message_group(other)) == (one == other)


def test_an_ordinary_id_is_its_own_group(sqs: Any) -> None:
    url = create_queue(sqs, "WritebackQueue")
    SqsWritebackQueue(sqs, url).put(ORDER_ID, "ntf_1", "evt_1", "SENT")

    [message] = received(sqs, url)
    assert message["Attributes"]["MessageGroupId"] == ORDER_ID


@pytest.mark.parametrize(("note", "beside"), [("SENT", {"note": "SENT"}), ("", {})])
def test_a_body_has_a_note_only_where_there_is_one(sqs: Any, note: str, beside: dict[str, str]) -> None:
    url = create_queue(sqs, "WritebackQueue")
    SqsWritebackQueue(sqs, url).put(ORDER_ID, "milestones", "evt_1", note)

    [message] = received(sqs, url)
    assert json.loads(message["Body"]) == {"object_id": ORDER_ID, "about": "milestones", "event_id": "evt_1", **beside}


@pytest.mark.parametrize(
    ("asked", "given_to_sqs"),
    [
        (-1, 0), (0, 0), (0.1, 1), (1.0, 1), (1.5, 2), (3600, 3600),
        (43_199, LONGEST_SECONDS), (1e12, LONGEST_SECONDS), (float("inf"), LONGEST_SECONDS),
    ],
)  # fmt: skip
def test_a_pause_is_never_shorter_than_asked_for_unless_sqs_cannot(asked: float, given_to_sqs: int) -> None:
    assert whole_seconds(asked) == given_to_sqs


def test_a_postponed_message_is_hidden_for_that_long(sqs: Any) -> None:
    url = create_queue(sqs, "DispatchQueue")
    SqsDispatchQueue(sqs, url).put("ntf_1")
    queue = SqsReceivedQueue(sqs, url, "unused")
    [message] = sqs.receive_message(QueueUrl=url, VisibilityTimeout=100)["Messages"]

    queue.postpone(message["ReceiptHandle"], 1800.0)
    assert sqs.receive_message(QueueUrl=url).get("Messages", []) == []
    queue.postpone(message["ReceiptHandle"], 0)
    [again] = sqs.receive_message(QueueUrl=url)["Messages"]
    assert again["MessageId"] == message["MessageId"]


RECORD = {
    "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
    "receiptHandle": "handle",
    "body": '{"notification_id": "ntf_1"}',
    "attributes": {"ApproximateReceiveCount": "5", "ApproximateFirstReceiveTimestamp": "1772443800123"},
}


def parked(sqs: Any, logical_id: str, record: dict[str, Any], detail: str = "no such notification") -> dict[str, Any]:
    url = create_queue(sqs, logical_id)
    SqsReceivedQueue(sqs, "unused", url).park(record, Reason.NOT_FOUND, detail)
    [message] = received(sqs, url)
    message["Beside"] = {name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()}
    return message


def test_a_parked_message_bears_its_reason_beside_its_body(sqs: Any) -> None:
    message = parked(sqs, "DispatchDeadLetterQueue", RECORD)

    assert message["Body"] == RECORD["body"]
    assert message["Beside"] == {
        "reason": "not_found",
        "detail": "no such notification",
        "first_received": "2026-03-02T09:30:00.123000+00:00",
    }


@pytest.mark.parametrize(
    ("detail", "kept"),
    [("x" * 300, "x" * 256), ("line\nnext\x00 \ud800", "line next   "), ("größer", "größer"), ("", None)],
)
def test_a_detail_is_what_sqs_takes(sqs: Any, detail: str, kept: str | None) -> None:
    assert parked(sqs, "DispatchDeadLetterQueue", RECORD, detail)["Beside"].get("detail") == kept


def test_a_message_parked_twice_from_a_fifo_queue_is_there_once_in_its_group(sqs: Any) -> None:
    url = create_queue(sqs, "WritebackDeadLetterQueue")
    record = {**RECORD, "attributes": {"MessageGroupId": ORDER_ID}}
    for _ in range(2):
        SqsReceivedQueue(sqs, "unused", url).park(record, Reason.NOT_FOUND, "")

    [message] = received(sqs, url)
    assert message["Attributes"]["MessageGroupId"] == ORDER_ID


def test_throttling_is_an_error_and_nothing_is_taken_for_sent(throttled: ClientError) -> None:
    client = refused_with(throttled)
    attempts: list[Callable[[], None]] = [
        lambda: SqsDispatchQueue(client, "url").put("ntf_1"),
        lambda: SqsWritebackQueue(client, "url").put(ORDER_ID, "ntf_1", "evt_1", "SENT"),
        lambda: SqsReceivedQueue(client, "url", "dlq").postpone("handle", 1),
        lambda: SqsReceivedQueue(client, "url", "dlq").park(RECORD, Reason.NOT_FOUND, ""),
    ]
    for attempt in attempts:
        with pytest.raises(StorageError, match="ThrottlingException"):
            attempt()


# ---------------------------------------------------------------- in memory


def test_the_received_queue_in_memory_notes_what_it_was_told() -> None:
    queue = MemoryReceivedQueue()
    queue.postpone("handle", 2.5)
    queue.park(RECORD, Reason.NOT_FOUND, "gone")

    assert queue.postponed == [("handle", 2.5)]
    assert [(one.record["body"], one.reason, one.detail) for one in queue.parked] == [
        (RECORD["body"], Reason.NOT_FOUND, "gone")
    ]
