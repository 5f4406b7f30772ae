"""A few minutes of storm in every run of the suite; ``make storm`` plays the hours."""

from dataclasses import replace

import pytest
from tests.soak.storm import SHORT, Storm, problems

from herald.domain.delivery import DeliveryState


@pytest.mark.parametrize("deduplicates", [False, True], ids=["a repeat makes a new job", "a repeat is recognised"])
def test_after_a_storm_every_notification_has_one_final_state(deduplicates: bool) -> None:
    result = Storm(replace(SHORT, deduplicates=deduplicates)).play()
    assert problems(result) == []
    assert result.notifications == 2400
    assert result.states[DeliveryState.DELIVERED] > 0
    assert result.counts["GateOpened"] >= 1
    assert result.actions["callback.unmatched"] > 0
    if deduplicates:
        assert result.doubled == 0


def test_the_storm_would_notice_a_message_that_is_sent_twice() -> None:
    storm = Storm(replace(SHORT, answers_lost=0.0))
    submit = storm.dispatch.opentext.submit

    def twice(message: object) -> str:
        submit(message)  # type: ignore[arg-type]
        return submit(message)  # type: ignore[arg-type]

    storm.dispatch.opentext.submit = twice  # type: ignore[method-assign]
    assert any("twice" in problem for problem in problems(storm.play()))
