"""The times of approvals: whoever asks is told when the time has come, never before, and twice at worst."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW
from tests.contract.ports.aws_resources import Between, create_queue, refused_with

from herald.adapters.memory_timers import MemoryTimers
from herald.adapters.scheduler import SOON, SchedulerTimers, TimerPlace, of_approval, of_notification, whole_minute
from herald.domain.rfc3339 import parse_timestamp
from herald.ports import StorageError, Timers

GROUP = "approval-timers"
APPROVAL, ANOTHER = "apr_0123456789abcdefghijklmnop", "apr_zyxwvutsrqponmlkjihgfedcba"
TOMORROW = NOW + timedelta(days=1)

Asked = tuple[str, datetime]
Told = Callable[[], list[Asked]]


def place(queue_url: str) -> TimerPlace:
    """Where the timers of a stack ring."""
    arn = "arn:aws:sqs:eu-central-1:123456789012:{}"
    role = "arn:aws:iam::123456789012:role/approval-schedules"
    return TimerPlace(GROUP, queue_url, arn.format("ApprovalTimerQueue"), arn.format("Dead"), role)


@pytest.fixture
def queue_url(sqs: Any) -> str:
    """The timer's queue."""
    return create_queue(sqs, "ApprovalTimerQueue")


@pytest.fixture
def aws(scheduler: Any, sqs: Any, queue_url: str) -> SchedulerTimers:
    """Timers of a stack where nothing was asked for yet."""
    scheduler.create_schedule_group(Name=GROUP)
    return SchedulerTimers(lambda: scheduler, sqs, place(queue_url), lambda: NOW, of_approval)


def schedules(scheduler: Any) -> list[dict[str, Any]]:
    """The schedules of the group."""
    names = [entry["Name"] for entry in scheduler.list_schedules(GroupName=GROUP)["Schedules"]]
    return [scheduler.get_schedule(Name=name, GroupName=GROUP) for name in names]


def told(body: str) -> Asked:
    """What a message to the timer says."""
    message = json.loads(body)
    assert set(message) == {"approval", "due"}
    due = parse_timestamp(message["due"])
    assert due is not None
    return message["approval"], due


def delayed(timers: SchedulerTimers, url: str) -> tuple[SchedulerTimers, list[dict[str, Any]]]:
    """The same timers, with a note of each message that they send."""
    sent: list[dict[str, Any]] = []

    def noted(_operation: str, request: dict[str, Any], way_on: Callable[..., Any]) -> Any:
        sent.append(request)
        return way_on(**request)

    client: Any = Between(timers.messages, noted)
    return SchedulerTimers(timers.scheduler, client, place(url), timers.clock, of_approval), sent


@pytest.fixture
def timers(implementation: str, request: pytest.FixtureRequest) -> tuple[Timers, Told]:
    """Timers, and what they will tell or have told."""
    if implementation == "memory":
        memory = MemoryTimers()
        return memory, lambda: memory.waiting
    stack, sent = delayed(request.getfixturevalue("aws"), request.getfixturevalue("queue_url"))
    scheduler = request.getfixturevalue("scheduler")

    def asked() -> list[Asked]:
        bodies = [schedule["Target"]["Input"] for schedule in schedules(scheduler)]
        return [told(body) for body in bodies + [message["MessageBody"] for message in sent]]

    return stack, asked


@pytest.mark.parametrize("after", [timedelta(days=20), SOON, timedelta(seconds=3), timedelta(0), -timedelta(days=2)])
def test_an_approval_is_told_of_with_the_time_that_was_asked_for(timers: tuple[Timers, Told], after: timedelta) -> None:
    clock, asked = timers
    clock.set(APPROVAL, NOW + after)

    assert asked() == [(APPROVAL, NOW + after)]


def test_each_time_of_each_approval_is_told(timers: tuple[Timers, Told]) -> None:
    clock, asked = timers
    wanted = [(APPROVAL, TOMORROW), (APPROVAL, TOMORROW + timedelta(seconds=1)), (ANOTHER, TOMORROW)]
    for approval_id, due in wanted:
        clock.set(approval_id, due)

    assert sorted(asked()) == sorted(wanted)


@pytest.mark.parametrize("after", [timedelta(days=1), timedelta(seconds=3)])
def test_asking_twice_is_harmless(timers: tuple[Timers, Told], after: timedelta) -> None:
    clock, asked = timers
    for _ in range(2):
        clock.set(APPROVAL, NOW + after)

    assert set(asked()) == {(APPROVAL, NOW + after)}


# ---------------------------------------------------------------- in memory


def test_in_memory_a_time_rings_once_and_not_before_it_has_come() -> None:
    clock = MemoryTimers()
    for approval_id, due in ((APPROVAL, TOMORROW), (ANOTHER, NOW)):
        clock.set(approval_id, due)

    assert clock.take_due(NOW) == [(ANOTHER, NOW)]
    assert clock.take_due(TOMORROW - timedelta(microseconds=1)) == []
    assert clock.take_due(TOMORROW) == [(APPROVAL, TOMORROW)]
    assert clock.waiting == []


# ---------------------------------------------------------------- on EventBridge Scheduler


def test_a_schedule_rings_once_into_the_timers_queue_and_is_gone(aws: SchedulerTimers, scheduler: Any) -> None:
    aws.set(APPROVAL, datetime(2026, 3, 5, 16, 0, tzinfo=UTC))

    [schedule] = schedules(scheduler)
    assert schedule["Name"] == f"{APPROVAL}-1772726400"
    assert schedule["ScheduleExpression"] == "at(2026-03-05T16:00:00)"
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["ActionAfterCompletion"] == "DELETE"
    assert schedule["Target"] == {
        "Arn": aws.place.queue_arn,
        "RoleArn": aws.place.role_arn,
        "Input": json.dumps({"approval": APPROVAL, "due": "2026-03-05T16:00:00.000000+00:00"}),
        "RetryPolicy": {"MaximumEventAgeInSeconds": 86_400},
        "DeadLetterConfig": {"Arn": aws.place.dead_letter_arn},
    }


def test_a_notification_comes_back_by_the_message_that_sent_it_first(aws: SchedulerTimers, scheduler: Any) -> None:
    replace(aws, message=of_notification).set("ntf_0123456789abcdefghijklmnop", TOMORROW)

    [schedule] = schedules(scheduler)
    assert json.loads(schedule["Target"]["Input"]) == {"notification_id": "ntf_0123456789abcdefghijklmnop"}


@pytest.mark.parametrize(
    ("due", "rings"),
    [
        (datetime(2026, 3, 5, 16, 0, tzinfo=UTC), "2026-03-05T16:00:00"),
        (datetime(2026, 3, 5, 16, 0, 0, 1, tzinfo=UTC), "2026-03-05T16:01:00"),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), "2027-01-01T00:00:00"),
        (datetime(2026, 7, 1, 12, 30, tzinfo=timezone(timedelta(hours=2))), "2026-07-01T10:30:00"),
    ],
)
def test_it_rings_in_the_first_whole_minute_after_the_time(
    aws: SchedulerTimers, scheduler: Any, due: datetime, rings: str
) -> None:
    aws.set(APPROVAL, due)

    [schedule] = schedules(scheduler)
    assert schedule["ScheduleExpression"] == f"at({rings})"


@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - aware by `timezones`
def test_no_minute_is_too_early_and_none_a_minute_too_late(due: datetime) -> None:
    minute = whole_minute(due)

    assert (minute.second, minute.microsecond) == (0, 0)
    assert timedelta(0) <= minute - due < timedelta(minutes=1)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - as above
def test_every_name_is_one_that_scheduler_takes(due: datetime) -> None:
    names: list[str] = []
    client: Any = Between(_Scheduler(), lambda _operation, request, _way_on: names.append(request["Name"]))
    SchedulerTimers(lambda: client, client, place("url"), lambda: datetime(2019, 1, 1, tzinfo=UTC), of_approval).set(
        APPROVAL, due
    )

    [name] = names
    assert len(name) <= 64
    assert all(character.isascii() and (character.isalnum() or character in "-_.") for character in name)


class _Scheduler:
    create_schedule = None


@pytest.mark.parametrize(
    ("left", "seconds"),
    [
        (SOON - timedelta(microseconds=1), 60), (timedelta(seconds=2.2), 3), (timedelta(seconds=2), 2),
        (timedelta(0), 0), (-timedelta(hours=5), 0),
    ],
)  # fmt: skip
def test_what_is_about_to_come_or_past_waits_in_the_queue_itself(
    aws: SchedulerTimers, scheduler: Any, queue_url: str, left: timedelta, seconds: int
) -> None:
    soon, sent = delayed(aws, queue_url)
    soon.set(APPROVAL, NOW + left)

    assert [(message["QueueUrl"], message["DelaySeconds"]) for message in sent] == [(queue_url, seconds)]
    assert schedules(scheduler) == []


def test_a_schedule_that_stands_already_stays_as_it_is(aws: SchedulerTimers, scheduler: Any) -> None:
    aws.set(APPROVAL, TOMORROW)
    [before] = schedules(scheduler)
    aws.set(APPROVAL, TOMORROW)

    [after] = schedules(scheduler)
    assert after["CreationDate"] == before["CreationDate"]


@pytest.mark.parametrize("after", [timedelta(days=1), timedelta(0)])
def test_what_aws_refuses_is_an_error_that_quotes_nothing(throttled: ClientError, after: timedelta) -> None:
    client = refused_with(throttled)
    with pytest.raises(StorageError, match="ThrottlingException") as caught:
        SchedulerTimers(lambda: client, client, place("url"), lambda: NOW, of_approval).set(APPROVAL, NOW + after)
    assert "example.com" not in str(caught.value)
