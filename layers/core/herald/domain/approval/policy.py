"""Who has to approve what: the chains of ``config/approvals.yaml``. Data, never code."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from herald.domain.canonical import fingerprint
from herald.domain.delivery import Channel

A_DAY = timedelta(hours=8)


class Part(StrEnum):
    """A part of what is approved. A decision is void only if a part changes that its step looks at."""

    PRICE = "price"
    OPTIONS = "options"
    QUANTITIES = "quantities"
    CURRENCY = "currency"
    SHOWN = "shown"
    """What ``Chain.show`` finds: margin inputs and the like."""


class Timeout(StrEnum):
    """What happens when the last level of the ladder has let its deadline pass. Never an approval."""

    REJECT = "reject"
    ESCALATE = "escalate"
    """The chain's ``last_resort`` is asked; when they are silent too, it is parked."""
    PARK = "park"


class Measure(StrEnum):
    """How a threshold looks at all lines together."""

    SUM = "sum"
    MAX = "max"
    COUNT = "count"


ALL, ANY = "all", "any"
"""Quorums beside a number: every approver, or whoever answers first."""


@dataclass(frozen=True, slots=True)
class Approvers:
    """Who is asked: an audience, or the person or persons whom a JMESPath over the facts finds."""

    audience: str | None = None
    found: str | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """A condition over all lines (or those that ``where``, a JMESPath over a line, holds for).

    ``of`` is ``lineTotal``, ``unitPrice`` or ``quantity``; a count has none. ``above`` is the limit by currency for
    money, else the limit under ``"*"``. What cannot be measured (no currency, a currency without a limit, a line
    without the number) counts as above: who is not sure asks.
    """

    measure: Measure
    above: Mapping[str, Decimal]
    of: str | None = None
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """A rung of the ladder: who is asked beside those who were silent, and how long they have in working time."""

    approvers: Approvers
    deadline: timedelta


@dataclass(frozen=True, slots=True)
class Step:
    """One question of a chain. Steps of one ``stage`` are asked side by side, stages one after the other.

    It is asked if one of ``rules`` matched (none named: always) and all of ``when`` hold. ``quorum`` is ``all``,
    ``any`` or a number. ``deadline``, ``reminders`` (counted from the asking) and ``acknowledge`` are working time of
    whoever is asked. The ladder is climbed 1 + ``repeat`` times. ``reply_up_to`` is the order total by currency up to
    which an SMS or WhatsApp reply decides; a currency not named is decided on the page only.
    """

    id: str
    title: str
    approvers: Approvers
    stage: int = 1
    quorum: str | int = ANY
    rules: tuple[str, ...] = ()
    when: tuple[Threshold, ...] = ()
    inputs: tuple[Part, ...] = tuple(Part)
    deadline: timedelta = 2 * A_DAY
    reminders: tuple[timedelta, ...] = ()
    ladder: tuple[Level, ...] = ()
    repeat: int = 0
    timeout: Timeout = Timeout.PARK
    acknowledge: timedelta = A_DAY / 2
    channels: tuple[Channel, ...] = (Channel.EMAIL,)
    reply_up_to: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def print(self) -> str:
        """What makes it another question: whoever decided under another quorum or condition is asked again."""
        asked = (self.id, str(self.quorum), asdict(self.approvers), [asdict(one) for one in self.when], self.rules)
        return fingerprint([*asked, [str(part) for part in self.inputs]])


@dataclass(frozen=True, slots=True)
class Shown:
    """A row that approvers see beside the options: a label and a JMESPath over the facts."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps that a rule asks for with ``then.approval``.

    ``requester`` is a JMESPath to the person who must never approve and is told the outcome. ``watchers`` are told it
    too. ``delegates`` is the audience an approver may hand a question to. ``status`` maps an outcome (``approved``,
    ``rejected``) to the coarse status its order gets in Threekit. ``calendar`` serves people without one of their own.
    """

    id: str
    title: str
    steps: tuple[Step, ...]
    requester: str = "order.requester"
    watchers: str | None = None
    delegates: str | None = None
    last_resort: str | None = None
    show: tuple[Shown, ...] = ()
    status: Mapping[str, str] = field(default_factory=dict)
    calendar: str | None = None
    channels: tuple[Channel, ...] = (Channel.EMAIL,)
    """How requester and watchers are told."""

    def step(self, identity: str) -> Step | None:
        """Return the step of that id."""
        return next((step for step in self.steps if step.id == identity), None)


def chain_document(chain: Chain) -> dict[str, Any]:
    """Return a chain as plain objects; times are seconds."""
    return {
        "id": chain.id, "title": chain.title, "requester": chain.requester, "watchers": chain.watchers,
        "delegates": chain.delegates, "last_resort": chain.last_resort, "status": dict(chain.status),
        "calendar": chain.calendar, "channels": [str(channel) for channel in chain.channels],
        "show": [[row.label, row.value] for row in chain.show],
        "steps": [_step_document(step) for step in chain.steps],
    }  # fmt: skip


def chain_of(document: Mapping[str, Any]) -> Chain:
    """Return the chain of plain objects. Raises ``KeyError`` or ``ValueError``."""
    return Chain(
        id=document["id"], title=document["title"], steps=tuple(_step(step) for step in document["steps"]),
        requester=document["requester"], watchers=document["watchers"], delegates=document["delegates"],
        last_resort=document["last_resort"], show=tuple(Shown(label, value) for label, value in document["show"]),
        status=document["status"], calendar=document["calendar"],
        channels=tuple(Channel(channel) for channel in document["channels"]),
    )  # fmt: skip


def _step_document(step: Step) -> dict[str, Any]:
    return {
        "id": step.id, "title": step.title, "stage": step.stage, "quorum": step.quorum, "rules": list(step.rules),
        "approvers": [step.approvers.audience, step.approvers.found],
        "when": [[str(one.measure), one.of, one.where, dict(one.above)] for one in step.when],
        "inputs": [str(part) for part in step.inputs],
        "deadline": _seconds(step.deadline), "reminders": [_seconds(after) for after in step.reminders],
        "ladder": [
            [level.approvers.audience, level.approvers.found, _seconds(level.deadline)] for level in step.ladder
        ],
        "repeat": step.repeat, "timeout": str(step.timeout), "acknowledge": _seconds(step.acknowledge),
        "channels": [str(channel) for channel in step.channels], "reply_up_to": dict(step.reply_up_to),
    }  # fmt: skip


def _step(document: Mapping[str, Any]) -> Step:
    return Step(
        id=document["id"], title=document["title"], stage=document["stage"], quorum=document["quorum"],
        rules=tuple(document["rules"]), approvers=Approvers(*document["approvers"]),
        when=tuple(Threshold(Measure(measure), above, of, where) for measure, of, where, above in document["when"]),
        inputs=tuple(Part(part) for part in document["inputs"]),
        deadline=timedelta(seconds=document["deadline"]),
        reminders=tuple(timedelta(seconds=after) for after in document["reminders"]),
        ladder=tuple(
            Level(Approvers(audience, found), timedelta(seconds=deadline))
            for audience, found, deadline in document["ladder"]
        ),
        repeat=document["repeat"], timeout=Timeout(document["timeout"]),
        acknowledge=timedelta(seconds=document["acknowledge"]),
        channels=tuple(Channel(channel) for channel in document["channels"]), reply_up_to=document["reply_up_to"],
    )  # fmt: skip


def _seconds(after: timedelta) -> int:
    return int(after.total_seconds())
