"""Whatever comes in whatever order, at whatever hour, and whoever dies: each message is told once or says why not."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import MovingClock
from tests.unit.usecases.post_office import ADA, BEN, PostOffice, configured

from herald.domain.budget_plan import BudgetPlan, Limit, Per, Scope, plan_document
from herald.domain.courtesy import DIGEST_RULE, Courtesy, Digest, NextChannel, Repeat, Throttle, Until
from herald.domain.delivery import Channel, DeliveryState
from herald.domain.errors import Reason
from herald.domain.message import EmailContent
from herald.domain.notification import Severity
from herald.domain.working_time import Calendar

MINUTES = st.integers(1, 240).map(lambda number: timedelta(minutes=number))
RULES = ("progress", "fault", "alarm")
PATTERNS = st.sampled_from([("*",), ("progress",), ("fault", "alarm"), ("a*",)])
CHANNELS = st.sampled_from([(Channel.EMAIL,), (Channel.SMS, Channel.EMAIL), (Channel.EMAIL, Channel.SMS)])
CHECKPOINTS = (
    "budget.charged", "dispatch.recorded", "dispatch.held", "dispatch.digest_opened", "dispatch.audited",
    "dispatch.passed_on",
)  # fmt: skip
TURNS_OF_THE_CLOCK = [
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2028, 2, 28, tzinfo=UTC),
]
SPANS = st.sampled_from(
    [((time(8), time(20)),), ((time(0), time(6)), (time(22), time(0))), ((time(2, 30), time(3)),), ()]
)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Hours by weekday, over midnight too, with holidays; some day of the week has hours."""
    hours = {day: draw(SPANS) for day in range(7)}
    zone = draw(st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]))
    off = draw(st.frozensets(st.dates(date(2026, 1, 1), date(2028, 12, 31)), max_size=3))
    return Calendar(
        "hours", zone, {day: spans for day, spans in hours.items() if spans} or {0: ((time(8), time(9)),)}, off
    )


@st.composite
def courtesies(draw: st.DrawFn) -> Courtesy:
    """Any combination of everything."""
    some = st.booleans()
    digest = Digest("d", draw(PATTERNS), "digest", wait=draw(MINUTES), interval=draw(MINUTES))
    throttle = Throttle("t", draw(PATTERNS), "digest", most=draw(st.integers(1, 3)), within=draw(MINUTES))
    repeat = Repeat("r", draw(PATTERNS), "event.subject", draw(MINUTES))
    next_channel = NextChannel("n", draw(PATTERNS), draw(MINUTES), draw(st.sampled_from(Until)))
    return Courtesy(
        hours=draw(st.dictionaries(st.sampled_from([Channel.EMAIL, Channel.SMS]), st.just("hours"))),
        digests=(digest,) if draw(some) else (),
        throttles=(throttle,) if draw(some) else (),
        repeats=(repeat,) if draw(some) else (),
        next_channel=(next_channel,) if draw(some) else (),
    )


@st.composite
def budgets(draw: st.DrawFn) -> dict[str, Any]:
    """A limit that a few messages reach, or none; a day or month ends while they come."""
    if not draw(st.booleans()):
        return {}
    limit = Limit(
        "l", draw(st.sampled_from([Scope.RULE, Scope.PERSON, Scope.TOTAL])), tuple(draw(CHANNELS)),
        Decimal(draw(st.integers(1, 4))), draw(st.sampled_from(Per)), degrade_at=draw(st.sampled_from([50, 90])),
    )  # fmt: skip
    prices = {channel: {"default": Decimal(1)} for channel in (Channel.EMAIL, Channel.SMS)}
    return plan_document(BudgetPlan("EUR", prices, (limit,), (50, 90)))


ARRIVALS = st.lists(
    st.tuples(
        st.integers(0, 300).map(lambda number: timedelta(minutes=number)),
        st.sampled_from(RULES), st.sampled_from([ADA, BEN]), st.integers(1, 4).map(lambda number: f"order/{number}"),
        st.sampled_from(Severity), CHANNELS, st.integers(0, 2),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    courtesies(), calendars(), budgets(), st.sampled_from(TURNS_OF_THE_CLOCK), st.integers(0, 48), ARRIVALS,
    st.dictionaries(st.sampled_from(CHECKPOINTS), st.integers(0, 12)),
)  # fmt: skip
def test_each_message_ends_in_exactly_one_way(
    courtesy: Courtesy, calendar: Calendar, budget: dict[str, Any], day: datetime, hour: int,
    arrivals: list[tuple[object, ...]], die_at: dict[str, int],
) -> None:  # fmt: skip
    configuration = configured(courtesy, {"hours": calendar}, budget)
    post = PostOffice(configuration, MovingClock(day + timedelta(hours=hour)), dict(die_at))
    for after, rule, to, subject, severity, channels, again in arrivals:
        post.wait(after)  # type: ignore[arg-type]
        told = post.hand_in(rule, to, subject, severity=severity, channels=channels)  # type: ignore[arg-type]
        for _ in range(again):  # type: ignore[call-overload]
            post.deliver(told)
    post.wait(timedelta(days=60))

    refs = Counter(message.reference for message in post.opentext.submitted)
    assert set(refs.values()) <= {1}, "something went out twice"
    digests: Counter[str] = Counter()
    for identity in post.handed_in:
        record = post.record(identity)
        by_state = [one for one in record.deliveries if one.state is not DeliveryState.PENDING]
        sent = [one for one in by_state if one.state is DeliveryState.SUBMITTED]
        digested = [one for one in by_state if one.state is DeliveryState.DIGESTED]
        skipped = [one for one in by_state if one.state is DeliveryState.SKIPPED]
        assert not [one for one in by_state if one.state is DeliveryState.HELD], "held for ever"
        assert all(one.reason for one in skipped)
        assert sorted(map(bool, (sent, digested, not sent and not digested and skipped))) == [False, False, True]
        assert all(refs[one.reference] for one in sent)
        assert len(sent) <= 1 + sum(one.overdue for one in sent)
        digests.update(one.detail for one in digested)
        for one in skipped:
            assert one.reason in (Reason.REPEATED, Reason.REACHED, Reason.OVER_BUDGET)
            # A budget changes the way and drops nothing.
            assert one.reason is not Reason.OVER_BUDGET or sent or digested
    for digest, members in digests.items():
        record = post.record(digest)
        assert record.notification.rule_id == DIGEST_RULE
        (message,) = [one for one in post.opentext.submitted if one.reference == f"{digest}.email"]
        assert isinstance(message.content, EmailContent)
        assert message.content.subject == f"{members} at once", "a digest tells of each of its members"
    others = {ref.partition(".")[0] for ref in refs} - post.handed_in.keys()
    assert others == digests.keys()
