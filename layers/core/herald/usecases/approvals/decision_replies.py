"""Decisions by SMS and WhatsApp: ``APPROVE CODE`` and ``REJECT CODE reason`` from the phone that was asked."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from herald.domain.approval.approval import Approval, Ticket, Verdict
from herald.domain.approval.links import CODE_LENGTH, code_of, same_code
from herald.domain.event import Event, Origin
from herald.domain.replies import Reply
from herald.ports import Checkpoint, Clock, Count, Inbox, StateStore
from herald.usecases.approvals import approval_events as kinds
from herald.usecases.approvals import approval_shelves
from herald.usecases.approvals.approval_events import approval_event
from herald.usecases.approvals.waiting_list import WaitingList

MOST_UNCLEAR = 5
WITHIN = timedelta(hours=1)
LONGEST_REASON = 1000

_WORDS = re.compile(
    rf"\s*[\"'(]*(approve|reject)\b[\s:,.-]*(\w{{{CODE_LENGTH}}})?\b[\s:,.-]*(.*?)[\s\"')]*", re.I | re.S
)


@dataclass(frozen=True)
class DecisionReplies:
    """Turns a reply into the event of a decision. A phone that sends wrong codes is soon not listened to."""

    state: StateStore
    inbox: Inbox
    key: Callable[[], str]
    clock: Clock
    count: Count
    checkpoint: Checkpoint

    def __call__(self, event: Event, reply: Reply) -> str | None:
        """Return what the reply came to (``answered``, ``unclear``, ``ignored``); ``None`` if it decides nothing.

        Raises ``CallFailed`` if the key cannot be had, and ``StorageError``.
        """
        words = _WORDS.fullmatch(reply.text)
        asked = WaitingList(self.state).ever_asked(reply.sender) if words else []
        if words is None or not asked:
            return None
        if self._too_many(reply):
            self.count("ApprovalRepliesIgnored", 1)
            return "ignored"
        found = self._meant(asked, words[2] or "")
        if found is None:
            return self._unclear(event, reply, asked[0][1].person.locale)
        approval, ticket = found
        data = {
            "ticket": ticket.number, "verdict": str(_verdict(words[1])), "reason": words[3].strip()[:LONGEST_REASON],
            "channel": reply.channel, "name": ticket.person.name,
        }  # fmt: skip
        self.inbox.record(approval_event(kinds.ANSWERED, approval.id, event.id, data, Origin.CALLBACK, self.clock()))
        self.checkpoint("reply.recorded", approval.subject)
        return "answered"

    def _meant(self, asked: list[tuple[Approval, Ticket]], code: str) -> tuple[Approval, Ticket] | None:
        key = self.key()
        matching = [pair for pair in asked if same_code(code, code_of(pair[0].id, pair[1].number, key))]
        return matching[0] if matching else None

    def _too_many(self, reply: Reply) -> bool:
        before = approval_shelves.unclear_replies(self.state).get(approval_shelves.phone_key(reply.sender))
        return before is not None and before["count"] >= MOST_UNCLEAR and self.clock() - before["since"] <= WITHIN

    def _unclear(self, event: Event, reply: Reply, locale: str | None) -> str:
        now = self.clock()

        def once_more(before: Mapping[str, Any] | None) -> tuple[Mapping[str, Any] | None, None]:
            if before is None or now - before["since"] > WITHIN:
                return {"count": 1, "since": now, "events": [event.id]}, None
            if event.id in before["events"]:
                return None, None
            return {**before, "count": before["count"] + 1, "events": [*before["events"], event.id]}, None

        approval_shelves.unclear_replies(self.state).change(approval_shelves.phone_key(reply.sender), once_more)
        person = ["", None, reply.sender, locale, None]
        data = {"person": person, "channel": reply.channel, "result": "unknown_code"}
        self.inbox.record(approval_event(kinds.REPLY_UNCLEAR, "", event.id, data, Origin.CALLBACK, now))
        return "unclear"


def _verdict(word: str) -> Verdict:
    return Verdict(word.lower())
