"""What a person wants to know of an audit entry, in one line; ``herald trace --json`` tells no more of it."""

from collections.abc import Callable, Mapping
from typing import Any

from herald.domain.audit import AuditRecord
from herald.domain.errors import Reason
from herald.domain.item_launch import LAUNCH_ROW, LOCALIZATION_ROW

Details = Mapping[str, Any]

_HELD: Mapping[str, str] = {
    Reason.RESTING: "OpenText is left alone, so it waits for its turn",
    Reason.WAITS_ITS_TURN: "it waits for its turn at OpenText's gate",
}
_ROWS = {LOCALIZATION_ROW: "languages", LAUNCH_ROW: "regions"}


def summary(record: AuditRecord) -> str:
    """Return the line."""
    kind = record.action.partition(".")[0]
    tell = _BY_ACTION.get(record.action) or _BY_KIND.get(kind) or _as_it_is
    return tell(record.details)


def _decided(details: Details) -> str:
    rules: Mapping[str, str] = details["rules"]
    skips = [f"{skip['what']}: {_reason(skip)}" for skip in details["skips"]]
    if not rules:
        return "; ".join(["no rule was asked", *skips])
    matched = sum(verdict == "matched" for verdict in rules.values())
    erred = [f"{rule} could not be evaluated" for rule, verdict in rules.items() if verdict == "error"]
    told = f"{len(details['notifications'])} to be told"
    return "; ".join([f"{matched} of {len(rules)} rules matched", told, *erred, *skips])


def _delivery(details: Details) -> str:
    job = details.get("job") and f"job {details['job']}"
    reported = details.get("reported") and f"OpenText reported {details['reported']}"
    return _listed(_about_delivery(details), job, reported, details.get("reason"), details.get("detail"))


def _held(details: Details) -> str:
    reason = str(details.get("reason"))
    return _listed(_about_delivery(details), _HELD.get(reason, reason))


def _about_delivery(details: Details) -> str:
    return f"{details['rule']} → {details['audience']} by {details['channel']}"


def _noted(details: Details) -> str:
    if "milestones" in details:
        status = details.get("status")
        return f"{details['subject']}: milestones {_milestones(details)}{f'; status {status}' if status else ''}"
    rows = [f"{told} {', '.join(details[row])}" for row, told in _ROWS.items() if row in details]
    if rows:
        return f"{details['subject']}: {'; '.join(rows)}"
    told = [f"{channel} {note['state']}" for channel, note in details.get("channels", {}).items()]
    return f"{details['subject']}: {details.get('rule', '')} {', '.join(told)}"


def _milestones(details: Details) -> str:
    return ", ".join(f"{one['name']}{' (late)' if one.get('late') else ''}" for one in details["milestones"])


def _not_noted(details: Details) -> str:
    about = str(details.get("about", "")).partition("_")[0]
    what = "its notification" if about == "ntf" else about
    status = details.get("status") and f"HTTP {details['status']}"
    return _listed(f"{details['subject']}: {what}", details.get("reason"), status, details.get("detail"))


def _reply(details: Details) -> str:
    if "notification" not in details:
        answers = "answers nothing that Herald sent"
    else:
        answers = f"answers {details['notification']} ({details['rule']})"
    return f"by {details['channel']}, {answers}"


def _received_reply(details: Details) -> str:
    return f"{details['notification']} ({details['rule']}) was answered by {details['channel']}: {details['reply']}"


def _unreadable_reply(details: Details) -> str:
    return f"no sender or no text was found in it: look at it with --body, then mend {details['fix']}"


def _as_it_is(details: Details) -> str:
    return _listed(*(f"{key}={value}" for key, value in details.items() if value not in (None, "", [], {})))


def _listed(*parts: Any) -> str:
    return ", ".join(str(part) for part in parts if part)


def _reason(skip: Mapping[str, Any]) -> str:
    return f"{skip['reason']} ({skip['detail']})" if skip.get("detail") else str(skip["reason"])


_BY_ACTION: Mapping[str, Callable[[Details], str]] = {
    "event.decided": _decided,
    "delivery.held": _held,
    "writeback.noted": _noted,
    "reply.received": _received_reply,
    "reply.unreadable": _unreadable_reply,
}
_BY_KIND: Mapping[str, Callable[[Details], str]] = {"delivery": _delivery, "writeback": _not_noted, "reply": _reply}
