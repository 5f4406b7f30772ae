"""Why a rule fires or does not: an event body tried against a configuration, with nothing recorded and nothing sent."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from herald.adapters.cel import CelRuleEngine, Explanation
from herald.adapters.memory_state import MemoryStateStore
from herald.domain.canonical import fingerprint
from herald.domain.configuration import Configuration, Notify, Rule
from herald.domain.decision import Verdict
from herald.domain.delivery import Channel
from herald.domain.envelope import EnvelopeRefusedError, Told
from herald.domain.errors import Reason
from herald.domain.event import Event, Identity, Origin, Trust
from herald.domain.event_types import OWN_TYPES, is_connector_type
from herald.domain.facts import MappingError, SourceObjects, build_facts
from herald.domain.media_type import CLOUDEVENT, CLOUDEVENTS_BATCH, JSON
from herald.domain.notification import Recipient
from herald.domain.reach import Reach, reach
from herald.domain.strict_json import JsonRefusedError, parse_json
from herald.domain.threekit_envelope import read_webhook
from herald.domain.workflow_envelope import WORKFLOW_TYPE, read_workflow
from herald.domain.workflow_mapping import as_agreed
from herald.ports import Renderer, RenderError, Threekit
from herald.usecases.basis import values_of
from herald.usecases.matters import MILESTONE_REACHED, REMEMBERED, Matters
from herald.usecases.order_reading import read_objects

AS_TOLD = (
    "as told, not re-read: Herald itself reads the object, and the saved configurations of an order, "
    "again from Threekit before any rule sees them"
)
READ_AGAIN = "read again from Threekit"
OWN_PROOF = "the body itself, which is its own proof"
FRESH_MEMORY = "as if Herald had heard nothing before"
ORDER_NOT_TOLD = (
    "the order is not in this body: Herald reads it from Threekit, and what rules, audiences and templates find in it "
    "is missing here"
)
DEEPEST_JSON = 32


class BodyRefusedError(ValueError):
    """A body that would become no event; the text says why."""


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """What one recipient would get, over the channels they can be reached on, in this order.

    ``preview`` is the subject of an e-mail or the text of another message, if a renderer was given; ``problem`` says
    why nothing could be sent or rendered.
    """

    recipient: Recipient
    template: str
    channels: tuple[Channel, ...]
    locale: str
    preview: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ExplainedRule:
    """What one rule says. ``messages`` is empty unless it matched and notifies; ``problem`` tells if it told nobody."""

    rule: Rule
    explanation: Explanation
    messages: tuple[PlannedMessage, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ExplainedEvent:
    """What a configuration says to one event. ``basis`` tells what the facts rest on.

    ``problem`` tells what keeps rules from it; ``skipped`` is the reason a decision would note if none was asked.
    """

    event_id: str
    type: str
    subject: str
    config_version: str
    basis: str
    facts: Mapping[str, Any] = field(repr=False)
    rules: tuple[ExplainedRule, ...]
    problem: str = ""
    skipped: Reason | None = None


def explain_body(
    body: bytes,
    configuration: Configuration,
    now: datetime,
    *,
    threekit: Threekit | None = None,
    renderer: Renderer | None = None,
    matters: Matters | None = None,
    engine: CelRuleEngine | None = None,
) -> tuple[ExplainedEvent, ...]:
    """Return what the rules say to each event of a body.

    Bodies are Threekit's own, CloudEvents, batches of them, those of a workflow that the mapping reads, and what
    Herald tells of itself and of its scans (``type`` and ``data``). Signatures are not asked for. Without ``threekit``
    the object inside the body stands for the one Herald would read again. Milestones and incidents are those of
    ``matters``, else of a memory in which only this body's events are. Raises ``BodyRefusedError`` for a body Herald
    would refuse or no rule would see, and ``CallFailed`` if Threekit cannot be read.
    """
    matters = matters or Matters(MemoryStateStore(lambda: now))
    engine = engine or CelRuleEngine()
    events = _events(body, configuration, now)
    return tuple(_explained(event, configuration, now, threekit, renderer, matters, engine) for event in events)


def _events(body: bytes, configuration: Configuration, now: datetime) -> list[Event]:
    try:
        content = parse_json(body, max_depth=DEEPEST_JSON)
        if isinstance(content, dict) and content.get("type") in OWN_TYPES and isinstance(content.get("data"), dict):
            return [_of_herald(content, now)]
        batch, single = isinstance(content, list), isinstance(content, dict) and "specversion" in content
        media_type = CLOUDEVENTS_BATCH if batch else CLOUDEVENT if single else JSON
        told = Told("sample", media_type, content, signed=batch or single, message_id="sample", received_at=now)
        if media_type is JSON and isinstance(content, dict) and "topic" not in content:
            return [_workflows_own(told, configuration)]
        return read_webhook(told)
    except (JsonRefusedError, EnvelopeRefusedError) as error:
        raise BodyRefusedError(str(error)) from None


def _of_herald(content: Mapping[str, Any], now: datetime) -> Event:
    """Return what a scan of the catalogue tells, or a budget; no door takes such a body."""
    kind, subject, data = content["type"], content.get("subject"), content["data"]
    return Event(
        identity=Identity.of_object_version("/herald", kind, "sample", "sample"), type=kind,
        subject=subject if isinstance(subject, str) else f"{kind.partition('.')[0]}/sample", time=now, data=data,
        origin=Origin.SCAN, trust=Trust.SIGNED, received_at=now, body_hash=fingerprint(data),
    )  # fmt: skip


def _workflows_own(told: Told, configuration: Configuration) -> Event:
    """Return what a body means to the first workflow of the mapping that can read it."""
    for source in configuration.mapping.get(WORKFLOW_TYPE, {}).get("callbacks", {}):
        (event,) = read_workflow(replace(told, source=source))
        with suppress(MappingError):
            return as_agreed(event, configuration.mapping)
    raise BodyRefusedError(
        "it is no body of Threekit and no CloudEvent, and no workflow of config/mapping.yaml reads it "
        "(status reports and replies go through no rules)"
    )


def _explained(
    event: Event, configuration: Configuration, now: datetime, threekit: Threekit | None, renderer: Renderer | None,
    matters: Matters, engine: CelRuleEngine,
) -> ExplainedEvent:  # fmt: skip
    objects, basis = _objects(event, threekit)
    basis = f"{basis}; {FRESH_MEMORY}" if event.type in REMEMBERED else basis
    listening = configuration.rules_for(event.type)
    facts: dict[str, Any] = {}
    problem = "" if listening else f"no rule listens to {event.type}"
    skipped = None if listening else Reason.NO_RULE_LISTENS
    try:
        facts = build_facts(event, objects, configuration.mapping, now)
        matter = matters(event, objects, facts, configuration)
        facts |= matter.facts
        if matter.skip is not None:
            problem, listening = f"no rule is asked: {matter.skip.reason}, {matter.skip.detail}", ()
            skipped = matter.skip.reason
    except MappingError as error:
        problem, listening, skipped = f"no facts: {error}", (), Reason.MAPPING_FAILED
    if listening and event.type == MILESTONE_REACHED and threekit is None:
        problem = ORDER_NOT_TOLD
    rules = tuple(_explained_rule(engine, configuration, rule, facts, renderer) for rule in listening)
    return ExplainedEvent(
        event.id, event.type, event.subject, configuration.version, basis, facts, rules, problem, skipped
    )


def _objects(event: Event, threekit: Threekit | None) -> tuple[SourceObjects, str]:
    named_only = event.type == MILESTONE_REACHED
    if threekit is not None and (named_only or event.type.startswith(("threekit.order.", "threekit.job."))):
        return read_objects(event, threekit), READ_AGAIN
    if is_connector_type(event.type):
        return SourceObjects(order={} if named_only else None), OWN_PROOF
    if event.type.startswith("threekit.job."):
        return SourceObjects(job=event.data), AS_TOLD
    return SourceObjects(order=event.data), AS_TOLD


def _explained_rule(
    engine: CelRuleEngine, configuration: Configuration, rule: Rule, facts: Mapping[str, Any], renderer: Renderer | None
) -> ExplainedRule:
    explanation = engine.explain(configuration, rule, facts)
    then = rule.then
    if explanation.outcome.verdict is not Verdict.MATCHED or then is None:
        return ExplainedRule(rule, explanation)
    reached = reach(then, configuration, facts, facts["now"])
    problem = "" if reached else f"the audience {then.audience} is nobody for this event"
    messages = tuple(_planned(configuration, rule, then, one, facts, renderer) for one in reached)
    return ExplainedRule(rule, explanation, messages, problem)


def _planned(
    configuration: Configuration, rule: Rule, then: Notify, one: Reach, facts: Mapping[str, Any],
    renderer: Renderer | None,
) -> PlannedMessage:  # fmt: skip
    recipient, channels = one.recipient, one.channels
    locale = recipient.locale or configuration.default_locale
    preview, problem = "", "" if channels else "has no address on any of the rule's channels"
    if one.without_consent:
        problem = f"did not consent to {', '.join(one.without_consent)}"
    if renderer is not None and channels:
        values = values_of(configuration, facts, recipient, rule.id, then.severity)
        try:
            preview = _said(renderer, channels[0], configuration, then.template, locale, values)
        except RenderError as error:
            problem = str(error)
    return PlannedMessage(recipient, then.template, channels, locale, preview, problem)


def _said(renderer: Renderer, channel: Channel, *told: Any) -> str:
    if channel is Channel.EMAIL:
        return renderer.email(*told).subject
    if channel is Channel.SMS:
        return renderer.sms(*told).text
    return renderer.whatsapp(*told).text if channel is Channel.WHATSAPP else renderer.fax(*told).text
