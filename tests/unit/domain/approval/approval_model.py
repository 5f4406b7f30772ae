"""Any chain about any small world of orders and people, and a model of what counts: a plain list of words.

The model shares no code with the approval. It knows people by who they are, not by addresses, and compares what a step
looks at by value, not by print.
"""

from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from tests.builders import SUBJECT
from tests.unit.domain.approval.approved_orders import a_line, an_order

from herald.domain.approval.changing import Plan, PlannedStep
from herald.domain.approval.policy import ALL, ANY, Approvers, Chain, Level, Part, Step, Timeout
from herald.domain.approval.stand import Stand
from herald.domain.approval.turn import Policy
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient
from herald.domain.working_time import Calendar

HOUR = timedelta(hours=1)
OFFICE = Calendar("office", "Europe/Berlin", dict.fromkeys(range(5), ((time(9), time(17)),)))

PEOPLE: tuple[tuple[int, Recipient], ...] = (
    (0, Recipient("Ada", "ada@example.com", "+4930000001", calendar="office")),
    (0, Recipient("Ada by phone", None, "+4930000001")),
    (1, Recipient("Ben", "ben@example.com")),
    (2, Recipient("Cleo", "cleo@example.com", calendar="office")),
    (2, Recipient("Cleo at home", "CLEO@example.com", "+4930000003")),
    (3, Recipient("Dora", "dora@example.com", "+4930000004")),
    (4, Recipient("Eric", None, "+4930000005")),
    (9, Recipient("Nobody")),
)
"""Entries of audiences, and who of them is the same person. The last cannot be told anything."""
WHO = {entry.name: who for who, entry in PEOPLE}


@dataclass(frozen=True)
class World:
    """What is approved: each part a number, so that one is changed by itself, and changed back."""

    price: int = 1
    options: int = 1
    quantities: int = 1
    currency: int = 1
    shown: int = 1
    unseen: int = 1

    def of(self, part: Part) -> int:
        return int(getattr(self, str(part)))

    def stand(self) -> Stand:
        line = a_line(
            unitPrice=Decimal(self.price), attributes={"Fabric": f"F{self.options}"}, quantity=self.quantities
        )
        order = an_order(line, total=Decimal(self.price), currency=f"CU{self.currency}", region=f"R{self.unseen}")
        return Stand(order, (("Margin", self.shown),))


@dataclass(frozen=True)
class Asking:
    """A step, who it asks, and from which price on."""

    step: Step
    people: tuple[Recipient, ...]
    ladder: tuple[tuple[Recipient, ...], ...]
    from_price: int

    def looks_at(self, world: World) -> tuple[Any, ...]:
        """What an answer is about: the question, and the parts it looks at."""
        return self.step.quorum, self.step.inputs, tuple(world.of(part) for part in self.step.inputs)

    def entitled(self, requester: int | None) -> int:
        """How many different people the step begins with."""
        return len({WHO[one.name] for one in self.people} - {requester})


@dataclass(frozen=True)
class Rules:
    """A chain and everybody it knows."""

    askings: tuple[Asking, ...]
    last_resort: tuple[Recipient, ...]

    def applying(self, world: World) -> dict[str, Asking]:
        return {one.step.id: one for one in self.askings if world.price >= one.from_price}

    def plan(self, world: World, requester: Recipient | None) -> Plan:
        chain = Chain("order", "Order approval", tuple(one.step for one in self.askings))
        return Plan(
            subject=SUBJECT, policy=Policy(chain, {"office": OFFICE}), config_version="v1", stand=world.stand(),
            steps=tuple(
                PlannedStep(one.step, one.people, one.ladder) for one in self.applying(world).values()
            ),
            requester=requester, watchers=(Recipient("Watcher", "watcher@example.com"),),
            delegates=tuple(entry for _, entry in PEOPLE), last_resort=self.last_resort,
        )  # fmt: skip


entries = st.sampled_from([entry for _, entry in PEOPLE])
groups = st.lists(entries, max_size=4, unique_by=lambda entry: entry.key).map(tuple)
quorums: st.SearchStrategy[str | int] = st.sampled_from([ANY, ALL]) | st.integers(1, 3)
hours = st.integers(1, 40).map(lambda number: number * HOUR)
parts = st.lists(st.sampled_from(list(Part)), min_size=1, max_size=3, unique=True).map(
    lambda found: tuple(sorted(found))
)


@st.composite
def _askings(draw: st.DrawFn, number: int) -> Asking:
    identity = f"step{number}"
    ladder = tuple(draw(st.lists(groups, max_size=2)))
    step = Step(
        id=identity, title=identity.title(), approvers=Approvers(audience=identity), stage=draw(st.integers(1, 3)),
        quorum=draw(quorums), inputs=draw(parts | st.just(tuple(Part))),
        deadline=draw(hours), reminders=tuple(sorted(draw(st.lists(hours, max_size=2, unique=True)))),
        ladder=tuple(Level(Approvers(audience=f"{identity}-{place}"), draw(hours)) for place in range(len(ladder))),
        repeat=draw(st.integers(0, 2)), timeout=draw(st.sampled_from(list(Timeout))), acknowledge=draw(hours),
        channels=(Channel.EMAIL, Channel.SMS),
    )  # fmt: skip
    # Audiences without anybody end most stories at once, so they are rare.
    people = draw(groups.filter(bool) | groups.filter(bool) | groups)
    return Asking(step, people, ladder, draw(st.sampled_from([0, 0, 0, 0, 0, 0, 2, 3, 9])))


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """Any rules of one to four steps."""
    steps = range(draw(st.integers(1, 4)))
    return Rules(tuple(draw(_askings(number)) for number in steps), draw(groups))


def changed(world: World, parts_changed: list[str], value: int) -> World:
    """Another world."""
    return replace(world, **dict.fromkeys(parts_changed, value))


@dataclass(frozen=True)
class Word:
    """A decision that counts."""

    event: str
    step: str
    who: int
    approves: bool
    about: tuple[Any, ...]


@dataclass
class Model:
    """What was done: the words that count, what it is about now, and the fewest whom `all` ever meant at a step."""

    rules: Rules
    about: World
    requester: int | None
    words: list[Word] = field(default_factory=list)
    fewest: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.note_who_is_entitled()

    def asked(self) -> dict[str, Asking]:
        return self.rules.applying(self.about)

    def at(self, step: str) -> list[Word]:
        return [word for word in self.words if word.step == step]

    def change(self, rules_now: Rules, world: World, requester: int | None) -> None:
        """Let what is approved, and whose request it is, be another one; words about something else are void."""
        self.rules, self.about, self.requester = rules_now, world, requester
        self.words = [word for word in self.words if self.stands(word, rules_now, world, requester)]
        self.note_who_is_entitled()

    def differs(self, rules_now: Rules, world: World) -> bool:
        """Whether anything anybody looks at, or is asked, is another one now."""
        was, now = self.asked(), rules_now.applying(world)
        asked_as_before = [(one, was[one].looks_at(self.about)) for one in was] == [
            (one, now[one].looks_at(world)) for one in now
        ]
        return not asked_as_before or any(self.about.of(part) != world.of(part) for part in Part)

    @staticmethod
    def stands(word: Word, rules_now: Rules, world: World, requester: int | None) -> bool:
        asking = rules_now.applying(world).get(word.step)
        return asking is not None and asking.looks_at(world) == word.about and word.who != requester

    def note_who_is_entitled(self) -> None:
        for asking in self.rules.askings:
            now = max(1, asking.entitled(self.requester))
            self.fewest[asking.step.id] = min(now, self.fewest.get(asking.step.id, now))

    def has_its_quorum(self, asking: Asking) -> bool:
        """Whether different people enough approved a step, and nobody's word prevents it."""
        words, quorum = self.at(asking.step.id), asking.step.quorum
        approving = {word.who for word in words if word.approves}
        if quorum == ANY:
            return len(words) == 1 and words[0].approves
        if quorum == ALL:
            return len(approving) >= self.fewest[asking.step.id] and all(word.approves for word in words)
        return len(approving) >= int(quorum)

    def is_lost(self, asking: Asking) -> bool:
        """Whether one word was enough to reject a step."""
        return asking.step.quorum in (ANY, ALL) and any(not word.approves for word in self.at(asking.step.id))

    def is_lost_still(self, rules_now: Rules, world: World) -> bool:
        """Whether one word that was enough to reject a step would be enough after a change."""
        standing = [word for word in self.words if self.stands(word, rules_now, world, self.requester)]
        return any(not word.approves and self.is_lost(self.asked()[word.step]) for word in standing)

    def most_timers(self, tickets: int) -> int:
        """How often a timer may ring until there is an end, whatever anybody was asked before."""
        total = 2 * tickets
        for asking in self.rules.askings:
            climbs = len(asking.ladder) * (1 + asking.step.repeat) + 2
            total += climbs * (1 + len(PEOPLE) * (1 + len(asking.step.reminders)))
        return total + 2 * tickets
