"""Receipts: signed, verified without Herald, written once, given only to those who were part of it, at the end."""

import json
from collections.abc import Iterator, Mapping
from string import ascii_letters, digits
from typing import Any

from tests.integration.approvals.approving import DANA, HOTEL, LYON, Approving, as_json
from tests.integration.house_resources import APPROVAL_KEY

from herald.adapters.receipt_signature import public_key, verifies
from herald.domain.approval.approval import State
from herald.usecases.approvals import approval_shelves

INES, LUC, LENA = "ines.falk@example.com", "luc.perrin@example.com", "lena.vogt@example.com"
SUBJECT = f"order/{LYON}"
PUBLIC = public_key(APPROVAL_KEY)


def receipt(people: Approving, token: str) -> Mapping[str, Any]:
    answer = people.house.visit(token, tail="/receipt")
    assert (answer["statusCode"], answer["headers"]["content-type"]) == (200, "application/json")
    assert answer["headers"]["content-disposition"].startswith('attachment; filename="apr_')
    found: Mapping[str, Any] = as_json(answer)
    return found


def changed(document: Any) -> Iterator[Any]:
    """Every document that differs from one in a single value."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield from ({**document, name: other} for other in changed(value))
            yield {key: one for key, one in document.items() if key != name}
    elif isinstance(document, list):
        for place, value in enumerate(document):
            yield from ([*document[:place], other, *document[place + 1 :]] for other in changed(value))
        if document:
            yield document[:-1]
    elif isinstance(document, bool):
        yield not document
    elif isinstance(document, int):
        yield document + 1
    elif isinstance(document, str):
        yield document + "x"
        for place, letter in enumerate(document):
            yield document[:place] + ("A" if letter != "A" else "w") + document[place + 1 :]


def test_a_receipt_says_who_decided_what_and_verifies_with_the_public_key_alone(people: Approving) -> None:
    people.order(LYON)
    people.approve(INES)
    found = receipt(people, people.link(INES))
    approval = people.approval(SUBJECT)
    assert verifies(found, PUBLIC)
    assert not verifies(found, public_key("another secret"))
    assert (found["outcome"], found["fingerprint"], found["subject"]) == ("approved", approval.fingerprint, SUBJECT)
    assert found["policy"] == {"chain": "order", "configuration": approval.config_version}
    assert [(one["name"], one["verdict"], one["channel"]) for one in found["decisions"]] == [
        ("Ines Falk", "approve", "page")
    ]
    assert found["decisions"][0]["at"] == approval.answers[0].at.isoformat()


def test_whatever_is_changed_in_a_receipt_it_no_longer_verifies(people: Approving) -> None:
    people.order(LYON)
    people.approve(INES)
    found = receipt(people, people.link(INES))
    forged = [one for one in changed(found) if verifies(one, PUBLIC)]
    assert forged == []


def test_a_signature_is_taken_in_one_spelling_only(people: Approving) -> None:
    """The last letter before the padding holds four bits that mean nothing."""
    people.order(LYON)
    people.approve(INES)
    found = receipt(people, people.link(INES))
    value = found["signature"]["value"]
    letters = [letter for letter in ascii_letters + digits + "+/" if letter != value[85]]
    others = [{**found["signature"], "value": f"{value[:85]}{letter}=="} for letter in letters]
    assert not any(verifies({**found, "signature": other}, PUBLIC) for other in others)


def test_there_is_a_receipt_only_at_the_end_for_the_requester_and_for_who_had_a_say(people: Approving) -> None:
    people.order(LYON)
    people.press(people.link(INES), "question", text="Which oak?")
    approver, other, requester = people.link(INES), people.link(LUC), people.link(LENA)
    page = people.open(approver)
    picture = page.partition('src="')[2].partition("/picture")[0]
    for token in (approver, other, requester, picture):
        assert people.house.visit(token, tail="/receipt")["statusCode"] == 404
    people.reject(LUC, "sold out")
    for token in (other, requester):
        assert receipt(people, token)["outcome"] == "rejected"
    for token in (approver, picture):
        assert people.house.visit(token, tail="/receipt")["statusCode"] == 404
    assert people.house.visit("x" * 62, tail="/receipt")["statusCode"] == 404


def test_a_receipt_is_written_once_however_often_it_is_followed(people: Approving) -> None:
    people.order(LYON)
    people.approve(INES)
    approval = people.approval(SUBJECT)
    written = stored(people)
    decided = next(one.event_id for one in approval.heard if one.kind == "answered")
    evaluation = next(work for work in people.house.works if work.name == "Evaluation")
    for _ in range(2):
        evaluation.handle({"detail": {"event_id": decided}}, 2)
    people.house.settle()
    assert stored(people) == written
    assert len(written) == 1


def test_each_end_has_a_receipt_of_its_own(people: Approving) -> None:
    people.order(LYON)
    people.approve(INES)
    first = receipt(people, people.link(INES))
    people.change_cart(LYON, price=100)
    people.tell_again(LYON)
    assert people.approval(SUBJECT).state is State.OPEN
    assert people.house.visit(people.link(INES), tail="/receipt")["statusCode"] == 404
    people.reject(INES, "too dear")
    second = receipt(people, people.link(INES))
    assert [(one["round"], one["outcome"]) for one in (first, second)] == [(1, "approved"), (2, "rejected")]
    assert verifies(second, PUBLIC)
    assert len(stored(people)) == 2


def test_a_receipt_of_people_and_reasons_in_any_script_verifies(people: Approving) -> None:
    people.order(HOTEL)
    people.reject(DANA, 'Größe "XL", 価格が高い \U0001f600 \\u0000 </script>')
    found = receipt(people, people.link(DANA))
    assert verifies(found, PUBLIC)
    assert verifies(json.loads(json.dumps(found, indent=4, sort_keys=True)), PUBLIC)
    assert found["decisions"][0]["reason"].startswith('Größe "XL"')


def stored(people: Approving) -> dict[str, Any]:
    """The receipts that are kept, by key, with their versions."""
    return {key: (one.version, one.document) for key, one in people.house.state.every("approval-receipt").items()}


def test_the_shelf_holds_what_is_served(people: Approving) -> None:
    people.order(LYON)
    people.approve(INES)
    kept = approval_shelves.receipts(people.house.state).get(approval_shelves.receipt_key(people.approval(SUBJECT)))
    assert kept == receipt(people, people.link(INES))
