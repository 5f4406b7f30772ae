"""``herald redrive``: what lies in a dead-letter queue comes back to its work queue, and nothing is lost on the way."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.contract.ports.aws_resources import Between
from tests.unit.command_line.a_stack import Stack

from herald.adapters.sqs import SqsReceivedQueue
from herald.domain.errors import Reason
from herald_cli.connection import Connection

DEAD, WORK = "DispatchDeadLetterQueue", "DispatchQueue"
DEAD_FIFO, WORK_FIFO = "WritebackDeadLetterQueue", "WritebackQueue"


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


class Sqs:
    """An SQS that knows no move tasks, or pretends to; it notes what it was asked and may refuse to send or delete."""

    def __init__(self) -> None:
        self.move: Callable[[dict[str, Any]], Any] | None = None
        self.tasks: list[dict[str, Any]] = []
        self.refused: dict[str, int] = {}
        self.after_send: Callable[[], object] = lambda: None
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, operation: str, request: dict[str, Any], way_on: Callable[..., Any]) -> Any:
        self.asked.append((operation, request))
        if operation == "start_message_move_task":
            if self.move is None:
                raise refusal("InvalidAction")
            return self.move(request)
        if operation == "list_message_move_tasks":
            return {"Results": [self.tasks.pop(0) if len(self.tasks) > 1 else self.tasks[0]]}
        if operation in self.refused:
            self.refused[operation] -= 1
            if self.refused[operation] < 0:
                raise refusal("ServiceUnavailable")
        answer = way_on(**request)
        if operation == "send_message":
            self.after_send()
        return answer

    def sent(self) -> list[dict[str, Any]]:
        return [request for operation, request in self.asked if operation == "send_message"]


@pytest.fixture
def sqs(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Sqs:
    """What the command line takes for SQS; tests themselves use the client beneath."""
    wrap = Sqs()
    monkeypatch.setattr(Connection, "sqs", lambda _connection: Between(stack.sqs, wrap))
    monkeypatch.setattr("herald_cli.redrive.LOOK_EVERY_SECONDS", 0.0)
    return wrap


def park(stack: Stack, number: int, dead: str = DEAD, group: str = "order-1") -> str:
    """Park a message the way a consumer does; return its body."""
    body = json.dumps({"notification_id": f"ntf_{number}"})
    queue = SqsReceivedQueue(stack.sqs, "", stack.url(dead))
    attributes = {"MessageGroupId": group, "ApproximateFirstReceiveTimestamp": "1764000000000"}
    record = {"messageId": f"message-{number}", "body": body, "attributes": attributes}
    queue.park(record, Reason.NOT_FOUND, f"the ledger holds no notification ntf_{number}")
    return body


def test_what_lies_there_is_moved_one_by_one_where_sqs_cannot(stack: Stack, sqs: Sqs) -> None:
    bodies = [park(stack, number) for number in range(25)]
    ended = stack.run("redrive", "dispatch")
    assert ended.exit_code == 0, ended.output
    assert "25 in the dead-letter queue of dispatch" in ended.stdout
    assert "not_found" in ended.stdout
    assert "moved 25" in ended.stdout
    assert sorted(stack.taken(WORK)) == sorted(bodies)
    assert stack.taken(DEAD) == []


def test_dry_run_shows_and_moves_nothing(stack: Stack, sqs: Sqs) -> None:
    bodies = [park(stack, number) for number in range(3)]
    told = stack.run_json("redrive", "dispatch", "--dry-run")
    assert told == {"queue": "dispatch", "count": 3, "reasons": {"not_found": 3}}
    assert sqs.sent() == []
    assert sorted(stack.taken(DEAD)) == sorted(bodies)


def test_what_carries_no_reason_of_ours_is_told_as_what_it_is(stack: Stack, sqs: Sqs) -> None:
    client, url = stack.sqs, stack.url("EvaluationDeadLetterQueue")
    client.send_message(QueueUrl=url, MessageBody="no JSON")
    client.send_message(
        QueueUrl=url,
        MessageBody="[]",
        MessageAttributes={"ERROR_CODE": {"DataType": "String", "StringValue": "NO_PERMISSIONS"}},
    )
    client.send_message(QueueUrl=url, MessageBody=json.dumps({"detail": {"event_id": "evt_1"}}))
    shown = stack.run("redrive", "evaluation", "--dry-run").stdout
    assert "NO_PERMISSIONS" in shown
    assert "moved by SQS" in shown
    assert stack.run_json("redrive", "evaluation", "--dry-run")["reasons"] == {"moved by SQS": 2, "NO_PERMISSIONS": 1}


def test_in_a_fifo_queue_order_group_and_deduplication_stay(stack: Stack, sqs: Sqs) -> None:
    first = [park(stack, number, DEAD_FIFO) for number in range(12)]
    park(stack, 20, DEAD_FIFO, group="order-2")
    assert stack.run_json("redrive", "writeback")["moved"] == 13
    sent = sqs.sent()
    assert [one["MessageBody"] for one in sent if one["MessageGroupId"] == "order-1"] == first
    assert {one["MessageDeduplicationId"] for one in sent} == {f"message-{number}" for number in (*range(12), 20)}
    assert stack.taken(DEAD_FIFO) == []
    assert len(stack.taken(WORK_FIFO)) == 13


@pytest.mark.parametrize(("queue", "dead", "work"), [("dispatch", DEAD, WORK), ("writeback", DEAD_FIFO, WORK_FIFO)])
@pytest.mark.parametrize("operation", ["send_message", "delete_message"])
@pytest.mark.parametrize("done_before", [0, 1, 11])
def test_nothing_is_lost_when_a_request_fails_and_the_next_run_does_the_rest(
    stack: Stack, sqs: Sqs, queue: str, dead: str, work: str, operation: str, done_before: int
) -> None:  # fmt: skip
    bodies = [park(stack, number, dead) for number in range(13)]
    sqs.refused = {operation: done_before}
    ended = stack.run("redrive", queue)
    assert ended.exit_code == 1
    assert "ServiceUnavailable" in ended.stderr
    assert "still in the dead-letter queue" in ended.stderr
    sqs.refused = {}
    again = stack.run_json("redrive", queue)
    assert again["moved"] == 13 - done_before
    arrived = stack.taken(work)
    assert set(arrived) == set(bodies)
    # What was sent and not deleted comes twice, which consumers absorb; a FIFO queue knows it by its deduplication id.
    assert len(arrived) == 13 + (operation == "delete_message" and queue == "dispatch")
    assert stack.taken(dead) == []


def test_what_a_consumer_parks_again_meanwhile_is_not_moved_for_ever(stack: Stack, sqs: Sqs) -> None:
    park(stack, 1)
    sqs.after_send = lambda: park(stack, 2)
    assert stack.run_json("redrive", "dispatch")["moved"] == 1


def test_an_empty_queue_is_told_and_nothing_is_begun(stack: Stack, sqs: Sqs) -> None:
    ended = stack.run("redrive", "tracking")
    assert ended.exit_code == 0
    assert "the dead-letter queue of tracking is empty" in ended.stdout
    assert "start_message_move_task" not in {operation for operation, _ in sqs.asked}


class TestMoveTask:
    @pytest.fixture(autouse=True)
    def _begun(self, stack: Stack, sqs: Sqs) -> None:
        park(stack, 1)
        sqs.move = lambda _request: {"TaskHandle": "task"}

    def test_sqs_moves_and_the_destination_is_named(self, stack: Stack, sqs: Sqs) -> None:
        sqs.tasks = [{"Status": "RUNNING"}, {"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 1}]
        assert stack.run_json("redrive", "dispatch")["moved"] == 1
        (begun,) = [request for operation, request in sqs.asked if operation == "start_message_move_task"]
        assert begun["SourceArn"].endswith(f":{DEAD}")
        assert begun["DestinationArn"].endswith(f":{WORK}")
        assert sqs.sent() == []

    def test_a_long_move_goes_on_without_us(self, stack: Stack, sqs: Sqs) -> None:
        sqs.tasks = [{"Status": "RUNNING", "ApproximateNumberOfMessagesMoved": 7}]
        ended = stack.run("redrive", "dispatch")
        assert ended.exit_code == 0
        assert "moved 7 to dispatch; SQS goes on moving" in ended.stdout

    def test_a_move_that_fails_ends_with_1_and_its_reason(self, stack: Stack, sqs: Sqs) -> None:
        sqs.tasks = [{"Status": "FAILED", "FailureReason": "AccessDenied"}]
        ended = stack.run("redrive", "dispatch")
        assert ended.exit_code == 1
        assert "FAILED AccessDenied" in ended.stderr

    def test_any_other_refusal_is_no_reason_to_move_by_hand(self, stack: Stack, sqs: Sqs) -> None:
        def refuse(_request: dict[str, Any]) -> Any:
            raise refusal("AccessDenied")

        sqs.move = refuse
        ended = stack.run("redrive", "dispatch")
        assert ended.exit_code == 1
        assert "AccessDenied" in ended.stderr
        assert sqs.sent() == []


def test_a_queue_that_is_none_is_refused_with_those_that_are(stack: Stack) -> None:
    ended = stack.run("redrive", "relay")
    assert ended.exit_code == 2
    assert "writeback" in ended.stderr
