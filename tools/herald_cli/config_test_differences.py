"""What a test expects of a configuration beside what came of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from herald.domain.configuration import Configuration
from herald.domain.decision import Verdict
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient, Severity
from herald_cli.approval_preview import PreviewedChain, PreviewedEvent
from herald_cli.config_test_schema import AskedEntry, CaseEntry, ToldEntry
from herald_cli.explain import ExplainedRule, PlannedMessage

NOT_TOLD = "not told"
Held = Callable[[Configuration, Recipient, Channel, Severity, datetime], datetime | None]
"""Until when a message waits, as ``domain.sending_hours.held_until`` says it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing a test expects otherwise than it was found, in words."""

    what: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class _Message:
    """A message that would be sent; ``held`` is until when it would wait."""

    rule: str
    planned: PlannedMessage
    held: datetime | None


def differences(
    entry: CaseEntry, events: Sequence[PreviewedEvent], configuration: Configuration, held: Held
) -> Iterator[Difference]:
    """Yield where the events of a test's body went otherwise than it says, over all of them."""
    rules = [rule for event in events for rule in event.explained.rules]
    yield from _skipped(entry, events)
    yield from _rules(entry, rules)
    yield from _told(entry, rules, list(_messages(rules, configuration, entry.at, held)))
    yield from _approvals(entry, {chain.chain.id: chain for event in events for chain in event.chains})


def matched_rules(events: Iterable[PreviewedEvent]) -> frozenset[str]:
    """Return the rules that matched."""
    rules = (rule for event in events for rule in event.explained.rules)
    return frozenset(rule.rule.id for rule in rules if _verdict(rule) is Verdict.MATCHED)


def _skipped(entry: CaseEntry, events: Sequence[PreviewedEvent]) -> Iterator[Difference]:
    found = {event.explained.skipped: event.explained.problem for event in events if event.explained.skipped}
    if entry.skipped is not None and entry.skipped not in found:
        yield Difference("event", f"skipped: {entry.skipped}", "; ".join(found.values()) or "rules are asked")
    for reason, problem in found.items():
        if entry.skipped is None:
            yield Difference("event", "rules are asked", f"{reason}: {problem}")


def _rules(entry: CaseEntry, rules: Sequence[ExplainedRule]) -> Iterator[Difference]:
    wanted = {**dict.fromkeys(entry.rules, Verdict.MATCHED), **dict.fromkeys(entry.errors, Verdict.ERROR)}
    found = {rule.rule.id: _verdict(rule) for rule in rules}
    for rule, verdict in wanted.items():
        if found.get(rule) is not verdict:
            yield Difference(f"rule {rule}", verdict, _said(rule, rules))
    for rule, verdict in found.items():
        if verdict is not Verdict.NOT_MATCHED and rule not in wanted:
            yield Difference(f"rule {rule}", Verdict.NOT_MATCHED, _said(rule, rules))


def _said(identity: str, rules: Sequence[ExplainedRule]) -> str:
    """Return what a rule said and the part of its condition that decided."""
    outcome = next((rule.explanation.outcome for rule in rules if rule.rule.id == identity), None)
    return f"{outcome.verdict}: {outcome.detail}" if outcome else "not asked"


def _messages(
    rules: Iterable[ExplainedRule], configuration: Configuration, at: datetime, held: Held
) -> Iterator[_Message]:
    for rule in rules:
        for planned in rule.messages:
            then = rule.rule.then
            first = planned.channels[:1]
            until = held(configuration, planned.recipient, first[0], then.severity, at) if then and first else None
            yield _Message(rule.rule.id, planned, until)


def _told(entry: CaseEntry, rules: Sequence[ExplainedRule], messages: list[_Message]) -> Iterator[Difference]:
    for told in entry.told:
        found = next(
            (one for one in messages if one.rule == told.rule and _is(one.planned.recipient, told.person)), None
        )
        what = f"{told.person} ({told.rule})"
        if found is None:
            yield Difference(what, f"told {_ways(told.channels)}", _not_told(told, rules))
            continue
        messages.remove(found)
        yield from _message(what, told, found, entry.at)
    for message in messages:
        what = f"{message.planned.recipient.key} ({message.rule})"
        until = f", held until {_clock(message.held, entry.at)}" if message.held else ""
        yield Difference(what, NOT_TOLD, f"told {_ways(message.planned.channels)}{until}")


def _message(what: str, told: ToldEntry, found: _Message, at: datetime) -> Iterator[Difference]:
    planned = found.planned
    if planned.problem:
        yield Difference(what, "a message", planned.problem)
    if planned.channels != told.channels:
        yield Difference(what, f"told {_ways(told.channels)}", f"told {_ways(planned.channels)}")
    if found.held != told.held_until:
        yield Difference(what, _when(told.held_until, at), _when(found.held, at))
    if told.locale not in (None, planned.locale):
        yield Difference(what, f"in {told.locale}", f"in {planned.locale}")
    if told.says is not None and told.says not in planned.preview:
        yield Difference(what, f"says {told.says}", planned.preview)


def _not_told(told: ToldEntry, rules: Sequence[ExplainedRule]) -> str:
    rule = next((one for one in rules if one.rule.id == told.rule), None)
    return f"{NOT_TOLD}: {rule.problem}" if rule and rule.problem else NOT_TOLD


def _approvals(entry: CaseEntry, chains: dict[str, PreviewedChain]) -> Iterator[Difference]:
    for name in chains.keys() - entry.approvals.keys():
        yield Difference(f"approval {name}", "not asked for", f"asked for by {', '.join(chains[name].plan.matched)}")
    for name, wanted in entry.approvals.items():
        if name in chains:
            yield from _asked(f"approval {name}", wanted, chains[name])
        else:
            yield Difference(f"approval {name}", "asked for", "not asked for")


def _asked(what: str, wanted: AskedEntry, chain: PreviewedChain) -> Iterator[Difference]:
    steps = [one.step.id for one in chain.steps if one.planned is not None]
    if wanted.steps is not None and sorted(wanted.steps) != sorted(steps):
        yield Difference(f"{what}: steps", _listed(wanted.steps), _listed(steps))
    people = [ticket.person for ticket in chain.begun.tickets]
    if wanted.asked is not None:
        missing = [one for one in wanted.asked if not any(_is(person, one) for person in people)]
        more = [one for one in people if not any(_is(one, address) for address in wanted.asked)]
        if missing or more:
            yield Difference(f"{what}: asked at once", _listed(wanted.asked), _listed(one.key for one in people))


def _is(recipient: Recipient, address: str) -> bool:
    return address.strip().casefold() in {one.strip().casefold() for one in (recipient.key, *recipient.addresses)}


def _verdict(rule: ExplainedRule) -> Verdict:
    return rule.explanation.outcome.verdict


def _ways(channels: Iterable[str]) -> str:
    return f"by {', then '.join(channels) or 'no channel'}"


def _when(held: datetime | None, at: datetime) -> str:
    return f"held until {_clock(held, at)}" if held else "sent at once"


def _clock(time: datetime, at: datetime) -> str:
    """Return a time as the test's own clock shows it."""
    return time.astimezone(at.tzinfo).isoformat(timespec="minutes")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
