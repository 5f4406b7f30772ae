"""One order, all the way: told, read, decided, submitted, reported, written back; once."""

from typing import Any

from tests.integration.house import House

from herald.domain.decision import Verdict
from herald.domain.delivery import Channel, DeliveryState
from herald.domain.errors import Reason
from simulators.threekit.seed import ids

LARGE = ids.ORDER_BOSTON_HOTEL_NEW
SMALL = ids.ORDER_LYON_TABLE_NEW


def states(house: House, event_id: str) -> dict[tuple[str, Channel], DeliveryState]:
    return {
        (record.notification.rule_id, delivery.channel): delivery.state
        for record in house.trace(event_id).notifications
        for delivery in record.deliveries
    }


def notes(house: House, order_id: str) -> list[dict[str, Any]]:
    return list(house.threekit.orders[order_id]["metadata"]["herald"]["notifications"].values())


def test_an_order_reaches_everyone_its_rules_name_and_threekit_learns_of_it(house: House) -> None:
    answer = house.order_created(LARGE)
    assert (answer["statusCode"], answer["json"]["duplicate"]) == (202, False)
    house.settle()

    event_id = answer["json"]["id"]
    assert states(house, event_id) == {
        ("new-order", Channel.EMAIL): DeliveryState.SENT,
        ("large-order", Channel.SMS): DeliveryState.DELIVERED,
    }
    assert set(house.opentext.sends_per_recipient().values()) == {1}
    told = {
        note["rule"]: {name: one["state"] for name, one in note["channels"].items()} for note in notes(house, LARGE)
    }
    assert told == {"new-order": {"email": "SENT"}, "large-order": {"sms": "DELIVERED"}}


def test_the_story_is_complete_and_its_chain_holds(house: House) -> None:
    event_id = house.order_created(LARGE)["json"]["id"]
    house.settle()
    trace = house.trace(event_id)
    assert trace.broken_at is None
    actions = [entry.record.action for entry in trace.entries]
    assert actions[:2] == ["event.relayed", "event.decided"]
    assert {"delivery.submitted", "delivery.sent", "delivery.delivered", "writeback.noted"} <= set(actions)
    assert len({entry.record.key for entry in trace.entries}) == len(trace.entries)


def test_the_audit_holds_no_address_and_no_name_of_a_person(house: House) -> None:
    event_id = house.order_created(LARGE)["json"]["id"]
    house.settle()
    text = str([entry.record.details for entry in house.audit.entries(event_id)])
    metadata = house.threekit.orders[LARGE]["metadata"]
    for person in (metadata["requester"], metadata["customer"]):
        for secret in (person.get("name"), person.get("email"), person.get("phone")):
            assert secret is None or secret not in text
    assert "example.com" not in text


def test_a_rule_that_does_not_match_says_why(house: House) -> None:
    event_id = house.order_created(SMALL)["json"]["id"]
    house.settle()
    decision = house.trace(event_id).decision
    assert decision is not None
    assert {outcome.rule_id: outcome.verdict for outcome in decision.outcomes} == {
        "new-order": Verdict.MATCHED,
        "large-order": Verdict.NOT_MATCHED,
    }
    assert next(o.detail for o in decision.outcomes if o.rule_id == "large-order")


def test_the_body_is_only_a_hint(house: House) -> None:
    """A forged total in an unsigned body changes nothing: what Threekit says decides."""
    order = {**house.threekit.orders[SMALL], "status": "Complete", "cart": []}
    event_id = house.tell({"topic": "orders", "action": "created", "data": order})["json"]["id"]
    house.settle()
    decision = house.trace(event_id).decision
    assert decision is not None
    assert decision.facts["order"]["status"] == "New"
    assert [record.notification.rule_id for record in house.trace(event_id).notifications] == ["new-order"]


def test_the_same_version_told_twice_is_one_event(house: House) -> None:
    first = house.order_created(LARGE)
    again = house.order_created(LARGE)
    assert (again["statusCode"], again["json"]) == (200, {"id": first["json"]["id"], "duplicate": True})
    house.settle()
    assert house.order_created(LARGE)["json"]["duplicate"]
    house.settle()
    assert set(house.opentext.sends_per_recipient().values()) == {1}


def test_two_events_about_one_state_of_an_order_notify_once(house: House) -> None:
    """Another telling under another identity (no version in it) is another event, and its effects are known."""
    house.order_created(LARGE)
    house.settle()
    order = {key: value for key, value in house.threekit.orders[LARGE].items() if key != "updatedAt"}
    other = house.tell({"topic": "orders", "action": "created", "data": order})["json"]
    assert not other["duplicate"]
    house.settle()
    assert set(house.opentext.sends_per_recipient().values()) == {1}
    decided = next(e.record for e in house.audit.entries(other["id"]) if e.record.action == "event.decided")
    assert {skip["reason"] for skip in decided.details["skips"]} == {Reason.ALREADY_NOTIFIED}


def test_our_own_write_back_makes_no_new_event(house: House) -> None:
    house.order_created(LARGE)
    house.settle()
    told = house.tell({"topic": "orders", "action": "updated", "data": house.threekit.orders[LARGE]})
    assert (told["statusCode"], told["json"]["duplicate"]) == (200, True)


def test_a_real_change_after_our_write_back_is_news(house: House) -> None:
    house.order_created(LARGE)
    house.settle()
    order = house.threekit.orders[LARGE]
    order["cart"][0]["count"] += 1
    order["updatedAt"] = "2026-04-01T08:00:00.000Z"
    told = house.tell({"topic": "orders", "action": "updated", "data": order})
    assert told["statusCode"] == 202
    house.settle()
    assert set(house.opentext.sends_per_recipient().values()) == {2}


def test_an_event_no_rule_listens_to_is_recorded_with_that_reason(house: House) -> None:
    job = house.threekit.jobs[ids.JOB_IMPORT_DONE]
    event_id = house.tell({"topic": "jobs", "action": "updated", "data": job})["json"]["id"]
    house.settle()
    decision = house.trace(event_id).decision
    assert decision is not None
    assert [skip.reason for skip in decision.skips] == [Reason.NO_RULE_LISTENS]
    assert not house.opentext.submits
