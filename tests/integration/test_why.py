"""Why somebody was told, asked after it really happened."""

from datetime import timedelta

from tests.integration.asking import answer, why
from tests.integration.house import House
from tests.integration.test_milestones import SMS
from tests.integration.test_order_to_notification import LARGE, SMALL
from tests.integration.test_replies import phone_of, reply
from tests.integration.workflow_bodies import milestone


def test_whoever_was_told_hears_how_and_what_opentext_said(house: House) -> None:
    event_id = house.order_created(LARGE)["json"]["id"]
    house.settle()
    assert answer(house, event_id, "Sales Desk") == "Told by SMS at 2026-03-02 09:30 UTC, delivered (rule large-order)"
    sms, mail = why(house, event_id, "Sales Desk").messages[0].channels
    assert [step.what for step in sms.steps] == ["submitted", "sent", "delivered"]
    assert "Confirmed" in sms.steps[-1].said
    assert mail.delivery is None


def test_whoever_was_not_told_hears_which_condition_decided(house: House) -> None:
    event_id = house.order_created(SMALL)["json"]["id"]
    house.settle()
    assert (
        answer(house, event_id, "sales.desk@example.com") == "Not told: large-order did not match: order.total > 5000.0"
    )


def test_the_second_telling_of_one_state_names_the_first(house: House) -> None:
    first = house.order_created(LARGE)["json"]["id"]
    house.settle()
    order = {key: value for key, value in house.threekit.orders[LARGE].items() if key != "updatedAt"}
    second = house.tell({"topic": "orders", "action": "created", "data": order})["json"]["id"]
    house.settle()
    assert f", because of the earlier event {first} about the same" in answer(house, second, "Sales Desk")


def test_whoever_said_stop_hears_that_the_next_channel_told_them(whole_house: House) -> None:
    reply(whole_house, "STOP")
    event_id = whole_house.call_back(milestone("received"), "workflow")["json"]["id"]
    whole_house.settle()
    said = answer(whole_house, event_id, phone_of(whole_house))
    assert said.startswith("Told by e-mail at ")
    assert "after SMS ended as SKIPPED: they said stop on this channel" in said
    assert [str(one.channel) for one in why(whole_house, event_id, phone_of(whole_house)).stopped] == ["sms"]


def test_while_opentext_fails_it_says_what_is_waited_for_and_why(house: House) -> None:
    house.opentext.faults.next(SMS, times=50, status=503)
    event_id = house.order_created(LARGE)["json"]["id"]
    house.settle(timedelta(0))
    said = answer(house, event_id, "Sales Desk")
    assert said.startswith("Not told yet: the SMS is tried again at 2026-03-02 09:")
    assert "the other side failed (HTTP 503" in said
