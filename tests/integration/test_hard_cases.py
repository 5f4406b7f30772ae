"""Where two troubles meet: each of these once lost a message, doubled one, or told a wrong state."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from tests.integration.house import House

from herald.adapters.dynamodb_decisions import DynamoDecisions
from herald.domain.decision import Decision
from herald.domain.delivery import Channel, DeliveryState
from herald.domain.errors import Reason
from herald.ports import NotificationRecord, StorageError
from herald_cli.connection import Connection
from herald_cli.ports_of_stack import touch
from simulators.threekit.seed import ids

SMALL, LARGE = ids.ORDER_LYON_TABLE_NEW, ids.ORDER_BOSTON_HOTEL_NEW
EMAILS, SMS = "POST /mra/v1/outbound/emails", "POST /mra/v1/outbound/sms"


def record_of(house: House, event_id: str, rule: str) -> NotificationRecord:
    return next(r for r in house.trace(event_id).notifications if r.notification.rule_id == rule)


def test_a_table_that_cannot_be_read_for_an_hour_claims_nothing_and_loses_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, load = house.clock(), DynamoDecisions.load

    def throttled(self: DynamoDecisions, event_id: str) -> Decision | None:
        decision = load(self, event_id)
        if decision is not None and house.clock() - begun < timedelta(hours=1):
            raise StorageError("reading the decision: throttled")
        return decision

    monkeypatch.setattr(DynamoDecisions, "load", throttled)
    event_id = house.order_created(SMALL)["json"]["id"]
    house.settle()
    monkeypatch.undo()
    delivery = record_of(house, event_id, "new-order").delivery(Channel.EMAIL)
    assert (delivery.state, delivery.attempts, delivery.resends) == (DeliveryState.SENT, 1, 0)


def test_a_refused_re_send_of_what_perhaps_arrived_goes_to_no_other_channel(house: House) -> None:
    house.vendor_plays = False
    house.opentext.faults.next(SMS, reset="after_effect")
    house.opentext.faults.next(SMS, status=422)
    event_id = house.order_created(LARGE)["json"]["id"]
    house.settle()
    record = record_of(house, event_id, "large-order")
    ended = record.delivery(Channel.SMS)
    assert (ended.state, ended.reason) == (DeliveryState.FAILED, Reason.OUTCOME_UNKNOWN)
    assert record.delivery(Channel.EMAIL).version == 0


def test_a_message_that_expires_at_the_vendor_after_a_day_still_takes_the_next_channel(house: House) -> None:
    house.opentext.outcomes.set("00*", "expired")
    house.vendor_plays = False
    event_id = house.order_created(LARGE)["json"]["id"]
    house.settle()
    house.clock.advance(timedelta(hours=25))
    house.vendor_plays = True
    house.settle()
    record = record_of(house, event_id, "large-order")
    assert record.delivery(Channel.SMS).state is DeliveryState.EXPIRED
    assert record.delivery(Channel.EMAIL).state is DeliveryState.SENT


def test_proof_from_the_vendor_corrects_our_guess_that_nothing_was_sent(house: House) -> None:
    house.vendor_plays = False
    house.opentext.faults.next(EMAILS, reset="after_effect", times=2)
    event_id = house.order_created(SMALL)["json"]["id"]
    house.settle()
    assert record_of(house, event_id, "new-order").delivery(Channel.EMAIL).reason is Reason.OUTCOME_UNKNOWN
    house.vendor_plays = True
    house.settle()
    assert record_of(house, event_id, "new-order").delivery(Channel.EMAIL).state is DeliveryState.SENT
    (note,) = house.threekit.orders[SMALL]["metadata"]["herald"]["notifications"].values()
    assert note["channels"]["email"]["state"] == "SENT"


def test_a_write_back_that_never_shows_ends_and_says_so(house: House) -> None:
    house.threekit.faults.next(f"PUT /api/orders/{SMALL}", status=200, body={}, times=500)
    event_id = house.order_created(SMALL)["json"]["id"]
    house.settle()
    assert "writeback.unconfirmed" in house.actions(event_id)
    assert not house.works[-1].in_flight


def test_an_order_that_is_told_of_before_it_can_be_read_is_read_later(house: House) -> None:
    house.threekit.faults.next(f"GET /api/orders/{SMALL}", status=404, times=2)
    event_id = house.order_created(SMALL)["json"]["id"]
    house.settle()
    assert record_of(house, event_id, "new-order").delivery(Channel.EMAIL).state is DeliveryState.SENT


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_cart_that_names_no_configuration_is_decided_all_the_same(house: House, status: int) -> None:
    house.threekit.faults.next("GET /api/configurations/*", status=status, times=5)
    event_id = house.order_created(SMALL)["json"]["id"]
    house.settle()
    assert record_of(house, event_id, "new-order").delivery(Channel.EMAIL).state is DeliveryState.SENT


def test_a_retry_is_in_the_audit_even_if_the_process_died_before_it_was(house: House) -> None:
    house.opentext.faults.next(EMAILS, status=503)
    house.die_at = {"dispatch.recorded"}
    event_id = house.order_created(SMALL)["json"]["id"]
    house.settle()
    assert house.deaths == ["dispatch.recorded"]
    assert "delivery.retry" in house.actions(event_id)


def test_a_failure_is_counted_once_whoever_learns_of_it(house: House) -> None:
    house.opentext.faults.next(EMAILS, status=422)
    house.order_created(SMALL)
    house.settle()
    assert house.counts["DeliveriesFailed"] == 1


def test_an_event_that_no_rule_was_asked_about_is_counted(house: House) -> None:
    house.threekit.orders[SMALL]["cart"][0]["metadata"]["price"] = "not a number"
    house.order_created(SMALL)
    house.settle()
    assert house.counts["EventsUndecided"] == 1


def test_the_audit_table_keeps_people_only_for_a_time(house: House) -> None:
    house.order_created(LARGE)
    house.settle()
    for item in house.dynamodb.scan(TableName="AuditTable")["Items"]:
        if "expires_at" not in item:
            assert "example.com" not in str(item)
            assert item["entry"]["S"].startswith("audit#")


def test_a_throttled_inbox_is_a_503_that_asks_to_come_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(**_request: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "PutItem")

    monkeypatch.setattr(house.webhook.inbox.client, "put_item", throttled)  # type: ignore[attr-defined]
    answer = house.order_created(SMALL)
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "30")


def test_an_event_the_relay_gave_up_is_published_again_by_the_operator(house: House) -> None:
    event_id = house.order_created(SMALL)["json"]["id"]
    house.lose_stream_records()
    house.settle()
    assert house.trace(event_id).decision is None
    connection = Connection("stack", None, None, {"InboxTableName": "InboxTable"}, {})
    assert touch(connection, event_id)
    assert not touch(connection, "evt_unknown")
    house.settle()
    touch(connection, event_id)
    house.settle()
    assert set(house.opentext.sends_per_recipient().values()) == {1}
