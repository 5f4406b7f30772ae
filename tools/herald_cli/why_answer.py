"""The first reason why somebody was told of an event, or was not, in one sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from herald.domain.audience import ANY
from herald.domain.decision import Verdict
from herald.domain.delivery import NOT_SENT, Delivery, DeliveryState
from herald.domain.errors import Reason
from herald.domain.event_types import APPROVAL_PREFIX
from herald.domain.membership import Membership
from herald.domain.opentext_envelope import STATUS_TYPE
from herald.domain.reply_envelope import REPLY_TYPES
from herald.usecases.why import RuleSaid, Why
from herald.usecases.why_messages import Message
from herald_cli.scan_words import moment
from herald_cli.why_words import CHANNELS, because, chosen, listed, listed_names


class Standing(IntEnum):
    """How far a message came; of several the furthest is the answer."""

    NOT_TOLD = 0
    NOT_YET = 1
    PERHAPS = 2
    TOLD = 3


BEGINS = {
    Standing.NOT_TOLD: "Not told:", Standing.NOT_YET: "Not told yet:", Standing.PERHAPS: "Perhaps told",
    Standing.TOLD: "Told",
}  # fmt: skip
TAKEN = {
    "DELIVERED": "delivered",
    "SENT": "sent on by OpenText, which cannot say whether it arrived",
    "SUBMITTED": "taken by OpenText, which has not said more yet",
    "UNCONFIRMED": "taken by OpenText, which never said what became of it",
}
"""States in which a message has left Herald, by their values."""
UNDER_WAY = {
    "PENDING": "waits in its queue", "CLAIMED": "is being sent now, or given up at",
    "RETRY_AT": "is tried again at", "HELD": "is held until",
}  # fmt: skip
NOT_STORED = "it was decided on, and the ledger does not hold it yet, or, after 90 days, no more"
ANSWERS_TO_NOBODY = frozenset({STATUS_TYPE, *REPLY_TYPES.values()})


@dataclass(frozen=True, slots=True)
class Sentence:
    """One answer; ``text`` goes on after the words it begins with."""

    standing: Standing
    text: str

    def __str__(self) -> str:
        return f"{BEGINS[self.standing]} {self.text}"


def answers(why: Why) -> tuple[Sentence, ...]:
    """Return one sentence for each message that was decided on, the furthest first; else the first reason for none."""
    said = sorted((told(message) for message in why.messages), key=lambda one: -one.standing)
    return tuple(said) or (next(_untold(why)),)


def told(message: Message) -> Sentence:
    """Return what became of a message."""
    standing, text = _fate(message) if message.stored else (Standing.NOT_YET, NOT_STORED)
    earlier = f", because of the earlier event {message.earlier} about the same" if message.earlier else ""
    return Sentence(standing, f"{text}{earlier} (rule {message.notification.rule_id})")


def _fate(message: Message) -> tuple[Standing, str]:
    current = message.current
    if current is None:
        return Standing.NOT_TOLD, _failures(message)
    state, way = str(current.state), CHANNELS[current.channel]
    if state == DeliveryState.DIGESTED:
        if message.digest is None:
            return Standing.PERHAPS, f"within the digest {current.detail}, of which nothing more is known"
        standing, text = _fate(message.digest)
        return standing, f"{text}, within the digest {message.digest.notification.id}"
    if state in TAKEN:
        failed = _failures(message)
        at = moment(current.submitted_at or current.updated_at)
        return Standing.TOLD, f"by {way} at {at} UTC, {TAKEN[state]}{f', after {failed}' if failed else ''}"
    if current.state is DeliveryState.UNKNOWN:
        return Standing.PERHAPS, f"by {way}; an answer to the submit is waited for until{_why_waiting(current)}"
    return Standing.NOT_YET, f"the {way} {UNDER_WAY.get(state, f'is {state}')}{_why_waiting(current)}"


def _failures(message: Message) -> str:
    failed = (one.delivery for one in message.channels if one.delivery and one.delivery.state in NOT_SENT)
    return listed(f"{CHANNELS[one.channel]} ended as {one.state}: {because(one.reason, one.detail)}" for one in failed)


def _why_waiting(delivery: Delivery) -> str:
    until = f" {moment(delivery.due_at)} UTC" if delivery.due_at else ""
    return f"{until}{f': {because(delivery.reason, delivery.detail)}' if delivery.reason else ''}"


def _untold(why: Why) -> Iterator[Sentence]:
    """Yield the reasons for which no message was decided on, the nearest to being told first; at least one."""
    decision = why.trace.decision
    if decision is None:
        yield _undecided(why)
        return
    for skip in why.skips:
        if skip.what == "event" and skip.reason is not Reason.NO_RULE_MATCHED:
            yield _not(f"no rule was asked, {because(skip.reason, skip.detail)}")
    if not why.known:
        yield _not(
            f"the event, its approvals and {decision.config_version or 'Herald'} name nobody of that name or address"
        )
    for told_them in (_matched, _in_approvals, _not_matched):
        yield from map(_not, told_them(why))
    if why.trace.event.type.startswith(APPROVAL_PREFIX):
        yield _not("it is about an approval, which has nothing to tell them because of it")
    others = f"; they are in {listed_names(why.elsewhere)}" if why.elsewhere else ""
    yield _not(f"no rule that listens to {_type(why)} tells an audience that they are in{others}")


def _undecided(why: Why) -> Sentence:
    event = why.trace.event
    if event.type in ANSWERS_TO_NOBODY:
        return _not(f"it is {event.type}, of which nobody is told")
    if not event.publish:
        return _not("it is Herald's own change in Threekit, recorded so that it is known when it comes back")
    postponed = [one.record for one in why.trace.entries if one.record.action == "event.evaluation_postponed"]
    if postponed:
        reason, detail = postponed[-1].details.get("reason"), str(postponed[-1].details.get("detail", ""))
        return Sentence(
            Standing.NOT_YET, f"it is not decided yet, {because(reason, detail)}; tried {len(postponed)} times"
        )
    return Sentence(Standing.NOT_YET, f"it is not decided yet; it came at {moment(event.received_at)} UTC")


def _matched(why: Why) -> Iterator[str]:
    """Yield why rules that matched made no message for them; first those whose audience they are in."""
    matched = [rule for rule in why.rules if rule.verdict is Verdict.MATCHED and rule.then]
    for rule in matched:
        if rule.membership is not None and rule.membership.entry is not None:
            yield f"{rule.rule_id} matched, and {_not_made(rule)}"
        elif rule.membership is not None and rule.membership.unreachable:
            yield f"{rule.rule_id} matched, and {rule.membership.path} has no address that can be used"
    for rule in matched:
        if rule.membership is not None and _is_elsewhere(rule.membership):
            yield f"{rule.rule_id} told {rule.membership.audience}, and {for_whom(rule.membership)}"


def _not_made(rule: RuleSaid) -> str:
    muted = [skip for skip in rule.skips if skip.reason not in (Reason.NO_ADDRESS, Reason.NO_RECIPIENTS)]
    if muted:
        return listed(because(skip.reason, skip.detail) for skip in muted)
    if rule.stands_in is not None:
        return f"they were absent: {rule.stands_in.name} was told in their place"
    if not rule.reachable and rule.then is not None:
        return f"they have no address for {listed(CHANNELS[one] for one in rule.then.channels)}"
    return "no message was made for them"


def _in_approvals(why: Why) -> Iterator[str]:
    for one in why.approvals:
        title = one.approval.title
        if one.tickets:
            last = one.tickets[-1]
            yield f"it brought nothing new; they were asked at {moment(last.asked_at)} UTC ({title}, step {last.step})"
        for part in one.parts:
            if part.step is not None and part.rung:
                yield f"they are asked in {title} at rung {part.rung} of step {part.step.id}, which was not reached"
            elif part.step is not None:
                yield f"they are asked in {title} at step {part.step.id}, which is {part.step.state}"
            elif part.role == "requester":
                yield f"they asked for it themselves, so nobody asks them ({title}, {one.approval.state})"


def _not_matched(why: Why) -> Iterator[str]:
    silent = [rule for rule in why.rules if rule.verdict is not Verdict.MATCHED and rule.membership is not None]
    for rule in silent:
        if rule.membership is not None and rule.membership.entry is not None:
            yield f"{rule.rule_id} {_said(rule)}"
    for rule in silent:
        if rule.membership is not None and _is_elsewhere(rule.membership):
            yield f"{rule.rule_id} {_said(rule)}, and {for_whom(rule.membership)}"


def _said(rule: RuleSaid) -> str:
    said = "could not be evaluated" if rule.verdict is Verdict.ERROR else "did not match"
    return f"{said}: {rule.detail}"


def for_whom(stands: Membership) -> str:
    """Return for which value they are in an audience that is others for this event."""
    others = listed("all others" if key == ANY else key for key in stands.elsewhere)
    return f"they are in it for {others}, while {chosen(stands)}"


def _is_elsewhere(stands: Membership) -> bool:
    return stands.entry is None and bool(stands.elsewhere)


def _type(why: Why) -> str:
    facts = why.trace.decision.facts if why.trace.decision else {}
    return str(facts.get("event", {}).get("type", why.trace.event.type))


def _not(text: str) -> Sentence:
    return Sentence(Standing.NOT_TOLD, text)
