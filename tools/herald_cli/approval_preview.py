"""Whom a configuration would ask to approve what, and what would come if nobody answered. Nothing is recorded or sent.

The plan and the times are made by what makes them in earnest: a step is opened and left to itself until it ends.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from herald.adapters.memory_vendors import MemoryThreekit
from herald.domain.approval.answering import reply_decides
from herald.domain.approval.approval import Approval, Telling
from herald.domain.approval.changing import Plan, PlannedStep, submit, unopened
from herald.domain.approval.elapsing import elapse
from herald.domain.approval.people import is_among
from herald.domain.approval.policy import Chain, Step
from herald.domain.approval.threshold import holds, why
from herald.domain.approval.turn import hear
from herald.domain.configuration import Configuration
from herald.domain.decision import ASKS
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient, same_person
from herald.usecases.approvals.planning import Planner
from herald_cli.explain import BodyRefusedError, ExplainedEvent, explain_body

NOBODY = "`null`"
"""A JMESPath that finds no requester, to see who would be asked if nobody were left out."""
LONGEST_SILENCE = 500
"""Times that ring before a preview stops; a ladder of four rungs climbed ten times has fewer."""
FROM_FILE = "the order of the file given"


class PreviewError(Exception):
    """The configuration cannot be previewed; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody is asked, or reminded. ``zone`` is theirs; ``reply``: an SMS or WhatsApp message would decide."""

    at: datetime
    kind: str
    person: Recipient
    channels: tuple[Channel, ...]
    deadline: datetime
    zone: str
    reply: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody whom the chain names and who is not asked. ``rung`` is 0 for the step itself."""

    person: Recipient
    rung: int
    why: str


@dataclass(frozen=True, slots=True)
class PreviewedStep:
    """A step, and why it is asked or not.

    ``rules`` hold what each rule it waits for said, ``thresholds`` whether each holds and what was measured. The rest
    is there only if it is asked: ``silence`` is what comes if nobody answers, ``alone`` the step at the end of that.
    """

    step: Step
    rules: tuple[tuple[str, str], ...]
    thresholds: tuple[tuple[bool, Mapping[str, Any]], ...]
    planned: PlannedStep | None = None
    left_out: tuple[LeftOut, ...] = ()
    silence: tuple[Asking, ...] = ()
    alone: Approval | None = None


@dataclass(frozen=True, slots=True)
class PreviewedChain:
    """A chain that rules ask for, and the approval as it would stand at once."""

    chain: Chain
    plan: Plan
    begun: Approval
    steps: tuple[PreviewedStep, ...]


@dataclass(frozen=True, slots=True)
class PreviewedEvent:
    """The chains an event would ask for; ``rules`` is what those said that ask for any."""

    explained: ExplainedEvent
    rules: Mapping[str, str]
    chains: tuple[PreviewedChain, ...]


def preview_body(
    body: bytes, configuration: Configuration, now: datetime, order: Mapping[str, Any] | None = None
) -> tuple[PreviewedEvent, ...]:
    """Return what would be asked for each event of a body; ``order`` stands for the one Herald would read again.

    Raises ``PreviewError`` for a configuration with names that lead nowhere, ``BodyRefusedError`` for a body that would
    become no event, and ``CallFailed`` if ``order`` is not the one the body is about.
    """
    names = [str(order[name]) for name in ("id", "shortId") if name in order] if order is not None else []
    threekit = MemoryThreekit({name: order for name in names if order is not None}) if order is not None else None
    return tuple(
        preview(replace(one, basis=FROM_FILE) if threekit is not None else one, configuration, now)
        for one in explain_body(body, configuration, now, threekit=threekit)
    )


def order_of(content: object) -> Mapping[str, Any]:
    """Return the order in a file: as Threekit answers it, or as its webhook tells it. Raises ``BodyRefusedError``."""
    inner = content.get("data") if isinstance(content, Mapping) and "topic" in content else content
    if not isinstance(inner, Mapping) or "id" not in inner:
        raise BodyRefusedError("it is no order of Threekit: there is no `id`")
    return inner


def preview(explained: ExplainedEvent, configuration: Configuration, now: datetime) -> PreviewedEvent:
    """Return what would be asked for an event that is explained. Raises ``PreviewError``."""
    said = {one.rule.id: one.explanation.outcome.verdict for one in explained.rules if one.rule.approval}
    asked: dict[str, list[str]] = {}
    for one in explained.rules:
        if one.rule.approval and said[one.rule.id] in ASKS and "order" in explained.facts:
            asked.setdefault(one.rule.approval, []).append(one.rule.id)
    verdicts = {rule: str(verdict) for rule, verdict in said.items()}
    try:
        chains = [
            _chain(configuration.approvals[name], configuration, explained, rules, verdicts, now)
            for name, rules in asked.items()
        ]
    except KeyError as error:
        raise PreviewError(
            f"the configuration has nothing of the name {error}: `herald config lint` says where"
        ) from None
    except ValueError as error:
        raise PreviewError(f"a deadline cannot be told: {no_deadline(error, configuration)}") from None
    return PreviewedEvent(explained, verdicts, tuple(chains))


def no_deadline(error: ValueError, configuration: Configuration) -> str:
    """Return why no deadline can be told: somebody works by a calendar without a zone, else what the error says."""
    chains, audiences = configuration.approvals.values(), configuration.audiences.values()
    people = [person for audience in audiences for members in audience.members.values() for person in members]
    people += [person.recipient for person in configuration.people.values()]
    names = {configuration.default_calendar, *(one.calendar for one in people), *(one.calendar for one in chains)}
    unzoned = sorted(name for name, calendar in configuration.calendars.items() if name in names and not calendar.zone)
    return f"the calendar `{unzoned[0]}` has no zone" if unzoned else str(error)


def _chain(
    chain: Chain, configuration: Configuration, explained: ExplainedEvent, matched: list[str],
    verdicts: Mapping[str, str], now: datetime,
) -> PreviewedChain:  # fmt: skip
    facts, planner = explained.facts, Planner()
    plan = planner(chain, configuration, facts, matched, explained.subject)
    any_way = tuple(replace(step, channels=tuple(Channel)) for step in chain.steps)
    everybody = planner(
        replace(chain, requester=NOBODY, steps=any_way), configuration, facts, matched, explained.subject
    )
    order = facts["order"]
    steps = []
    for step in chain.steps:
        shown = PreviewedStep(
            step, tuple((rule, verdicts.get(rule, "not asked")) for rule in step.rules),
            tuple((holds(threshold, order), why(threshold, order)) for threshold in step.when),
        )  # fmt: skip
        planned = next((one for one in plan.steps if one.step.id == step.id), None)
        if planned is not None:
            named = next(one for one in everybody.steps if one.step.id == step.id)
            silence, alone = _left_alone(replace(plan, steps=(planned,)), now)
            left_out = tuple(_left_out(plan, planned, named))
            shown = replace(shown, planned=planned, left_out=left_out, silence=silence, alone=alone)
        steps.append(shown)
    return PreviewedChain(chain, plan, begun(plan, now)[0], tuple(steps))


def begun(plan: Plan, now: datetime) -> tuple[Approval, tuple[Telling, ...]]:
    """Return the approval as it stands when it is asked for, and who is told what because of that."""
    approval, heard = hear(
        unopened(plan, now), plan.policy, "begun", "submitted", now, lambda turn: submit(turn, plan, first=True)
    )
    return approval, heard.tellings


def _left_alone(plan: Plan, now: datetime) -> tuple[tuple[Asking, ...], Approval]:
    """Return who is asked and reminded when, if nobody ever answers, and what it comes to."""
    approval, tellings = begun(plan, now)
    found = list(_askings(approval, plan, tellings, now))
    for number in range(LONGEST_SILENCE):
        if approval.next_due is None:
            break
        now = approval.next_due
        approval, heard = hear(approval, plan.policy, f"due-{number}", "due", now, elapse)
        found += _askings(approval, plan, heard.tellings, now)
    return tuple(found), approval


def _askings(approval: Approval, plan: Plan, tellings: tuple[Telling, ...], now: datetime) -> Iterator[Asking]:
    for telling in tellings:
        ticket = approval.ticket(telling.ticket) if telling.ticket else None
        if ticket is None or telling.kind == "outcome":
            continue
        step = plan.policy.chain.step(ticket.step)
        channels = ticket.person.over(step.channels if step else ())
        reply = reply_decides(approval, plan.policy, ticket) and ticket.person.phone is not None
        zone = plan.policy.zone(ticket.person)
        yield Asking(now, telling.kind, ticket.person, channels, ticket.due, zone, reply)


def _left_out(plan: Plan, planned: PlannedStep, named: PlannedStep) -> Iterator[LeftOut]:
    asked, meant = (planned.people, *planned.ladder), (named.people, *named.ladder)
    for rung, (people, all_of_them) in enumerate(zip(asked, meant, strict=True)):
        for person in all_of_them:
            if is_among(person, people):
                continue
            asks = plan.requester is not None and same_person(plan.requester, person)
            channels = ", ".join(planned.step.channels)
            yield LeftOut(person, rung, "asked for it" if asks else f"has no address for {channels}")
