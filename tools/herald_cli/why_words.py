"""How the chain between an event and a person is spelt: reasons, channels, who an audience is."""

from collections.abc import Iterable, Mapping

from herald.domain.audience import ANY
from herald.domain.delivery import Channel
from herald.domain.membership import Membership

CHANNELS: Mapping[Channel, str] = {
    Channel.EMAIL: "e-mail",
    Channel.SMS: "SMS",
    Channel.WHATSAPP: "WhatsApp",
    Channel.FAX: "fax",
}
MOST_NAMES = 5

REASONS: Mapping[str, str] = {
    "authentication": "the credentials were refused",
    "refused": "it was refused",
    "not_found": "what it is about was not found",
    "conflict": "something else stood in the way",
    "rate_limited": "too much was sent in too short a time",
    "server_error": "the other side failed",
    "redirected": "the other side sent us elsewhere",
    "unreachable": "the other side could not be reached",
    "connection_lost": "the connection broke",
    "timed_out": "no answer came in time",
    "answer_unreadable": "the answer could not be read",
    "render_failed": "the message could not be made of its template",
    "no_address": "there is no address for the rule's channels",
    "no_recipients": "the audience is nobody for this event",
    "no_rule_listens": "no rule listens to such events",
    "no_rule_matched": "no rule matched",
    "already_notified": "it was told before, because of an earlier event about the same",
    "unverifiable": "it is unsigned and cannot be read again at its source",
    "mapping_failed": "config/mapping.yaml cannot read it",
    "window_passed": "the time for trying was over",
    "outcome_unknown": "nobody knows whether it went out",
    "vendor_reported_failure": "OpenText reported that it failed",
    "vendor_expired": "OpenText gave it up after its own time",
    "not_ours": "it is not one of ours",
    "changed_meanwhile": "somebody else changed it meanwhile",
    "malformed_message": "what came could not be read",
    "unexpected_error": "of an error in Herald",
    "hindered": "a table, a queue or the configuration could not be used",
    "held_back": "it was held back",
    "vendor_silent": "OpenText said nothing more of it",
    "resting": "OpenText is left alone for a while",
    "waits_its_turn": "it waits for its turn at OpenText",
    "opted_out": "they said stop on this channel",
    "overtaken": "something later was told before",
    "already_reached": "that step was reached before",
    "incident_open": "an incident of the system is open already, and was told",
    "no_incident": "no incident of the system is open",
    "continued": "it goes on in another run",
    "already_running": "another run is at it",
    "quiet_hours": "it is night, or a day off, where they are",
    "silenced": "somebody silenced it",
    "gathered": "it waits for others, to be told with them in one message",
    "reached": "it arrived on another channel meanwhile",
    "repeated": "they were told the same shortly before",
    "settled": "it had settled by itself before it was told",
    "over_budget": "a budget for messages is nearly spent",
    "no_consent": "they have not agreed to this channel",
}
"""By the reason's value. Those that no release has yet, or has no more, are said as they are spelt."""


def because(reason: object, detail: str = "") -> str:
    """Return a reason in words, with what is told beside it."""
    words = REASONS.get(str(reason), str(reason).replace("_", " "))
    return f"{words} ({detail})" if detail and detail != words else words


def chosen(stands: Membership) -> str:
    """Return what made an audience those it is for an event."""
    if stands.of_event:
        return f"it is whoever stands at {stands.path}"
    if not stands.path:
        return "it is the same people always"
    return f"{stands.path} is {listed(stands.values) if stands.values else 'absent'}{_served(stands)}"


def members(stands: Membership) -> str:
    """Return who an audience is for an event."""
    return listed_names([one.name or next(iter(one.addresses), "somebody") for one in stands.members]) or "nobody"


def listed(parts: Iterable[object]) -> str:
    """Return parts one after the other."""
    return ", ".join(str(part) for part in parts)


def listed_names(names: Iterable[str]) -> str:
    """Return names one after the other, the first few of many."""
    every = list(names)
    more = len(every) - MOST_NAMES
    return f"{listed(every[:MOST_NAMES])} and {more} more" if more > 0 else listed(every)


def _served(stands: Membership) -> str:
    if not stands.served:
        return ", which no members serve"
    return ", which those of * serve" if stands.served == (ANY,) and stands.values else ""
