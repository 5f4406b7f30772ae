"""Silences: somebody does not want certain messages to go out for a while, and says why."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from herald.domain.notification import Notification

MOST_SILENCES = 100
LONGEST_DAYS = 90


@dataclass(frozen=True, slots=True)
class Silence:
    """Who silenced what until when. What is given of ``rule``, ``audience``, ``person`` and ``subject`` has to match.

    Each is a pattern in which ``*`` stands for anything; ``person`` is compared with the e-mail address, phone or fax.
    """

    id: str
    by: str
    comment: str
    since: datetime
    until: datetime
    rule: str = ""
    audience: str = ""
    person: str = ""
    subject: str = ""

    def keeps_back(self, notification: Notification, now: datetime) -> bool:
        """Say whether a message is silenced at that time."""
        recipient = notification.recipient
        wanted = (
            (self.rule, (notification.rule_id,)),
            (self.audience, (notification.audience,)),
            (self.person, recipient.addresses),
            (self.subject, (notification.subject,)),
        )
        asked = [any(_is(value, pattern) for value in values) for pattern, values in wanted if pattern]
        return self.since <= now < self.until and bool(asked) and all(asked)

    def over(self, now: datetime) -> "Silence":
        """Return it as ended at that time."""
        return replace(self, until=now)


def _is(value: str, pattern: str) -> bool:
    return bool(value) and fnmatchcase(value.casefold(), pattern.casefold())


def silence_document(silence: Silence) -> dict[str, Any]:
    """Return a silence as the state table keeps it."""
    return asdict(silence)


def silence_of(document: Mapping[str, Any]) -> Silence:
    """Return the silence the state table holds."""
    return Silence(**document)
