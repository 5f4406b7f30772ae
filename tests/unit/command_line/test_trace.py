"""``herald trace``: the story of events that came with milestones, replies and the gate."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.builders import NOW, a_decision, a_delivery, a_notification, an_audit_record, an_event
from tests.unit.command_line.a_stack import Stack

from herald.adapters.dynamodb_audit import DynamoAuditTrail
from herald.adapters.dynamodb_decisions import DynamoDecisions
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.domain.audit import AuditRecord
from herald.domain.decision import Decision, Skip
from herald.domain.delivery import Channel, Delivery, DeliveryState
from herald.domain.errors import Reason
from herald.domain.event import Event, Identity, Origin
from herald.domain.notification import Recipient
from herald.runtime.bootstrap.world import utc_now
from herald_cli.ports_of_stack import KEPT, ledger

SENDER = "0049555123456"
REPLY = an_event(
    data={"from": SENDER, "text": "STOP"},
    identity=Identity.of_content("/opentext/sms", "hash"),
    type="opentext.reply.sms",
    subject="reply/1",
    origin=Origin.CALLBACK,
    received_at=utc_now(),
)


def record(stack: Stack, event: Event, *entries: AuditRecord, decision: Decision | None = None) -> str:
    """Record an event with its audit and decision; return its id."""
    database, audit_table = stack.connection.dynamodb(), stack.connection.output("AuditTableName")
    DynamoInbox(database, stack.connection.output("InboxTableName"), utc_now, KEPT).record(event)
    for entry in entries:
        DynamoAuditTrail(database, audit_table).append(replace(entry, event_id=event.id))
    if decision is not None:
        DynamoDecisions(database, audit_table).save(decision)
    return event.id


def told(stack: Stack, *deliveries: Delivery) -> Any:
    """Record an event whose notification has those deliveries; return its trace."""
    event_id = record(stack, an_event(received_at=utc_now()), decision=a_decision())
    ledger(stack.connection).open(a_notification())
    for delivery in deliveries:
        ledger(stack.connection).write(delivery)
    (notification,) = stack.run_json("trace", event_id)["notifications"]
    return notification["states"]


def test_who_was_told_in_place_of_whom_is_shown(stack: Stack) -> None:
    hanna = Recipient("Hanna Wolff", "hanna.wolff@example.com", in_place_of=("Ines Falk",))
    event_id = record(stack, an_event(received_at=utc_now()), decision=a_decision())
    ledger(stack.connection).open(a_notification(recipient=hanna))
    assert "in place of Ines Falk" in " ".join(stack.run("trace", event_id).stdout.split())
    (notification,) = stack.run_json("trace", event_id)["notifications"]
    assert (notification["to"], notification["inPlaceOf"]) == ("h***@example.com", ["Ines Falk"])


def test_the_id_of_a_reply_tells_its_story_without_a_decision(stack: Stack) -> None:
    details = {"channel": "sms", "intent": "stop", "reply": REPLY.id, "matched": False}
    event_id = record(stack, REPLY, an_audit_record("reply", action="reply.stop", outcome="stop", details=details))
    ended = stack.run("trace", event_id)
    assert ended.exit_code == 0, ended.output
    assert "reply.stop" in ended.stdout
    assert "by sms, answers nothing that Herald sent" in ended.stdout
    assert "Decision" not in ended.stdout
    told = stack.run_json("trace", event_id)
    assert told["decision"] == told["notifications"] == []


def test_the_body_is_shown_only_if_asked_for(stack: Stack) -> None:
    event_id = record(stack, REPLY)
    assert SENDER not in stack.run("trace", event_id).output
    assert "body" not in stack.run_json("trace", event_id)["event"]
    assert SENDER in stack.run("trace", event_id, "--body").stdout
    assert stack.run_json("trace", event_id, "--body")["event"]["body"] == {"from": SENDER, "text": "STOP"}


@pytest.mark.parametrize("reason", [Reason.OVERTAKEN, Reason.ALREADY_REACHED, Reason.INCIDENT_OPEN, Reason.NO_INCIDENT])
def test_why_no_rule_was_asked(stack: Stack, reason: Reason) -> None:
    decision = a_decision(outcomes=(), notifications=(), skips=(Skip("event", reason, "because [so]"),))
    event_id = record(stack, an_event(received_at=utc_now()), decision=decision)
    shown = stack.run("trace", event_id).stdout
    assert f"skipped: {reason}" in shown
    assert "because [so]" in shown


class TestWhereADeliveryStands:
    def test_held_until_its_turn(self, stack: Stack) -> None:
        turn = NOW + timedelta(seconds=80)
        held = a_delivery().waits(NOW, turn, Reason.RESTING, "at OpenText's gate", turn=True)
        assert told(stack, held) == "sms: RETRY_AT (resting) its turn is at 2026-03-02 09:31:20 UTC"

    def test_waiting_for_another_try(self, stack: Stack) -> None:
        waiting = a_delivery().retry_at(NOW, NOW + timedelta(minutes=1), Reason.SERVER_ERROR, "HTTP 503")
        assert told(stack, waiting) == "sms: RETRY_AT (server_error) until 2026-03-02 09:31:00 UTC"

    def test_skipped_on_one_channel_and_unconfirmed_on_the_next(self, stack: Stack) -> None:
        skipped = a_delivery().ended(NOW, DeliveryState.SKIPPED, Reason.OPTED_OUT, "stop")
        taken = replace(a_delivery(channel=Channel.EMAIL).submitted(NOW, "xsi-1"), version=0)
        closed = taken.ended(NOW, DeliveryState.UNCONFIRMED, Reason.VENDOR_SILENT)
        assert told(stack, skipped, closed) == "sms: SKIPPED (opted_out); email: UNCONFIRMED (vendor_silent) job xsi-1"

    def test_not_begun(self, stack: Stack) -> None:
        assert told(stack) == "waiting"


def test_an_id_that_nothing_bears_ends_with_1(stack: Stack) -> None:
    ended = stack.run("trace", "evt_nothing")
    assert ended.exit_code == 1
    assert "evt_nothing" in ended.stderr
