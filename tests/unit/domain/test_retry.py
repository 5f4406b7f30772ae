from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from herald.domain.retry import LONGEST_RETRY_AFTER_SECONDS, LONGEST_SECONDS, backoff

chances = st.floats(0, 1)


@given(st.integers(-3, 10_000), chances)
def test_the_wait_stays_within_its_bounds(attempt: int, chance: float) -> None:
    assert 1.6 <= backoff(attempt, chance).total_seconds() <= LONGEST_SECONDS * 1.2


@given(st.integers(1, 8))
def test_the_wait_doubles(attempt: int) -> None:
    assert backoff(attempt + 1, 0.5) == 2 * backoff(attempt, 0.5)


@given(st.integers(1, 20), chances, st.floats(1, LONGEST_RETRY_AFTER_SECONDS))
def test_what_the_vendor_asked_for_is_the_least_wait(attempt: int, chance: float, asked: float) -> None:
    assert backoff(attempt, chance, asked) >= timedelta(seconds=asked)


@given(st.floats(LONGEST_RETRY_AFTER_SECONDS, 1e12))
def test_an_absurd_wish_is_clamped(asked: float) -> None:
    assert backoff(1, 0.5, asked) == timedelta(seconds=LONGEST_RETRY_AFTER_SECONDS)


@given(st.floats(-1e12, 0))
def test_a_negative_wish_changes_little(asked: float) -> None:
    assert backoff(1, 0.5, asked) == backoff(1, 0.5)


def test_a_day_of_tries_fits_the_queues_receive_count() -> None:
    """The work queues allow 100 receives; a whole window of backoff must fit or messages would be lost to the DLQ."""
    waited, attempts = 0.0, 0
    while waited < 24 * 3600:
        attempts += 1
        waited += backoff(attempts, 0.0).total_seconds()
    assert attempts < 90
