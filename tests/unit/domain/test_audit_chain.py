from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from herald.domain.audit import AuditEntry, AuditRecord, chained, first_break, genesis

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def chain(length: int) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    previous = genesis("evt_1")
    for number in range(1, length + 1):
        record = AuditRecord(
            "evt_1", f"step-{number}", "event.decided", "rule_evaluation", NOON, "notify", {"n": number}
        )
        entry = chained(record, number, previous)
        entries.append(entry)
        previous = entry.hash
    return entries


@given(st.integers(0, 8))
def test_an_untouched_chain_holds(length: int) -> None:
    assert first_break("evt_1", chain(length)) is None


@given(st.integers(1, 8), st.data())
def test_a_changed_entry_is_found(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    place = data.draw(st.integers(0, length - 1))
    entries[place] = replace(entries[place], record=replace(entries[place].record, outcome="nothing to do"))
    assert first_break("evt_1", entries) == place + 1


@given(st.integers(2, 8), st.data())
def test_a_missing_entry_is_found(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    place = data.draw(st.integers(0, length - 2))
    del entries[place]
    assert first_break("evt_1", entries) == place + 1


def test_the_chain_of_another_event_does_not_hold() -> None:
    assert first_break("evt_2", chain(2)) == 1
