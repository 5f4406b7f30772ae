"""What people answer: stop and start are honoured, anything else finds the notification it answers."""

from typing import Any

import pytest
from tests.integration.house import House
from tests.integration.workflow_bodies import ORDER, milestone

from herald.domain.delivery import Channel, DeliveryState
from herald.domain.errors import Reason

ANSWER = {"message_id": "1", "to": "4930999", "received_at": "2026-03-02T09:31:00Z"}


def phone_of(house: House) -> str:
    return str(house.threekit.orders[ORDER]["metadata"]["customer"]["phone"])


def reply(house: House, text: str, source: str = "sms", **fields: Any) -> str:
    """Let the customer answer; return the event's id."""
    number = phone_of(house).replace("+", "00").replace(" ", "")
    answer = house.call_back({**ANSWER, "from": number, "text": text, **fields}, source)
    assert answer["statusCode"] == 202, answer
    house.settle()
    return str(answer["json"]["id"])


def reach(house: House, name: str) -> Any:
    event_id = house.call_back(milestone(name), "workflow")["json"]["id"]
    house.settle()
    return house.trace(event_id).notifications[0]


def test_whoever_said_stop_gets_no_more_sms_but_the_next_channel(whole_house: House) -> None:
    reach(whole_house, "received")
    stop = reply(whole_house, " stop. ")
    assert "reply.stop" in whole_house.actions(stop)
    record = reach(whole_house, "validated")
    sms = record.delivery(Channel.SMS)
    assert (sms.state, sms.reason) == (DeliveryState.SKIPPED, Reason.OPTED_OUT)
    assert stop in sms.detail
    assert record.delivery(Channel.EMAIL).state is DeliveryState.SENT
    assert whole_house.counts["OptOuts"] == 1


def test_whoever_says_start_gets_them_again(whole_house: House) -> None:
    reach(whole_house, "received")
    reply(whole_house, "STOP")
    reply(whole_house, "START", message_id="2")
    assert reach(whole_house, "validated").delivery(Channel.SMS).state is DeliveryState.DELIVERED


def test_a_stop_in_a_sentence_is_an_answer_like_any_other(whole_house: House) -> None:
    reach(whole_house, "received")
    event_id = reply(whole_house, "please do not stop the production")
    assert "reply.other" in whole_house.actions(event_id)
    assert reach(whole_house, "validated").delivery(Channel.SMS).state is DeliveryState.DELIVERED


def test_an_answer_finds_the_last_notification_its_sender_got(whole_house: House) -> None:
    reach(whole_house, "received")
    record = reach(whole_house, "validated")
    event_id = reply(whole_house, "When will it be ready?")
    story = whole_house.audit.entries(record.notification.event_id)
    received = next(entry.record for entry in story if entry.record.action == "reply.received")
    assert received.details["reply"] == event_id
    assert received.details["notification"] == record.notification.id
    assert "ready" not in str(received)


def test_an_answer_that_bears_our_reference_finds_exactly_that_one(whole_house: House) -> None:
    first = reach(whole_house, "received")
    reach(whole_house, "validated")
    reply(whole_house, "thanks", ref=f"{first.notification.id}.sms")
    assert "reply.received" in whole_house.actions(first.notification.event_id)


def test_an_answer_of_a_stranger_is_kept_and_says_so(whole_house: House) -> None:
    event_id = reply(whole_house, "hello", **{"from": "0049555123456"})
    last = whole_house.audit.entries(event_id)[-1].record
    assert (last.action, last.details["matched"]) == ("reply.other", False)


@pytest.mark.parametrize("body", [{}, {"from": "somebody", "text": "STOP"}, {"from": "+49301234567", "text": 7}])
def test_a_body_the_mapping_cannot_read_is_counted_and_kept(whole_house: House, body: dict[str, Any]) -> None:
    answer = whole_house.call_back(body, "sms")
    whole_house.settle()
    event_id = answer["json"]["id"]
    assert "reply.unreadable" in whole_house.actions(event_id)
    assert whole_house.counts["RepliesUnreadable"] == 1
    assert whole_house.trace(event_id).event.data == body


def test_stop_on_whatsapp_does_not_stop_sms(whole_house: House) -> None:
    reach(whole_house, "received")
    reply(whole_house, "STOP", "whatsapp")
    assert reach(whole_house, "validated").delivery(Channel.SMS).state is DeliveryState.DELIVERED


def test_no_number_of_anybody_is_in_the_state_table(whole_house: House) -> None:
    reach(whole_house, "received")
    reply(whole_house, "STOP")
    digits = "".join(character for character in phone_of(whole_house) if character.isdigit())
    assert digits not in str(whole_house.dynamodb.scan(TableName="StateTable")["Items"])
