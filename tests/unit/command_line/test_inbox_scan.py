"""The inbox gone through by time, page after page, with the decision about each event."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.builders import NOW, a_decision, an_event
from tests.contract.ports.aws_resources import Between, refused_with
from tests.unit.command_line.a_stack import Stack

from herald.adapters.dynamodb_decisions import DynamoDecisions
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.domain.event import Identity
from herald.ports import StorageError
from herald_cli.inbox_scan import InboxScan
from herald_cli.ports_of_stack import KEPT


def scan_of(stack: Stack, client: Any = None) -> InboxScan:
    tables = stack.connection.output("InboxTableName"), stack.connection.output("AuditTableName")
    return InboxScan(client or stack.connection.dynamodb(), *tables)


def record(stack: Stack, number: int, received_at: datetime = NOW, *, decided: bool = True, **changes: Any) -> str:
    identity = Identity.of_sender_id("/threekit/main", str(number))
    event = replace(an_event(received_at=received_at), identity=identity, **changes)
    database = stack.connection.dynamodb()
    DynamoInbox(database, stack.connection.output("InboxTableName"), lambda: NOW, KEPT).record(event)
    if decided:
        decision = a_decision(event_id=event.id)
        DynamoDecisions(database, stack.connection.output("AuditTableName")).save(decision)
    return event.id


def found(scan: InboxScan, since: datetime = NOW) -> dict[str, bool]:
    return {event.id: decision is not None for event, decision in scan.since(since)}


def test_every_event_comes_with_its_decision(stack: Stack) -> None:
    decided, undecided = record(stack, 1), record(stack, 2, decided=False)
    assert found(scan_of(stack)) == {decided: True, undecided: False}


def test_what_was_received_before_is_left_out(stack: Stack) -> None:
    record(stack, 1, NOW - timedelta(microseconds=1))
    at_the_second, later = record(stack, 2), record(stack, 3, NOW + timedelta(microseconds=1))
    assert set(found(scan_of(stack))) == {at_the_second, later}


def test_no_decision_is_read_for_what_goes_through_no_rules(stack: Stack) -> None:
    report = record(stack, 1, type="opentext.status")
    assert found(scan_of(stack)) == {report: False}


def test_all_pages_and_all_batches_are_read(stack: Stack) -> None:
    def a_few(operation: str, request: dict[str, Any], way_on: Any) -> Any:
        return way_on(**request, Limit=7) if operation == "scan" else way_on(**request)

    recorded = {record(stack, number): True for number in range(120)}
    scan = scan_of(stack, Between(stack.connection.dynamodb(), a_few))
    assert found(scan) == recorded
    assert scan.read_units > 0


def test_what_a_batch_leaves_out_is_asked_for_again(stack: Stack) -> None:
    asked: list[int] = []

    def one_at_a_time(operation: str, request: dict[str, Any], way_on: Any) -> Any:
        if operation != "batch_get_item":
            return way_on(**request)
        ((table, wanted),) = request["RequestItems"].items()
        first, *left = wanted["Keys"]
        asked.append(len(wanted["Keys"]))
        answer = way_on(RequestItems={table: {"Keys": [first]}})
        return {**answer, "UnprocessedKeys": {table: {"Keys": left}} if left else {}}

    recorded = {record(stack, number): True for number in range(3)}
    assert found(scan_of(stack, Between(stack.connection.dynamodb(), one_at_a_time))) == recorded
    assert asked == [3, 2, 1]


def test_how_many_events_there_are_is_known_before(stack: Stack) -> None:
    record(stack, 1)
    assert scan_of(stack).about() == 1


def test_a_table_that_cannot_be_read_is_named(stack: Stack) -> None:
    error = ClientError({"Error": {"Code": "AccessDeniedException"}}, "Scan")
    with pytest.raises(StorageError, match="scanning InboxTable: AccessDeniedException"):
        found(scan_of(stack, refused_with(error)))
