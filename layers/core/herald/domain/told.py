"""What a message of the write-back queue says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """Which object, about what (a notification's id, ``milestones`` or ``item``), because of which event."""

    object_id: str
    about: str
    event_id: str
