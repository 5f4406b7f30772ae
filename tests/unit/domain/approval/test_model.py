"""Any order of events over any chain: what must hold after each of them, told twice, late, or in another order."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import event as noted
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.builders import NOW
from tests.unit.domain.approval.approval_model import PEOPLE, WHO, Model, Rules, Word, World, changed, rules

from herald.adapters.exact_json import dumps, loads
from herald.domain.approval.answering import acknowledge, answer, ask_back, delegate, reply
from herald.domain.approval.approval import Approval, By, Closed, Heard, Result, State, StepState, Ticket, Verdict
from herald.domain.approval.changing import submit, unopened
from herald.domain.approval.document import approval_document, approval_of
from herald.domain.approval.elapsing import elapse, remind
from herald.domain.approval.ending import override, recall
from herald.domain.approval.turn import Policy, Turn, hear
from herald.domain.notification import Recipient

ASKING = {"request", "changed", "escalated", "delegated"}
MAY_APPROVE = {"answer", "change", "override", "open"}
MAY_END = {"answer", "change", "override", "recall", "elapse", "open"}

numbers = st.integers(0, 60)
moments = st.sampled_from([0, 1, 30, 59, 60, 61, 8 * 60, 24 * 60, 9 * 24 * 60]).map(lambda many: timedelta(minutes=many))
people = st.sampled_from([entry for _, entry in PEOPLE])
requesters = st.none() | people
# Most leave it as it is.
others = st.none() | st.none() | st.none() | people


@dataclass(frozen=True)
class Told:
    """An event: what it does, and when it was made."""

    id: str
    kind: str
    doing: Callable[[Turn], Result]
    at: datetime


class Approvals(RuleBasedStateMachine):
    """One approval, everything that is told of it, and the model beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.events = 0
        self.told: list[tuple[Told, Heard]] = []
        self.under_way: list[tuple[Told, Callable[[Heard, Approval], None]]] = []

    @initialize(chain=rules(), requester=requesters)
    def begin(self, chain: Rules, requester: Recipient | None) -> None:
        self.requester = requester
        self.model = Model(chain, World(), WHO[requester.name] if requester else None)
        plan = chain.plan(World(), requester)
        self.policy, self.approval = plan.policy, unopened(plan, self.now)
        self.shown: dict[int, tuple[object, ...]] = {}
        self.tell("open", lambda turn: submit(turn, plan, first=True))

    # -- telling -----------------------------------------------------------------------------------------------------

    def tell(self, kind: str, doing: Callable[[Turn], Result], identity: str = "") -> tuple[Heard, Approval]:
        return self.deliver(Told(identity or self.new_id(), kind, doing, self.now), self.now)

    def new_id(self) -> str:
        self.events += 1
        return f"evt_{self.events}"

    def deliver(self, event: Told, now: datetime, policy: Policy | None = None) -> tuple[Heard, Approval]:
        before = self.approval
        self.approval, heard = hear(before, policy or self.policy, event.id, event.kind, now, event.doing)
        self.told.append((event, heard))
        self.check_ends(event.kind, heard, before)
        self.check_tellings(heard, before)
        noted(f"{event.kind}: {heard.result}")
        return heard, before

    def check_ends(self, kind: str, heard: Heard, before: Approval) -> None:
        after, moved = self.approval, kind == "change" and heard.result is Result.CHANGED
        if before.state is not State.OPEN and not moved and kind != "open":
            by_hand = before.state is State.PARKED and kind in ("recall", "override") and heard.result is Result.DONE
            assert by_hand or (after.state, after.end) == (before.state, before.end), "an end is an end"
        if after.state is before.state and not moved:
            return
        assert after.state is State.OPEN or kind in MAY_END
        if after.state is State.APPROVED:
            assert kind in MAY_APPROVE, "silence never approves"
            noted(f"approved by {after.end.by if after.end else None}")

    def check_tellings(self, heard: Heard, before: Approval) -> None:
        issued = [ticket.number for ticket in self.approval.tickets[len(before.tickets) :]]
        asked = [one.ticket for one in heard.tellings if one.kind in ASKING]
        assert asked == issued, "whoever is asked is told so, once"
        if before.end != self.approval.end and self.approval.end is not None:
            outcomes = [one.to for one in heard.tellings if one.kind == "outcome"]
            assert outcomes.count("requester") == (self.approval.requester is not None)
            assert outcomes.count("watchers") == 1
        for telling in heard.tellings:
            assert (telling.to == "ticket") <= (telling.ticket is not None)

    def any_ticket(self, number: int) -> Ticket | None:
        tickets = self.approval.tickets
        return tickets[number % len(tickets)] if tickets else None

    # -- what happens ------------------------------------------------------------------------------------------------

    @rule(number=numbers, verdict=st.sampled_from(Verdict), reason=st.sampled_from(["", "Why"]), page=st.booleans(),
          late=st.booleans())  # fmt: skip
    def decides(self, number: int, verdict: Verdict, reason: str, *, page: bool, late: bool) -> None:
        ticket = self.any_ticket(number)
        if ticket is None:
            return
        identity, channel = self.new_id(), "page" if page else "sms"

        def doing(turn: Turn) -> Result:
            return answer(turn, ticket.number, verdict, reason, event_id=identity, channel=channel)

        def check(heard: Heard, before: Approval) -> None:
            self.check_answer(identity, ticket.number, verdict, reason, heard, before)

        event = Told(identity, "answer", doing, self.now)
        if late:
            self.under_way.append((event, check))
        else:
            check(*self.deliver(event, self.now))

    @precondition(lambda self: self.under_way)
    @rule(place=numbers, in_its_time=st.booleans())
    def arrives_late(self, place: int, *, in_its_time: bool) -> None:
        event, check = self.under_way.pop(place % len(self.under_way))
        check(*self.deliver(event, event.at if in_its_time else self.now))

    def check_answer(
        self, identity: str, number: int, verdict: Verdict, reason: str, heard: Heard, before: Approval
    ) -> None:  # fmt: skip
        ticket = before.ticket(number)
        assert ticket is not None
        asking, who = self.model.asked().get(ticket.step), WHO[ticket.person.name]
        may = ticket in before.open_tickets() and all(word.who != who for word in self.model.at(ticket.step))
        worded = verdict is Verdict.APPROVE or bool(reason)
        assert (heard.result is Result.COUNTED) == (may and worded), "who is asked is heard, and nobody else"
        if heard.result is Result.COUNTED:
            assert asking is not None
            assert self.shown[number] == asking.looks_at(self.model.about), "said about what was shown"
            approves = verdict is Verdict.APPROVE
            self.model.words.append(Word(identity, ticket.step, who, approves, asking.looks_at(self.model.about)))
            return
        assert replace(self.approval, answers=(), heard=()) == replace(before, answers=(), heard=())
        assert all(not one.counted for one in self.approval.answers[len(before.answers) :])

    @rule(where=st.lists(st.sampled_from([*World.__dataclass_fields__]), max_size=2), value=st.integers(1, 2),
          requester=others, chain=st.none() | rules())  # fmt: skip
    def changes(self, where: list[str], value: int, requester: Recipient | None, chain: Rules | None) -> None:
        model, before = self.model, self.approval
        # What is under way keeps its rules.
        rules_now = chain if chain is not None and before.state is not State.OPEN else model.rules
        world = changed(model.about, where, value)
        plan = rules_now.plan(world, requester or before.requester)
        event = Told(self.new_id(), "change", lambda turn: submit(turn, plan, first=False), self.now)
        heard, _ = self.deliver(event, self.now, plan.policy)
        differs = model.differs(rules_now, world)
        if heard.result is Result.UNCHANGED:
            assert replace(self.approval, heard=()) == replace(before, heard=())
            stands = any(not word.approves and model.stands(word, rules_now, world, None) for word in model.words)
            assert not differs or (before.state is State.REJECTED and stands), "a change is heeded"
            return
        self.policy = plan.policy
        assert self.approval.round == before.round + differs
        model.change(rules_now, world, WHO[self.approval.requester.name] if self.approval.requester else None)

    @rule(amount=moments)
    def time_passes(self, amount: timedelta) -> None:
        self.now += amount
        self.tell("elapse", elapse)

    @precondition(lambda self: self.approval.next_due is not None)
    @rule()
    def the_timer_rings(self) -> None:
        due = self.approval.next_due
        assert due is not None
        self.now = max(self.now, due)
        heard, _ = self.tell("elapse", elapse)
        assert heard.result is Result.DONE, "a timer never rings for nothing"

    @rule(number=numbers)
    def looks_into_it(self, number: int) -> None:
        ticket = self.any_ticket(number)
        if ticket is not None:
            self.tell("acknowledge", lambda turn: acknowledge(turn, ticket.number))

    @rule(number=numbers, to=people)
    def hands_on(self, number: int, to: Recipient) -> None:
        ticket = self.any_ticket(number)
        if ticket is not None:
            self.tell("delegate", lambda turn: delegate(turn, ticket.number, to, "Please"))

    @rule(number=numbers)
    def asks_back(self, number: int) -> None:
        ticket, identity = self.any_ticket(number), self.new_id()
        if ticket is not None:
            self.tell("question", lambda turn: ask_back(turn, ticket.number, "Why?", event_id=identity), identity)

    @precondition(lambda self: self.approval.questions)
    @rule(place=numbers)
    def requester_replies(self, place: int) -> None:
        question = self.approval.questions[place % len(self.approval.questions)]
        self.tell("reply", lambda turn: reply(turn, question.id, "Because"))

    @rule(number=st.none() | numbers)
    def operator_reminds(self, number: int | None) -> None:
        self.tell("remind", lambda turn: remind(turn, number))

    @rule()
    def requester_recalls(self) -> None:
        self.tell("recall", lambda turn: recall(turn, "Lena"))

    @rule(verdict=st.sampled_from(Verdict), reason=st.sampled_from(["", "The board wants it"]), stale=st.booleans())
    def administrator_decides(self, verdict: Verdict, reason: str, *, stale: bool) -> None:
        about = "0" * 64 if stale else self.approval.fingerprint
        heard, before = self.tell("override", lambda turn: override(turn, verdict, "Root", reason, about=about))
        if stale or not reason:
            assert (self.approval.state, self.approval.end) == (before.state, before.end)
            assert heard.result is not Result.DONE

    @precondition(lambda self: self.told)
    @rule(place=st.integers(0, 500), amount=moments)
    def is_told_again(self, place: int, amount: timedelta) -> None:
        event, heard = self.told[place % len(self.told)]
        self.now += amount
        again, known = hear(self.approval, self.policy, event.id, event.kind, self.now, event.doing)
        assert again is self.approval, "told again, it changes nothing"
        assert known == heard, "told again, it brings the same"

    # -- what must hold then -----------------------------------------------------------------------------------------

    @invariant()
    def only_words_that_stand_count(self) -> None:
        counting = [one.event_id for one in self.approval.answers if one.counted and not one.void]
        assert counting == [word.event for word in self.model.words]
        for run in self.approval.steps:
            valid = [one.event_id for one in self.approval.valid_answers(run)]
            assert valid == [word.event for word in self.model.at(run.id)]
            voices = [word.who for word in self.model.at(run.id)]
            assert len(voices) == len(set(voices)), "one person, one voice"

    @invariant()
    def nobody_is_approved_past(self) -> None:
        approval, asked = self.approval, self.model.asked()
        assert [run.id for run in approval.steps] == list(asked)
        assert approval.stand == self.model.about.stand()
        if approval.state is State.APPROVED:
            assert approval.end is not None
            assert approval.end.by in (By.PEOPLE, By.POLICY, By.ADMINISTRATOR)
            if approval.end.by is By.PEOPLE:
                assert asked
                assert all(self.model.has_its_quorum(asking) for asking in asked.values())
            if approval.end.by is By.POLICY:
                assert not asked
        for run in approval.steps:
            settled = run.state is StepState.APPROVED
            assert settled <= self.model.has_its_quorum(asked[run.id])

    @invariant()
    def what_was_said_takes_effect(self) -> None:
        if self.approval.state is not State.OPEN:
            return
        asked = self.model.asked()
        assert not any(self.model.is_lost(asking) for asking in asked.values())
        assert not all(run.state is StepState.APPROVED for run in self.approval.steps)

    @invariant()
    def the_requester_has_no_say(self) -> None:
        requester = self.model.requester
        assert all(WHO[one.person.name] != requester for one in self.approval.open_tickets())
        assert all(word.who != requester for word in self.model.words)

    @invariant()
    def what_is_handed_on_is_handed_on_once(self) -> None:
        for ticket in self.approval.tickets:
            if ticket.delegated_from is not None:
                giver = self.approval.ticket(ticket.delegated_from)
                assert giver is not None
                assert (giver.delegated_from, giver.closed) == (None, Closed.DELEGATED)

    @invariant()
    def only_who_is_asked_now_may_answer(self) -> None:
        approval, asked = self.approval, self.model.asked()
        unsettled = [run for run in approval.steps if run.state in (StepState.WAITING, StepState.OPEN)]
        stage = min((run.stage for run in unsettled), default=0)
        being_asked = {run.id for run in unsettled if run.state is StepState.OPEN and approval.state is State.OPEN}
        if approval.state is State.OPEN:
            assert being_asked == {run.id for run in unsettled if run.stage == stage}
        open_tickets = [ticket for ticket in approval.tickets if ticket.closed is None]
        assert {ticket.step for ticket in open_tickets} == being_asked
        assert len({(ticket.step, ticket.person.key) for ticket in open_tickets}) == len(open_tickets)
        for ticket in approval.tickets:
            if ticket.number not in self.shown:
                self.shown[ticket.number] = asked[ticket.step].looks_at(self.model.about)
        assert all(self.shown[one.number] == asked[one.step].looks_at(self.model.about) for one in open_tickets)

    @invariant()
    def there_is_always_an_end(self) -> None:
        approval, now = self.approval, self.now
        most = self.model.most_timers(len(approval.tickets))
        for number in range(most):
            if approval.state is not State.OPEN:
                break
            due = approval.next_due
            assert due is not None, "nobody waits without a timer"
            now = max(now, due)
            approval, _ = hear(approval, self.policy, f"silence_{number}", "elapse", now, elapse)
        assert approval.state is not State.OPEN, "silence ends it"
        if self.approval.state is State.OPEN:
            assert approval.end is not None
            assert approval.state in (State.REJECTED, State.PARKED)
            assert approval.end.by is By.DEADLINE

    @invariant()
    def it_is_kept_whole(self) -> None:
        assert approval_of(loads(dumps(approval_document(self.approval)))) == self.approval


TestApprovals = Approvals.TestCase
TestApprovals.settings = settings(max_examples=150, stateful_step_count=40)
