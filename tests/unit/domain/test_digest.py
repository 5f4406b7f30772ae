"""Digest windows: members come in once, none after the end, and of whom it tells is said once."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from herald.domain.digest import (
    MOST_MEMBERS,
    Joined,
    Window,
    closed,
    join,
    telling,
    window_document,
    window_of,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DUE = NOW + timedelta(minutes=5)


def test_a_full_window_takes_nobody_and_closes_before_its_time() -> None:
    window = Window(tuple(f"ntf_{number}" for number in range(MOST_MEMBERS)), DUE)
    assert join(window, "ntf_late", DUE)[1] is Joined.CLOSED
    assert closed(window, NOW).closed_at == NOW


def test_it_closes_when_its_time_has_come_and_only_once() -> None:
    window = Window(("ntf_1",), DUE)
    assert closed(window, DUE - timedelta(microseconds=1)) == window
    ended = closed(window, DUE)
    assert ended.closed_at == DUE
    assert closed(ended, DUE + timedelta(hours=1)) == ended


def test_who_is_first_to_say_of_whom_it_tells_counts() -> None:
    first = telling(Window(("ntf_1", "ntf_2"), DUE, DUE), ("ntf_1", "ntf_2"))
    assert telling(first, ("ntf_1",)).told == ("ntf_1", "ntf_2")


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 600)), min_size=1))
def test_each_who_asks_is_in_exactly_one_place_or_told_that_it_is_too_late(asked: list[tuple[str, int]]) -> None:
    window: Window | None = None
    for member, second in sorted(asked, key=lambda one: one[1]):
        now = NOW + timedelta(seconds=second)
        window = closed(window, now) if window else None
        before = window
        window, joined = join(window, member, DUE)
        assert window_of(window_document(window)) == window
        if joined is Joined.CLOSED:
            assert window == before
            assert window.closed_at is not None
        else:
            assert window.members.count(member) == 1
            assert (joined is Joined.OPENED) is (window.opener == member)
            assert now < DUE or before is None
