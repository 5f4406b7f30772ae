"""The queue of a scan's steps: every step is enqueued, or the sender knows that one may not be."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.contract.ports.aws_resources import Between, create_queue, refused_with

from herald.adapters.memory_catalog import MemoryScanQueue
from herald.adapters.sqs import AT_ONCE, SqsScanQueue
from herald.ports import ScanQueue, StorageError

Taken = Callable[[], list[Any]]


def bodies(sqs: Any, url: str) -> list[Any]:
    """Take out all that can be received, each message once."""
    found: list[Any] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
    return found


@pytest.fixture
def scans(implementation: str, request: pytest.FixtureRequest) -> tuple[ScanQueue, Taken]:
    if implementation == "memory":
        queue = MemoryScanQueue()
        return queue, lambda: [dict(queue.steps.pop()) for _ in range(len(queue.steps))]
    sqs = request.getfixturevalue("sqs")
    url = create_queue(sqs, "ScanQueue")
    return SqsScanQueue(sqs, url), lambda: bodies(sqs, url)


def examinations(count: int) -> list[dict[str, Any]]:
    return [
        {"step": "examine", "run": "scan_1", "partition": "Sitzmöbel", "segment": f"w{number:06d}"}
        for number in range(count)
    ]


def in_order(steps: list[Any]) -> list[Any]:
    return sorted(steps, key=lambda step: str(step.get("segment")))


@pytest.mark.parametrize("count", [0, 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE + 7])
def test_every_step_is_enqueued_as_it_is(scans: tuple[ScanQueue, Taken], count: int) -> None:
    queue, taken = scans
    queue.put(examinations(count))

    assert in_order(taken()) == examinations(count)
    assert taken() == []


def test_twice_is_harmless(scans: tuple[ScanQueue, Taken]) -> None:
    queue, taken = scans
    for _ in range(2):
        queue.put([{"step": "begin", "ask": "a", "dry": True, "partitions": ["seating"]}])

    found = taken()
    assert found
    assert all(one == {"step": "begin", "ask": "a", "dry": True, "partitions": ["seating"]} for one in found)


# ---------------------------------------------------------------- on SQS


def test_steps_travel_in_as_few_requests_as_sqs_allows(sqs: Any) -> None:
    url, sizes = create_queue(sqs, "ScanQueue"), list[int]()

    def noted(_operation: str, request: dict[str, Any], way_on: Callable[..., Any]) -> Any:
        entries = request["Entries"]
        assert len({entry["Id"] for entry in entries}) == len(entries)
        sizes.append(len(entries))
        return way_on(**request)

    client: Any = Between(sqs, noted)
    queue = SqsScanQueue(client, url)
    queue.put([])
    assert sizes == []
    queue.put(examinations(23))
    assert sizes == [10, 10, 3]


@pytest.mark.parametrize("failing", [1, 2])
def test_a_step_that_sqs_did_not_take_is_an_error_that_quotes_nothing(sqs: Any, failing: int) -> None:
    url, calls = create_queue(sqs, "ScanQueue"), list[int]()

    def partly(_operation: str, request: dict[str, Any], way_on: Callable[..., Any]) -> Any:
        calls.append(1)
        if len(calls) < failing:
            return way_on(**request)
        refused = request["Entries"].pop()
        failed = {"Id": refused["Id"], "Code": "InternalError", "SenderFault": False, "Message": refused["MessageBody"]}
        return {**way_on(**request), "Failed": [failed]}

    client: Any = Between(sqs, partly)
    with pytest.raises(StorageError, match="InternalError") as caught:
        SqsScanQueue(client, url).put(examinations(20))
    assert "scan_1" not in str(caught.value)
    assert len(calls) == failing


def test_an_entry_that_failed_without_a_word_is_an_error_too() -> None:
    client: Any = Between(None, lambda *_: None)
    client.__dict__["send_message_batch"] = lambda **_: {"Failed": [{"Id": "0"}]}
    with pytest.raises(StorageError):
        SqsScanQueue(client, "url").put(examinations(1))


def test_throttling_is_an_error_that_quotes_nothing(throttled: ClientError) -> None:
    with pytest.raises(StorageError, match="ThrottlingException") as caught:
        SqsScanQueue(refused_with(throttled), "url").put(examinations(1))
    assert "example.com" not in str(caught.value)
