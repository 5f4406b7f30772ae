"""The facts of a recorded event as two configurations see them: those stored with its decision, read again nowhere.

Where the configurations map events of a type differently, the body is mapped again; only if what Threekit had then is
in it, which is so if it gives the stored facts by the mapping of then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from herald.domain.canonical import same
from herald.domain.configuration import Configuration
from herald.domain.decision import Decision, Skip
from herald.domain.errors import ConfigurationError, Reason
from herald.domain.event import Event
from herald.domain.event_types import APPROVAL_PREFIX, is_connector_type, reading_of
from herald.domain.facts import MappingError, SourceObjects, build_facts, facts_fingerprint
from herald.domain.opentext_envelope import STATUS_TYPE
from herald.domain.reply_envelope import REPLY_TYPES
from herald.domain.workflow_envelope import WORKFLOW_TYPE
from herald.domain.workflow_mapping import as_agreed
from herald.usecases.matters import REMEMBERED
from herald.usecases.order_reading import reads_order

REMEMBERED_FACTS = ("milestone", "incident")
"""Facts that come from Herald's memory as it was, whatever the mapping says."""
FROM_MEMORY = frozenset({Reason.OVERTAKEN, Reason.ALREADY_REACHED, Reason.INCIDENT_OPEN, Reason.NO_INCIDENT})
"""Why no rule was asked, whatever the rules are."""
WITHOUT_RULES = frozenset({STATUS_TYPE, *REPLY_TYPES.values()})

NOT_DECIDED = "no decision about it is stored"
NEVER_READ = "it could not be read from Threekit then"
NOT_IN_IT = "the mapping reads it differently, and what Threekit had then is not in the event"
ANOTHER_EVENT = "the mapping makes another event of the workflow's body, and Herald's memory of it is not known"
VERSION_GONE = "the configuration that decided about it cannot be read"


class CannotReplayError(Exception):
    """An event that cannot be replayed; the text says why, the same for all such events."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one configuration sees. ``version`` is what effects are keyed by; with a ``problem`` no rule is asked."""

    facts: Mapping[str, Any]
    version: str = ""
    problem: str = ""


def goes_through_rules(event: Event) -> bool:
    """Say whether rules are asked about such an event at all."""
    return event.publish and event.type not in WITHOUT_RULES and not event.type.startswith(APPROVAL_PREFIX)


@dataclass(frozen=True)
class SeenAgain:
    """Finds what two configurations see of an event. ``version_of`` finds a stored version."""

    before: Configuration
    after: Configuration
    version_of: Callable[[str], Configuration]
    _alike: dict[tuple[str, str], bool] = field(default_factory=dict)

    def __call__(self, event: Event, decision: Decision | None) -> tuple[Seen, Seen]:
        """Return what each sees. Raises ``CannotReplayError``."""
        if decision is None:
            raise CannotReplayError(NOT_DECIDED)
        skip = next((one for one in decision.skips if one.what == "event"), None)
        if decision.facts:
            problem = str(skip.reason) if skip is not None and skip.reason in FROM_MEMORY else ""
            before, after = self._known(event, decision)
            return replace(before, problem=before.problem or problem), replace(after, problem=after.problem or problem)
        return self._unknown(event, decision, skip)

    def _known(self, event: Event, decision: Decision) -> tuple[Seen, Seen]:
        stored = Seen(decision.facts, decision.facts_fingerprint)
        kind = str(decision.facts["event"]["type"])
        if self._reads_alike(event.type, kind):
            return stored, stored
        agreed = [self._agreed(event, one, decision) for one in (self.before, self.after)]
        objects = _objects(event, kind)
        if not _is_proof(kind):
            self._check(event, objects, decision)
        before, after = (
            self._mapped(one, objects, configuration, decision)
            for one, configuration in zip(agreed, (self.before, self.after), strict=True)
        )
        return before, after

    def _reads_alike(self, told_as: str, kind: str) -> bool:
        known = (told_as, kind)
        if known not in self._alike:
            self._alike[known] = same(_reading(self.before, told_as, kind), _reading(self.after, told_as, kind))
        return self._alike[known]

    def _unknown(self, event: Event, decision: Decision, skip: Skip | None) -> tuple[Seen, Seen]:
        """Return what is seen of an event that nothing was read for: nobody listened, or it could not be mapped."""
        reason = skip.reason if skip is not None else None
        if reason is Reason.NO_RULE_LISTENS:
            kinds = [self._agreed(event, one).type for one in (self.before, self.after)]
            if not self.before.rules_for(kinds[0]) and not self.after.rules_for(kinds[1]):
                return Seen({}, problem=str(reason)), Seen({}, problem=str(reason))
        elif reason is not Reason.MAPPING_FAILED:
            raise CannotReplayError(NEVER_READ)
        seen = []
        for configuration in (self.before, self.after):
            try:
                agreed = self._agreed(event, configuration)
            except CannotReplayError:
                seen.append(Seen({}, problem=str(Reason.MAPPING_FAILED)))
                continue
            if agreed.type in REMEMBERED or not _is_proof(agreed.type):
                raise CannotReplayError(NEVER_READ)
            seen.append(self._mapped(agreed, SourceObjects(), configuration, decision))
        return seen[0], seen[1]

    def _agreed(self, event: Event, configuration: Configuration, decision: Decision | None = None) -> Event:
        """Return the event of a workflow's own body; one that is another than was decided about cannot be replayed."""
        try:
            agreed = as_agreed(event, configuration.mapping)
        except MappingError:
            raise CannotReplayError(ANOTHER_EVENT) from None
        if decision is not None:
            told = decision.facts["event"]
            if (agreed.type, agreed.subject) != (told["type"], told["subject"]):
                raise CannotReplayError(ANOTHER_EVENT)
        return agreed

    def _check(self, event: Event, objects: SourceObjects, decision: Decision) -> None:
        """Raise ``CannotReplayError`` unless the body gives the stored facts by the mapping of then."""
        try:
            then = self.version_of(decision.config_version)
        except ConfigurationError:
            raise CannotReplayError(VERSION_GONE) from None
        try:
            facts = build_facts(event, objects, then.mapping, decision.decided_at)
        except MappingError:
            raise CannotReplayError(NOT_IN_IT) from None
        if not all(same(facts.get(name), decision.facts.get(name)) for name in ("order", "job")):
            raise CannotReplayError(NOT_IN_IT)

    def _mapped(self, event: Event, objects: SourceObjects, configuration: Configuration, decision: Decision) -> Seen:
        now = decision.facts.get("now", decision.decided_at)
        try:
            facts = build_facts(event, objects, configuration.mapping, now)
        except MappingError:
            return Seen({}, problem=str(Reason.MAPPING_FAILED))
        remembered = {name: decision.facts[name] for name in REMEMBERED_FACTS if name in decision.facts}
        keyed_by_memory = any(remembered.values())
        version = decision.facts_fingerprint if keyed_by_memory else facts_fingerprint({**facts, **remembered})
        return Seen({**facts, **remembered}, version)


def _is_proof(kind: str) -> bool:
    """Say whether the body of such events is all that was ever read."""
    return is_connector_type(kind) and not reads_order(kind)


def _reading(configuration: Configuration, told_as: str, kind: str) -> list[Any]:
    """Return what of a mapping bears on events that are told as one type and are of another."""
    own = configuration.mapping.get(WORKFLOW_TYPE) if told_as == WORKFLOW_TYPE else None
    return [own, reading_of(kind, configuration.mapping)]


def _objects(event: Event, kind: str) -> SourceObjects:
    """Return the objects that are in an event's own body. A body that only names its order has none."""
    if kind.startswith("threekit.job."):
        return SourceObjects(job=event.data)
    return SourceObjects(order=event.data) if kind.startswith("threekit.order.") else SourceObjects()
