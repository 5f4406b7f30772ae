"""Receipts: whoever has the public key sees that nobody changed who decided what, about what, and when."""

import json
from base64 import b64encode
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from tests.unit.domain.approval.stories import ADA, BEN, CLEO, DORA, Story, a_plan, a_step, dearer

from herald.adapters.receipt_signature import Ed25519Receipts, key_id, public_key, verifies
from herald.domain.approval.policy import Part
from herald.domain.approval.receipt import TYPE, receipt_of, signed_text
from herald.domain.approval.stand import Stand

SECRET = "a secret"
PUBLIC = public_key(SECRET)
sign = Ed25519Receipts(lambda: SECRET)


def decided() -> Story:
    """Ada's word carried over a change of the price, Ben's given twice, Cleo against it when it was over."""
    story = Story(
        a_plan(a_step(ADA, inputs=(Part.OPTIONS,)), a_step(BEN, CLEO, id="finance", stage=2, inputs=(Part.PRICE,)))
    )
    story.approve(ADA)
    story.approve(BEN, channel="sms")
    story.change(dearer())
    story.approve(BEN)
    story.reject(CLEO)
    return story


def signed() -> dict[str, Any]:
    return sign(receipt_of(decided().approval))


def changes(value: Any) -> Iterator[Any]:
    """The value with one thing in it changed, added or left out, for each thing in it."""
    if isinstance(value, dict):
        yield {**value, "more": 1}
        for name, item in value.items():
            yield {other: one for other, one in value.items() if other != name}
            yield from ({**value, name: one} for one in changes(item))
    elif isinstance(value, list):
        yield [*value, 1]
        yield from (value[:place] + value[place + 1 :] for place in range(len(value)))
        yield from (
            [*value[:place], one, *value[place + 1 :]] for place in range(len(value)) for one in changes(value[place])
        )
        if value != value[::-1]:
            yield value[::-1]
    else:
        yield from (one for one in (None, True, False, 0, "", "x", f"{value} ") if json.dumps(one) != json.dumps(value))


def test_a_receipt_says_who_decided_what_about_what_and_when() -> None:
    story = decided()
    receipt = receipt_of(story.approval)

    assert (receipt["type"], receipt["outcome"], receipt["round"]) == (TYPE, "approved", 2)
    assert receipt["fingerprint"] == story.approval.fingerprint
    assert receipt["about"] == {"order": "o-1", "total": "300.00", "currency": "EUR"}
    assert receipt["policy"] == {"chain": "order", "configuration": "v1"}
    assert [(one["id"], one["state"], one["needed"]) for one in receipt["steps"]] == [
        ("desk", "approved", 1), ("finance", "approved", 1),
    ]  # fmt: skip
    said = [
        (one["name"], one["verdict"], one["channel"], one["counted"], one["carried"]) for one in receipt["decisions"]
    ]
    assert said == [
        ("Ada", "approve", "page", True, True), ("Ben", "approve", "sms", False, False),
        ("Ben", "approve", "page", True, False), ("Cleo", "reject", "page", False, False),
    ]  # fmt: skip
    assert receipt["ended"] == {"at": story.now.isoformat(), "by": "people", "name": "", "reason": ""}


def test_each_decision_that_counts_is_about_what_its_step_was_decided_on() -> None:
    receipt = receipt_of(decided().approval)

    prints = {one["id"]: one["fingerprint"] for one in receipt["steps"]}
    assert all(one["fingerprint"] == prints[one["step"]] for one in receipt["decisions"] if one["counted"])
    assert any(one["fingerprint"] != prints[one["step"]] for one in receipt["decisions"] if not one["counted"])


def test_an_administrators_word_is_in_the_receipt() -> None:
    story = Story(a_plan(a_step()))
    story.override("approve", "The board wants it")

    ended = receipt_of(story.approval)["ended"]

    assert (ended["by"], ended["name"], ended["reason"]) == ("administrator", "Root", "The board wants it")


def test_a_receipt_of_what_has_no_end_or_no_order_is_still_one() -> None:
    story = Story(a_plan(a_step(), stand=Stand({})))

    receipt = receipt_of(story.approval)

    assert (receipt["about"], receipt["outcome"], receipt["ended"]["at"]) == ({}, "open", None)


def test_a_signed_receipt_is_verified_with_the_public_key_alone() -> None:
    receipt = signed()

    assert verifies(receipt, PUBLIC)
    # As it was written to a file, in any order of its keys.
    assert verifies(json.loads(json.dumps(receipt, sort_keys=True, indent=2)), PUBLIC)
    assert receipt["signature"]["key"] == key_id(PUBLIC)
    assert SECRET not in json.dumps(receipt)


def test_the_same_receipt_is_signed_alike() -> None:
    assert signed() == signed()


def test_any_change_breaks_it() -> None:
    receipt = signed()
    content = {name: value for name, value in receipt.items() if name != "signature"}

    bent = [{**one, "signature": receipt["signature"]} for one in changes(content)]

    assert len(bent) > 300
    assert [one for one in bent if verifies(one, PUBLIC)] == []


@pytest.mark.parametrize(
    "signature",
    [
        None, "", [], {}, {"algorithm": "Ed25519"}, {"algorithm": "Ed25519", "value": ""},
        {"algorithm": "Ed25519", "value": "not base64!"}, {"algorithm": "Ed25519", "value": None},
        {"algorithm": "Ed25519", "value": b64encode(bytes(64)).decode()}, {"algorithm": "none", "value": ""},
    ],
)  # fmt: skip
def test_without_its_signature_it_is_not_verified(signature: object) -> None:
    receipt = signed()

    assert not verifies({**receipt, "signature": signature}, PUBLIC)
    assert not verifies({name: value for name, value in receipt.items() if name != "signature"}, PUBLIC)
    assert not verifies({**receipt, "signature": {**receipt["signature"], "algorithm": "none"}}, PUBLIC)


def test_no_bit_of_a_signature_can_be_another_one() -> None:
    receipt = signed()
    value = receipt["signature"]["value"]

    for place in range(len(value) - 2):
        letter = "A" if value[place] != "A" else "B"
        bent = deepcopy(receipt)
        bent["signature"]["value"] = value[:place] + letter + value[place + 1 :]
        assert not verifies(bent, PUBLIC)


def test_the_signature_of_another_receipt_or_key_does_not_verify() -> None:
    receipt, other = signed(), Story(a_plan(a_step(DORA)))
    other.reject(DORA)

    assert not verifies({**receipt, "signature": sign(receipt_of(other.approval))["signature"]}, PUBLIC)
    assert not verifies(receipt, public_key("another secret"))
    assert not verifies(Ed25519Receipts(lambda: "another secret")(receipt_of(other.approval)), PUBLIC)


def test_what_is_no_key_is_said_to_be_none() -> None:
    for key in ("", "not base64!", b64encode(bytes(31)).decode()):
        with pytest.raises(ValueError, match=r"."):
            verifies(signed(), key)


def test_a_word_with_half_a_letter_in_it_is_signed_like_any_other() -> None:
    story = Story(a_plan(a_step()))
    story.reject(ADA, "No \ud83d")

    receipt = sign(receipt_of(story.approval))

    assert verifies(json.loads(json.dumps(receipt)), PUBLIC)


def test_the_bytes_under_a_signature_are_everything_but_the_signature() -> None:
    receipt = receipt_of(decided().approval)

    assert signed_text(sign(receipt)) == signed_text(receipt)
    assert json.loads(signed_text(receipt)) == receipt
