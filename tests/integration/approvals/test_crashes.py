"""Processes die while an approval runs, messages come twice and in any order: the story is the same in the end."""

import math
import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws
from tests.integration.approvals.approving import DANA, ENGINEERING, FINANCE, HOTEL, LYON, PAUL, Approving
from tests.integration.house import House, KilledError, Work
from tests.integration.house_resources import APPROVAL_KEY, APPROVALS
from tests.integration.paths import ROOT

from herald.adapters.receipt_signature import public_key, verifies
from herald.adapters.scheduler import whole_minute
from herald.domain.approval.approval import State
from herald.usecases.approvals import approval_shelves
from herald.usecases.outcome import Outcome
from herald_cli.configuration_folder import read_folder
from localrun.running_house import without_hours_and_throttles
from simulators import OpenTextSimulator, ThreekitSimulator

BEHIND_THE_PAGE = [
    "relay.published", "relay.audited",
    "evaluate.decided", "evaluate.saved",
    "approval.timed", "approval.listed", "approval.remembered", "approval.receipted", "approval.noted",
    "evaluate.opened", "evaluate.enqueued", "evaluate.audited",
    "dispatch.claimed", "budget.charged", "dispatch.submitted", "dispatch.recorded", "dispatch.audited",
    "dispatch.passed_on",
    "track.observed", "track.recorded", "track.audited",
    "writeback.put", "writeback.audited",
    "timer.recorded",
]  # fmt: skip
AT_A_DOOR = {"ingest.verified", "ingest.recorded", "page.recorded", "page.applied", "reply.recorded"}
INES, INES_PHONE = "ines.falk@example.com", "+493023125101"
TOGETHER = 6
"""Every sixth point in one run: no two of one function, so that each death is a whole one."""


def play(people: Approving, before_each: Callable[[], None] = lambda: None) -> None:
    """From the order to the outcome in Threekit, with one reminder on the way."""
    before_each()
    people.order(HOTEL)
    before_each()
    due = people.approval().next_due
    assert due is not None
    people.house.wait(due - people.house.clock() + timedelta(minutes=10))
    for person in (DANA, ENGINEERING, FINANCE, PAUL):
        before_each()
        assert_timed(people)
        people.approve(person)


def assert_timed(people: Approving) -> None:
    due = people.approval().next_due
    assert due is not None
    timer = (whole_minute(due), APPROVALS, f"{people.approval().id}-{math.ceil(due.timestamp())}")
    assert timer in people.house._schedules()


def story(people: Approving) -> dict[str, Any]:
    """All that has to be the same, whoever died on the way."""
    approval, noted = people.approval(), people.noted()
    receipt = approval_shelves.receipts(people.house.state).get(approval_shelves.receipt_key(approval))
    assert receipt is not None
    assert verifies(receipt, public_key(APPROVAL_KEY))
    order = people.house.threekit.orders[HOTEL]
    return {
        "state": str(approval.state), "round": approval.round, "due": approval.next_due,
        "steps": [(run.id, str(run.state)) for run in approval.steps],
        "tickets": [(one.number, one.step, one.person.name, one.closed) for one in approval.tickets],
        "answers": [(one.step, one.person.name, one.verdict, one.counted, one.channel) for one in approval.answers],
        "told": Counter(people.told()), "status": order["status"],
        "sent": Counter(people.house.opentext.sends_per_recipient()),
        "noted": {name: value for name, value in noted.items() if name != "at"},
        "receipt": [(one["step"], one["verdict"]) for one in receipt["decisions"]],
        "notified": Counter(
            (note["rule"], *sorted((name, channel["state"]) for name, channel in note["channels"].items()))
            for note in order["metadata"]["herald"]["notifications"].values()
        ),
        "parked": [name for name in people.house.dead_letters if people.house.parked(name)],
    }  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed() -> Mapping[str, Any]:
    """The story of a run in which nobody dies, and under ``points`` all checkpoints that were met."""
    met: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        with mock_aws(), ThreekitSimulator() as threekit, OpenTextSimulator(manual=True) as opentext:
            people = Approving(
                _Noting(threekit, opentext, without_hours_and_throttles(read_folder(ROOT / "config")), met)
            )
            play(people)
            return {**story(people), "points": met}


class _Noting(House):
    """A house that notes which checkpoints are met."""

    def __init__(self, threekit: ThreekitSimulator, opentext: OpenTextSimulator, configuration: Any, met: set[str]):
        self.met = met
        super().__init__(threekit, opentext, configuration)

    def checkpoint(self, name: str, subject: str) -> None:  # noqa: ARG002 - the signature of the one it stands for
        self.met.add(name)


def test_no_checkpoint_is_left_out(undisturbed: Mapping[str, Any]) -> None:
    assert undisturbed["points"] - AT_A_DOOR == set(BEHIND_THE_PAGE)
    assert undisturbed["state"] == "approved"
    assert undisturbed["parked"] == []
    assert set(undisturbed["told"].values()) == {1}


@pytest.mark.parametrize("first", range(TOGETHER))
def test_who_dies_at_a_point_of_each_stage_leaves_no_trace(
    people: Approving, undisturbed: Mapping[str, Any], first: int
) -> None:
    points = BEHIND_THE_PAGE[first::TOGETHER]

    def arm() -> None:
        people.house.die_at = set(points)

    play(people, arm)
    assert set(people.house.deaths) == set(points)
    assert {**story(people), "points": undisturbed["points"]} == undisturbed


@pytest.mark.parametrize("point", ["page.recorded", "page.applied"])
def test_a_page_that_dies_after_it_recorded_a_press_has_decided(people: Approving, point: str) -> None:
    people.order(HOTEL)
    token = people.link(DANA)
    once = people.once(token)
    people.house.die_at = {point}
    with pytest.raises(KilledError):
        people.press_again(token, once, "approve", sure="yes")
    people.house.settle()
    assert [one.verdict for one in people.approval().answers] == ["approve"]
    assert people.link(ENGINEERING)
    again = people.press_again(token, once, "approve", sure="yes")
    assert (again["statusCode"], "you have approved" in again["body"].lower()) == (200, True)
    assert len(people.approval().answers) == 1
    assert set(Counter(people.told()).values()) == {1}


def test_a_second_press_before_the_queue_has_seen_the_first_is_the_same_press(people: Approving) -> None:
    people.order(HOTEL)
    token = people.link(DANA)
    once = people.once(token)
    people.house.die_at = {"page.recorded"}
    with pytest.raises(KilledError):
        people.submit(token, once, "approve", sure="yes")
    assert people.approval().answers == ()
    people.house.clock.now += timedelta(seconds=20)
    people.press_again(token, once, "approve", sure="yes")
    assert len(people.approval().answers) == 1
    assert set(Counter(people.told()).values()) == {1}


@pytest.mark.parametrize("point", ["reply.recorded", "relay.published", "evaluate.decided", "evaluate.saved"])
def test_a_reply_counts_once_wherever_somebody_dies(people: Approving, point: str) -> None:
    people.order(LYON)
    people.house.die_at = {point}
    people.text(INES_PHONE, f"APPROVE {people.code(INES)}")
    assert people.house.deaths == [point]
    approval = people.approval(f"order/{LYON}")
    assert approval.state is State.APPROVED
    assert [(one.channel, one.counted) for one in approval.answers] == [("sms", True)]
    told = Counter(people.told())
    assert told["recorded", INES_PHONE.replace("+", "00")] == 1
    assert set(told.values()) == {1}


@pytest.mark.parametrize("seed", range(2))
def test_messages_that_come_twice_and_in_any_order_change_nothing(
    people: Approving, undisturbed: Mapping[str, Any], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - an order of messages, the same each time
    handled = _twice(people.house, chance)
    play(people)
    assert {**story(people), "points": undisturbed["points"]} == undisturbed
    before = people.approval()
    chance.shuffle(handled)
    for handle, body in handled:
        handle(body, 2)
    people.house.settle()
    assert people.approval() == before
    assert {**story(people), "points": undisturbed["points"]} == undisturbed


def _twice(house: House, chance: random.Random) -> list[tuple[Callable[..., Outcome], Mapping[str, Any]]]:
    """Let every message be handled twice, those of one queue in any order; return what was handled."""
    handled: list[tuple[Callable[..., Outcome], Mapping[str, Any]]] = []

    def doubled(work: Work) -> Callable[[Mapping[str, Any], int], Outcome]:
        once = work.handle

        def handle(body: Mapping[str, Any], attempt: int) -> Outcome:
            messages = list(work.in_flight.items())
            chance.shuffle(messages)
            work.in_flight = dict(messages)
            handled.append((once, body))
            once(body, attempt)
            return once(body, attempt)

        return handle

    for work in house.works:
        work.handle = doubled(work)
    return handled
