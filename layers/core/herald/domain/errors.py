"""The three fates of an error, and the closed list of reasons."""

from enum import StrEnum


class Fate(StrEnum):
    """What becomes of work that failed."""

    PERMANENT = "permanent"
    """Trying again cannot help: recorded with its reason, acknowledged, never retried."""
    TRANSIENT = "transient"
    """Nothing happened at the other side: retried with backoff within the window."""
    UNKNOWN = "unknown"
    """The other side may have acted: asked or waited for before anything is repeated."""


class Reason(StrEnum):
    """Why work failed or was skipped. Used in the ledger, in the audit, as a log field and as a metric dimension."""

    AUTHENTICATION = "authentication"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    REDIRECTED = "redirected"
    UNREACHABLE = "unreachable"
    CONNECTION_LOST = "connection_lost"
    TIMED_OUT = "timed_out"
    ANSWER_UNREADABLE = "answer_unreadable"
    RENDER_FAILED = "render_failed"
    NO_ADDRESS = "no_address"
    NO_RECIPIENTS = "no_recipients"
    NO_CONSENT = "no_consent"
    NO_RULE_LISTENS = "no_rule_listens"
    NO_RULE_MATCHED = "no_rule_matched"
    ALREADY_NOTIFIED = "already_notified"
    UNVERIFIABLE = "unverifiable"
    MAPPING_FAILED = "mapping_failed"
    WINDOW_PASSED = "window_passed"
    OUTCOME_UNKNOWN = "outcome_unknown"
    VENDOR_REPORTED_FAILURE = "vendor_reported_failure"
    VENDOR_EXPIRED = "vendor_expired"
    NOT_OURS = "not_ours"
    CHANGED_MEANWHILE = "changed_meanwhile"
    MALFORMED_MESSAGE = "malformed_message"
    UNEXPECTED_ERROR = "unexpected_error"
    HINDERED = "hindered"
    HELD_BACK = "held_back"
    VENDOR_SILENT = "vendor_silent"
    RESTING = "resting"
    WAITS_ITS_TURN = "waits_its_turn"
    OPTED_OUT = "opted_out"
    OVERTAKEN = "overtaken"
    ALREADY_REACHED = "already_reached"
    INCIDENT_OPEN = "incident_open"
    NO_INCIDENT = "no_incident"
    CONTINUED = "continued"
    ALREADY_RUNNING = "already_running"
    QUIET_HOURS = "quiet_hours"
    SILENCED = "silenced"
    GATHERED = "gathered"
    REPEATED = "repeated"
    SETTLED = "settled"
    REACHED = "reached"
    OVER_BUDGET = "over_budget"


class CallFailed(Exception):  # noqa: N818 - it says what happened, as the ledger does
    """A call to a vendor that did not bring what was asked for.

    ``status`` is the HTTP status if there was one; ``retry_after`` is seconds, if the vendor named a time;
    ``detail`` is for people, holds no secret and no personal data, and is at most 300 characters.
    """

    def __init__(
        self,
        fate: Fate,
        reason: Reason,
        detail: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{fate}/{reason}{f' (HTTP {status})' if status else ''}: {detail[:300]}")
        self.fate = fate
        self.reason = reason
        self.detail = detail[:300]
        self.status = status
        self.retry_after = retry_after


class ConfigurationError(Exception):
    """The configuration or a setting cannot be used; the message names the file or setting and the fix."""


class PoisonError(Exception):
    """A message that no retry can save: it goes to the dead-letter queue with its reason."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
