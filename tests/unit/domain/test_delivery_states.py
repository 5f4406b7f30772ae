from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.domain.delivery import (
    FINAL,
    Channel,
    Delivery,
    DeliveryState,
    message_id,
    moves_forward,
    parse_reference,
)
from herald.domain.errors import Reason

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
states = st.sampled_from(DeliveryState)


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
    assert sum(state in FINAL for state in seen) <= 1


@given(states, states)
def test_a_report_never_replaces_a_final_state_nor_makes_a_waiting_one(
    current: DeliveryState, observed: DeliveryState
) -> None:
    if moves_forward(current, observed):
        assert current not in FINAL
        assert observed in {DeliveryState.SUBMITTED, DeliveryState.SENT, *FINAL}


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


@pytest.mark.parametrize("foreign", ["", "ref001", "ntf_abc", "ntf_abc.fax", ".sms", "evt_abc.sms", "Joaquin-REF"])
def test_a_foreign_reference_leads_nowhere(foreign: str) -> None:
    assert parse_reference(foreign) is None
