"""Every record of a batch ends in exactly one of done, later, parked."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from herald.adapters.memory import MemoryReceivedQueue
from herald.domain.errors import PoisonError, Reason
from herald.runtime.batch import consume
from herald.usecases.outcome import DONE, Later, Outcome


def batch(*bodies: str, group: str | None = None) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": "1", **({"MessageGroupId": group} if group else {})}
    return {
        "Records": [
            {"messageId": f"m{n}", "receiptHandle": f"r{n}", "body": body, "attributes": attributes}
            for n, body in enumerate(bodies, start=1)
        ]
    }


def handle(body: Mapping[str, Any], _attempt: int) -> Outcome:
    if body.get("do") == "later":
        return Later(timedelta(seconds=7), Reason.RATE_LIMITED)
    if body.get("do") == "poison":
        raise PoisonError(Reason.NOT_FOUND, "nothing there")
    if body.get("do") == "crash":
        raise KeyError("a person's name")
    return DONE


def failures(answer: Mapping[str, Any]) -> list[str]:
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def told(*todo: str) -> list[str]:
    return [json.dumps({"do": one}) for one in todo]


def test_one_bad_record_keeps_none_of_the_others() -> None:
    queue = MemoryReceivedQueue()
    event = batch(*told("done", "later", "poison", "crash", "done"), "{")
    assert failures(consume(event, handle=handle, queue=queue, remaining_ms=lambda: 60_000)) == ["m2", "m4"]
    assert [parked.reason for parked in queue.parked] == [Reason.NOT_FOUND, Reason.MALFORMED_MESSAGE]


def test_in_a_fifo_group_nothing_overtakes_and_what_is_held_comes_with_what_holds_it() -> None:
    queue = MemoryReceivedQueue()
    event = batch(*told("done", "later", "done"), group="order-1")
    assert failures(consume(event, handle=handle, queue=queue, remaining_ms=lambda: 60_000)) == ["m2", "m3"]
    assert dict(queue.postponed) == {"r2": 7.0, "r3": 7.0}


def test_without_time_left_a_record_is_not_begun_and_is_visible_at_once() -> None:
    queue, left = MemoryReceivedQueue(), iter([60_000, 60_000, 19_000])
    event = batch(*told("done", "done"))
    assert failures(consume(event, handle=handle, queue=queue, remaining_ms=lambda: next(left))) == ["m2"]
    assert dict(queue.postponed) == {"r2": 0.0}
