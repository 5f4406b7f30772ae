"""Every status and every break has one fate, and each fate is the careful one."""

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.domain.errors import Fate, Reason
from herald.domain.fates import Break, Call, Ruling, retry_after_seconds, ruling_for_break, ruling_for_status

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
READ, WRITE, SUBMIT = Call.READ, Call.WRITE, Call.SUBMIT
PERMANENT, TRANSIENT, UNKNOWN = Fate.PERMANENT, Fate.TRANSIENT, Fate.UNKNOWN
STATUSES = [*range(100, 200), *range(201, 600)]

# Written out row by row, apart from the code's own table: read, write, submit.
EXPECTED: dict[int, tuple[Fate, Fate, Fate, Reason]] = {
    401: (TRANSIENT, TRANSIENT, TRANSIENT, Reason.AUTHENTICATION),
    403: (TRANSIENT, TRANSIENT, TRANSIENT, Reason.AUTHENTICATION),
    404: (PERMANENT, PERMANENT, PERMANENT, Reason.NOT_FOUND),
    408: (TRANSIENT, TRANSIENT, TRANSIENT, Reason.TIMED_OUT),
    409: (TRANSIENT, TRANSIENT, UNKNOWN, Reason.CONFLICT),
    425: (TRANSIENT, TRANSIENT, TRANSIENT, Reason.RATE_LIMITED),
    429: (TRANSIENT, TRANSIENT, TRANSIENT, Reason.RATE_LIMITED),
    504: (TRANSIENT, UNKNOWN, UNKNOWN, Reason.TIMED_OUT),
    **dict.fromkeys([*range(100, 200), *range(201, 300)], (TRANSIENT, UNKNOWN, UNKNOWN, Reason.ANSWER_UNREADABLE)),
    **dict.fromkeys(range(300, 400), (PERMANENT, PERMANENT, PERMANENT, Reason.REDIRECTED)),
}
REFUSED = (PERMANENT, PERMANENT, PERMANENT, Reason.REFUSED)
BROKEN = (TRANSIENT, TRANSIENT, TRANSIENT, Reason.SERVER_ERROR)

BREAKS: dict[Break, tuple[Fate, Fate, Fate, Reason]] = {
    Break.NOT_CONNECTED: (TRANSIENT, TRANSIENT, TRANSIENT, Reason.UNREACHABLE),
    Break.CONNECT_TIMED_OUT: (TRANSIENT, TRANSIENT, TRANSIENT, Reason.UNREACHABLE),
    Break.POOL_TIMED_OUT: (TRANSIENT, TRANSIENT, TRANSIENT, Reason.UNREACHABLE),
    Break.NOT_SENDABLE: (PERMANENT, PERMANENT, PERMANENT, Reason.REFUSED),
    Break.SENDING_FAILED: (TRANSIENT, UNKNOWN, UNKNOWN, Reason.CONNECTION_LOST),
    Break.SENDING_TIMED_OUT: (TRANSIENT, UNKNOWN, UNKNOWN, Reason.TIMED_OUT),
    Break.ANSWER_LOST: (TRANSIENT, UNKNOWN, UNKNOWN, Reason.CONNECTION_LOST),
    Break.ANSWER_TIMED_OUT: (TRANSIENT, UNKNOWN, UNKNOWN, Reason.TIMED_OUT),
    Break.ANSWER_UNREADABLE: (TRANSIENT, UNKNOWN, UNKNOWN, Reason.ANSWER_UNREADABLE),
}


@pytest.mark.parametrize("call", Call)
def test_every_status_has_its_fate(call: Call) -> None:
    column = list(Call).index(call)
    for status in STATUSES:
        read, write, submit, reason = EXPECTED.get(status, REFUSED if status < 500 else BROKEN)
        assert ruling_for_status(call, status) == Ruling((read, write, submit)[column], reason), status


@pytest.mark.parametrize("call", Call)
def test_only_200_is_success(call: Call) -> None:
    assert [status for status in range(1000) if ruling_for_status(call, status) is None] == [200]


@given(st.integers(), st.sampled_from(Call))
def test_a_number_that_is_no_status_is_never_repeated_blindly(status: int, call: Call) -> None:
    ruling = ruling_for_status(call, status)
    if not 100 <= status < 600:
        assert ruling == Ruling(TRANSIENT if call is READ else UNKNOWN, Reason.ANSWER_UNREADABLE)


@pytest.mark.parametrize("where", Break)
def test_every_break_has_its_fate(where: Break) -> None:
    read, write, submit, reason = BREAKS[where]
    assert ruling_for_break(READ, where) == Ruling(read, reason)
    assert ruling_for_break(WRITE, where) == Ruling(write, reason)
    assert ruling_for_break(SUBMIT, where) == Ruling(submit, reason)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120.0),
        ("Mon, 02 Mar 2026 09:31:00 GMT", 60.0),
        ("Monday, 02-Mar-26 09:31:00 GMT", 60.0),
        ("Mon, 02 Mar 2026 10:31:00 +0100", 60.0),
        ("Mon, 02 Mar 2026 09:00:00 GMT", 0.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("١٢", None),
        ("1e3", None),
        ("9" * 40, None),
        ("Mon, 99 Mar 2026 09:31:00 GMT", None),
    ],
)
def test_retry_after_in_both_forms(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOW) == seconds


@given(st.text() | st.from_regex(r"\A(Mon, )?[0-9]{1,5} Mar [0-9]{1,6} [0-9:+ -]{0,20}(GMT)?\Z"))
def test_garbage_in_retry_after_is_ignored(value: str) -> None:
    seconds = retry_after_seconds(value, NOW)
    assert seconds is None or (math.isfinite(seconds) and seconds >= 0)
