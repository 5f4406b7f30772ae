"""``herald status``: what it tells, and that it ends with 1 exactly when somebody has to act."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_delivery, a_notification
from tests.unit.command_line.a_stack import NOTIFICATIONS, ORDERS, Stack, let_all_be_well

from herald.domain.delivery import Delivery
from herald.domain.errors import Reason
from herald.domain.gate import Gate
from herald.domain.incident import Incident
from herald.domain.sweep import Sweep
from herald_cli.ports_of_stack import ledger

HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


def held(number: int, begun: datetime) -> Delivery:
    """A delivery that waits for its turn since that time, and is due five minutes later."""
    return a_delivery(a_notification(number=number)).waits(begun, begun, Reason.RESTING, "OpenText's gate", turn=True)


def an_incident(closed_at: datetime | None = None) -> Incident:
    return Incident("inc_1", "erp", now() - HOUR, 3, now(), closed_at)


class TestAllIsWell:
    def test_it_ends_with_0_and_says_so(self, stack: Stack) -> None:
        let_all_be_well(stack)
        ended = stack.run("status")
        assert ended.exit_code == 0, ended.output
        assert "nothing needs an operator" in ended.stdout
        assert "closed" in ended.stdout
        assert "1 of 40 (2.5 %)" in ended.stdout

    def test_the_same_for_scripts(self, stack: Stack) -> None:
        let_all_be_well(stack)
        told = stack.run_json("status")
        assert told["attention"] == []
        assert told["gate"]["condition"] == "closed"
        assert told["gate"]["perSecond"] == 10.0
        orders, jobs = told["sweeps"]
        assert (orders["name"], orders["expected"], orders["missed"], orders["lossPercent"]) == ("orders", 40, 1, 2.5)
        assert (jobs["lossPercent"], jobs["page"]) == (None, None)
        assert {source["name"]: source["silent"] for source in told["sources"]} == {ORDERS: False, NOTIFICATIONS: False}
        assert {queue["name"] for queue in told["queues"] if queue["deadLetters"]} == {
            f"{name}DeadLetterQueue"
            for name in (
                "Evaluation",
                "Tracking",
                "Dispatch",
                "Writeback",
                "Reconcile",
                "Scan",
                "ApprovalTimer",
                "Relay",
            )
        }

    @pytest.mark.parametrize(
        "gate",
        [
            Gate(calls=12, failures=3, window_start=now()),
            Gate(paused_until=now() + HOUR),
            Gate(opened_at=now() - HOUR, opened_until=now() - timedelta(seconds=1), openings=1),
        ],
        ids=["some-failures", "paused", "half-open"],
    )
    def test_a_gate_that_mends_itself_needs_nobody(self, stack: Stack, gate: Gate) -> None:
        let_all_be_well(stack)
        stack.set_gate(gate)
        assert stack.run("status").exit_code == 0

    def test_a_sweep_under_way_tells_its_page(self, stack: Stack) -> None:
        let_all_be_well(stack)
        stack.set_sweep("jobs", Sweep(watermark=now(), until=now(), page=3, finished_at=now()))
        assert "page 3" in stack.run("status").stdout

    def test_a_closed_incident_and_a_source_nobody_watches_need_nobody(self, stack: Stack) -> None:
        let_all_be_well(stack)
        stack.open_incident(an_incident(closed_at=now()))
        stack.hear("/threekit/storefront", now() - 1000 * HOUR)
        told = stack.run_json("status")
        assert told["incidents"] == []
        assert [source["name"] for source in told["sources"] if source["silentAfter"] is None] == [
            "/threekit/storefront"
        ]

    def test_deliveries_that_wait_are_told_by_their_age(self, stack: Stack) -> None:
        let_all_be_well(stack)
        for number, age in enumerate([timedelta(minutes=1), timedelta(minutes=30), timedelta(minutes=50)], start=1):
            ledger(stack.connection).write(held(number, now() - age))
        told = stack.run_json("status")["deliveries"]
        assert (told["unsettled"], told["due"]) == (3, 2)
        assert told["dueByAge"] == {"underAnHour": 2, "underADay": 0, "older": 0}
        assert "3 unsettled, 2 due to be looked at: 2 under an hour" in stack.run("status").stdout


def gate_open(stack: Stack) -> None:
    stack.set_gate(Gate(opened_at=now(), opened_until=now() + HOUR, openings=1))


def source_silent(stack: Stack) -> None:
    stack.hear(ORDERS, now() - 25 * HOUR)


def incident_open(stack: Stack) -> None:
    stack.open_incident(an_incident())


def dead_letter(stack: Stack) -> None:
    stack.sqs.send_message(QueueUrl=stack.url("TrackingDeadLetterQueue"), MessageBody="{}")


def relay_dead_letter(stack: Stack) -> None:
    stack.sqs.send_message(QueueUrl=stack.url("RelayDeadLetterQueue"), MessageBody="{}")


def dead_letter_somebody_looks_at(stack: Stack) -> None:
    dead_letter(stack)
    assert stack.sqs.receive_message(QueueUrl=stack.url("TrackingDeadLetterQueue"))["Messages"]


def sweep_stalled(stack: Stack) -> None:
    stack.set_sweep("orders", Sweep(watermark=now(), finished_at=now() - 2 * HOUR))


def deliveries_overlooked(stack: Stack) -> None:
    ledger(stack.connection).write(held(1, now() - 3 * HOUR))


@pytest.mark.parametrize(
    ("happen", "says"),
    [
        (gate_open, "OpenText is left alone until"),
        (source_silent, f"{ORDERS} is silent"),
        (incident_open, "erp has an open incident (inc_1)"),
        (dead_letter, "TrackingDeadLetterQueue holds 1: `herald redrive tracking --dry-run`"),
        (dead_letter_somebody_looks_at, "TrackingDeadLetterQueue holds 1"),
        (relay_dead_letter, "`herald republish EVENT`"),
        (sweep_stalled, "the sweep of orders has not finished for an hour"),
        (deliveries_overlooked, "nobody looked"),
    ],
)
def test_what_needs_an_operator_ends_with_1_and_names_the_fix(
    stack: Stack, happen: Callable[[Stack], None], says: str
) -> None:
    let_all_be_well(stack)
    happen(stack)
    ended = stack.run("status")
    assert ended.exit_code == 1
    assert says in ended.stdout
    (need,) = stack.run_json("status", ends_with=1)["attention"]
    assert says in need


def test_a_stack_that_was_just_deployed_says_what_is_still_to_come(stack: Stack) -> None:
    ended = stack.run("status")
    assert ended.exit_code == 1
    assert "the sweep of orders has never finished" in ended.stdout
    assert "never" in ended.stdout


def test_without_a_configuration_the_rest_is_told_all_the_same(stack: Stack) -> None:
    let_all_be_well(stack)
    stack.forget_configurations()
    told = stack.run_json("status", ends_with=1)
    assert told["configuration"] is None
    assert told["attention"] == ["no configuration is active, so every event waits: run `herald config apply`"]
    assert "no configuration" in stack.run("status").stdout


def test_a_stack_of_an_older_template_is_named_with_its_fix(stack: Stack) -> None:
    outputs = {name: value for name, value in stack.connection.outputs.items() if name != "StateTableName"}
    object.__setattr__(stack.connection, "outputs", outputs)
    ended = stack.run("status")
    assert ended.exit_code == 1
    assert "no output StateTableName: deploy it again" in ended.stderr


def test_a_table_that_cannot_be_read_is_told_in_one_line(stack: Stack) -> None:
    stack.connection.dynamodb().delete_table(TableName=stack.connection.output("StateTableName"))
    ended = stack.run("status")
    assert ended.exit_code == 1
    assert "ResourceNotFoundException" in ended.stderr
    assert "Check the AWS credentials" in ended.stderr
