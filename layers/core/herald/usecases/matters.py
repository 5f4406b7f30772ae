"""What an event changes in Herald's own memory before any rule is asked: milestones, incidents, items."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from herald.domain.canonical import fingerprint
from herald.domain.configuration import Configuration
from herald.domain.decision import Skip
from herald.domain.errors import Reason
from herald.domain.event import Event
from herald.domain.facts import MappingError, SourceObjects
from herald.domain.incident import Incident, Standing, incident_facts, receive, signal_of
from herald.domain.item_launch import ItemLaunch
from herald.domain.milestones import OrderProgress, Reached, place_of
from herald.domain.rfc3339 import parse_timestamp
from herald.ports import StateStore
from herald.usecases import shelves
from herald.usecases.catalog_words import CatalogWords

MILESTONE_REACHED = "order.milestone.reached"
LOCALIZATION_COMPLETED = "localization.completed"
REGIONAL_APPROVAL_COMPLETED = "regional.approval.completed"
REMEMBERED = frozenset(
    {
        MILESTONE_REACHED, LOCALIZATION_COMPLETED, REGIONAL_APPROVAL_COMPLETED, "sync.failed", "sync.recovered",
        "threekit.job.created", "threekit.job.updated",
    }
)  # fmt: skip
"""Types that change the memory even if no rule listens."""
NO_INCIDENT: Mapping[str, Any] = {"incident": {}}
"""Rules ask ``has(incident.state)``, and must not err where there is none."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What is known beside the event itself.

    ``facts`` are further variables of the rules; with a ``skip`` no rule is asked. ``version`` is what an effect is
    keyed by instead of the facts. ``row`` is the row in which notifications about it stand, and their place.
    """

    subject: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    skip: Skip | None = None
    version: str | None = None
    row: tuple[str, int] | None = None


@dataclass(frozen=True)
class Matters:
    """Remembers what an event says. Asked again about the same event, it answers the same."""

    state: StateStore
    words: CatalogWords | None = None
    """Who hears for the catalogue watch; nobody where events are only explained."""

    def __call__(
        self, event: Event, objects: SourceObjects, facts: Mapping[str, Any], configuration: Configuration
    ) -> Matter:
        """Return the matter of an event. Raises ``MappingError`` for one that cannot be remembered."""
        if event.type == MILESTONE_REACHED:
            return self._milestone(event, objects, configuration)
        if event.type in (LOCALIZATION_COMPLETED, REGIONAL_APPROVAL_COMPLETED):
            return self._item(event, configuration)
        if event.type in REMEMBERED:
            return self._incident(event, facts, configuration)
        return Matter(event.subject)

    def _milestone(self, event: Event, objects: SourceObjects, configuration: Configuration) -> Matter:
        name, plan = str(event.data["milestone"]), configuration.milestones
        places = place_of(plan)
        if name not in places:
            raise MappingError("data.milestone", "it is no milestone of config/milestones.yaml")
        # The order may be told of by its short id; everything of Herald's goes by the one id.
        order_id = str((objects.order or {}).get("id", event.object_id))
        told = event.data.get("reachedAt")
        at = (parse_timestamp(told) if isinstance(told, str) else None) or event.time

        def reach(progress: OrderProgress | None) -> tuple[OrderProgress, tuple[OrderProgress, Reached]]:
            further, reached = (progress or OrderProgress()).reach(plan, name, at, event.id)
            return further, (further, reached)

        progress, reached = shelves.order_progress(self.state).change(order_id, reach)
        previous = progress.before(plan, name)
        seen = {
            "order": order_id,
            "name": name,
            "place": places[name],
            "at": at,
            **({"previous": previous} if previous else {}),
        }
        skip = {
            Reached.FIRST: None,
            Reached.OVERTAKEN: Skip("event", Reason.OVERTAKEN, f"a milestone after {name} was reached before"),
            Reached.AGAIN: Skip("event", Reason.ALREADY_REACHED, f"{name} was told before"),
        }[reached]
        return Matter(
            f"order/{order_id}", {} if reached is Reached.AGAIN else {"milestone": seen}, skip,
            version=fingerprint(["milestone", name]), row=(f"milestones/{order_id}", places[name]),
        )  # fmt: skip

    def _incident(self, event: Event, facts: Mapping[str, Any], configuration: Configuration) -> Matter:
        signal = signal_of(event, facts)
        if signal is None:
            if event.type.startswith("sync."):
                raise MappingError("data.system", "it does not name the system")
            return Matter(event.subject, NO_INCIDENT)

        def hear(incident: Incident | None) -> tuple[Incident | None, tuple[Incident | None, Standing]]:
            after, standing = receive(incident, signal, event.id)
            return after, (after, standing)

        incident, standing = shelves.incidents(self.state).change(signal.system, hear)
        if self.words is not None:
            if not signal.failed and "job" in facts:
                self.words.job_succeeded(facts["job"])
            if incident is not None and standing is Standing.CLOSED:
                self.words.recovered(signal.system, incident.id, configuration)
        if incident is None or standing is Standing.NOTHING_OPEN:
            nothing = Skip("event", Reason.NO_INCIDENT, f"no incident of {signal.system} is open")
            return Matter(event.subject, NO_INCIDENT, nothing if event.type == "sync.recovered" else None)
        skip = {
            Standing.JOINED: Skip(
                "event", Reason.INCIDENT_OPEN, f"{incident.id} of {signal.system}: failure {incident.failures}"
            ),
            Standing.STALE: Skip("event", Reason.OVERTAKEN, f"{signal.system} has said something newer"),
        }.get(standing)
        known = incident_facts(incident)
        return Matter(
            event.subject, {"incident": known}, skip, version=fingerprint(["incident", incident.id, known["state"]])
        )

    def _item(self, event: Event, configuration: Configuration) -> Matter:
        def note(launch: ItemLaunch | None) -> tuple[ItemLaunch, None]:
            known = launch or ItemLaunch()
            if event.type == LOCALIZATION_COMPLETED:
                return known.with_locale(str(event.data["locale"]), event.time), None
            return known.with_region(str(event.data["region"]), str(event.data["outcome"]), event.time), None

        shelves.item_launches(self.state).change(event.object_id, note)
        if self.words is not None and event.type == LOCALIZATION_COMPLETED:
            self.words.localized(event.object_id, str(event.data["locale"]), configuration)
        return Matter(event.subject)
