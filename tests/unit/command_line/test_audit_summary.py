"""Each entry of the audit as one line that a person can read."""

from datetime import timedelta
from typing import Any

import pytest
from tests.builders import NOW, a_delivery, a_notification, an_audit_record

from herald.domain.delivery import Delivery, DeliveryState
from herald.domain.errors import Reason
from herald.domain.item_launch import ItemLaunch
from herald.domain.milestones import Milestone, MilestoneStep, OrderProgress, Reached
from herald.ports import NotificationRecord
from herald.usecases.deliveries import delivery_record
from herald_cli.audit_summary import summary

ABOUT = "approve-new-order → approvers by sms"
PLAN = (MilestoneStep("received", "New"), MilestoneStep("in_production"), MilestoneStep("shipped", "Complete"))


def line(action: str, **details: Any) -> str:
    return summary(an_audit_record(action=action, details=details))


def decided(*skips: tuple[str, str, str], rules: dict[str, str] | None = None, told: int = 0) -> str:
    listed = [{"what": what, "reason": reason, "detail": detail} for what, reason, detail in skips]
    return line("event.decided", rules=rules or {}, skips=listed, notifications=["ntf_1"] * told)


class TestDecision:
    def test_what_the_rules_said(self) -> None:
        rules = {"a": "matched", "b": "not_matched", "c": "error"}
        assert decided(rules=rules, told=2) == "1 of 3 rules matched; 2 to be told; c could not be evaluated"

    @pytest.mark.parametrize(
        ("reason", "detail"),
        [
            (Reason.OVERTAKEN, "a milestone after in_production was reached before"),
            (Reason.ALREADY_REACHED, "received was told before"),
            (Reason.INCIDENT_OPEN, "inc_1 of erp: failure 2"),
            (Reason.NO_INCIDENT, "no incident of erp is open"),
        ],
    )
    def test_that_no_rule_was_asked_and_why(self, reason: Reason, detail: str) -> None:
        assert decided(("event", reason, detail)) == f"no rule was asked; event: {reason} ({detail})"

    def test_a_rule_that_told_nobody(self) -> None:
        line = decided(("a", Reason.NO_RECIPIENTS, ""), rules={"a": "matched"})
        assert line == "1 of 1 rules matched; 0 to be told; a: no_recipients"


class TestDelivery:
    def of(self, delivery: Delivery, outcome: str, **more: str) -> str:
        record = NotificationRecord(a_notification(), ())
        return summary(delivery_record(record, delivery, "key", outcome, NOW, **more))

    @pytest.mark.parametrize(
        ("reason", "says"),
        [
            (Reason.RESTING, "OpenText is left alone, so it waits for its turn"),
            (Reason.WAITS_ITS_TURN, "it waits for its turn at OpenText's gate"),
        ],
    )
    def test_held_at_the_gate(self, reason: Reason, says: str) -> None:
        held = a_delivery().waits(NOW, NOW + timedelta(minutes=1), reason, "at OpenText's gate", turn=True)
        assert self.of(held, "held") == f"{ABOUT}, {says}"

    def test_skipped(self) -> None:
        skipped = a_delivery().ended(NOW, DeliveryState.SKIPPED, Reason.OPTED_OUT, "the recipient said stop (evt_1)")
        assert self.of(skipped, "skipped") == f"{ABOUT}, opted_out, the recipient said stop (evt_1)"

    def test_unconfirmed(self) -> None:
        taken = a_delivery().submitted(NOW, "xsi-1")
        closed = taken.ended(NOW, DeliveryState.UNCONFIRMED, Reason.VENDOR_SILENT, "SUBMITTED was the last")
        assert self.of(closed, "unconfirmed") == f"{ABOUT}, job xsi-1, vendor_silent, SUBMITTED was the last"

    def test_a_late_report(self) -> None:
        taken = a_delivery().submitted(NOW, "xsi-1")
        assert self.of(taken, "late_report", reported="SENT") == f"{ABOUT}, job xsi-1, OpenText reported SENT"


class TestWriteback:
    def test_milestones_with_the_late_one_and_the_status(self) -> None:
        shipped = Milestone("shipped", NOW, "evt_1", Reached.FIRST)
        progress = OrderProgress((shipped, Milestone("in_production", NOW, "evt_2", Reached.OVERTAKEN)))
        told = line(
            "writeback.noted", subject="order/1", about="milestones", milestones=progress.notes(PLAN),
            status=progress.status(PLAN),
        )  # fmt: skip
        assert told == "order/1: milestones in_production (late), shipped; status Complete"

    def test_a_notification(self) -> None:
        channels = {"email": {"state": "SENT"}, "sms": {"state": "SKIPPED"}}
        told = line("writeback.noted", subject="order/1", about="ntf_1", rule="approve", channels=channels)
        assert told == "order/1: approve email SENT, sms SKIPPED"

    def test_an_item(self) -> None:
        launch = ItemLaunch({"de-DE": NOW, "fr-FR": NOW}, {"EMEA": ("approved", NOW)})
        told = line("writeback.noted", subject="item/1", about="item", **launch.rows())
        assert told == "item/1: languages de-DE, fr-FR; regions EMEA"

    def test_what_threekit_refused(self) -> None:
        told = line(
            "writeback.refused", subject="order/1", about="ntf_1", reason=Reason.REFUSED, status=422, detail="no"
        )
        assert told == "order/1: its notification, refused, HTTP 422, no"

    def test_what_could_not_be_read_back(self) -> None:
        told = line("writeback.unconfirmed", subject="order/1", about="milestones", reason=Reason.CHANGED_MEANWHILE)
        assert told == "order/1: milestones, changed_meanwhile"


class TestReply:
    def test_one_that_answers_a_notification(self) -> None:
        details = {"channel": "sms", "intent": "other", "reply": "evt_1", "notification": "ntf_1", "rule": "approve"}
        assert line("reply.other", matched=True, **details) == "by sms, answers ntf_1 (approve)"
        assert line("reply.received", **details) == "ntf_1 (approve) was answered by sms: evt_1"

    def test_one_that_answers_nothing(self) -> None:
        told = line("reply.stop", channel="whatsapp", intent="stop", reply="evt_1", matched=False)
        assert told == "by whatsapp, answers nothing that Herald sent"

    def test_one_that_could_not_be_read(self) -> None:
        told = line("reply.unreadable", fix="opentext.reply.sms in config/mapping.yaml")
        assert "--body" in told
        assert told.endswith("mend opentext.reply.sms in config/mapping.yaml")


def test_anything_else_is_told_as_it_is() -> None:
    assert line("callback.unmatched", job="xsi-1", state="Sent", none=None) == "job=xsi-1, state=Sent"
