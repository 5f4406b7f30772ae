import json
from typing import Any

import pytest
from tests.unit.ingress.door import ORDER, TOKEN, Door, as_bytes, request
from tests.unit.ingress.test_strict_json import REFUSED

from herald.runtime.receiver import Limits

LIMITS = Limits(max_body_bytes=1000, max_json_depth=32)
PADDED = as_bytes({**ORDER, "padding": ""})


def padded(size: int) -> bytes:
    return PADDED.replace(b'"padding": ""', b'"padding": "' + b"x" * (size - len(PADDED)) + b'"')


def with_body(body: Any, *, base64: Any = True) -> dict[str, Any]:
    return {**request(ORDER), "body": body, "isBase64Encoded": base64}


CORPUS: dict[str, tuple[dict[str, Any], int, str]] = {
    **{name: (request(body), 400, "json") for name, (body, _) in REFUSED.items() if len(body) <= 1000},
    "an array": (request([ORDER]), 400, "json"),
    "a text": (request("hello"), 400, "json"),
    "a number": (request(1), 400, "json"),
    "null": (request(None), 400, "json"),
    "no body": (with_body(None), 400, "json"),
    "a body of another type": (with_body({"topic": "orders"}), 400, "body-encoding"),
    "a body that is a list": (with_body([1]), 400, "body-encoding"),
    "base64 said, JSON sent": (with_body(json.dumps(ORDER), base64=True), 400, "body-encoding"),
    "base64 cut off": (with_body(request(ORDER)["body"][:-3], base64=True), 400, "body-encoding"),
    "base64 with line breaks": (with_body("e30\n=", base64=True), 400, "body-encoding"),
    "base64 with letters of another alphabet": (with_body("ümlaut==", base64=True), 400, "body-encoding"),
    "base64 sent, not said": (with_body(request(ORDER)["body"], base64=False), 400, "json"),
    "half a surrogate pair": (with_body('{"a":"\ud800"}', base64=False), 400, "json"),
    "one byte too many": (request(padded(1001)), 413, "body-too-large"),
    "one byte too many in plain": (request(padded(1001), base64=False), 413, "body-too-large"),
    "a megabyte": (request(padded(2**20)), 413, "body-too-large"),
    "a megabyte that is no base64": (with_body("!" * 2**20), 413, "body-too-large"),
    "letters count as bytes": (with_body('{"a":"' + "ü" * 500 + '"}', base64=False), 413, "body-too-large"),
    "no content type": (request(ORDER, content_type=None), 415, "content-type"),
    "an empty content type": (request(ORDER, content_type=""), 415, "content-type"),
    "a form": (request(ORDER, content_type="application/x-www-form-urlencoded"), 415, "content-type"),
    "plain text": (request(ORDER, content_type="text/plain"), 415, "content-type"),
    "any JSON": (request(ORDER, content_type="application/problem+json"), 415, "content-type"),
    "latin 1": (request(ORDER, content_type="application/json; charset=iso-8859-1"), 415, "content-type"),
    "UTF-16": (request(ORDER, content_type="application/json; charset=utf-16"), 415, "content-type"),
    "two content types": (request(ORDER, content_type="application/json,application/json"), 415, "content-type"),
    "a batch that is an object": (request(ORDER, content_type="application/cloudevents-batch+json"), 403, "unsigned"),
}


@pytest.mark.parametrize(("event", "status", "problem"), CORPUS.values(), ids=CORPUS.keys())
def test_a_malformed_request_is_the_senders_fault(event: dict[str, Any], status: int, problem: str) -> None:
    door = Door(limits=LIMITS)
    answer = door(event)
    assert (answer.status, answer.problem) == (status, problem)
    assert door.counters == {"RequestsRefused": 1}
    assert not door.steps
    assert [level for level, _, _ in door.log.lines] == ["warning"]
    assert TOKEN not in answer.raw["body"]


@pytest.mark.parametrize("body", [body for body, _ in REFUSED.values()], ids=REFUSED.keys())
def test_the_largest_bodies_are_refused_alike(body: bytes) -> None:
    assert Door()(request(body)).problem == "json"


@pytest.mark.parametrize("base64", [True, False])
def test_the_largest_allowed_body_is_taken(base64: bool) -> None:
    assert Door(limits=LIMITS)(request(padded(1000), base64=base64)).status == 202


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"headers": None, "pathParameters": None, "requestContext": None, "body": None},
        {"headers": [], "pathParameters": "x", "requestContext": [], "body": ""},
        {"headers": {"content-type": 1, 2: "x"}, "pathParameters": {"source": None, "token": 3}},
    ],
)
def test_a_request_of_no_shape_at_all_comes_from_nobody(event: dict[str, Any]) -> None:
    answer = Door()(event)
    assert (answer.status, answer.problem) == (401, "credentials")
    assert "instance" not in answer.document


def test_a_name_twice_is_not_read_as_its_last_value() -> None:
    raw = b'{"topic":"orders","action":"created","data":{"id":"a","id":"b"}}'
    assert Door()(request(raw)).problem == "json"


def test_numbers_keep_every_digit() -> None:
    door = Door()
    raw = b'{"topic":"orders","action":"created","data":{"id":"a","price":0.10000000000000000001}}'
    event = door.inbox.load(door(request(raw)).document["id"])
    assert event is not None
    assert str(event.data["price"]) == "0.10000000000000000001"
