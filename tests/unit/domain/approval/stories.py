"""Approvals played as a story: who is asked about what, and one call for everything that happens then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from tests.builders import NOW, SUBJECT
from tests.unit.domain.approval.approved_orders import a_line, a_stand

from herald.domain.approval.answering import acknowledge, answer, ask_back, delegate, reply
from herald.domain.approval.approval import Approval, Heard, Result, State, StepState, Telling, Ticket, Verdict
from herald.domain.approval.changing import Plan, PlannedStep, submit, unopened
from herald.domain.approval.elapsing import elapse, remind
from herald.domain.approval.ending import override, recall
from herald.domain.approval.policy import Approvers, Chain, Level, Part, Step
from herald.domain.approval.stand import Stand
from herald.domain.approval.turn import Policy, Turn, hear
from herald.domain.notification import Recipient
from herald.domain.working_time import Calendar

HOUR = timedelta(hours=1)
DAY = 24 * HOUR
OFFICE = Calendar("office", "UTC", dict.fromkeys(range(5), ((time(9), time(17)),)))
PRICE, OPTIONS = (Part.PRICE,), (Part.OPTIONS,)


def person(name: str, **changes: Any) -> Recipient:
    """Somebody with an e-mail address of that name."""
    return replace(Recipient(name.title(), f"{name}@example.com"), **changes)


ADA, BEN, CLEO, DORA, ERIC, REQUESTER = map(person, ("ada", "ben", "cleo", "dora", "eric", "lena"))


def a_step(*people: Recipient, ladder: tuple[tuple[Recipient, ...], ...] = (), **changes: Any) -> PlannedStep:
    """A step that asks Ada, or others; 8 hours for it, and 4 for each rung of its ladder."""
    identity = changes.get("id", "desk")
    step = Step(
        id=identity, title=identity.title(), approvers=Approvers(audience=identity), deadline=8 * HOUR,
        ladder=tuple(Level(Approvers(audience=f"{identity}-{place}"), 4 * HOUR) for place, _ in enumerate(ladder)),
    )  # fmt: skip
    return PlannedStep(replace(step, **changes), people or (ADA,), ladder)


def a_plan(*steps: PlannedStep, stand: Stand | None = None, **changes: Any) -> Plan:
    """The plan of a chain with those steps about two chairs, for Lena."""
    return again(
        Plan(
            subject=SUBJECT, policy=Policy(Chain("order", "Order approval", ())), config_version="v1",
            stand=stand or a_stand(), steps=steps, requester=REQUESTER,
        ),
        **changes,
    )  # fmt: skip


def again(plan: Plan, *, calendars: Mapping[str, Calendar] | None = None, **changes: Any) -> Plan:
    """The same plan with changes; its chain has the steps that the plan has, and those it had before."""
    after = replace(plan, **changes)
    known = {step.id: step for step in plan.policy.chain.steps} | {one.step.id: one.step for one in after.steps}
    chain = replace(after.policy.chain, steps=tuple(known.values()))
    policy = replace(after.policy, chain=chain, calendars=calendars or after.policy.calendars)
    return replace(after, policy=policy)


def dearer() -> Stand:
    """The same two chairs at another price."""
    return a_stand(a_line(unitPrice=Decimal("150.00")), total=Decimal("300.00"))


def in_another_fabric() -> Stand:
    """The same two chairs with another option."""
    return a_stand(a_line(attributes={"Fabric": "Slate"}))


@dataclass
class Story:
    """One approval from its opening on. Each call is an event of its own, unless it is given an ``event``."""

    plan: Plan
    now: Any = NOW
    events: int = 0
    heard: list[Heard] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.approval: Approval = unopened(self.plan, self.now)
        self.apply(lambda turn: submit(turn, self.plan, first=True))

    # -- what happens ------------------------------------------------------------------------------------------------

    def apply(self, doing: Callable[[Turn], Result], event: str | None = None) -> Result:
        self.events += 1
        identity = event or f"evt_{self.events}"
        self.approval, heard = hear(self.approval, self.plan.policy, identity, "test", self.now, doing)
        self.heard.append(heard)
        return heard.result

    def say(
        self, who: Recipient | int, verdict: str, reason: str = "", *, channel: str = "page", event: str | None = None
    ) -> Result:  # fmt: skip
        """Answer with a person's newest ticket, or with the ticket of that number."""
        identity = event or f"evt_{self.events + 1}"
        number, word = self.number(who), Verdict(verdict)
        return self.apply(lambda turn: answer(turn, number, word, reason, event_id=identity, channel=channel), identity)

    def approve(self, who: Recipient | int, **how: Any) -> Result:
        return self.say(who, "approve", **how)

    def reject(self, who: Recipient | int, reason: str = "Too dear", **how: Any) -> Result:
        return self.say(who, "reject", reason, **how)

    def acknowledge(self, who: Recipient | int) -> Result:
        number = self.number(who)
        return self.apply(lambda turn: acknowledge(turn, number))

    def question(self, who: Recipient | int, text: str = "Why Sand?") -> Result:
        number, identity = self.number(who), f"evt_{self.events + 1}"
        return self.apply(lambda turn: ask_back(turn, number, text, event_id=identity))

    def reply(self, question: str, text: str = "They like it.") -> Result:
        return self.apply(lambda turn: reply(turn, question, text))

    def delegate(self, who: Recipient | int, to: Recipient, note: str = "") -> Result:
        number = self.number(who)
        return self.apply(lambda turn: delegate(turn, number, to, note))

    def change(self, stand: Stand | None = None, **changes: Any) -> Result:
        """Let what is approved, or whom it asks, be another one."""
        self.plan = again(self.plan, **{"stand": stand or self.plan.stand, **changes})
        return self.apply(lambda turn: submit(turn, self.plan, first=False))

    def wait(self, amount: timedelta) -> Result:
        """Let time pass, and the timer ring at the end of it."""
        self.now += amount
        return self.apply(elapse)

    def wait_until_due(self) -> Result:
        due = self.approval.next_due
        assert due is not None, "nothing is due"
        return self.wait(max(due - self.now, timedelta(0)))

    def remind(self, number: int | None = None) -> Result:
        return self.apply(lambda turn: remind(turn, number))

    def recall(self, reason: str = "") -> Result:
        return self.apply(lambda turn: recall(turn, "Lena", reason))

    def override(self, verdict: str, reason: str = "The board wants it", about: str | None = None) -> Result:
        return self.apply(lambda turn: override(turn, Verdict(verdict), "Root", reason, about=about))

    # -- what is seen ------------------------------------------------------------------------------------------------

    def number(self, who: Recipient | int) -> int:
        if isinstance(who, int):
            return who
        return next(one.number for one in reversed(self.approval.tickets) if one.person.key == who.key)

    def ticket(self, who: Recipient | int) -> Ticket:
        ticket = self.approval.ticket(self.number(who))
        assert ticket is not None
        return ticket

    @property
    def state(self) -> State:
        return self.approval.state

    @property
    def ended(self) -> bool:
        return self.state is not State.OPEN

    @property
    def by(self) -> str | None:
        return str(self.approval.end.by) if self.approval.end else None

    @property
    def steps(self) -> dict[str, StepState]:
        return {run.id: run.state for run in self.approval.steps}

    @property
    def asked(self) -> list[tuple[str, str]]:
        """Who may answer now: step and name."""
        return [(one.step, one.person.name) for one in self.approval.open_tickets()]

    @property
    def tellings(self) -> tuple[Telling, ...]:
        """What followed from the last event."""
        return self.heard[-1].tellings

    @property
    def told(self) -> list[tuple[str, str]]:
        """The same as kind and whom: a name, ``requester`` or ``watchers``."""
        return [
            (one.kind, self.ticket(one.ticket).person.name if one.to == "ticket" and one.ticket else one.to)
            for one in self.tellings
        ]


def two_departments() -> Story:
    """Finance looks at prices, engineering at options; the board at everything, when both are done."""
    return Story(
        a_plan(
            a_step(ADA, id="finance", inputs=PRICE),
            a_step(BEN, id="engineering", inputs=OPTIONS),
            a_step(CLEO, id="board", stage=2),
            watchers=(DORA,),
        )
    )


def voices(story: Story) -> list[tuple[str, str]]:
    """Who said what, and what became of it."""
    states = {(True, False, False): "counts", (True, True, False): "void", (True, False, True): "carried"}
    return [
        (one.person.name, states.get((one.counted, one.void, one.carried), "other")) for one in story.approval.answers
    ]


def reminders(story: Story) -> list[tuple[int, bool]]:
    """The reminders that followed from the last event: number, and whether it is the last."""
    return [(one.details["number"], one.details["final"]) for one in story.tellings if one.kind == "reminder"]


def until_the_end(story: Story, most: int = 50) -> list[list[tuple[str, str]]]:
    """Whom each further timer told, until there is nothing more to wait for."""
    told: list[list[tuple[str, str]]] = []
    while story.state is State.OPEN:
        assert len(told) < most, "it never ends"
        story.wait_until_due()
        told.append(story.told)
    return told
