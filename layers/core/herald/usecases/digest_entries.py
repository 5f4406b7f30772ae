"""What a digest says of each message it stands for."""

from dataclasses import dataclass
from typing import Any

from herald.domain.notification import Notification
from herald.ports import Ledger, Renderer, RenderError, StateStore
from herald.usecases import courtesy_shelves
from herald.usecases.basis import Basis, FindBasis

MOST_ENTRIES = 40
"""More than anybody reads in one message; how many more there are is told."""


@dataclass(frozen=True)
class DigestEntries:
    """Tells the members of a digest by the subject their own e-mail would have had."""

    state: StateStore
    ledger: Ledger
    basis: FindBasis
    renderer: Renderer

    def __call__(self, digest: Basis) -> dict[str, Any]:
        """Return ``{"id", "count", "entries", "more"}``, the gravest first.

        An entry is ``{"title", "rule", "description", "severity", "subject", "event", "at"}``.
        """
        identity = digest.notification.about
        window = courtesy_shelves.windows(self.state).get(identity)
        loaded = (self.ledger.load(member) for member in ((window.told if window else None) or ()))
        told = [record.notification for record in loaded if record is not None]
        told.sort(key=lambda one: one.severity.rank, reverse=True)
        entries = [self._entry(one, digest.locale) for one in told[:MOST_ENTRIES]]
        return {"id": identity, "count": len(told), "entries": entries, "more": len(told) - len(entries)}

    def _entry(self, notification: Notification, locale: str) -> dict[str, Any]:
        basis = self.basis(notification)
        description = basis.description(locale) or notification.rule_id
        try:
            title = self.renderer.subject(basis.configuration, notification.template, locale, basis.values())
        except RenderError:
            # A message that can go out by SMS only has no subject; its rule says what it is about.
            title = description
        return {
            "title": title, "rule": notification.rule_id, "description": description,
            "severity": str(notification.severity), "subject": notification.subject, "event": notification.event_id,
            "at": notification.created_at,
        }  # fmt: skip
