"""Incidents: at most one open a system, whatever is told in whatever order, and the same answer to the same event."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW

from herald.domain.incident import Incident, Signal, Standing, incident_document, incident_of, receive

signals = st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=25)


def play(told: list[tuple[bool, int]]) -> tuple[Incident | None, list[Standing]]:
    incident: Incident | None = None
    answers = []
    for number, (failed, minute) in enumerate(told):
        signal = Signal("pim", failed, NOW + timedelta(minutes=minute))
        incident, standing = receive(incident, signal, f"evt_{number}")
        answers.append(standing)
    return incident, answers


@given(signals)
def test_openings_and_closings_take_turns(told: list[tuple[bool, int]]) -> None:
    _, answers = play(told)
    turns = [one for one in answers if one in (Standing.OPENED, Standing.CLOSED)]
    assert turns == [Standing.OPENED, Standing.CLOSED] * (len(turns) // 2) + [Standing.OPENED] * (len(turns) % 2)


@given(signals)
def test_in_the_order_of_time_the_last_word_decides(told: list[tuple[bool, int]]) -> None:
    ordered = sorted(told, key=lambda one: one[1])
    incident, _ = play(ordered)
    if ordered and incident is not None:
        assert (incident.closed_at is None) is ordered[-1][0]


@given(signals)
def test_the_state_table_gives_back_what_it_got(told: list[tuple[bool, int]]) -> None:
    incident, _ = play(told)
    if incident is not None:
        assert incident_of(incident_document(incident)) == incident


def test_an_event_that_comes_again_gets_the_answer_it_got() -> None:
    failure = Signal("pim", failed=True, at=NOW)
    opened, first = receive(None, failure, "evt_1")
    again, second = receive(opened, failure, "evt_1")
    assert (again, second) == (opened, first)


def test_what_was_overtaken_changes_nothing() -> None:
    opened, _ = receive(None, Signal("pim", failed=True, at=NOW), "evt_1")
    closed, _ = receive(opened, Signal("pim", failed=False, at=NOW + timedelta(minutes=10)), "evt_2")
    after, standing = receive(closed, Signal("pim", failed=True, at=NOW + timedelta(minutes=5)), "evt_3")
    assert standing is Standing.STALE
    assert after is not None
    assert after.closed_at == NOW + timedelta(minutes=10)


def test_a_new_failure_after_a_recovery_is_a_new_incident() -> None:
    opened, _ = receive(None, Signal("pim", failed=True, at=NOW), "evt_1")
    closed, _ = receive(opened, Signal("pim", failed=False, at=NOW + timedelta(minutes=10)), "evt_2")
    again, standing = receive(closed, Signal("pim", failed=True, at=NOW + timedelta(minutes=20)), "evt_3")
    assert standing is Standing.OPENED
    assert opened is not None
    assert again is not None
    assert again.id != opened.id
