"""The steps of a chain checked before they ship: who decides, when they are asked, and by when."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from herald.domain.approval.people import voices
from herald.domain.approval.policy import Measure, Step, Threshold, Timeout
from herald.domain.configuration import Audience
from herald.domain.delivery import Channel
from herald.domain.money import MINOR_UNITS
from herald_cli.approval_schema import WITHOUT_CURRENCY
from herald_cli.findings import Finding, did_you_mean
from herald_cli.path_lint import bad_path
from herald_cli.placed_chain import PlacedChain
from herald_cli.yaml_reader import Keys

LINES = "lines"
"""What is counted."""
AMOUNTS, MEASURED = ("lineTotal", "unitPrice"), ("lineTotal", "unitPrice", "quantity")
REPLIES = {Channel.SMS, Channel.WHATSAPP}
_ONE_VALUE = re.compile(r"(order|job)(\.\w+)+")


def step_findings(placed: PlacedChain) -> Iterator[Finding]:
    """Yield what is wrong with the steps; what never does anything is a warning."""
    seen: set[str] = set()
    for number, step in enumerate(placed.chain.steps):
        at: Keys = ("steps", number)
        if step.id in seen:
            yield placed.finding((*at, "id"), "duplicate-step", f"the step `{step.id}` stands above already")
        seen.add(step.id)
        yield from _asked(placed, at, step)
        yield from _quorum(placed, at, step)
        yield from _rules(placed, at, step)
        yield from _times(placed, at, step)
        yield from _replies(placed, at, step)
        for place, threshold in enumerate(step.when):
            yield from _threshold(placed, (*at, "when", place), threshold)


def _asked(placed: PlacedChain, at: Keys, step: Step) -> Iterator[Finding]:
    yield from placed.channels(at, step.channels)
    yield from placed.approvers((*at, "approvers"), step.approvers, step.channels, step.rules)
    for number, level in enumerate(step.ladder):
        yield from placed.approvers((*at, "ladder", number), level.approvers, step.channels, step.rules)


def _quorum(placed: PlacedChain, at: Keys, step: Step) -> Iterator[Finding]:
    audience = placed.configuration.audiences.get(step.approvers.audience or "")
    if not isinstance(step.quorum, int) or audience is None:
        return
    most = _most(audience)
    if step.quorum > most:
        message = f"{step.quorum} have to approve, and `{audience.name}` is never more than {most}"
        yield placed.finding((*at, "quorum"), "quorum-too-large", message, f"write {most} or less, or all")
        return
    few = [value for value, members in audience.members.items() if voices(members) < step.quorum]
    if few:
        values = ", ".join(f'"{value}"' for value in few)
        message = f"{step.quorum} have to approve, and `{audience.name}` has fewer for {values}"
        yield placed.finding((*at, "quorum"), "quorum-for-some", message, "add members", warning=True)


def _most(audience: Audience) -> int:
    """Return how many people an audience is at most: of values that may come as a list, all members together."""
    if audience.person is not None or audience.manager_of is not None:
        return 1
    groups = audience.members.values()
    if audience.by is None or _ONE_VALUE.fullmatch(audience.by):
        return max(map(voices, groups), default=0)
    return voices(member for members in groups for member in members)


def _rules(placed: PlacedChain, at: Keys, step: Step) -> Iterator[Finding]:
    rules = {rule.id: rule for rule in placed.configuration.rules}
    for number, name in enumerate(step.rules):
        place: Keys = (*at, "rules", number)
        rule = rules.get(name)
        if rule is None:
            yield placed.finding(place, "unknown-rule", f"there is no rule `{name}`", did_you_mean(name, rules))
        elif rule.approval != placed.chain.id:
            message = (
                f"the rule `{name}` does not ask for `{placed.chain.id}`, so this step is never asked because of it"
            )
            fix = f"write then: {{approval: {placed.chain.id}}} in the rule"
            yield placed.finding(place, "rule-does-not-ask", message, fix)
        elif not set(rule.events) & set(placed.events(one.id for one in placed.asking if one is not rule)):
            message = f"no other rule that asks for `{placed.chain.id}` listens to what `{name}` listens to"
            fix = "let them listen to the same events, or make it a chain of its own"
            if len(placed.asking) > 1:
                yield placed.finding(place, "rule-of-other-events", message, fix, warning=True)


def _times(placed: PlacedChain, at: Keys, step: Step) -> Iterator[Finding]:
    for number, after in enumerate(step.reminders):
        place: Keys = (*at, "reminders", number)
        if number and after <= step.reminders[number - 1]:
            message = f"the reminder after {_told(after)} does not come after the one before it"
            yield placed.finding(place, "reminders-not-rising", message, "reminders count from the asking")
        if after >= step.deadline:
            message = f"the reminder after {_told(after)} comes when the deadline of {_told(step.deadline)} is over"
            yield placed.finding(place, "reminder-too-late", message, "remind earlier, or give more time")
    if step.timeout is Timeout.ESCALATE and placed.chain.last_resort is None:
        message = f"`{step.id}` is escalated to the chain's last_resort, and there is none"
        yield placed.finding((*at, "timeout"), "no-last-resort", message, "add last_resort, or write reject or park")


def _replies(placed: PlacedChain, at: Keys, step: Step) -> Iterator[Finding]:
    yield from _currencies(placed, (*at, "reply_up_to"), step.reply_up_to)
    if step.reply_up_to and not REPLIES & set(step.channels):
        message = f"nobody can reply to `{step.id}`: it is asked over {', '.join(step.channels)}"
        yield placed.finding(
            (*at, "reply_up_to"), "reply-without-sms", message, "add sms to its channels", warning=True
        )


def _threshold(placed: PlacedChain, at: Keys, threshold: Threshold) -> Iterator[Finding]:
    if threshold.where is not None:
        yield from bad_path(placed.document, (*placed.keys, *at, "where"), threshold.where)
    if threshold.measure is Measure.COUNT:
        counted = _written(placed, at)
        if counted != LINES:
            message = f"`{counted}` cannot be counted"
            yield placed.finding((*at, "count"), "unknown-measure", message, f"write count: {LINES}")
    elif threshold.of not in MEASURED:
        message = f"`{threshold.of}` is no number of a line"
        fix = did_you_mean(str(threshold.of), MEASURED)
        yield placed.finding((*at, str(threshold.measure)), "unknown-measure", message, fix)
        return
    place: Keys = (*at, "above")
    if threshold.of not in AMOUNTS:
        if set(threshold.above) != {WITHOUT_CURRENCY}:
            message = f"`{threshold.of or LINES}` is no amount of money"
            yield placed.finding(place, "limit-with-currency", message, "write a plain number, as in above: 50")
    elif WITHOUT_CURRENCY in threshold.above:
        message = f"`{threshold.of}` is an amount of money, and the limit has no currency"
        yield placed.finding(place, "limit-without-currency", message, "write above: {EUR: 20000.00}")
    else:
        yield from _currencies(placed, place, threshold.above)


def _written(placed: PlacedChain, at: Keys) -> str:
    value = placed.document.value
    for key in (*placed.keys, *at, "count"):
        value = value[key]
    return str(value)


def _currencies(placed: PlacedChain, at: Keys, codes: Iterable[str]) -> Iterator[Finding]:
    for code in codes:
        if code not in MINOR_UNITS:
            message = f"`{code}` is no currency code of ISO 4217"
            yield placed.finding((*at, code), "bad-currency", message, "write three capital letters, as in EUR")


def _told(after: timedelta) -> str:
    hours, minutes = divmod(int(after.total_seconds()) // 60, 60)
    return f"{hours}h" * bool(hours) + f"{minutes}m" * bool(minutes)
