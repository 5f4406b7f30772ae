from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.domain.delivery import (
    ACCEPTED,
    FINAL,
    FIRST_LOOK,
    LONGEST_LOOK,
    LOOKS_END,
    NOT_SENT,
    Channel,
    Delivery,
    DeliveryState,
    message_id,
    moves_forward,
    next_look,
    parse_reference,
)
from herald.domain.errors import Reason

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SETTLED = FINAL - {DeliveryState.UNCONFIRMED}
"""What not even OpenText can move any more."""
states = st.sampled_from(DeliveryState)
ages = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30))


def delivery(state: DeliveryState = DeliveryState.SUBMITTED) -> Delivery:
    return Delivery("ntf_a", Channel.SMS, "evt_a", state=state, version=3, job_id="xsi-1")


@given(st.lists(states, max_size=20))
def test_whatever_order_reports_come_in_a_delivery_never_goes_back(reports: list[DeliveryState]) -> None:
    current = delivery()
    seen = [current.state]
    for state in reports:
        moved = current.observed(NOW, state, "xsi-1", None, "")
        if moved is not None:
            current = moved
            seen.append(current.state)
    assert all(moves_forward(earlier, later) for earlier, later in pairwise(seen))
    assert sum(state in SETTLED for state in seen) <= 1


@given(states, states)
def test_a_report_never_replaces_a_final_state_nor_makes_a_waiting_one(
    current: DeliveryState, observed: DeliveryState
) -> None:
    if moves_forward(current, observed):
        assert current not in SETTLED
        assert observed in {DeliveryState.SUBMITTED, DeliveryState.SENT, *FINAL}


def test_only_an_end_that_opentext_tells_moves_what_was_closed_unconfirmed() -> None:
    closed = delivery().ended(NOW, DeliveryState.UNCONFIRMED, None)

    moved = {state: closed.observed(NOW, state, "xsi-1", None, "") for state in DeliveryState}
    assert {state for state, found in moved.items() if found is not None} == SETTLED
    assert closed.state in ACCEPTED


def test_proof_corrects_our_guess_that_nothing_went_out() -> None:
    guessed = delivery(DeliveryState.UNKNOWN).ended(NOW, DeliveryState.FAILED, Reason.OUTCOME_UNKNOWN)
    told = delivery().ended(NOW, DeliveryState.FAILED, Reason.REFUSED)

    for state in DeliveryState:
        proven = state in {DeliveryState.SENT, DeliveryState.DELIVERED}
        assert (guessed.observed(NOW, state, "xsi-1", None, "") is not None) == proven
        assert told.observed(NOW, state, "xsi-1", None, "") is None


def test_what_was_skipped_lets_the_next_channel_carry_and_what_is_unconfirmed_does_not() -> None:
    assert DeliveryState.SKIPPED in NOT_SENT
    assert DeliveryState.UNCONFIRMED not in NOT_SENT
    assert NOT_SENT < FINAL < ACCEPTED


def test_every_write_counts_the_version() -> None:
    fresh = Delivery("ntf_a", Channel.EMAIL, "evt_a")
    claimed = fresh.claimed(NOW, timedelta(seconds=30))
    unknown = claimed.unknown(NOW, NOW + timedelta(minutes=15), Reason.TIMED_OUT, "")
    again = unknown.claimed(NOW, timedelta(seconds=30), resend=True)
    assert [fresh.version, claimed.version, unknown.version, again.version] == [0, 1, 2, 3]
    assert (again.attempts, again.resends) == (2, 1)


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_message_id_fits_and_depends_on_all_it_is_made_of(prefix: str, reference: str) -> None:
    made = message_id(prefix, reference)
    assert len(made) <= 80
    assert made == message_id(prefix, reference)
    assert made != message_id(prefix, reference + "x")
    assert made != message_id(prefix + "x", reference)


@pytest.mark.parametrize("channel", Channel)
def test_a_reference_leads_back_to_its_delivery(channel: Channel) -> None:
    assert parse_reference(Delivery("ntf_abc", channel, "evt_a").reference) == ("ntf_abc", channel)


@pytest.mark.parametrize("foreign", ["", "ref001", "ntf_abc", "ntf_abc.voice", ".sms", "evt_abc.sms", "Joaquin-REF"])
def test_a_foreign_reference_leads_nowhere(foreign: str) -> None:
    assert parse_reference(foreign) is None


def test_a_turn_is_given_once_and_taken_by_the_claim() -> None:
    pending, turn_at = Delivery("ntf_a", Channel.SMS, "evt_a"), NOW + timedelta(seconds=9)
    held = pending.waits(NOW, turn_at, Reason.WAITS_ITS_TURN, "later", turn=True)
    assert (held.state, held.turn, held.attempts) == (DeliveryState.RETRY_AT, True, 0)
    assert (held.begun_at, held.due_at) == (NOW, NOW + timedelta(seconds=9))

    later = NOW + timedelta(seconds=9)
    claimed = held.claimed(later, timedelta(seconds=30))
    assert (claimed.turn, claimed.attempts, claimed.begun_at) == (False, 1, NOW)
    assert not claimed.retry_at(later, later, Reason.RATE_LIMITED, "").turn


def test_a_submit_is_dated_by_whoever_learns_of_it_first() -> None:
    later = NOW + timedelta(minutes=1)
    claimed = Delivery("ntf_a", Channel.SMS, "evt_a").claimed(NOW, timedelta(seconds=30))

    for first in (claimed.submitted(NOW, "xsi-1"), claimed.observed(NOW, DeliveryState.SUBMITTED, "xsi-1", None, "")):
        assert first is not None
        assert first.submitted_at == NOW
        sent = first.observed(later, DeliveryState.SENT, "xsi-1", None, "")
        assert sent is not None
        assert sent.submitted_at == NOW


@given(states, states)
def test_exactly_what_has_no_final_state_is_looked_at(first: DeliveryState, second: DeliveryState) -> None:
    moved = Delivery("ntf_a", Channel.SMS, "evt_a").ended(NOW, first, None)
    assert (moved.look_at is None) == (first in FINAL)
    again = moved.ended(NOW, second, None)
    assert (again.look_at is None) == (second in FINAL)


def test_a_move_does_not_put_off_the_look() -> None:
    claimed = Delivery("ntf_a", Channel.SMS, "evt_a").claimed(NOW, timedelta(seconds=30))
    later = NOW + timedelta(minutes=4)
    sent = claimed.submitted(later, "xsi-1").observed(later, DeliveryState.SENT, "xsi-1", None, "")
    assert sent is not None
    assert claimed.look_at == sent.look_at == NOW + FIRST_LOOK


def test_a_look_without_news_changes_nothing_but_the_next_one() -> None:
    claimed = Delivery("ntf_a", Channel.SMS, "evt_a").claimed(NOW, timedelta(seconds=30))
    later = NOW + timedelta(hours=1)
    looked_at = claimed.looked_at(later)

    assert looked_at == replace(claimed, version=2, updated_at=later, look_at=later + timedelta(minutes=30))


@given(ages)
def test_looks_are_five_minutes_to_twelve_hours_apart_until_the_last(age: timedelta) -> None:
    after = next_look(NOW, NOW + age)
    assert after - (NOW + age) <= LONGEST_LOOK
    assert after == NOW + LOOKS_END or after - (NOW + age) >= FIRST_LOOK


@given(ages, ages)
def test_the_older_a_delivery_the_longer_until_the_next_look(one: timedelta, other: timedelta) -> None:
    younger, older = sorted((one, other))
    after = next_look(NOW, NOW + older)
    # The last look is at the end, however soon that is.
    assert after == NOW + LOOKS_END or next_look(NOW, NOW + younger) - younger <= after - older


@given(ages)
def test_a_clock_that_went_back_looks_in_five_minutes(behind: timedelta) -> None:
    assert next_look(NOW, NOW - behind) == NOW - behind + FIRST_LOOK


def test_a_delivery_is_looked_at_a_few_times_until_the_looks_end() -> None:
    at, looks = NOW, []
    while at - NOW < LOOKS_END:
        at = next_look(NOW, at)
        looks.append(at - NOW)

    assert [round(look / timedelta(minutes=1)) for look in looks[:4]] == [5, 10, 15, 22]
    assert len(looks) < 20
    assert looks[-1] < timedelta(days=3) + LONGEST_LOOK
