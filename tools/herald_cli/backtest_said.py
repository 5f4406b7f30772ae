"""What a configuration says to one recorded event, and how two of them differ about it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from herald.domain.delivery import Channel

NOT_THERE = "not there"
"""What a rule says that one of two configurations does not have, or that does not listen to such events."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message that a configuration would have sent, over the first channel that can carry it.

    ``identity`` is the effect's key: two events that bring the same message bring it once. ``alike`` is what it has in
    common with the other configuration's message to the same recipient about the same thing, whatever rule sends it.
    ``who`` is the recipient as people call them, or the audience if they are named by events alone.
    """

    identity: str
    alike: str
    who: str
    channel: Channel
    night: bool = False
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Said:
    """What one configuration says to one event: verdicts by rule, messages, and the chains it asks for approval.

    ``problem`` says why no rule was asked.
    """

    verdicts: Mapping[str, str] = field(default_factory=dict)
    messages: tuple[Message, ...] = ()
    chains: frozenset[str] = frozenset()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A recorded event with what two configurations say to it. ``at`` is when it was decided, or told, aware."""

    event_id: str
    type: str
    subject: str
    at: datetime
    before: Said
    after: Said


def changed_verdicts(before: Said, after: Said) -> dict[str, tuple[str, str]]:
    """Return what each rule said before and says after, where that differs."""
    rules = dict.fromkeys((*before.verdicts, *after.verdicts))
    pairs = {rule: (before.verdicts.get(rule, NOT_THERE), after.verdicts.get(rule, NOT_THERE)) for rule in rules}
    return {rule: (was, is_now) for rule, (was, is_now) in pairs.items() if was != is_now}


def is_changed(before: Said, after: Said) -> bool:
    """Say whether a decision differs: in what a rule says, who is told how often on which channel, or who approves."""
    told = [Counter(message.alike for message in said.messages) for said in (before, after)]
    same = told[0] == told[1] and before.chains == after.chains and before.problem == after.problem
    return not same or bool(changed_verdicts(before, after))
