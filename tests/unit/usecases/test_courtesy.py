"""Messages are held, gathered, throttled, silenced, passed on: what becomes of each, and why."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.builders import MovingClock
from tests.unit.usecases.post_office import ADA, BEN, PostOffice, configured

from herald.adapters.configuration_bundle import versioned
from herald.domain.budget_plan import BudgetPlan, Limit, Per, Scope, plan_document
from herald.domain.courtesy import Courtesy, Digest, NextChannel, Repeat, Throttle, Until
from herald.domain.delivery import Channel, DeliveryState
from herald.domain.digest import WaitsIn
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.incident import Incident
from herald.domain.notification import Severity
from herald.domain.silence import Silence
from herald.domain.working_time import Calendar
from herald.usecases import courtesy_shelves, shelves

NOON = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 3, 23, 0, tzinfo=UTC)
MORNING = datetime(2026, 3, 4, 7, 0, tzinfo=UTC)
DAYTIME = Calendar("daytime", "Europe/Berlin", dict.fromkeys(range(7), ((time(8), time(20)),)))
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
GATHERED = Courtesy(digests=(Digest("progress", ("progress",), "digest", wait=2 * MINUTE, interval=10 * MINUTE),))
BOTH = (Channel.SMS, Channel.EMAIL)


def office(courtesy: Courtesy, at: datetime = NOON) -> PostOffice:
    return PostOffice(configured(courtesy, {"daytime": DAYTIME}), MovingClock(at))


class TestSendingHours:
    hours = Courtesy(hours={Channel.SMS: "daytime"})

    def test_a_message_in_the_night_is_held_until_morning_and_goes_out_then(self) -> None:
        post = office(self.hours, NIGHT)
        told = post.hand_in(channels=BOTH)
        assert post.stands(told) == (DeliveryState.HELD, Reason.QUIET_HOURS)
        assert post.delivery(told).due_at == MORNING
        assert (post.sent, post.timers.waiting) == ([], [(told, MORNING)])
        post.wait(8 * HOUR)
        assert post.sent == ["order/1"]
        assert post.clock() == MORNING

    def test_by_day_nothing_is_held(self) -> None:
        post = office(self.hours)
        post.hand_in(channels=BOTH)
        assert post.sent == ["order/1"]

    def test_what_is_critical_is_never_held(self) -> None:
        post = office(self.hours, NIGHT)
        post.hand_in(channels=BOTH, severity=Severity.CRITICAL)
        assert post.sent == ["order/1"]

    def test_a_channel_without_hours_is_used_at_any_time(self) -> None:
        post = office(self.hours, NIGHT)
        post.hand_in()
        assert len(post.sent) == 1

    def test_somebody_has_hours_of_their_own(self) -> None:
        post = office(self.hours, NIGHT)
        post.hand_in(to=replace(ADA, hours=((Channel.SMS, "always"),)), channels=BOTH)
        held = post.hand_in(to=replace(BEN, hours=((Channel.EMAIL, "daytime"),)), subject="order/2")
        assert post.sent == ["order/1"]
        assert post.stands(held) == (DeliveryState.HELD, Reason.QUIET_HOURS)

    def test_a_hold_outlives_the_retry_window(self) -> None:
        friday = Calendar("daytime", "UTC", {4: ((time(8), time(9)),)})
        post = PostOffice(configured(self.hours, {"daytime": friday}), MovingClock(NIGHT))
        told = post.hand_in(channels=BOTH)
        post.wait(timedelta(days=3))
        assert (post.sent, post.delivery(told).state) == (["order/1"], DeliveryState.SUBMITTED)

    def test_a_hold_begins_no_window_after_a_wait_at_the_gate(self) -> None:
        friday = Calendar("daytime", "UTC", {4: ((time(8), time(9)),)})
        post = PostOffice(configured(self.hours, {"daytime": friday}), MovingClock(NIGHT))
        told = post.hand_in(channels=BOTH)
        waited = post.delivery(told).waits(NIGHT, NIGHT + MINUTE, Reason.WAITS_ITS_TURN, "", turn=True)
        held = waited.held(NIGHT + MINUTE, NIGHT + 72 * HOUR, Reason.QUIET_HOURS, "")
        assert (waited.begun_at, held.begun_at) == (NIGHT, None)
        tried = replace(waited, attempts=1)
        assert tried.held(NIGHT + MINUTE, NIGHT + HOUR, Reason.GATHERED, "").begun_at == NIGHT

    @pytest.mark.parametrize("zone", ["America", "Mars/Phobos", "Europe/../Berlin"])
    def test_a_zone_that_nobody_knows_counts_as_none(self, zone: str) -> None:
        anywhere = replace(DAYTIME, zone="")
        config = replace(
            configured(self.hours, {"daytime": anywhere, "office": replace(DAYTIME, name="office")}),
            default_calendar="office",
        )
        post = PostOffice(versioned(config), MovingClock(NIGHT))
        told = post.hand_in(to=replace(ADA, zone=zone), channels=BOTH)
        assert post.delivery(told).due_at == MORNING

    def test_hours_of_a_calendar_that_is_gone_are_those_of_the_channel(self) -> None:
        post = office(self.hours, NIGHT)
        told = post.hand_in(to=replace(ADA, hours=((Channel.SMS, "gone"),)), channels=BOTH)
        assert post.stands(told) == (DeliveryState.HELD, Reason.QUIET_HOURS)

    def test_the_same_message_again_changes_nothing_while_it_is_held(self) -> None:
        post = office(self.hours, NIGHT)
        told = post.hand_in(channels=BOTH)
        for _ in range(3):
            post.deliver(told)
        assert [entry.record.action for entry in post.audit.entries(post.handed_in[told].event_id)] == ["delivery.held"]
        post.wait(9 * HOUR)
        post.deliver(told)
        assert post.sent == ["order/1"]

    def test_what_was_settled_meanwhile_is_not_told(self) -> None:
        post = office(self.hours, NIGHT)
        incident = Incident("inc_1", "pim", NOON, 1, NOON)
        shelves.incidents(post.state).change("pim", lambda _: (incident, None))
        facts = {"incident": {"id": "inc_1", "system": "pim", "state": "open"}}
        told = post.hand_in("alarm", channels=BOTH, facts=facts)
        over = replace(incident, closed_at=NIGHT)
        shelves.incidents(post.state).change("pim", lambda _: (over, None))
        post.wait(9 * HOUR)
        assert post.stands(told) == (DeliveryState.SKIPPED, Reason.SETTLED)
        assert post.sent == []


class TestDigests:
    def test_messages_of_a_short_time_become_one(self) -> None:
        post = office(GATHERED)
        told = [post.hand_in(subject=f"order/{number}") for number in range(3)]
        assert {post.stands(one) for one in told} == {(DeliveryState.HELD, Reason.GATHERED)}
        post.wait(3 * MINUTE)
        assert post.sent == ["3 at once"]
        assert {post.stands(one) for one in told} == {(DeliveryState.DIGESTED, Reason.GATHERED)}
        (digest,) = {post.delivery(one).detail for one in told}
        assert post.opentext.submitted[0].reference == f"{digest}.email"
        [content] = [one.content for one in post.opentext.submitted]
        assert [line.split()[0] for line in content.text.splitlines()[:3]] == ["order/0", "order/1", "order/2"]

    def test_one_alone_is_sent_as_it_is(self) -> None:
        post = office(GATHERED)
        told = post.hand_in()
        post.wait(3 * MINUTE)
        assert (post.sent, post.delivery(told).state) == (["progress order/1"], DeliveryState.SUBMITTED)

    def test_the_next_digest_keeps_its_distance(self) -> None:
        post = office(GATHERED)
        for number in range(2):
            post.hand_in(subject=f"order/{number}")
        post.wait(3 * MINUTE)
        for number in range(2, 5):
            post.hand_in(subject=f"order/{number}")
        post.wait(8 * MINUTE)
        assert post.sent == ["2 at once"]
        post.wait(2 * MINUTE)
        assert post.sent == ["2 at once", "3 at once"]

    def test_everybody_has_their_own_and_so_has_what_by_tells_apart(self) -> None:
        by_order = replace(GATHERED.digests[0], by="event.subject")
        post = office(Courtesy(digests=(by_order,)))
        for to in (ADA, BEN):
            for subject in ("order/1", "order/2"):
                post.hand_in(to=to, subject=subject)
        post.wait(3 * MINUTE)
        assert sorted(post.sent) == ["progress order/1"] * 2 + ["progress order/2"] * 2

    def test_what_is_critical_and_what_no_digest_is_for_goes_out_at_once(self) -> None:
        post = office(GATHERED)
        post.hand_in(severity=Severity.CRITICAL)
        post.hand_in("fault", subject="order/2")
        assert post.sent == ["progress order/1", "fault order/2"]

    def test_what_comes_in_the_night_is_one_digest_in_the_morning(self) -> None:
        post = office(replace(GATHERED, hours={Channel.EMAIL: "daytime"}), NIGHT)
        for number in range(4):
            post.hand_in(subject=f"order/{number}")
            post.wait(HOUR)
        assert post.sent == []
        post.wait(5 * HOUR)
        assert post.sent == ["4 at once"]

    def test_who_was_alone_and_waits_for_their_hours_is_not_gathered_again(self) -> None:
        shortly = Calendar("daytime", "UTC", dict.fromkeys(range(7), ((time(12), time(12, 30)),)))
        courtesy = replace(GATHERED, hours={Channel.SMS: "daytime"})
        post = PostOffice(configured(courtesy, {"daytime": shortly}), MovingClock(NIGHT))
        told = post.hand_in(channels=BOTH)
        post.wait(timedelta(days=2))
        assert (post.sent, post.delivery(told).state) == (["order/1"], DeliveryState.SUBMITTED)

    def test_who_has_no_address_for_the_digest_gets_each_message(self) -> None:
        post = office(GATHERED)
        post.hand_in(to=replace(ADA, email=None), channels=(Channel.SMS,))
        assert post.sent == ["order/1"]

    def test_a_member_that_was_settled_meanwhile_is_left_out(self) -> None:
        post = office(GATHERED)
        incident = Incident("inc_1", "pim", NOON, 1, NOON)
        shelves.incidents(post.state).change("pim", lambda _: (incident, None))
        facts = {"incident": {"id": "inc_1", "system": "pim", "state": "open"}}
        settled = post.hand_in(subject="system/pim", facts=facts)
        others = [post.hand_in(subject=f"order/{number}") for number in range(2)]
        shelves.incidents(post.state).change("pim", lambda _: (replace(incident, closed_at=NOON), None))
        post.wait(3 * MINUTE)
        assert post.sent == ["2 at once"]
        assert post.stands(settled) == (DeliveryState.SKIPPED, Reason.SETTLED)
        assert {post.delivery(one).state for one in others} == {DeliveryState.DIGESTED}

    @pytest.mark.parametrize(
        "point", ["dispatch.recorded", "dispatch.held", "dispatch.digest_opened", "dispatch.audited"]
    )
    @pytest.mark.parametrize("after", range(6))
    def test_whoever_dies_on_the_way_nobody_is_lost_or_told_twice(self, point: str, after: int) -> None:
        post = office(GATHERED)
        post.die_at[point] = after
        told = [post.hand_in(subject=f"order/{number}") for number in range(3)]
        post.wait(HOUR)
        by_themselves = [one for one in told if post.delivery(one).state is DeliveryState.SUBMITTED]
        digested = [one for one in told if post.delivery(one).state is DeliveryState.DIGESTED]
        assert len(by_themselves) + len(digested) == 3
        in_digests = sum(int(subject.split()[0]) for subject in post.sent if subject.endswith("at once"))
        assert in_digests == len(digested)
        assert len(post.sent) == len(by_themselves) + len({post.delivery(one).detail for one in digested})

    def test_who_is_on_the_way_in_while_the_digest_is_told_goes_out_by_themselves(self) -> None:
        post = office(GATHERED)
        early = [post.hand_in(subject=f"order/{number}") for number in range(2)]
        post.interludes["digest"] = lambda: post.wait(3 * MINUTE)
        late = post.hand_in(subject="order/9")
        assert post.sent == ["2 at once"]
        post.wait(MINUTE)
        assert post.sent == ["2 at once", "progress order/9"]
        assert {post.delivery(one).state for one in early} == {DeliveryState.DIGESTED}
        assert post.delivery(late).state is DeliveryState.SUBMITTED

    def test_of_two_who_tell_the_same_digest_the_first_says_of_whom(self) -> None:
        post = office(GATHERED)
        early = [post.hand_in(subject=f"order/{number}") for number in range(2)]
        post.clock.advance(3 * MINUTE)
        digest = WaitsIn.read(post.delivery(early[0]).detail).digest

        def told_meanwhile() -> None:
            post.deliver(early[0])
            post.hand_in(subject="order/9")

        # Its opener closes the window, and before it says of whom it tells, its message is delivered twice.
        post.interludes["digest"] = told_meanwhile
        post.deliver(early[0])
        window = courtesy_shelves.windows(post.state).get(digest)
        assert window is not None
        assert window.told == tuple(early)
        post.wait(HOUR)
        assert post.sent == ["2 at once", "progress order/9"]

    def test_an_earlier_step_is_not_told_after_a_later_one(self) -> None:
        post = office(GATHERED)
        early = post.hand_in(subject="order/1", sequence=("order/1", 0))
        other = post.hand_in(subject="order/2")
        post.hand_in("alarm", subject="order/1", sequence=("order/1", 1))
        post.wait(HOUR)
        assert post.stands(early) == (DeliveryState.SKIPPED, Reason.OVERTAKEN)
        assert post.sent == ["alarm order/1", "progress order/2"]
        assert post.delivery(other).state is DeliveryState.SUBMITTED

    def test_what_is_silenced_meanwhile_is_left_out(self) -> None:
        post = office(GATHERED)
        silenced, *others = [post.hand_in(subject=f"order/{number}") for number in range(3)]
        made = Silence("sil_1", "Uta", "migration", NOON - HOUR, NOON + HOUR, subject="order/0")
        courtesy_shelves.silences(post.state).change(courtesy_shelves.ALL, lambda _: ((made,), None))
        post.wait(HOUR)
        assert post.stands(silenced) == (DeliveryState.SKIPPED, Reason.SILENCED)
        assert {post.delivery(one).state for one in others} == {DeliveryState.DIGESTED}
        assert post.sent == ["2 at once"]

    def test_over_a_channel_that_they_do_not_want_or_agreed_to_nobody_gets_a_digest(self) -> None:
        post = office(replace(GATHERED, throttles=TestThrottles.few.throttles))
        only_texts = replace(ADA, channels=(Channel.SMS,))
        for number in range(4):
            post.hand_in(subject=f"order/{number}", to=only_texts, channels=(Channel.SMS,))
        assert post.sent == [f"order/{number}" for number in range(4)]

    texted = Courtesy(digests=(replace(GATHERED.digests[0], told_over=(Channel.SMS,)),))

    def test_over_a_channel_that_they_stopped_nobody_gets_a_digest(self) -> None:
        post = office(self.texted)
        post.stop(ADA)
        told = [post.hand_in(subject=f"order/{number}") for number in range(2)]
        assert {post.delivery(one).state for one in told} == {DeliveryState.SUBMITTED}

    def test_if_they_stop_it_while_the_digest_waits_each_message_goes_out_by_itself(self) -> None:
        post = office(self.texted)
        told = [post.hand_in(subject=f"order/{number}") for number in range(2)]
        post.stop(ADA)
        post.wait(HOUR)
        assert sorted(post.sent) == ["progress order/0", "progress order/1"]
        assert {post.delivery(one).state for one in told} == {DeliveryState.SUBMITTED}


class TestThrottles:
    few = Courtesy(throttles=(Throttle("texts", ("*",), "digest", most=2, within=HOUR, channels=(Channel.SMS,)),))

    def test_those_beyond_become_one_digest_when_there_is_room_again(self) -> None:
        post = office(self.few)
        told = [post.hand_in(subject=f"order/{number}", channels=BOTH) for number in range(5)]
        assert post.sent == ["order/0", "order/1"]
        post.wait(HOUR + MINUTE)
        assert post.sent == ["order/0", "order/1", "3 at once"]
        assert {post.delivery(one).state for one in told[2:]} == {DeliveryState.DIGESTED}

    def test_it_counts_for_each_person_and_not_what_is_critical_or_of_another_channel(self) -> None:
        post = office(self.few)
        for number in range(2):
            post.hand_in(subject=f"order/{number}", channels=BOTH)
        post.hand_in(to=BEN, channels=BOTH)
        post.hand_in(subject="order/7", channels=BOTH, severity=Severity.CRITICAL)
        post.hand_in(subject="order/8")
        assert len(post.sent) == 5

    def test_what_has_words_of_its_own_is_never_told_in_a_digest(self) -> None:
        post = office(replace(GATHERED, throttles=self.few.throttles))
        for number in range(4):
            post.hand_in(subject=f"order/{number}", channels=BOTH, about="order.0")
        assert post.sent == [f"order/{number}" for number in range(4)]

    def test_the_same_message_again_is_not_counted_again(self) -> None:
        post = office(self.few)
        first = post.hand_in(channels=BOTH)
        post.deliver(first)
        post.hand_in(subject="order/2", channels=BOTH)
        assert post.sent == ["order/1", "order/2"]

    def test_what_is_held_until_morning_is_counted_once(self) -> None:
        all_day = Throttle("texts", ("*",), "digest", most=2, within=24 * HOUR, channels=(Channel.SMS,))
        post = office(Courtesy(throttles=(all_day,), hours={Channel.SMS: "daytime"}), NIGHT)
        post.hand_in(channels=BOTH)
        post.wait(9 * HOUR)
        post.hand_in(subject="order/2", channels=BOTH)
        assert post.sent == ["order/1", "order/2"]

    def test_what_waits_for_the_morning_is_counted_for_the_morning(self) -> None:
        post = office(replace(self.few, hours={Channel.SMS: "daytime"}), NIGHT)
        for number in range(5):
            post.hand_in(subject=f"order/{number}", channels=BOTH)
            post.wait(90 * MINUTE)
        assert post.sent == []
        post.clock.now = MORNING
        post.wait(MINUTE)
        assert sorted(post.sent) == ["order/0", "order/1"]
        post.hand_in(subject="order/9", channels=BOTH)
        post.wait(HOUR)
        assert post.sent[2:] == ["4 at once"]

    def test_a_second_channel_counts_and_is_not_held_up(self) -> None:
        alerts = NextChannel("alerts", ("alarm",), 10 * MINUTE, Until.DELIVERED)
        post = office(replace(self.few, next_channel=(alerts,)))
        for number in range(3):
            post.hand_in("alarm", subject=f"order/{number}", channels=(Channel.EMAIL, Channel.SMS))
        post.wait(11 * MINUTE)
        assert len(post.sent) == 6
        late = post.hand_in(subject="order/9", channels=BOTH)
        assert post.stands(late) == (DeliveryState.HELD, Reason.GATHERED)

    def test_there_is_room_again_when_the_time_is_over(self) -> None:
        post = office(self.few)
        for number in range(4):
            post.hand_in(subject=f"order/{number}", channels=BOTH)
            post.wait(31 * MINUTE)
        assert post.sent == [f"order/{number}" for number in range(4)]


class TestRepeats:
    once = Courtesy(repeats=(Repeat("order", ("fault",), "event.subject", 4 * HOUR),))

    def test_the_same_thing_is_told_once_within_the_time(self) -> None:
        post = office(self.once)
        facts: Any = {"event": {"id": "e", "subject": "same"}}
        first = post.hand_in("fault", subject="order/1", facts=facts)
        again = post.hand_in("fault", subject="order/1b", facts=facts)
        assert post.stands(again) == (DeliveryState.SKIPPED, Reason.REPEATED)
        assert first in post.delivery(again).detail
        post.wait(4 * HOUR)
        post.hand_in("fault", subject="order/1c", facts=facts)
        assert len(post.sent) == 2

    def test_for_others_and_of_other_things_it_is_news(self) -> None:
        post = office(self.once)
        post.hand_in("fault")
        post.hand_in("fault", to=BEN)
        post.hand_in("fault", subject="order/2")
        post.hand_in("progress")
        assert len(post.sent) == 4

    def test_of_what_is_not_there_nobody_knows_whether_it_is_the_same(self) -> None:
        post = office(Courtesy(repeats=(Repeat("order", ("*",), "order.shortIdd", 4 * HOUR),)))
        for number in range(2):
            post.hand_in("fault", subject=f"order/{number}")
        assert len(post.sent) == 2

    def test_what_has_words_of_its_own_is_no_repeat(self) -> None:
        post = office(Courtesy(repeats=(Repeat("order", ("*",), "order.id", 4 * HOUR),)))
        for about in ("order.0", "order.1"):
            post.hand_in("approval.reminder", subject=f"order/{about}", about=about)
        assert len(post.sent) == 2

    def test_what_never_went_out_keeps_nothing_back(self) -> None:
        post = office(self.once)
        refused = CallFailed(Fate.PERMANENT, Reason.REFUSED, "", status=400)
        post.refuse(refused)
        facts: Any = {"event": {"id": "e", "subject": "same"}}
        first = post.hand_in("fault", subject="order/1", facts=facts)
        assert post.stands(first) == (DeliveryState.FAILED, Reason.REFUSED)
        post.hand_in("fault", subject="order/1b", facts=facts)
        third = post.hand_in("fault", subject="order/1c", facts=facts)
        assert len(post.sent) == 1
        assert post.stands(third) == (DeliveryState.SKIPPED, Reason.REPEATED)


class TestSilences:
    def silence(self, post: PostOffice, **matchers: str) -> None:
        made = Silence("sil_1", "Uta", "migration", NOON - HOUR, NOON + HOUR, **matchers)
        courtesy_shelves.silences(post.state).change(courtesy_shelves.ALL, lambda _: ((made,), None))

    def test_what_matches_is_not_told_and_says_who_wanted_that(self) -> None:
        post = office(Courtesy())
        self.silence(post, rule="fau*", person="ADA@example.com")
        told = post.hand_in("fault", severity=Severity.CRITICAL)
        assert post.stands(told) == (DeliveryState.SKIPPED, Reason.SILENCED)
        assert post.delivery(told).detail == "sil_1 by Uta: migration"

    @pytest.mark.parametrize("matchers", [{"rule": "fault", "person": "ben@example.com"}, {"subject": "order/2"}, {}])
    def test_what_does_not_match_all_of_it_is_told(self, matchers: dict[str, str]) -> None:
        post = office(Courtesy())
        self.silence(post, **matchers)
        post.hand_in("fault")
        assert len(post.sent) == 1

    def test_it_ends_by_itself(self) -> None:
        post = office(Courtesy(), NOON + HOUR)
        self.silence(post, rule="*")
        post.hand_in()
        assert len(post.sent) == 1


class TestTheNextChannel:
    def passing_on(self, unless: Until = Until.DELIVERED) -> PostOffice:
        return office(Courtesy(next_channel=(NextChannel("alerts", ("alarm",), 10 * MINUTE, unless),)))

    def test_without_success_in_its_time_the_next_channel_carries_it_too(self) -> None:
        post = self.passing_on()
        told = post.hand_in("alarm", channels=BOTH)
        post.wait(9 * MINUTE)
        assert post.sent == ["order/1"]
        post.wait(MINUTE)
        assert post.sent == ["order/1", "alarm order/1"]
        assert post.delivery(told, Channel.SMS).overdue

    @pytest.mark.parametrize(
        ("unless", "state", "passed_on"),
        [
            (Until.DELIVERED, DeliveryState.DELIVERED, False), (Until.DELIVERED, DeliveryState.SENT, True),
            (Until.SENT, DeliveryState.SENT, False), (Until.SENT, DeliveryState.DELIVERED, False),
            (Until.SETTLED, DeliveryState.DELIVERED, True),
        ],
    )  # fmt: skip
    def test_the_success_that_is_named_keeps_it_from_being_passed_on(
        self, unless: Until, state: DeliveryState, passed_on: bool
    ) -> None:
        post = self.passing_on(unless)
        told = post.hand_in("alarm", channels=BOTH)
        post.report(told, state, Channel.SMS)
        post.wait(HOUR)
        assert (len(post.sent) == 2) is passed_on

    def test_a_late_report_sends_nothing_again(self) -> None:
        post = self.passing_on()
        told = post.hand_in("alarm", channels=BOTH)
        post.wait(HOUR)
        post.report(told, DeliveryState.DELIVERED, Channel.SMS)
        for _ in range(3):
            post.deliver(told)
        assert len(post.sent) == 2

    def test_a_report_that_comes_while_the_next_channel_waits_ends_it(self) -> None:
        courtesy = Courtesy(
            hours={Channel.EMAIL: "daytime"}, next_channel=(NextChannel("alerts", ("alarm",), 10 * MINUTE),)
        )
        post = office(courtesy, NIGHT)
        told = post.hand_in("alarm", channels=BOTH)
        post.wait(HOUR)
        assert post.delivery(told, Channel.EMAIL).reason is Reason.QUIET_HOURS
        post.report(told, DeliveryState.DELIVERED, Channel.SMS)
        post.wait(9 * HOUR)
        assert post.delivery(told, Channel.EMAIL).reason is Reason.REACHED
        assert len(post.sent) == 1

    def test_what_was_settled_is_not_passed_on(self) -> None:
        post = self.passing_on(Until.SETTLED)
        incident = Incident("inc_1", "pim", NOON, 1, NOON)
        shelves.incidents(post.state).change("pim", lambda _: (incident, None))
        told = post.hand_in(
            "alarm", channels=BOTH, facts={"incident": {"id": "inc_1", "system": "pim", "state": "open"}}
        )
        shelves.incidents(post.state).change("pim", lambda _: (replace(incident, closed_at=NOON), None))
        post.wait(HOUR)
        assert post.delivery(told, Channel.EMAIL).reason is Reason.SETTLED
        assert len(post.sent) == 1


class TestBudgets:
    def office(self, degrade_at: int) -> PostOffice:
        prices = {Channel.SMS: {"default": Decimal("1.00")}, Channel.EMAIL: {"default": Decimal("0.50")}}
        limit = Limit("day", Scope.TOTAL, BOTH, amount=Decimal("2.00"), per=Per.DAY, degrade_at=degrade_at)
        budgets = plan_document(BudgetPlan("EUR", prices, (limit,)))
        return PostOffice(versioned(replace(configured(Courtesy()), budgets=budgets)), MovingClock(NOON))

    def test_near_the_end_texts_become_e_mails_and_e_mails_one_digest(self) -> None:
        post = self.office(degrade_at=50)
        post.hand_in(subject="order/0", channels=BOTH)
        by_mail = post.hand_in(subject="order/1", channels=BOTH)
        later = [post.hand_in(subject=f"order/{number}") for number in range(2, 5)]
        assert post.sent == ["order/0", "progress order/1"]
        assert post.stands(by_mail) == (DeliveryState.SKIPPED, Reason.OVER_BUDGET)
        assert {post.stands(one) for one in later} == {(DeliveryState.HELD, Reason.GATHERED)}
        post.wait(2 * HOUR)
        assert post.sent[2:] == ["3 at once"]

    def test_a_text_without_e_mail_behind_it_is_told_by_the_digest_even_alone(self) -> None:
        post = self.office(degrade_at=50)
        post.hand_in(subject="order/0", channels=(Channel.SMS,))
        alone = post.hand_in(subject="order/1", channels=(Channel.SMS,))
        post.wait(2 * HOUR)
        assert post.sent == ["order/0", "1 at once"]
        assert post.delivery(alone).state is DeliveryState.DIGESTED

    def test_an_e_mail_alone_in_it_goes_out_as_it_is(self) -> None:
        post = self.office(degrade_at=50)
        post.hand_in(subject="order/0", channels=(Channel.SMS,))
        post.hand_in(subject="order/1")
        post.wait(2 * HOUR)
        assert post.sent == ["order/0", "progress order/1"]

    def test_who_agreed_to_texts_only_gets_no_digest(self) -> None:
        post = self.office(degrade_at=50)
        only_texts = replace(ADA, channels=(Channel.SMS,))
        for number in range(3):
            post.hand_in(subject=f"order/{number}", to=only_texts, channels=(Channel.SMS,))
        assert post.sent == ["order/0", "order/1", "order/2"]

    def test_what_is_in_doubt_goes_no_cheaper_way(self) -> None:
        post = self.office(degrade_at=90)
        timeout = CallFailed(Fate.UNKNOWN, Reason.TIMED_OUT)
        limited = CallFailed(Fate.TRANSIENT, Reason.RATE_LIMITED, "", status=429)
        post.refuse(timeout, limited)
        told = post.hand_in(channels=BOTH)
        post.wait(HOUR)
        assert post.sent == ["order/1"]
        assert post.delivery(told).resends == 1

    def test_what_is_in_doubt_goes_no_other_way_after_a_stop_either(self) -> None:
        post = office(Courtesy())
        post.refuse(CallFailed(Fate.UNKNOWN, Reason.TIMED_OUT), then=lambda: post.stop(ADA))
        told = post.hand_in(channels=BOTH)
        assert post.stands(told) == (DeliveryState.FAILED, Reason.OUTCOME_UNKNOWN)
        assert post.delivery(told).detail.startswith("not sent again (opted_out)")
        assert post.sent == []

    def test_what_is_critical_goes_whatever_it_costs(self) -> None:
        post = self.office(degrade_at=50)
        for number in range(4):
            post.hand_in(subject=f"order/{number}", channels=BOTH, severity=Severity.CRITICAL)
        assert post.sent == [f"order/{number}" for number in range(4)]
