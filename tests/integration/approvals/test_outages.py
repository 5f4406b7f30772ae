"""Threekit or OpenText is away, or a secret is wrong: nothing is decided unseen, nothing is lost, time goes on."""

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest
from tests.integration.approvals.approving import (
    DANA,
    ENGINEERING,
    FINANCE,
    HOTEL,
    HOUR,
    LYON,
    PAUL,
    Approving,
    text_of,
)
from tests.integration.house_resources import APPROVAL_KEY

from herald.adapters.threekit import LARGEST_PICTURE
from herald.domain.approval.approval import By, State

READ, WRITE = f"GET /api/orders/{HOTEL}", f"PUT /api/orders/{HOTEL}"
INES, INES_PHONE = "ines.falk@example.com", "+493023125101"
AWAY: list[dict[str, Any]] = [{"status": 500}, {"status": 429}, {"reset": "before_effect"}, {"answer": "truncated"}]


@pytest.mark.parametrize("fault", AWAY)
def test_nobody_decides_about_an_order_that_cannot_be_read(people: Approving, fault: dict[str, Any]) -> None:
    people.order()
    token = people.link(DANA)
    once = people.once(token)
    people.house.threekit.faults.next(READ, times=5, **fault)
    answer = people.press_again(token, once, "approve", sure="yes")
    assert answer["statusCode"] == 503
    assert "try again" in text_of(answer["body"])
    assert answer["headers"]["retry-after"]
    assert people.approval().answers == ()
    people.house.threekit.faults.clear()
    assert people.press_again(token, once, "approve", sure="yes")["statusCode"] == 200
    assert people.link(ENGINEERING)


def test_a_reply_while_threekit_is_away_counts_when_it_is_back(people: Approving) -> None:
    people.order(LYON)
    code = people.code(INES)
    people.house.threekit.faults.next(f"GET /api/orders/{LYON}", times=6, status=503)
    said_at = people.house.clock()
    people.text(INES_PHONE, f"APPROVE {code}")
    approval = people.approval(f"order/{LYON}")
    assert approval.state is State.APPROVED
    assert approval.answers[0].at == said_at
    assert len(people.messages(INES_PHONE)) == 1


def test_whoever_is_asked_late_has_all_their_time(people: Approving) -> None:
    """The reply of the desk waits for Threekit; the next step begins when its people are asked, not when it came."""
    for line in people.house.threekit.orders[HOTEL]["cart"]:
        line["count"] = 1  # Little enough to be decided by a reply.
    people.order()
    code = people.code(DANA)
    people.house.threekit.faults.next(READ, times=40, status=503)
    people.text("+16175550101", f"APPROVE {code}")
    people.house.settle()
    approval = people.approval()
    (asked,) = approval.open_tickets("engineering")
    (answer,) = approval.answers
    assert asked.asked_at - answer.at > HOUR
    assert asked.due - asked.asked_at > timedelta(hours=16)


def test_the_note_in_threekit_is_made_good(people: Approving) -> None:
    people.order()
    for person in (DANA, ENGINEERING, FINANCE):
        people.approve(person)
    people.house.threekit.faults.next(WRITE, times=12, status=500)
    people.approve(PAUL)
    assert people.noted()["state"] == "approved"
    assert people.house.threekit.orders[HOTEL]["status"] == "In Progress"


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"status": 404}, 404),
        ({"status": 500}, 503),
        ({"status": 200, "body": "x" * (LARGEST_PICTURE + 1)}, 404),
        ({"status": 200, "body": "<svg onload='alert(1)'></svg>"}, 404),
        ({"status": 200, "body": ""}, 404),
    ],
)
def test_without_a_picture_the_page_is_still_a_page(people: Approving, fault: dict[str, Any], status: int) -> None:
    people.order()
    page = people.open(people.link(DANA))
    token = page.partition('src="')[2].partition("/picture")[0]
    people.house.threekit.faults.next("GET /api/configurations/*/thumbnail", times=3, **fault)
    answer = people.house.visit(token, tail="/picture")
    assert answer["statusCode"] == status
    assert answer["headers"]["content-type"].startswith("text/html")
    assert people.approve(DANA)["statusCode"] == 200


def test_messages_wait_for_opentext_and_deadlines_do_not(people: Approving) -> None:
    people.house.opentext.switches.outage = True
    people.house.order_created(LYON)
    people.house.wait(3 * HOUR)
    assert people.messages(INES) == []
    assert any(one.kind == "due" for one in people.approval(f"order/{LYON}").heard)
    people.house.opentext.switches.outage = False
    people.house.wait(HOUR)
    assert people.told().count(("request", INES)) == people.told().count(("reminder", INES)) == 1
    assert people.approve(INES)["statusCode"] == 200


def test_a_secret_without_its_key_stops_everything_and_loses_nothing(people: Approving) -> None:
    put_key(people, {})
    people.house.order_created(LYON)
    people.house.settle(2 * HOUR)
    assert people.messages(INES) == []
    put_key(people, {"key": APPROVAL_KEY})
    people.house.settle()
    token = people.link(INES)
    put_key(people, {"other": "x"})
    assert people.house.visit(token)["statusCode"] == 503
    people.house.call_back({"from": INES_PHONE, "text": f"APPROVE {people.code(INES)}"}, source="sms")
    people.house.settle(2 * HOUR)
    assert people.approval(f"order/{LYON}").answers == ()
    put_key(people, {"key": APPROVAL_KEY})
    people.house.settle()
    assert people.approval(f"order/{LYON}").state is State.APPROVED
    assert people.house.visit(token)["statusCode"] == 200
    assert people.noted(LYON)["state"] == "approved"
    assert not [name for name in people.house.dead_letters if people.house.parked(name)]


def put_key(people: Approving, value: dict[str, str]) -> None:
    """Let an operator put another secret; what a function remembers of it is forgotten by then."""
    boto3.client("secretsmanager").put_secret_value(SecretId="approval", SecretString=json.dumps(value))
    people.house.clock.now += timedelta(minutes=6)


def test_a_deleted_order_is_decided_by_nobody_and_comes_to_its_end(people: Approving) -> None:
    people.order(LYON)
    token, code = people.link(INES), people.code(INES)
    once = people.once(token)
    del people.house.threekit.orders[LYON]
    answer = people.press_again(token, once, "approve", sure="yes")
    assert (answer["statusCode"], "in Threekit nicht mehr zu finden" in text_of(answer["body"])) == (410, True)
    people.text(INES_PHONE, f"APPROVE {code}")
    assert len(people.messages(INES_PHONE)) == 1
    people.house.wait(timedelta(days=60))
    approval = people.approval(f"order/{LYON}")
    assert (approval.state, approval.end.by if approval.end else None) == (State.PARKED, By.DEADLINE)
    assert approval.answers == ()
    outcomes = [address for kind, address in people.told() if kind == "outcome"]
    assert "lena.vogt@example.com" in outcomes
    assert not [name for name in people.house.dead_letters if people.house.parked(name)]


def test_an_administrator_decides_about_a_deleted_order_all_the_same(people: Approving) -> None:
    people.order(LYON)
    del people.house.threekit.orders[LYON]
    people.operate("approval.overridden", f"order/{LYON}", verdict="reject", name="Ada", reason="it was deleted")
    assert people.approval(f"order/{LYON}").state is State.REJECTED
    assert ("outcome", "lena.vogt@example.com") in people.told()
