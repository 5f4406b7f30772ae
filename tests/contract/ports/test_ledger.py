"""The delivery ledger: one notification per effect, each delivery moved by whoever read its latest version."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW, a_delivery, a_notification
from tests.contract.ports.aws_resources import (
    Between,
    answer_lost_once,
    create_table,
    in_small_pages,
    one_at_a_time,
    refused_with,
    silent_about_what_stands,
)

from herald.adapters.dynamodb_items import (
    delivery_attributes,
    delivery_key,
    delivery_of,
    notification_item,
    notification_of,
)
from herald.adapters.dynamodb_ledger import RETENTION, DynamoLedger
from herald.adapters.memory import MemoryLedger
from herald.domain.delivery import FINAL, Channel, Delivery, DeliveryState
from herald.domain.errors import Reason
from herald.ports import Ledger, StaleDeliveryError, StorageError

LEASE = timedelta(seconds=120)


@pytest.fixture
def table(dynamodb: Any) -> str:
    return create_table(dynamodb, "LedgerTable")


@pytest.fixture
def ledger(implementation: str, request: pytest.FixtureRequest) -> Ledger:
    if implementation == "memory":
        return MemoryLedger()
    table = request.getfixturevalue("table")
    return DynamoLedger(one_at_a_time(request.getfixturevalue("dynamodb")), table)


def test_what_was_never_opened_is_not_there(ledger: Ledger) -> None:
    assert ledger.load("ntf_unknown") is None
    assert list(ledger.by_job("job-unknown")) == []


def test_an_opened_notification_has_no_delivery_yet(ledger: Ledger) -> None:
    notification = a_notification()

    assert ledger.open(notification) == notification
    record = ledger.load(notification.id)
    assert record is not None
    assert record.notification == notification
    assert record.notification.recipient.phone == notification.recipient.phone
    assert record.deliveries == ()


def test_an_id_that_is_taken_stays_with_the_first(ledger: Ledger) -> None:
    first = a_notification()
    ledger.open(first)

    assert ledger.open(replace(first, event_id="evt_later")) == first


def test_a_delivery_goes_all_its_way(ledger: Ledger) -> None:
    ledger.open(a_notification())
    claimed = a_delivery().claimed(NOW, LEASE)
    retrying = claimed.retry_at(NOW, NOW + LEASE, Reason.RATE_LIMITED, "HTTP 429")
    again = retrying.claimed(NOW, LEASE, resend=True)
    unknown = again.unknown(NOW, NOW + LEASE, Reason.TIMED_OUT, "no answer")
    sent = unknown.observed(NOW, DeliveryState.SENT, "job-1", None, "")
    assert sent is not None
    ended = sent.ended(NOW, DeliveryState.DELIVERED, None)

    for step in (claimed, retrying, again, unknown, sent, ended):
        ledger.write(step)
        record = ledger.load(step.notification_id)
        assert record is not None
        assert record.deliveries == (step,)


def test_deliveries_come_in_the_order_of_the_channels(ledger: Ledger) -> None:
    notification = a_notification(channels=(Channel.SMS, Channel.EMAIL))
    ledger.open(notification)
    for channel in (Channel.EMAIL, Channel.SMS):
        ledger.write(a_delivery(channel=channel).claimed(NOW, LEASE))

    record = ledger.load(notification.id)
    assert record is not None
    assert [delivery.channel for delivery in record.deliveries] == [Channel.SMS, Channel.EMAIL]


@pytest.mark.parametrize("version", [0, 1, 2, 4, 5])
def test_only_the_version_after_the_stored_one_is_written(ledger: Ledger, version: int) -> None:
    ledger.open(a_notification())
    first = a_delivery().claimed(NOW, LEASE)
    second = first.submitted(NOW, "job-1")
    ledger.write(first)
    ledger.write(second)

    with pytest.raises(StaleDeliveryError, match=rf"{first.reference} is no longer at version {version - 1}"):
        ledger.write(replace(second, version=version))
    ledger.write(replace(second, version=3))


@pytest.mark.parametrize("version", [0, 2])
def test_the_first_write_has_version_one(ledger: Ledger, version: int) -> None:
    ledger.open(a_notification())

    with pytest.raises(StaleDeliveryError):
        ledger.write(replace(a_delivery().claimed(NOW, LEASE), version=version))


def test_of_equal_claims_at_the_same_instant_one_wins(ledger: Ledger) -> None:
    ledger.open(a_notification())
    claim = a_delivery().claimed(NOW, LEASE)
    together = Barrier(4)

    def take(_worker: int) -> bool:
        together.wait(timeout=10)
        try:
            ledger.write(claim)
        except StaleDeliveryError:
            return False
        return True

    with ThreadPoolExecutor(4) as workers:
        assert sorted(workers.map(take, range(4))) == [False, False, False, True]


def test_a_job_finds_its_deliveries(ledger: Ledger) -> None:
    submitted = []
    for number in range(1, 6):
        notification = a_notification(number=number)
        ledger.open(notification)
        claimed = a_delivery(notification).claimed(NOW, LEASE)
        ledger.write(claimed)
        submitted.append(claimed.submitted(NOW, "job-1" if number < 5 else "job-2"))
        ledger.write(submitted[-1])

    assert set(ledger.by_job("job-1")) == set(submitted[:4])
    assert list(ledger.by_job("job-2")) == submitted[4:]


def waiting(ledger: Ledger, number: int, look_at: datetime) -> Delivery:
    """Store a submitted delivery of the notification of that number, to be looked at then."""
    notification = a_notification(number=number)
    ledger.open(notification)
    claimed = a_delivery(notification).claimed(NOW, LEASE)
    ledger.write(claimed)
    submitted = replace(claimed.submitted(NOW, f"job-{number}"), look_at=look_at)
    ledger.write(submitted)
    return submitted


def test_without_deliveries_nothing_is_to_be_looked_at(ledger: Ledger) -> None:
    ledger.open(a_notification())

    assert list(ledger.unsettled(NOW + timedelta(days=30), 10)) == []


def test_those_that_wait_longest_are_looked_at_first(ledger: Ledger) -> None:
    instants = [NOW + timedelta(microseconds=offset) for offset in (1_000_000, 0, -1, 1, -1_000_000, 10)]
    stored = [waiting(ledger, number, look_at) for number, look_at in enumerate(instants, start=1)]
    in_order = [stored[number] for number in (4, 2, 1, 3, 5, 0)]

    assert list(ledger.unsettled(NOW + timedelta(hours=1), 10)) == in_order
    assert list(ledger.unsettled(NOW + timedelta(hours=1), 3)) == in_order[:3]
    assert list(ledger.unsettled(NOW + timedelta(hours=1), 0)) == []
    assert list(ledger.unsettled(NOW, 10)) == in_order[:3]
    assert list(ledger.unsettled(NOW - timedelta(microseconds=2), 10)) == in_order[:1]
    assert list(ledger.unsettled(NOW - timedelta(hours=1), 10)) == []


def test_a_look_is_due_at_its_instant_wherever_its_clock_hangs(ledger: Ledger) -> None:
    berlin = timezone(timedelta(hours=1))
    early, late = waiting(ledger, 1, NOW.astimezone(berlin)), waiting(ledger, 2, NOW + timedelta(minutes=1))

    assert list(ledger.unsettled(NOW, 10)) == [early]
    assert list(ledger.unsettled((NOW + timedelta(minutes=1)).astimezone(berlin), 10)) == [early, late]


@pytest.mark.parametrize("state", sorted(FINAL))
def test_what_has_a_final_state_is_not_looked_at(ledger: Ledger, state: DeliveryState) -> None:
    delivery = waiting(ledger, 1, NOW)
    other = waiting(ledger, 2, NOW)
    ended = delivery.ended(NOW, state, None)
    ledger.write(ended)

    assert list(ledger.unsettled(NOW + timedelta(days=30), 10)) == [other]
    record = ledger.load(delivery.notification_id)
    assert record is not None
    assert record.deliveries == (ended,)


def test_what_was_looked_at_is_due_again_later(ledger: Ledger) -> None:
    delivery = waiting(ledger, 1, NOW)
    looked_at = delivery.looked_at(NOW)
    assert looked_at.look_at is not None
    ledger.write(looked_at)

    assert list(ledger.unsettled(NOW, 10)) == []
    assert list(ledger.unsettled(looked_at.look_at, 10)) == [looked_at]


def test_proof_that_it_went_out_after_all_is_followed_up(ledger: Ledger) -> None:
    guessed = waiting(ledger, 1, NOW).ended(NOW, DeliveryState.FAILED, Reason.OUTCOME_UNKNOWN)
    ledger.write(guessed)
    sent = guessed.observed(NOW, DeliveryState.SENT, "job-1", None, "")
    assert sent is not None
    ledger.write(sent)

    assert list(ledger.unsettled(NOW + timedelta(days=1), 10)) == [sent]


def test_a_delivery_held_for_its_turn_comes_back_as_such(ledger: Ledger) -> None:
    ledger.open(a_notification())
    held = a_delivery().waits(NOW, NOW + LEASE, Reason.WAITS_ITS_TURN, "its turn is later", turn=True)
    ledger.write(held)
    claimed = held.claimed(NOW, LEASE)

    for step in (claimed, claimed.submitted(NOW, "job-1")):
        record = ledger.load(held.notification_id)
        assert record is not None
        assert record.deliveries[0].turn is (step is claimed)
        ledger.write(step)
    record = ledger.load(held.notification_id)
    assert record is not None
    assert record.deliveries[0].submitted_at == NOW


@pytest.mark.parametrize("sequence", [None, ("order/1/status", 3)])
def test_a_notification_keeps_its_place_in_a_row(ledger: Ledger, sequence: tuple[str, int] | None) -> None:
    notification = a_notification(sequence=sequence)
    ledger.open(notification)

    record = ledger.load(notification.id)
    assert record is not None
    assert record.notification == notification


def test_what_is_left_of_an_expired_notification_is_not_the_new_ones(ledger: Ledger) -> None:
    """Items of one partition expire one by one: a delivery may outlive the notification it belonged to."""
    ledger.open(a_notification(event_id="evt_new"))
    old = a_delivery(event_id="evt_old").claimed(NOW, LEASE)
    ledger.write(old)
    ledger.write(old.submitted(NOW, "job-old"))

    record = ledger.load(a_notification().id)
    assert record is not None
    assert record.deliveries == ()
    fresh = record.delivery(Channel.SMS).claimed(NOW, LEASE)
    ledger.write(fresh)
    with pytest.raises(StaleDeliveryError):
        ledger.write(replace(old, version=3))
    record = ledger.load(a_notification().id)
    assert record is not None
    assert record.deliveries == (fresh,)


# ---------------------------------------------------------------- on DynamoDB


INSTANTS = st.none() | st.just(NOW)
LOOKS = st.builds(
    lambda after, east: (NOW + after).astimezone(timezone(timedelta(hours=east))),
    st.timedeltas(min_value=timedelta(days=-365), max_value=timedelta(days=365)),
    st.integers(min_value=-12, max_value=14),
)
DELIVERIES = st.builds(
    Delivery,
    notification_id=st.just("ntf_1"),
    channel=st.sampled_from(Channel),
    event_id=st.text(min_size=1),
    state=st.sampled_from(DeliveryState),
    version=st.integers(min_value=1, max_value=2**40),
    attempts=st.integers(min_value=0),
    resends=st.integers(min_value=0, max_value=1),
    due_at=INSTANTS,
    begun_at=INSTANTS,
    turn=st.booleans(),
    look_at=st.none() | LOOKS,
    submitted_at=INSTANTS,
    job_id=st.none() | st.text(min_size=1),
    reason=st.none() | st.sampled_from(Reason),
    detail=st.text(max_size=300),
    updated_at=INSTANTS,
)


@given(DELIVERIES)
def test_every_delivery_comes_back_of_its_item(delivery: Delivery) -> None:
    attributes = delivery_attributes(delivery, RETENTION)
    item = {**delivery_key(delivery), **{name: value for name, value in attributes.items() if value is not None}}

    assert delivery_of(item) == delivery
    assert ("unsettled" in item) == ("look_at" in item) == (delivery.look_at is not None)


@given(DELIVERIES, DELIVERIES)
def test_the_order_of_the_texts_is_that_of_time(one: Delivery, other: Delivery) -> None:
    texts = [delivery_attributes(delivery, RETENTION)["look_at"] for delivery in (one, other)]

    if one.look_at is not None and other.look_at is not None:
        assert (texts[0]["S"] < texts[1]["S"]) == (one.look_at < other.look_at)
        assert (texts[0]["S"] == texts[1]["S"]) == (one.look_at == other.look_at)


def test_a_delivery_stored_without_the_later_attributes_can_be_read(dynamodb: Any, table: str) -> None:
    ledger = DynamoLedger(dynamodb, table)
    delivery = waiting(ledger, 1, NOW)
    dynamodb.update_item(
        TableName=table, Key=delivery_key(delivery),
        UpdateExpression="REMOVE turn, unsettled, look_at, submitted_at",
    )  # fmt: skip

    record = ledger.load(delivery.notification_id)
    assert record is not None
    assert record.deliveries == (replace(delivery, turn=False, look_at=None, submitted_at=None),)
    assert list(ledger.unsettled(NOW, 10)) == []


def test_a_notification_stored_without_a_row_can_be_read() -> None:
    notification = a_notification()
    item = notification_item(notification, RETENTION)

    assert "sequence" not in str(item)
    assert notification_of(item) == notification


def test_a_lone_surrogate_in_a_vendors_message_does_not_stop_the_ledger(dynamodb: Any, table: str) -> None:
    ledger = DynamoLedger(dynamodb, table)
    ledger.open(a_notification())
    ledger.write(replace(a_delivery().claimed(NOW, LEASE), detail="bad \ud800 name"))

    record = ledger.load(a_notification().id)
    assert record is not None
    assert record.deliveries[0].detail == "bad ? name"


def test_lookups_read_every_page(dynamodb: Any, table: str) -> None:
    ledger = DynamoLedger(in_small_pages(dynamodb, items=1), table)
    for number in range(1, 6):
        notification = a_notification(number=number)
        ledger.open(notification)
        for channel in Channel:
            claimed = a_delivery(notification, channel=channel).claimed(NOW, LEASE)
            ledger.write(claimed)
            ledger.write(claimed.submitted(NOW, "job-1"))

    assert len(ledger.by_job("job-1")) == 5 * len(Channel)


def test_a_write_whose_answer_was_lost_is_no_stale_write(dynamodb: Any, table: str) -> None:
    ledger = DynamoLedger(answer_lost_once(dynamodb, "update_item"), table)
    ledger.open(a_notification())
    claimed = a_delivery().claimed(NOW, LEASE)

    ledger.write(claimed)
    with pytest.raises(StaleDeliveryError):
        ledger.write(claimed)


@pytest.mark.parametrize("lost", [True, False])
def test_without_the_item_that_stands_it_is_read(dynamodb: Any, table: str, lost: bool) -> None:
    quiet = silent_about_what_stands(dynamodb)
    ledger = DynamoLedger(answer_lost_once(quiet, "update_item") if lost else quiet, table)
    first = a_notification()
    ledger.open(first)
    assert ledger.open(replace(first, event_id="evt_later")) == first

    claimed = a_delivery().claimed(NOW, LEASE)
    ledger.write(claimed)
    with pytest.raises(StaleDeliveryError):
        ledger.write(claimed)


def test_an_index_that_lags_gives_what_is_stored_now(dynamodb: Any, table: str) -> None:
    ledger = DynamoLedger(dynamodb, table)
    ledger.open(a_notification())
    claimed = a_delivery().claimed(NOW, LEASE)
    ledger.write(claimed)
    ledger.write(replace(claimed.submitted(NOW, "job-1")))

    def lagging(operation: str, request: dict[str, Any], way_on: Any) -> Any:
        answer = way_on(**request)
        if request.get("IndexName") == "by_job":
            gone = {"pk": {"S": "ntf_gone"}, "sk": {"S": "delivery#sms"}}
            return {"Items": [{**delivery_key(claimed)}, gone]}
        return answer

    behind = DynamoLedger(Between(dynamodb, lagging), table)  # type: ignore[arg-type]
    assert list(behind.by_job("job-before")) == []
    assert [delivery.job_id for delivery in behind.by_job("job-1")] == ["job-1"]


def test_a_lagging_index_does_not_bring_back_what_is_settled_or_later(dynamodb: Any, table: str) -> None:
    ledger = DynamoLedger(dynamodb, table)
    settled, later, due = (waiting(ledger, number, NOW) for number in (1, 2, 3))
    ledger.write(settled.ended(NOW, DeliveryState.FAILED, Reason.REFUSED))
    ledger.write(later.looked_at(NOW))
    gone = {"pk": {"S": "ntf_gone"}, "sk": {"S": "delivery#sms"}}
    known = [delivery_key(settled), gone, delivery_key(later), delivery_key(due)]

    def lagging(operation: str, request: dict[str, Any], way_on: Any) -> Any:
        if operation != "query":
            return way_on(**request)
        place = request.get("ExclusiveStartKey", 0)
        page = {"Items": known[place : place + request["Limit"]]}
        return page if place + request["Limit"] >= len(known) else {**page, "LastEvaluatedKey": place + 1}

    behind = DynamoLedger(Between(dynamodb, lagging), table)  # type: ignore[arg-type]
    assert list(behind.unsettled(NOW, 1)) == [due]
    assert list(behind.unsettled(NOW, 10)) == [due]


def test_unsettled_deliveries_are_read_from_every_page(dynamodb: Any, table: str) -> None:
    asked: list[int] = []

    def two_a_page(operation: str, request: dict[str, Any], way_on: Any) -> Any:
        if operation == "query":
            asked.append(request["Limit"])
            request["Limit"] = 2
        return way_on(**request)

    ledger = DynamoLedger(Between(dynamodb, two_a_page), table)  # type: ignore[arg-type]
    stored = [waiting(ledger, number, NOW - timedelta(minutes=number)) for number in range(1, 8)]

    assert list(ledger.unsettled(NOW, 10)) == stored[::-1]
    assert asked == [10] * 4
    asked.clear()
    assert list(ledger.unsettled(NOW, 3)) == stored[:3:-1]
    assert asked == [3] * 2


def test_a_delivery_that_takes_the_place_of_an_expired_one_is_looked_at_in_its_own_time(
    dynamodb: Any, table: str
) -> None:
    ledger = DynamoLedger(dynamodb, table)
    ledger.open(a_notification(event_id="evt_new"))
    ledger.write(a_delivery(event_id="evt_old").claimed(NOW - timedelta(days=100), LEASE))
    ledger.write(a_delivery(event_id="evt_new").ended(NOW, DeliveryState.SKIPPED, None))

    assert list(ledger.unsettled(NOW, 10)) == []


def test_every_item_has_a_time_to_go(dynamodb: Any, table: str) -> None:
    ledger = DynamoLedger(dynamodb, table)
    ledger.open(a_notification())
    later = NOW + timedelta(days=1)
    ledger.write(a_delivery().claimed(later, LEASE))

    found = {item["sk"]["S"]: int(item["expires_at"]["N"]) for item in dynamodb.scan(TableName=table)["Items"]}
    assert found == {
        "notification": int((NOW + timedelta(days=90)).timestamp()),
        "delivery#sms": int((later + timedelta(days=90)).timestamp()),
    }


def test_throttling_is_an_error_and_never_a_stale_write(throttled: ClientError) -> None:
    ledger = DynamoLedger(refused_with(throttled), "ledger")

    for attempt in (
        lambda: ledger.open(a_notification()),
        lambda: ledger.load("ntf_1"),
        lambda: ledger.by_job("job-1"),
        lambda: ledger.unsettled(NOW, 10),
        lambda: ledger.write(a_delivery().claimed(NOW, LEASE)),
    ):
        with pytest.raises(StorageError, match="ThrottlingException"):
            attempt()
