"""Messages are gathered: in digests, beyond a throttle, and where a budget is nearly spent."""

from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal

import pytest
from tests.builders import MovingClock
from tests.unit.usecases.post_office import (
    ADA,
    BEN,
    BOTH,
    HOUR,
    MINUTE,
    MORNING,
    NIGHT,
    NOON,
    PostOffice,
    configured,
    office,
)

from herald.adapters.configuration_bundle import versioned
from herald.domain.budget_plan import BudgetPlan, Limit, Per, Scope, plan_document
from herald.domain.courtesy import Courtesy, Digest, NextChannel, Throttle, Until
from herald.domain.delivery import Channel, DeliveryState
from herald.domain.digest import WaitsIn
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.incident import Incident
from herald.domain.notification import Severity
from herald.domain.silence import Silence
from herald.domain.working_time import Calendar
from herald.usecases import courtesy_shelves, shelves

GATHERED = Courtesy(digests=(Digest("progress", ("progress",), "digest", wait=2 * MINUTE, interval=10 * MINUTE),))


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
