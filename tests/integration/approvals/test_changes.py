"""The order changes under its approval: nobody approves what they did not see, or is asked twice for nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.integration.approvals.approving import DANA, ENGINEERING, FINANCE, HOTEL, PAUL, Approving, text_of

from herald.domain.approval.approval import State


def test_only_those_who_looked_at_what_changed_are_asked_again(people: Approving) -> None:
    people.order()
    for person in (DANA, ENGINEERING, FINANCE):
        people.approve(person)
    people.change_cart(price=100)
    people.tell_again()

    counting = {one.step for one in people.approval().answers if not one.void}
    assert counting == {"engineering"}
    assert people.approval().step("desk").state == "open"  # type: ignore[union-attr]
    newest = people.messages(DANA)[-1]
    assert "changed" in newest.lower()

    for person in (DANA, FINANCE, PAUL):
        people.approve(person)
    approval = people.approval()
    assert approval.state is State.APPROVED
    assert people.noted()["fingerprint"] == approval.fingerprint
    assert sum(one.step == "engineering" for one in approval.answers) == 1


def test_a_page_that_shows_what_is_no_longer_asked_decides_nothing(people: Approving) -> None:
    people.order()
    token = people.link(DANA)
    once = people.once(token)
    people.change_cart(price=100)
    people.tell_again()
    answer = people.submit(token, once, "approve", sure="yes")
    people.house.settle()
    assert answer["statusCode"] == 409
    assert "changed" in text_of(answer["body"]).lower()
    assert people.approval().answers == ()


def test_a_change_nobody_told_of_is_found_when_somebody_decides(people: Approving) -> None:
    people.order()
    people.change_cart(price=100)
    answer = people.approve(DANA)
    assert answer["statusCode"] == 409
    assert people.approval().answers == ()
    assert people.approval().round == 2
    assert "changed" in people.messages(DANA)[-1].lower()
    assert people.approve(DANA)["statusCode"] == 200


def test_an_approved_order_that_changes_is_open_again(people: Approving) -> None:
    people.order()
    for person in (DANA, ENGINEERING, FINANCE, PAUL):
        people.approve(person)
    people.change_cart(price=100)
    people.tell_again()
    assert people.approval().state is State.OPEN
    assert people.noted()["state"] == "open"


def test_what_changes_between_the_last_word_and_its_note_is_not_noted_as_approved(people: Approving) -> None:
    people.order()
    for person in (DANA, ENGINEERING, FINANCE):
        people.approve(person)
    token = people.link(PAUL)
    people.submit(token, people.once(token), "approve", sure="yes")
    people.change_cart(price=100)
    people.house.settle()
    assert people.noted()["state"] == "open"
    assert people.house.threekit.orders[HOTEL]["status"] == "New"


def test_a_change_of_nothing_that_matters_asks_nobody(people: Approving) -> None:
    people.order()
    people.approve(DANA)
    before = people.approval()
    people.change(HOTEL, internalNote="call the customer")
    assert people.approval() == before


def test_telling_of_the_same_order_again_asks_nobody_again(people: Approving) -> None:
    people.order()
    sent = len(people.messages(DANA))
    people.house.order_created(HOTEL)
    people.house.settle()
    people.tell_again()
    assert len(people.messages(DANA)) == sent


def test_a_new_mapping_is_no_change_of_what_was_approved(people: Approving) -> None:
    people.order()
    people.apply(
        lambda known: {
            "mapping": {**known.mapping, "threekit.order.*": _without_names(known.mapping["threekit.order.*"])}
        }
    )
    people.tell_again()
    assert people.approve(DANA)["statusCode"] == 200
    for person in (ENGINEERING, FINANCE, PAUL):
        people.approve(person)
    approval = people.approval()
    assert (approval.state, approval.round) == (State.APPROVED, 1)
    people.change(HOTEL, internalNote="a new version of the order")
    assert people.approval() == approval
    people.change_cart(price=100)
    people.tell_again()
    assert people.approval().state is State.OPEN
    assert people.approval().config_version != approval.config_version


def test_an_order_that_cannot_be_read_any_more_is_not_what_was_asked(people: Approving) -> None:
    people.order()
    token = people.link(DANA)
    once = people.once(token)
    people.house.threekit.orders[HOTEL]["cart"][0]["count"] = -1
    answer = people.submit(token, once, "approve", sure="yes")
    people.house.settle()
    assert answer["statusCode"] == 409
    assert people.approval().answers == ()


def test_a_chain_that_is_gone_from_the_configuration_still_hears_of_changes(people: Approving) -> None:
    people.order()
    people.apply(lambda known: {"approvals": {"other": replace(known.approvals["order"], id="other")}})
    people.change_cart(price=100)
    people.tell_again()
    assert people.approval().round == 2
    assert people.approve(DANA)["statusCode"] == 200


def _without_names(section: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in section.items() if name != "asset_names"}
