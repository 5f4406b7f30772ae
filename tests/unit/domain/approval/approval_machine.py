"""One approval, and any order of events that are told of it, once, twice or late."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import event as noted
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from tests.builders import NOW
from tests.unit.domain.approval.approval_model import PEOPLE, WHO, Model, Rules, Word, World, changed, rules

from herald.domain.approval.answering import acknowledge, answer, ask_back, delegate, reply
from herald.domain.approval.approval import Approval, By, Heard, Result, State, Ticket, Verdict
from herald.domain.approval.changing import submit, unopened
from herald.domain.approval.elapsing import elapse, remind
from herald.domain.approval.ending import override, recall
from herald.domain.approval.turn import TELLINGS_KEPT, Policy, Turn, hear
from herald.domain.notification import Recipient

ASKING = {"request", "changed", "escalated", "delegated"}
MAY_APPROVE = {"answer", "change", "override", "open"}
MAY_END = {"answer", "change", "override", "recall", "elapse", "open"}

numbers = st.integers(0, 60)
moments = st.sampled_from([0, 1, 30, 59, 60, 61, 8 * 60, 24 * 60, 9 * 24 * 60]).map(
    lambda many: timedelta(minutes=many)
)
people = st.sampled_from([entry for _, entry in PEOPLE])
requesters = st.none() | people
verdicts = st.sampled_from([Verdict.APPROVE, Verdict.APPROVE, Verdict.APPROVE, Verdict.REJECT])
rarely = st.sampled_from([False, False, False, False, True])
# Most leave it as it is.
others = st.sampled_from([None] * 12 + [entry for _, entry in PEOPLE[:4]])


@dataclass(frozen=True)
class Told:
    """An event: what it does, and when it was made."""

    id: str
    kind: str
    doing: Callable[[Turn], Result]
    at: datetime


class ToldApproval(RuleBasedStateMachine):
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
        """One of all that were ever issued, or every other time one that is open, if there is one."""
        tickets = (self.approval.open_tickets() if number % 2 else ()) or self.approval.tickets
        return tickets[number // 2 % len(tickets)] if tickets else None

    # -- what happens ------------------------------------------------------------------------------------------------

    @rule(number=numbers, verdict=verdicts, page=st.booleans(), late=rarely)
    def decides(self, number: int, verdict: Verdict, *, page: bool, late: bool) -> None:
        """Whoever is asked now."""
        tickets = self.approval.open_tickets()
        if tickets:
            self.say(tickets[number % len(tickets)], verdict, "Why", page=page, late=late)

    @rule(number=numbers, verdict=verdicts, reason=st.sampled_from(["", "Why"]), page=st.booleans(), late=rarely)
    def presses_an_old_button(self, number: int, verdict: Verdict, reason: str, *, page: bool, late: bool) -> None:
        """Whoever was ever asked."""
        ticket = self.any_ticket(number)
        if ticket is not None:
            self.say(ticket, verdict, reason, page=page, late=late)

    def say(self, ticket: Ticket, verdict: Verdict, reason: str, *, page: bool, late: bool) -> None:
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

    @rule(where=st.lists(st.sampled_from([*World.__dataclass_fields__]), max_size=2), value=st.integers(1, 3),
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
        if before.end is not None and before.end.by is By.PEOPLE and requester is None:
            assert not model.is_lost_still(rules_now, world), "a rejection stands while it is about the same"
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

    @rule(really=rarely)
    def requester_recalls(self, *, really: bool) -> None:
        if really:
            self.tell("recall", lambda turn: recall(turn, "Lena"))

    @rule(really=rarely, verdict=verdicts, reason=st.sampled_from(["", "The board wants it"]), stale=st.booleans())
    def administrator_decides(self, verdict: Verdict, reason: str, *, really: bool, stale: bool) -> None:
        if not really:
            return
        about = "0" * 64 if stale else self.approval.fingerprint
        heard, before = self.tell("override", lambda turn: override(turn, verdict, "Root", reason, about=about))
        if stale or not reason:
            assert (self.approval.state, self.approval.end) == (before.state, before.end)
            assert heard.result is not Result.DONE

    @precondition(lambda self: self.told)
    @rule(place=st.integers(0, 500), amount=moments)
    def is_told_again(self, place: int, amount: timedelta) -> None:
        place %= len(self.told)
        event, heard = self.told[place]
        self.now += amount
        again, known = hear(self.approval, self.policy, event.id, event.kind, self.now, event.doing)
        assert again is self.approval, "told again, it changes nothing"
        if place < len(self.told) - TELLINGS_KEPT:
            known, heard = replace(known, tellings=()), replace(heard, tellings=())
        assert known == heard, "told again, it brings the same"
