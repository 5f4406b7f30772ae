"""Milestones of an order: each is reached once, told in order, and never told after a later one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

ORDER_STATUSES = ("List", "In Cart", "New", "In Progress", "Complete")
"""Threekit's own five, from first to last (docs/vendor/threekit.md 2.1)."""


@dataclass(frozen=True, slots=True)
class MilestoneStep:
    """A step of ``config/milestones.yaml``: its name, and the coarse status of an order that has reached it."""

    name: str
    status: str | None = None


class Reached(StrEnum):
    """What a telling of a milestone means for its order."""

    FIRST = "reached"
    OVERTAKEN = "overtaken"
    """A later one was reached before: recorded and written back, told to nobody."""
    AGAIN = "again"
    """Reached before, by another event: nothing is done."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """One milestone of one order. ``at`` is when it was reached, as the sender says; ``event_id`` told of it."""

    name: str
    at: datetime
    event_id: str
    reached: Reached


@dataclass(frozen=True, slots=True)
class OrderProgress:
    """How far an order has come, in the order in which Herald learnt of it."""

    milestones: tuple[Milestone, ...] = ()

    def reach(
        self, plan: Sequence[MilestoneStep], name: str, at: datetime, event_id: str
    ) -> tuple["OrderProgress", Reached]:
        """Return the progress with a milestone of the plan, and what it means; an event always gets the same answer."""
        for milestone in self.milestones:
            if milestone.event_id == event_id:
                return self, milestone.reached
        if any(milestone.name == name for milestone in self.milestones):
            return self, Reached.AGAIN
        places = place_of(plan)
        late = any(places.get(milestone.name, -1) > places[name] for milestone in self.milestones)
        reached = Reached.OVERTAKEN if late else Reached.FIRST
        return replace(self, milestones=(*self.milestones, Milestone(name, at, event_id, reached))), reached

    def before(self, plan: Sequence[MilestoneStep], name: str) -> str | None:
        """Return the latest milestone reached that stands before that one in the plan."""
        places = place_of(plan)
        earlier = [one.name for one in self.milestones if places.get(one.name, -1) < places[name]]
        known = [one for one in earlier if one in places]
        return max(known, key=lambda one: places[one]) if known else None

    def notes(self, plan: Sequence[MilestoneStep]) -> list[dict[str, Any]]:
        """Return what stands in an order's ``metadata.herald.milestones``, in the order of the plan."""
        places = place_of(plan)
        ordered = sorted(self.milestones, key=lambda one: places.get(one.name, len(places)))
        return [
            {
                "name": one.name, "at": one.at.isoformat(), "event": one.event_id,
                **({"late": True} if one.reached is Reached.OVERTAKEN else {}),
            }
            for one in ordered
        ]  # fmt: skip

    def status(self, plan: Sequence[MilestoneStep]) -> str | None:
        """Return the coarse status the latest milestone asks for; ``None`` if none does."""
        reached = {milestone.name for milestone in self.milestones}
        asked = [step.status for step in plan if step.name in reached and step.status]
        return max(asked, key=ORDER_STATUSES.index) if asked else None


def place_of(plan: Sequence[MilestoneStep]) -> dict[str, int]:
    """Return each milestone's place in the plan, from 0."""
    return {step.name: number for number, step in enumerate(plan)}


def forward_status(present: object, asked: str | None) -> str | None:
    """Return the status to write: the one asked for if it is later than the present one, else ``None``."""
    if asked is None or present not in ORDER_STATUSES:
        return None
    return asked if ORDER_STATUSES.index(asked) > ORDER_STATUSES.index(str(present)) else None


def progress_document(progress: OrderProgress) -> dict[str, Any]:
    """Return the progress as the state table keeps it."""
    return {"milestones": [[one.name, one.at, one.event_id, str(one.reached)] for one in progress.milestones]}


def progress_of(document: Mapping[str, Any]) -> OrderProgress:
    """Return the progress the state table holds."""
    return OrderProgress(
        tuple(Milestone(name, at, event_id, Reached(reached)) for name, at, event_id, reached in document["milestones"])
    )
