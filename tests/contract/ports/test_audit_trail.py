"""The audit trail: append-only, one entry per key, and a hash chain that holds after any interleaving."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import a_decision, an_audit_record
from tests.contract.ports.aws_resources import (
    Between,
    answer_lost_once,
    counted,
    create_table,
    in_small_pages,
    incompressible,
    one_at_a_time,
    refused_with,
)

from herald.adapters.dynamodb_audit import ATTEMPTS, AuditContendedError, DynamoAuditTrail
from herald.adapters.dynamodb_decisions import DynamoDecisions
from herald.adapters.memory import MemoryAuditTrail
from herald.domain.audit import AuditRecord, chained, first_break, genesis
from herald.domain.errors import PoisonError, Reason
from herald.ports import AuditTrail, StorageError

EVENT = an_audit_record().event_id


@pytest.fixture
def table(dynamodb: Any) -> str:
    return create_table(dynamodb, "AuditTable")


@pytest.fixture
def trail(implementation: str, request: pytest.FixtureRequest) -> AuditTrail:
    if implementation == "memory":
        return MemoryAuditTrail()
    table = request.getfixturevalue("table")
    return DynamoAuditTrail(one_at_a_time(request.getfixturevalue("dynamodb")), table)


def test_an_event_without_entries_has_an_empty_chain(trail: AuditTrail) -> None:
    assert list(trail.entries(EVENT)) == []


def test_entries_follow_each_other_from_the_genesis(trail: AuditTrail) -> None:
    records = [an_audit_record(key) for key in ("relayed", "decided", "sent")]
    appended = [trail.append(record) for record in records]

    first, second, third = trail.entries(EVENT)
    assert [first, second, third] == appended
    assert first == chained(records[0], 1, genesis(EVENT))
    assert second == chained(records[1], 2, first.hash)
    assert third == chained(records[2], 3, second.hash)


def test_a_key_that_is_there_gives_the_entry_that_is_there(trail: AuditTrail) -> None:
    first = trail.append(an_audit_record("decided", outcome="notify"))
    trail.append(an_audit_record("sent"))

    assert trail.append(an_audit_record("decided", outcome="nothing to do")) == first
    assert [entry.record.key for entry in trail.entries(EVENT)] == ["decided", "sent"]


def test_events_have_chains_of_their_own(trail: AuditTrail) -> None:
    trail.append(an_audit_record())
    other = trail.append(an_audit_record(event_id="evt_other"))

    assert other.number == 1
    assert first_break("evt_other", trail.entries("evt_other")) is None


def test_details_come_back_as_they_were_and_the_chain_still_holds(trail: AuditTrail) -> None:
    details = {
        "total": Decimal("5000.50"), "limit": Decimal("5000"), "due": datetime(2026, 3, 2, tzinfo=UTC), "count": 3,
        "states": ["sent", None], "reason": "because",
    }  # fmt: skip
    trail.append(an_audit_record(details=details))

    [entry] = trail.entries(EVENT)
    assert repr(entry.record.details) == repr(details)
    assert first_break(EVENT, [entry]) is None


def test_a_reason_in_the_details_is_a_text_afterwards_with_the_same_hash(trail: AuditTrail) -> None:
    trail.append(an_audit_record(details={"reason": Reason.REFUSED, "channels": ("sms", "email")}))

    [entry] = trail.entries(EVENT)
    assert entry.record.details == {"reason": "refused", "channels": ["sms", "email"]}
    assert first_break(EVENT, [entry]) is None


def test_the_caller_cannot_change_what_is_written(trail: AuditTrail) -> None:
    details = {"states": ["sent"]}
    trail.append(an_audit_record(details=details))
    details["states"].append("delivered")

    assert trail.entries(EVENT)[0].record.details == {"states": ["sent"]}


def test_the_chain_holds_when_threads_append_at_once(trail: AuditTrail) -> None:
    writers, each = 4, 3
    together = Barrier(writers)

    def write(writer: int) -> None:
        together.wait(timeout=10)
        for number in range(each):
            trail.append(an_audit_record(f"{writer}:{number}"))
            trail.append(an_audit_record(f"all:{number}"))

    with ThreadPoolExecutor(writers) as threads:
        list(threads.map(write, range(writers)))

    entries = trail.entries(EVENT)
    assert first_break(EVENT, entries) is None
    expected = {f"{writer}:{number}" for writer in range(writers) for number in range(each)}
    assert sorted(entry.record.key for entry in entries) == sorted(
        expected | {f"all:{number}" for number in range(each)}
    )


# ---------------------------------------------------------------- on DynamoDB


def overtaken_by(client: Any, table: str, others: list[AuditRecord | None]) -> DynamoAuditTrail:
    """A trail which, before each of its puts, is overtaken by the next of the other writers' records."""

    def wrap(operation: str, request: dict[str, Any], way_on: Any) -> Any:
        if operation == "put_item" and others and (record := others.pop(0)) is not None:
            DynamoAuditTrail(client, table).append(record)
        return way_on(**request)

    return DynamoAuditTrail(Between(client, wrap), table)  # type: ignore[arg-type]


KEYS = st.sampled_from(["relayed", "decided", "sent", "delivered", "noted"])


@given(
    own=st.lists(KEYS, min_size=1, max_size=5),
    overtaking=st.lists(st.none() | KEYS, max_size=8),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_chain_holds_whoever_overtakes_whom(
    dynamodb: Any, table: str, own: list[str], overtaking: list[str | None]
) -> None:
    event_id = f"evt_{uuid4()}"  # the table is the same for all examples
    records = [an_audit_record(key, event_id=event_id, actor="other") if key else None for key in overtaking]
    trail = overtaken_by(dynamodb, table, records)
    for key in own:
        entry = trail.append(an_audit_record(key, event_id=event_id))
        assert entry in trail.entries(event_id)

    entries = trail.entries(event_id)
    assert first_break(event_id, entries) is None
    keys = [entry.record.key for entry in entries]
    assert len(set(keys)) == len(keys)
    assert set(keys) >= set(own)


def test_a_chain_of_many_pages_is_read_whole(dynamodb: Any, table: str) -> None:
    trail = DynamoAuditTrail(in_small_pages(dynamodb), table)
    for number in range(12):
        trail.append(an_audit_record(str(number)))

    entries = trail.entries(EVENT)
    assert [entry.record.key for entry in entries] == [str(number) for number in range(12)]
    assert first_break(EVENT, entries) is None


def test_an_append_whose_answer_was_lost_is_there_once(dynamodb: Any, table: str) -> None:
    trail = DynamoAuditTrail(answer_lost_once(dynamodb, "put_item"), table)

    assert trail.append(an_audit_record()).number == 1
    assert len(trail.entries(EVENT)) == 1


def test_the_decision_beside_the_chain_is_no_entry(dynamodb: Any, table: str) -> None:
    DynamoDecisions(dynamodb, table).save(a_decision(event_id=EVENT))

    assert DynamoAuditTrail(dynamodb, table).append(an_audit_record()).number == 1


def test_an_append_costs_two_requests(dynamodb: Any, table: str) -> None:
    calls: list[str] = []
    DynamoAuditTrail(counted(dynamodb, calls), table).append(an_audit_record())

    assert calls == ["query", "put_item"]


def test_endless_contention_ends_as_an_error_to_be_tried_again(dynamodb: Any, table: str) -> None:
    others: list[AuditRecord | None] = [an_audit_record(f"other:{number}") for number in range(ATTEMPTS)]

    with pytest.raises(AuditContendedError) as caught:
        overtaken_by(dynamodb, table, others).append(an_audit_record())
    assert isinstance(caught.value, StorageError)
    assert first_break(EVENT, DynamoAuditTrail(dynamodb, table).entries(EVENT)) is None


def test_throttling_is_an_error(throttled: ClientError) -> None:
    trail = DynamoAuditTrail(refused_with(throttled), "audit")

    with pytest.raises(StorageError, match="ThrottlingException"):
        trail.append(an_audit_record())
    with pytest.raises(StorageError, match="ThrottlingException"):
        trail.entries(EVENT)


def test_an_altered_entry_is_found(dynamodb: Any, table: str) -> None:
    trail = DynamoAuditTrail(dynamodb, table)
    for key in ("relayed", "decided", "sent"):
        trail.append(an_audit_record(key))
    dynamodb.update_item(
        TableName=table, Key={"event_id": {"S": EVENT}, "entry": {"S": "audit#000002"}},
        UpdateExpression="SET outcome = :o", ExpressionAttributeValues={":o": {"S": "nothing to do"}},
    )  # fmt: skip

    assert first_break(EVENT, trail.entries(EVENT)) == 2


def test_details_beyond_an_item_are_poison(dynamodb: Any, table: str) -> None:
    record = replace(an_audit_record(), details={"text": incompressible(600_000).hex()})
    with pytest.raises(PoisonError, match="an audit entry of"):
        DynamoAuditTrail(dynamodb, table).append(record)
