"""Messages are held, repeated, silenced, passed on: what becomes of each, and why."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from tests.builders import MovingClock
from tests.unit.usecases.post_office import (
    ADA,
    BEN,
    BOTH,
    DAYTIME,
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
from herald.domain.courtesy import Courtesy, NextChannel, Repeat, Until
from herald.domain.delivery import Channel, DeliveryState
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.incident import Incident
from herald.domain.notification import Severity
from herald.domain.silence import Silence
from herald.domain.working_time import Calendar
from herald.usecases import courtesy_shelves, shelves


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
