"""``herald doctor`` about approvals: the key they are signed with, and times that should have been told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.command_line.a_stack import TIMERS, Stack

from herald.adapters.scheduler import SchedulerTimers, TimerPlace, of_approval
from herald_cli.dead_letters import look
from herald_cli.doctor_approvals import key, timers
from herald_cli.health import Health
from herald_cli.redriven_queue import RedrivenQueue, as_typed

APPROVAL = "apr_0123456789abcdefghijklmnop"


def set_timer(stack: Stack, after: timedelta, approval_id: str = APPROVAL) -> None:
    """Let a time have been asked for, long before it came."""
    place = TimerPlace(TIMERS, stack.url("ApprovalTimerQueue"), "arn:queue", "arn:dead", "arn:role")
    long_ago = datetime.now(UTC) - timedelta(days=30)
    clock = SchedulerTimers(stack.connection.scheduler, stack.sqs, place, lambda: long_ago, of_approval)
    clock.set(approval_id, datetime.now(UTC) + after)


def without(stack: Stack, output: str) -> None:
    """Let the stack be one of an older template."""
    outputs: Any = stack.connection.outputs
    del outputs[output]


def test_the_key_is_there_and_is_not_shown(stack: Stack) -> None:
    finding = key(stack.connection)
    assert finding.health is Health.OK
    assert "drawn" not in finding.detail


@pytest.mark.parametrize("secret", [{}, {"key": ""}, {"key": "short"}, {"key": 64 * [1]}])
def test_a_key_that_is_none_is_broken(stack: Stack, secret: object) -> None:
    stack.put_secret("ApprovalSecretId", secret)
    finding = key(stack.connection)
    assert finding.health is Health.BROKEN
    assert "first deployment" in finding.fix


@pytest.mark.parametrize(("check", "output"), [(key, "ApprovalSecretId"), (timers, "ApprovalSchedulesName")])
def test_a_stack_of_an_older_template_is_to_be_deployed_again(
    stack: Stack, check: Callable[..., Any], output: str
) -> None:
    without(stack, output)
    finding = check(stack.connection)
    assert (finding.health, finding.fix) == (Health.BROKEN, "deploy the stack again")


def test_times_that_are_to_come_are_counted(stack: Stack) -> None:
    set_timer(stack, timedelta(days=1))
    set_timer(stack, -timedelta(minutes=5))
    finding = timers(stack.connection)
    assert (finding.health, finding.detail) == (Health.OK, "2 are waited for")


def test_a_time_that_passed_and_still_stands_is_a_warning(stack: Stack) -> None:
    for after in (timedelta(days=1), -timedelta(minutes=15), -timedelta(hours=3)):
        set_timer(stack, after)
    finding = timers(stack.connection)
    first = datetime.now(UTC) - timedelta(hours=3)
    assert finding.health is Health.WARNING
    assert finding.detail.startswith("2 of 3 have not rung, the first since ")
    assert f"{first:%Y-%m-%d %H:}" in finding.detail
    assert "docs/runbook.md" in finding.fix


def test_a_schedule_that_somebody_else_made_is_left_out(stack: Stack) -> None:
    stack.connection.scheduler().create_schedule(
        Name="by-hand", GroupName=TIMERS, ScheduleExpression="at(2020-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"}, Target={"Arn": "arn:queue", "RoleArn": "arn:role"},
    )  # fmt: skip
    assert timers(stack.connection).detail == "0 are waited for"


def test_a_dead_timer_says_which_approval_it_is_about(stack: Stack) -> None:
    body = json.dumps({"approval": APPROVAL, "due": "2026-03-02T09:30:00.000000+00:00"})
    stack.sqs.send_message(QueueUrl=stack.url("ApprovalTimerDeadLetterQueue"), MessageBody=body)
    [letter] = look(stack.sqs, stack.url("ApprovalTimerDeadLetterQueue")).seen
    assert letter.about == APPROVAL


def test_every_queue_is_typed_as_it_is_named(stack: Stack) -> None:
    for queue in RedrivenQueue:
        assert as_typed(queue.work_output.removesuffix("QueueUrl")) == queue
        assert stack.connection.output(queue.work_output)
        assert stack.connection.output(queue.dead_letter_output)
