"""People who would be told twice of the same thing, by two rules that match together.

Said only where it is sure: whenever the one rule matches, so does the other, and somebody's first channel is the same
in both. Rules are compared by what they have in common, never each with each.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from herald.domain.audience import ANY
from herald.domain.configuration import Audience, Configuration, Notify
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient
from herald_cli.condition_logic import ConditionLogic, Either, Part, Parts
from herald_cli.findings import Finding
from herald_cli.read_rule import ReadRule

FIX = "keep one of them, or let their conditions exclude each other"


@dataclass(frozen=True, slots=True)
class _Telling:
    """A rule that tells somebody, with what it needs to match."""

    read: ReadRule
    then: Notify
    parts: Parts

    def finding(self, message: str) -> Finding:
        return replace(self.read.placed.finding("told-twice", message, FIX, at=("then", "notify")), warning=True)


def twice_findings(rules: Iterable[ReadRule], configuration: Configuration, logic: ConditionLogic) -> Iterator[Finding]:
    """Warn of each rule that tells somebody what another tells them already, once a rule."""
    by_words: dict[tuple[str, str, str], list[_Telling]] = defaultdict(list)
    by_condition: dict[tuple[str, Parts], list[_Telling]] = defaultdict(list)
    for read in rules:
        then = read.placed.rule.then
        for event_type, parts in read.matching() if then is not None else ():
            assert then is not None  # noqa: S101 - for the type checker: nothing is matched otherwise
            telling = _Telling(read, then, parts)
            by_words[event_type, then.audience, then.template].append(telling)
            by_condition[event_type, parts].append(telling)
    said: set[tuple[str, int]] = set()
    for finding, telling in _findings(by_words.values(), by_condition.values(), configuration, logic):
        rule = (telling.read.placed.document.file, telling.read.placed.number)
        if rule not in said:
            said.add(rule)
            yield finding


def _findings(
    by_words: Iterable[Sequence[_Telling]], by_condition: Iterable[Sequence[_Telling]], configuration: Configuration,
    logic: ConditionLogic,
) -> Iterator[tuple[Finding, _Telling]]:  # fmt: skip
    for tellings in by_words:
        for telling, wider in _implied(tellings):
            if _overlap(configuration.audiences[telling.then.audience], telling.then, wider.then):
                message = (
                    f"`{telling.then.audience}` is told twice with `{telling.then.template}`: "
                    f"whenever this rule matches, {wider.read.where} does"
                )
                yield telling.finding(message), telling
    for tellings in by_condition:
        for telling, other, person, value in _shared(tellings, configuration, logic):
            where = "" if value == ANY else f" for `{value}`"
            message = (
                f"{person.name} is told twice{where}: {other.read.where} has the same condition and tells them too"
            )
            yield telling.finding(message), telling


def _implied(tellings: Sequence[_Telling]) -> Iterator[tuple[_Telling, _Telling]]:
    """Yield each rule whose condition implies another's, with the widest or first of those."""
    if len(tellings) < 2:
        return
    first: dict[Parts, _Telling] = {}
    for telling in tellings:
        if telling.parts in first:
            yield telling, first[telling.parts]
        first.setdefault(telling.parts, telling)
    counts = Counter(part for parts in first for part in parts)
    by_rarest: dict[Part | Either | None, list[Parts]] = defaultdict(list)
    for parts in first:
        by_rarest[min(parts, key=lambda part: counts[part], default=None)].append(parts)
    for parts, telling in first.items():
        wider = [one for part in (None, *parts) for one in by_rarest.get(part, ()) if one < parts]
        if wider:
            yield telling, first[min(wider, key=len)]


def _overlap(audience: Audience, one: Notify, other: Notify) -> bool:
    """Say whether somebody of an audience would be told by both over the same channel first."""
    if _named_by_events(audience):
        return one.channels[0] is other.channels[0]
    members = (member for members in audience.members.values() for member in members)
    return any(_first(member, one.channels) is _first(member, other.channels) for member in members)


def _shared(
    tellings: Sequence[_Telling], configuration: Configuration, logic: ConditionLogic
) -> Iterator[tuple[_Telling, _Telling, Recipient, str]]:
    """Yield rules of one condition that tell a person whom an earlier one tells, and for which value."""
    if len(tellings) < 2:
        return
    values: dict[str, set[str]] = defaultdict(set)
    for telling in tellings:
        audience = configuration.audiences[telling.then.audience]
        values[audience.by or ""] |= audience.members.keys()
    told: dict[tuple[str, Channel | None], dict[tuple[str, str], _Telling]] = defaultdict(dict)
    for telling in tellings:
        audience = configuration.audiences[telling.then.audience]
        entries = list(_entries(audience, telling, values[audience.by or ""], logic))
        hit = next((found for entry in entries if (found := _known(told, *entry)) is not None), None)
        if hit is not None:
            yield telling, *hit
        for by, value, person, channel in entries:
            told[person.key, channel].setdefault((by, value), telling)


def _entries(
    audience: Audience, telling: _Telling, values: Iterable[str], logic: ConditionLogic
) -> Iterator[tuple[str, str, Recipient, Channel | None]]:
    """Yield by what and for which value of it somebody is told, and over which channel first."""
    channels = telling.then.channels
    if somebody := _named_by_events(audience):
        yield somebody, ANY, Recipient(somebody), channels[0]
        return
    by = audience.by or ""
    named = {ANY} if not by else {*values, *logic.values_of(telling.parts, by)}
    for value in sorted(value for value in named if not by or logic.possible(telling.parts, by, value)):
        for member in audience.members.get(value, audience.members.get(ANY, ())):
            channel = _first(member, channels)
            if channel is not None:
                yield by, value, member, channel


def _named_by_events(audience: Audience) -> str:
    """Return whom only events name, in words; empty for members."""
    return (
        f"`{audience.person}`"
        if audience.person
        else f"the manager of `{audience.manager_of}`"
        if audience.manager_of
        else ""
    )


def _known(
    told: Mapping[tuple[str, Channel | None], Mapping[tuple[str, str], _Telling]], by: str, value: str,
    person: Recipient, channel: Channel | None,
) -> tuple[_Telling, Recipient, str] | None:  # fmt: skip
    """Return who tells the person already for that value, or whatever the value is."""
    known = told.get((person.key, channel), {})
    other = known.get((by, value)) or known.get(("", ANY))
    if other is None and by == "" and known:
        (_, value), other = next(iter(known.items()))
    return (other, person, value) if other is not None else None


def _first(recipient: Recipient, channels: tuple[Channel, ...]) -> Channel | None:
    return next(iter(recipient.over(channels)), None)
