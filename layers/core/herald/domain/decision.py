"""Decision: what the rules said about one event, and every skip with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from herald.domain.errors import Reason
from herald.domain.notification import Notification


class Verdict(StrEnum):
    """What one rule said."""

    MATCHED = "matched"
    NOT_MATCHED = "not_matched"
    ERROR = "error"


ASKS = frozenset({Verdict.MATCHED, Verdict.ERROR})
"""With these a rule asks for the approval it names: one that cannot tell, because a price is missing, asks as well."""


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What one rule said, and why: for an error its message, else the condition that decided."""

    rule_id: str
    verdict: Verdict
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """Something that was not done, with its reason. ``what`` is a rule id, a recipient's audience or the event."""

    what: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about an event. Written once; a step repeated after a crash follows it, it never decides anew.

    ``facts`` is what the rules saw, read again from the source where the event was only a hint.
    """

    event_id: str
    config_version: str
    decided_at: datetime
    facts: Mapping[str, Any] = field(repr=False)
    facts_fingerprint: str
    outcomes: tuple[RuleOutcome, ...]
    skips: tuple[Skip, ...]
    notifications: tuple[Notification, ...]
