"""The inbox: every event recorded once, by one conditional write, and kept for the retention time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from tests.builders import MovingClock, a_signed_event, an_event, reference_to
from tests.contract.ports.aws_resources import (
    counted,
    create_table,
    incompressible,
    refused_with,
    silent_about_what_stands,
)

from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.memory import MemoryInbox
from herald.domain.canonical import fingerprint
from herald.domain.errors import PoisonError
from herald.domain.event import Identity
from herald.ports import Inbox, Recorded, StorageError
from herald.runtime.stream import references

RETENTION = timedelta(days=30)


@pytest.fixture
def inbox(implementation: str, request: pytest.FixtureRequest, clock: MovingClock) -> Inbox:
    if implementation == "memory":
        return MemoryInbox(clock, RETENTION)
    return request.getfixturevalue("on_dynamodb")()  # type: ignore[no-any-return]


@pytest.fixture
def on_dynamodb(dynamodb: Any, clock: MovingClock) -> Callable[..., DynamoInbox]:
    """Make inboxes on one table, each over the client as it is or as ``through`` makes it."""
    table = create_table(dynamodb, "InboxTable")
    return lambda through=lambda client: client: DynamoInbox(through(dynamodb), table, clock, RETENTION)


def test_a_recorded_event_can_be_loaded(inbox: Inbox) -> None:
    event = an_event(publish=False, time=datetime(2026, 3, 2, 11, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2))))

    assert inbox.record(event) is Recorded.NEW
    assert inbox.load(event.id) == event


def test_what_was_never_recorded_is_not_there(inbox: Inbox) -> None:
    assert inbox.load("evt_unknown") is None


def test_decimals_survive_digit_for_digit(inbox: Inbox) -> None:
    data = {
        "a": Decimal("1.10"),
        "b": Decimal("1E+3"),
        "c": Decimal("100"),
        "d": 100,
        "e": [Decimal("0.30")],
        "f": None,
    }
    event = an_event(data=data)
    inbox.record(event)

    loaded = inbox.load(event.id)
    assert loaded is not None
    assert repr(loaded.data) == repr(data)


def test_the_caller_cannot_change_what_is_recorded(inbox: Inbox) -> None:
    data = {"lines": [1]}
    event = an_event(data=data)
    inbox.record(event)
    data["lines"].append(2)

    loaded = inbox.load(event.id)
    assert loaded is not None
    assert loaded.data == {"lines": [1]}


@pytest.mark.parametrize(
    "identity",
    [
        Identity.of_object_version("/threekit/main", "order", "o-1", "2026-03-02T09:29:58.000000Z"),
        Identity.of_content("/threekit/main", fingerprint({"id": 1})),
    ],
    ids=["object version", "content"],
)
def test_another_telling_is_a_duplicate_whatever_it_says(inbox: Inbox, identity: Identity) -> None:
    first = an_event(identity=identity, data={"id": 1})
    inbox.record(first)

    assert inbox.record(an_event(identity=identity, data={"id": 1, "more": True})) is Recorded.DUPLICATE
    assert inbox.load(first.id) == first


def test_the_senders_id_with_the_same_body_is_a_duplicate(inbox: Inbox) -> None:
    first = a_signed_event("msg-1", data={"total": Decimal("1.10")})
    inbox.record(first)

    assert inbox.record(a_signed_event("msg-1", data={"total": Decimal("1.1")})) is Recorded.DUPLICATE


def test_the_senders_id_with_another_body_is_a_conflict_and_changes_nothing(inbox: Inbox) -> None:
    first = a_signed_event("msg-1", data={"total": 1})
    inbox.record(first)

    assert inbox.record(a_signed_event("msg-1", data={"total": 2})) is Recorded.CONFLICT
    assert inbox.load(first.id) == first


def test_what_has_expired_counts_as_absent_though_nobody_removed_it_yet(inbox: Inbox, clock: MovingClock) -> None:
    first = a_signed_event("msg-1", data={"total": 1})
    inbox.record(first)

    clock.advance(RETENTION - timedelta(seconds=1))
    assert inbox.record(first) is Recorded.DUPLICATE
    assert inbox.load(first.id) == first

    clock.advance(timedelta(seconds=1))
    assert inbox.load(first.id) is None
    again = a_signed_event("msg-1", data={"total": 2}, received_at=clock())
    assert inbox.record(again) is Recorded.NEW
    assert inbox.load(first.id) == again
    assert inbox.record(again) is Recorded.DUPLICATE


# ---------------------------------------------------------------- on DynamoDB


def test_a_new_event_costs_one_request(on_dynamodb: Callable[..., DynamoInbox]) -> None:
    calls: list[str] = []
    inbox = on_dynamodb(lambda client: counted(client, calls))

    inbox.record(an_event())
    assert calls == ["put_item"]


def test_a_second_telling_costs_one_request(on_dynamodb: Callable[..., DynamoInbox]) -> None:
    calls: list[str] = []
    inbox = on_dynamodb(lambda client: counted(client, calls))
    inbox.record(an_event())
    calls.clear()

    inbox.record(an_event())
    assert calls == ["put_item"]


@pytest.mark.parametrize(("total", "expected"), [(1, Recorded.DUPLICATE), (2, Recorded.CONFLICT)])
def test_without_the_item_that_stands_it_is_read(
    on_dynamodb: Callable[..., DynamoInbox], total: int, expected: Recorded
) -> None:
    inbox = on_dynamodb(silent_about_what_stands)
    inbox.record(a_signed_event("msg-1", data={"total": 1}))

    assert inbox.record(a_signed_event("msg-1", data={"total": total})) is expected


def test_what_stood_in_the_way_but_is_never_there_ends_as_an_error(clock: MovingClock) -> None:
    class Contradicting:
        def put_item(self, **_request: Any) -> Any:
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")

        def get_item(self, **_request: Any) -> Any:
            return {}

    with pytest.raises(StorageError, match="not there when read"):
        DynamoInbox(Contradicting(), "inbox", clock, RETENTION).record(an_event())  # type: ignore[arg-type]


def test_throttling_is_an_error_that_quotes_nothing(clock: MovingClock, throttled: ClientError) -> None:
    inbox = DynamoInbox(refused_with(throttled), "inbox", clock, RETENTION)

    for attempt in (lambda: inbox.record(an_event()), lambda: inbox.load("evt_1")):
        with pytest.raises(StorageError) as caught:
            attempt()
        assert "ThrottlingException" in str(caught.value)
        assert "example.com" not in str(caught.value)


def test_no_answer_is_an_error(clock: MovingClock) -> None:
    inbox = DynamoInbox(refused_with(ReadTimeoutError(endpoint_url="https://example.com")), "inbox", clock, RETENTION)

    with pytest.raises(StorageError, match="writing inbox: ReadTimeoutError"):
        inbox.record(an_event())


def test_the_item_tells_the_stream_filter_and_the_removal_what_they_look_at(
    on_dynamodb: Callable[..., DynamoInbox], dynamodb: Any
) -> None:
    event = an_event()
    on_dynamodb().record(event)
    on_dynamodb().record(an_event(identity=Identity.of_content("/threekit/main", "echo"), publish=False))

    items = {item["id"]["S"]: item for item in dynamodb.scan(TableName="InboxTable")["Items"]}
    item = items.pop(event.id)
    assert item["publish"] == {"BOOL": True}
    assert item["expires_at"] == {"N": str(int((event.received_at + RETENTION).timestamp()))}
    assert [echo["publish"] for echo in items.values()] == [{"BOOL": False}]
    inserted = {"eventName": "INSERT", "dynamodb": {"NewImage": item}}
    assert references({"Records": [inserted]}) == [reference_to(event)]


def test_the_largest_body_that_is_let_in_fits_whatever_it_holds(on_dynamodb: Callable[..., DynamoInbox]) -> None:
    chance = memoryview(incompressible(262_144 // 3 * 2)).cast("H")
    body = "".join(chr(0x4E00 + number % 0x51FF) for number in chance)
    event = an_event(data={"text": body})
    inbox = on_dynamodb()

    assert inbox.record(event) is Recorded.NEW
    assert inbox.load(event.id) == event


def test_what_no_item_can_hold_is_poison_and_not_written(on_dynamodb: Callable[..., DynamoInbox]) -> None:
    calls: list[str] = []
    event = an_event(data={"text": incompressible(600_000).hex()})

    with pytest.raises(PoisonError, match=f"event {event.id} has .* bytes when compressed; an item holds 380000"):
        on_dynamodb(lambda client: counted(client, calls)).record(event)
    assert calls == []


def test_an_expired_event_told_again_is_in_the_stream_again(
    on_dynamodb: Callable[..., DynamoInbox], dynamodb: Any, clock: MovingClock
) -> None:
    import boto3  # noqa: PLC0415 - under the emulation only

    inbox = on_dynamodb()
    inbox.record(an_event())
    clock.advance(RETENTION)
    inbox.record(replace(an_event(), received_at=clock().astimezone(UTC)))

    arn = dynamodb.describe_table(TableName="InboxTable")["Table"]["LatestStreamArn"]
    streams: Any = boto3.client("dynamodbstreams")
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY"]
