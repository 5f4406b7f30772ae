"""``herald approvals remind``, ``recall``, ``override`` and ``delegate``: what is recorded, and how they end."""

from types import SimpleNamespace
from typing import Any

import pytest
from tests.builders import MovingClock
from tests.unit.command_line.a_stack import Stack
from tests.unit.command_line.approvals import Evaluation, a_story, another, keep_approval, kept_approval, recorded
from tests.unit.domain.approval.stories import ADA, BEN, CLEO, DORA, HOUR, Story, a_step, dearer
from typer.testing import CliRunner

from herald.domain.approval.approval import By, Closed, State
from herald.domain.approval.policy import ALL
from herald.domain.event import Origin, Trust
from herald.ports import StorageError
from herald.usecases.approvals.approval_shelves import person_key
from herald_cli.approval_act import HINDERED, Deed, wait_until_heard
from herald_cli.main import app
from herald_cli.ports_of_stack import state_store


@pytest.fixture
def story(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Story:
    """An approval that Ada and Ben are asked about, and Cleo may be; what is recorded is applied while one waits."""
    begun = a_story(a_step(ADA, BEN, quorum=ALL), delegates=(CLEO,), watchers=(DORA,))
    keep_approval(stack, begun.approval)
    let_it_be_applied(stack, begun, monkeypatch)
    return begun


def let_it_be_applied(stack: Stack, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = SimpleNamespace(sleep=Evaluation(stack, story.plan))
    monkeypatch.setattr("herald_cli.commands.approval_deeds.time", sleeper)


def let_nobody_apply_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = SimpleNamespace(sleep=lambda _seconds: None)
    monkeypatch.setattr("herald_cli.commands.approval_deeds.time", sleeper)


def says(stack: Stack, *arguments: str, ends_with: int = 0) -> str:
    ended = stack.run("approvals", *arguments)
    assert ended.exit_code == ends_with, ended.output
    return ended.stdout if ends_with == 0 else ended.stderr


RECALL = ("--by", "Dana", "--reason", "Ordered twice")
OVERRIDE = ("--by", "Ann Root", "--reason", "Agreed by phone")


class TestRecall:
    def test_it_is_recorded_and_waited_for(self, stack: Stack, story: Story) -> None:
        assert "recalled" in says(stack, "recall", story.approval.id, *RECALL, "--yes")
        approval = kept_approval(stack, story.approval)
        assert approval.end is not None
        assert (approval.state, approval.end.by, approval.end.name, approval.end.reason) == (
            State.RECALLED, By.REQUESTER, "Dana", "Ordered twice"
        )  # fmt: skip

    def test_the_event_is_an_operators_and_each_telling_is_another(self, stack: Stack, story: Story) -> None:
        for _ in range(2):
            says(stack, "recall", story.approval.id, *RECALL, "--yes", "--no-wait")
        first, second = recorded(stack)
        assert first.id != second.id
        assert (first.type, first.origin, first.trust) == ("approval.recalled", Origin.OPERATOR, Trust.SIGNED)
        assert first.data == {"approval": story.approval.id, "name": "Dana", "reason": "Ordered twice"}

    def test_scripts_are_told_what_it_came_to(self, stack: Stack, story: Story) -> None:
        (told,) = stack.run_json("approvals", "recall", story.approval.id, *RECALL, "--yes")
        (event,) = recorded(stack)
        assert told == {
            "approval": story.approval.id, "event": event.id, "did": "recalled", "result": "done", "state": "recalled",
            "refused": None,
        }  # fmt: skip

    def test_whoever_does_not_wait_is_told_where_to_look(self, stack: Stack, story: Story) -> None:
        said = says(stack, "recall", story.approval.id, *RECALL, "--yes", "--no-wait")
        (event,) = recorded(stack)
        assert f"`herald trace {event.id}`" in " ".join(said.split())
        assert kept_approval(stack, story.approval).state is State.OPEN

    def test_it_is_asked_whether_it_is_meant(self, stack: Stack, story: Story) -> None:
        arguments = ["approvals", "recall", story.approval.id, "--by", "Dana", "--stack", "s"]
        refused = CliRunner().invoke(app, arguments, input="n\n")
        assert (refused.exit_code, recorded(stack)) == (1, [])
        assert "Order approval of o-1, 200.00 EUR" in refused.stderr
        assert "asked: Ada, Ben" in refused.stderr
        agreed = CliRunner().invoke(app, arguments, input="y\n")
        assert (agreed.exit_code, kept_approval(stack, story.approval).state) == (0, State.RECALLED)

    def test_where_nobody_can_be_asked_nothing_is_done(self, stack: Stack, story: Story) -> None:
        assert "--yes" in says(stack, "recall", story.approval.id, *RECALL, ends_with=1)
        assert recorded(stack) == []

    def test_what_has_ended_is_left_alone(self, stack: Stack, story: Story) -> None:
        story.reject(ADA)
        keep_approval(stack, story.approval)
        said = says(stack, "recall", story.approval.id, *RECALL, "--yes", ends_with=1)
        assert "has ended: rejected 2026-03-02 09:30 UTC by people: Too dear" in said
        assert recorded(stack) == []

    def test_what_ends_in_the_meantime_is_a_refusal(
        self, stack: Stack, story: Story, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def ended_first(seconds: float) -> None:
            if story.state is State.OPEN:
                story.reject(ADA)
                keep_approval(stack, story.approval)
            Evaluation(stack, story.plan)(seconds)

        monkeypatch.setattr("herald_cli.commands.approval_deeds.time", SimpleNamespace(sleep=ended_first))
        said = says(stack, "recall", story.approval.id, *RECALL, "--yes", ends_with=1)
        assert f"{story.approval.id} was not recalled: it had ended by then" in said

    def test_when_time_is_over_it_stays_recorded(
        self, stack: Stack, story: Story, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        let_nobody_apply_it(monkeypatch)
        said = says(stack, "recall", story.approval.id, *RECALL, "--yes", "--timeout", "0", ends_with=3)
        (event,) = recorded(stack)
        assert f"time is over before {story.approval.id} has heard of it: see `herald trace {event.id}`" in said

    def test_whoever_stops_the_waiting_does_not_stop_the_recall(
        self, stack: Stack, story: Story, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(_seconds: float) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("herald_cli.commands.approval_deeds.time", SimpleNamespace(sleep=interrupted))
        assert "but recorded" in says(stack, "recall", story.approval.id, *RECALL, "--yes", ends_with=130)
        assert len(recorded(stack)) == 1


class TestOverride:
    @pytest.mark.parametrize(("word", "state"), [("approve", State.APPROVED), ("reject", State.REJECTED)])
    def test_an_administrator_decides(self, stack: Stack, story: Story, word: str, state: State) -> None:
        (told,) = stack.run_json("approvals", "override", story.approval.id, word, *OVERRIDE, "--yes")
        approval = kept_approval(stack, story.approval)
        assert approval.end is not None
        assert (told["result"], told["state"], approval.state) == ("done", str(state), state)
        assert (approval.end.by, approval.end.name, approval.end.reason) == (
            By.ADMINISTRATOR, "Ann Root", "Agreed by phone"
        )  # fmt: skip

    def test_what_was_parked_can_be_decided(self, stack: Stack, story: Story) -> None:
        story.wait(9 * HOUR)
        assert story.state is State.PARKED
        keep_approval(stack, story.approval)
        says(stack, "override", story.approval.id, "approve", *OVERRIDE, "--yes")
        assert kept_approval(stack, story.approval).state is State.APPROVED

    def test_only_what_the_administrator_looked_at_is_decided(
        self, stack: Stack, story: Story, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def changed_first(seconds: float) -> None:
            story.change(dearer())
            keep_approval(stack, story.approval)
            Evaluation(stack, story.plan)(seconds)

        monkeypatch.setattr("herald_cli.commands.approval_deeds.time", SimpleNamespace(sleep=changed_first))
        said = says(stack, "override", story.approval.id, "approve", *OVERRIDE, "--yes", ends_with=1)
        assert "what is approved had changed by then" in said
        assert kept_approval(stack, story.approval).state is State.OPEN

    def test_the_question_names_what_is_decided(self, stack: Stack, story: Story) -> None:
        said = says(stack, "override", story.approval.id, "reject", *OVERRIDE, ends_with=1)
        assert "Reject it in place of everybody who is asked?" in said

    def test_scripts_see_a_refusal(self, stack: Stack, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
        def recalled_first(seconds: float) -> None:
            if story.state is State.OPEN:
                story.recall()
                keep_approval(stack, story.approval)
            Evaluation(stack, story.plan)(seconds)

        monkeypatch.setattr("herald_cli.commands.approval_deeds.time", SimpleNamespace(sleep=recalled_first))
        arguments = ("approvals", "override", story.approval.id, "approve", *OVERRIDE, "--yes")
        (told,) = stack.run_json(*arguments, ends_with=1)
        assert (told["result"], told["refused"], told["state"]) == ("closed", "it had ended by then", "recalled")


class TestDelegate:
    def test_the_question_is_handed_on(self, stack: Stack, story: Story) -> None:
        says(stack, "delegate", story.approval.id, "--ticket", "2", "--to", "CLEO@example.com", "--note", "On leave")
        approval = kept_approval(stack, story.approval)
        handed, (event,) = approval.tickets[-1], recorded(stack)
        assert (handed.person, handed.delegated_from, approval.tickets[1].closed) == (CLEO, 2, Closed.DELEGATED)
        assert event.data == {
            "approval": story.approval.id, "ticket": 2, "to": person_key(CLEO), "note": "On leave", "name": "operator",
        }  # fmt: skip

    def test_somebody_else_is_refused_and_it_says_who_may(self, stack: Stack, story: Story) -> None:
        said = says(
            stack, "delegate", story.approval.id, "--ticket", "2", "--to", "eric@example.com", ends_with=1
        )  # fmt: skip
        assert "eric@example.com is not among those" in said
        assert "Cleo <cleo@example.com>" in said
        assert recorded(stack) == []

    def test_a_ticket_that_is_not_open_is_refused(self, stack: Stack, story: Story) -> None:
        said = says(stack, "delegate", story.approval.id, "--ticket", "3", "--to", "cleo@example.com", ends_with=1)
        assert "ticket 3" in said
        assert "open are: 1, 2" in said

    def test_a_second_hop_is_refused_by_the_approval(self, stack: Stack, story: Story) -> None:
        story.approval = another(story, story.plan.subject)
        story.delegate(BEN, CLEO)
        keep_approval(stack, story.approval)
        said = says(stack, "delegate", story.approval.id, "--ticket", "3", "--to", "cleo@example.com", ends_with=1)
        assert "was not delegated: a question is handed on once" in said


class TestRemind:
    def test_everybody_who_is_asked(self, stack: Stack, story: Story) -> None:
        says(stack, "remind", story.approval.id)
        assert [one.reminded for one in kept_approval(stack, story.approval).tickets] == [1, 1]
        (event,) = recorded(stack)
        assert (event.type, event.data) == (
            "approval.reminded", {"approval": story.approval.id, "name": "operator"}
        )  # fmt: skip

    def test_one_of_them(self, stack: Stack, story: Story) -> None:
        says(stack, "remind", story.approval.id, "--ticket", "2")
        assert [one.reminded for one in kept_approval(stack, story.approval).tickets] == [0, 1]

    def test_one_person_of_all_that_waits_for_them(self, stack: Stack, story: Story) -> None:
        other = another(story, "order/other")
        keep_approval(stack, other)
        told = stack.run_json("approvals", "remind", "--approver", "ben@example.com")
        assert {(one["approval"], one["result"]) for one in told} == {(story.approval.id, "done"), (other.id, "done")}
        for approval in (story.approval, other):
            assert [one.reminded for one in kept_approval(stack, approval).tickets] == [0, 1]

    @pytest.mark.parametrize("options", [("--approver", "eric@example.com"), ("--ticket", "7")])
    def test_nobody_who_is_not_asked(self, stack: Stack, story: Story, options: tuple[str, ...]) -> None:
        identity = () if "--approver" in options else (story.approval.id,)
        says(stack, "remind", *identity, *options, ends_with=1)
        assert recorded(stack) == []

    def test_nobody_once_it_has_ended(self, stack: Stack, story: Story) -> None:
        story.recall()
        keep_approval(stack, story.approval)
        assert "nobody is to be reminded" in says(stack, "remind", story.approval.id, ends_with=1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("recall", "apr_1", "--by", " "), "--by NAME"),
        (("recall", "apr_1"), "--by"),
        (("recall", "apr_1", "--by", "Dana", "--reason", "x" * 1001), "--reason: more than 1000 characters"),
        (("override", "apr_1", "approve", "--by", "Dana"), "--reason"),
        (("override", "apr_1", "approve", "--by", "Dana", "--reason", " "), "--reason TEXT"),
        (("override", "apr_1", "perhaps", *OVERRIDE), "perhaps"),
        (("delegate", "apr_1", "--ticket", "0", "--to", "x@example.com"), "--ticket"),
        (("delegate", "apr_1", "--ticket", "1", "--to", "x@y.zz", "--note", "x" * 1001), "--note: more than 1000"),
        (("remind",), "say which approval"),
        (("remind", "apr_1", "--approver", "x@example.com"), "say which approval"),
        (("remind", "--approver", "x@example.com", "--ticket", "1"), "say which approval"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_any_stack_is_asked(arguments: tuple[str, ...], told: str) -> None:
    ended = CliRunner().invoke(app, ["approvals", *arguments])
    assert ended.exit_code == 2
    assert told in ended.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("remind", "apr_0"), ("recall", "apr_0", *RECALL, "--yes"), ("override", "apr_0", "approve", *OVERRIDE, "-y"),
        ("delegate", "apr_0", "--ticket", "1", "--to", "cleo@example.com"),
    ],
    ids=lambda command: str(command[0]),
)  # fmt: skip
def test_one_that_is_not_there(stack: Stack, command: tuple[str, ...]) -> None:
    assert "there is no approval apr_0" in says(stack, *command, ends_with=1)


class TestWaiting:
    def test_it_sleeps_no_longer_than_is_left(self, stack: Stack, story: Story) -> None:
        clock = MovingClock()
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            clock.advance(HOUR * (seconds / 3600))

        deed = Deed(story.approval.id, "evt_0", "recalled")
        known = wait_until_heard(state_store(stack.connection), [deed], clock, sleep, HOUR * (2.5 / 3600))
        assert (known, slept) == ([deed], [1.0, 1.0, 0.5])

    def test_a_moment_in_which_nothing_can_be_read_does_not_end_it(self, stack: Stack, story: Story) -> None:
        state = _Hindered(HINDERED - 1, stack)
        deed = Deed(story.approval.id, story.approval.heard[0].event_id, "recalled")
        (known,) = wait_until_heard(state, [deed], MovingClock(), lambda _seconds: None, HOUR)
        assert known.result is not None
        with pytest.raises(StorageError):
            wait_until_heard(_Hindered(HINDERED, stack), [deed], MovingClock(), lambda _seconds: None, HOUR)


class _Hindered:
    """A state store that cannot be read the first so many times."""

    def __init__(self, times: int, stack: Stack) -> None:
        self.times, self.state = times, state_store(stack.connection)

    def load(self, kind: str, identity: str) -> Any:
        self.times -= 1
        if self.times >= 0:
            raise StorageError("not now")
        return self.state.load(kind, identity)

    def save(self, *arguments: Any, **options: Any) -> None:
        raise NotImplementedError

    def every(self, kind: str) -> Any:
        raise NotImplementedError
