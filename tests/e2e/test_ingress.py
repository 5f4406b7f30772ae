"""The two doors, through the gateway: who is let in, who is not, and that nothing of the refused is kept."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from tests.e2e.whole_stack import PATH_TOKEN, SIGNED, SIGNING_KEYS, TOKENED, WholeStack, signature

pytestmark = pytest.mark.e2e

BATCH = "application/cloudevents-batch+json"
MAX_BODY_BYTES = 262_144
TOLERANCE_SECONDS = 300
FOREIGN_KEY = "whsec_" + "A" * 43 + "="


def cloudevent(**changes: Any) -> dict[str, Any]:
    """An event to which no rule listens."""
    return {
        "specversion": "1.0", "id": uuid.uuid4().hex, "source": "https://pim.example.com/connector",
        "type": "connector.heartbeat", "data": {"at": 1}, **changes,
    }  # fmt: skip


def body_of(document: Any) -> bytes:
    return json.dumps(document).encode()


def native(**data: Any) -> bytes:
    """A body as Threekit pushes it, about something no rule listens to."""
    return body_of({"topic": "assets", "action": "updated", "data": {"id": uuid.uuid4().hex, **data}})


def post_with_token(stack: WholeStack, body: bytes, token: str = PATH_TOKEN, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return stack.post(f"/webhooks/threekit/{TOKENED}/{token}", body, {"content-type": "application/json", **named})


@contextmanager
def nothing_recorded(stack: WholeStack) -> Iterator[None]:
    """Hold the inbox to what it was before, for both sources of these tests."""
    before = {source: stack.inbox_of(source) for source in (SIGNED, TOKENED)}
    yield
    assert {source: stack.inbox_of(source) for source in (SIGNED, TOKENED)} == before


def assert_problem(answer: httpx.Response, status: int, slug: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert (document["type"], document["status"]) == (f"/problems/{slug}", status)
    assert document["title"]
    assert document["detail"]


def assert_recorded(stack: WholeStack, answer: httpx.Response, source: str) -> str:
    assert answer.status_code == 202, answer.text
    assert answer.json()["duplicate"] is False
    event_id = str(answer.json()["id"])
    assert event_id in stack.inbox_of(source)
    return event_id


class TestWhoIsLetIn:
    def test_a_good_signature(self, stack: WholeStack) -> None:
        assert_recorded(stack, stack.post_signed(body_of(cloudevent())), SIGNED)

    @pytest.mark.parametrize("key", SIGNING_KEYS, ids=("first", "second", "third"))
    def test_each_of_three_live_keys_while_one_is_being_replaced(self, stack: WholeStack, key: str) -> None:
        assert_recorded(stack, stack.post_signed(body_of(cloudevent()), key=key), SIGNED)

    def test_a_path_token(self, stack: WholeStack) -> None:
        assert_recorded(stack, post_with_token(stack, native()), TOKENED)

    def test_utf_8_by_name(self, stack: WholeStack) -> None:
        answer = post_with_token(stack, native(name="Stühle"), content_type="application/json; charset=UTF-8")
        assert_recorded(stack, answer, TOKENED)

    def test_a_body_as_large_as_allowed(self, stack: WholeStack) -> None:
        frame = native(filler="")
        answer = post_with_token(stack, frame.replace(b'""', b'"' + b"x" * (MAX_BODY_BYTES - len(frame)) + b'"'))
        assert_recorded(stack, answer, TOKENED)


class TestTheSameAgain:
    def test_a_duplicate_is_known_and_not_recorded_again(self, stack: WholeStack) -> None:
        body = body_of(cloudevent())
        event_id = assert_recorded(stack, stack.post_signed(body), SIGNED)
        with nothing_recorded(stack):
            again = stack.post_signed(body)
        assert (again.status_code, again.json()) == (200, {"id": event_id, "duplicate": True})

    def test_the_same_id_with_another_body_is_refused_and_audited_and_the_first_stands(self, stack: WholeStack) -> None:
        event = cloudevent()
        event_id = assert_recorded(stack, stack.post_signed(body_of(event)), SIGNED)
        with nothing_recorded(stack):
            assert_problem(stack.post_signed(body_of({**event, "data": {"at": 2}})), 409, "id-conflict")
        trace = stack.trace(event_id)
        assert trace is not None
        assert trace.event.data == {"at": 1}
        assert [e.record.outcome for e in trace.entries if e.record.action == "event.conflict"] == ["refused"]


class TestBatches:
    def test_all_of_a_batch_is_recorded_and_known_when_it_comes_again(self, stack: WholeStack) -> None:
        body = body_of([cloudevent(), cloudevent(), cloudevent()])
        first = stack.post_signed(body, content_type=BATCH)
        assert first.status_code == 202, first.text
        told = first.json()["events"]
        assert [entry["duplicate"] for entry in told] == [False, False, False]
        assert {entry["id"] for entry in told} <= stack.inbox_of(SIGNED).keys()
        with nothing_recorded(stack):
            again = stack.post_signed(body, content_type=BATCH)
        assert again.status_code == 200
        assert again.json()["events"] == [{**entry, "duplicate": True} for entry in told]

    def test_one_bad_event_refuses_the_whole_batch(self, stack: WholeStack) -> None:
        with nothing_recorded(stack):
            answer = stack.post_signed(body_of([cloudevent(), cloudevent(id="")]), content_type=BATCH)
        assert_problem(answer, 422, "envelope")

    def test_a_conflict_in_a_batch_names_it(self, stack: WholeStack) -> None:
        known = cloudevent()
        event_id = assert_recorded(stack, stack.post_signed(body_of(known)), SIGNED)
        answer = stack.post_signed(body_of([{**known, "data": {"at": 2}}]), content_type=BATCH)
        assert_problem(answer, 409, "id-conflict")
        assert answer.json()["events"] == [{"id": event_id, "conflict": True}]


class TestWhoIsNotLetIn:
    @pytest.fixture(autouse=True)
    def _nothing_recorded(self, stack: WholeStack) -> Iterator[None]:
        with nothing_recorded(stack):
            yield

    def test_a_foreign_key(self, stack: WholeStack) -> None:
        assert_problem(stack.post_signed(body_of(cloudevent()), key=FOREIGN_KEY), 401, "credentials")

    def test_a_body_that_was_changed_on_the_way(self, stack: WholeStack) -> None:
        body = body_of(cloudevent())
        headers = {"content-type": "application/cloudevents+json", **signature(body, SIGNING_KEYS[0])}
        answer = stack.post(f"/webhooks/threekit/{SIGNED}", body + b" ", headers)
        assert_problem(answer, 401, "credentials")

    @pytest.mark.parametrize("seconds", [-TOLERANCE_SECONDS - 60, TOLERANCE_SECONDS + 60], ids=("expired", "future"))
    def test_a_signature_of_another_time(self, stack: WholeStack, seconds: int) -> None:
        answer = stack.post_signed(body_of(cloudevent()), at=time.time() + seconds)
        assert_problem(answer, 401, "credentials")

    @pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    def test_a_header_that_is_missing(self, stack: WholeStack, header: str) -> None:
        answer = stack.post_signed(body_of(cloudevent()), without=header)
        assert_problem(answer, 401, "credentials")

    def test_no_credentials_at_all(self, stack: WholeStack) -> None:
        headers = {"content-type": "application/cloudevents+json"}
        assert_problem(stack.post(f"/webhooks/threekit/{SIGNED}", body_of(cloudevent()), headers), 401, "credentials")

    def test_an_unknown_source_is_answered_as_one_with_a_wrong_credential(self, stack: WholeStack) -> None:
        unknown = stack.post_signed(body_of(cloudevent()), source="nobody")
        wrong = stack.post_signed(body_of(cloudevent()), key=FOREIGN_KEY)
        assert_problem(unknown, 401, "credentials")
        assert {**unknown.json(), "instance": ""} == {**wrong.json(), "instance": ""}

    def test_a_wrong_path_token(self, stack: WholeStack) -> None:
        assert_problem(post_with_token(stack, native(), token="x" * 32), 401, "credentials")

    def test_the_path_token_of_another_source(self, stack: WholeStack) -> None:
        answer = stack.post(f"/webhooks/threekit/orders/{PATH_TOKEN}", native(), {"content-type": "application/json"})
        assert_problem(answer, 401, "credentials")

    def test_a_webhook_token_at_the_callbacks(self, stack: WholeStack) -> None:
        answer = stack.post(f"/callbacks/opentext/{TOKENED}/{PATH_TOKEN}", b"{}", {"content-type": "application/json"})
        assert_problem(answer, 401, "credentials")

    def test_an_unsigned_cloudevent(self, stack: WholeStack) -> None:
        body = body_of(cloudevent())
        assert_problem(post_with_token(stack, body, content_type="application/cloudevents+json"), 403, "unsigned")
        assert_problem(post_with_token(stack, body), 403, "unsigned")

    def test_a_type_that_only_herald_gives(self, stack: WholeStack) -> None:
        answer = stack.post_signed(body_of(cloudevent(type="threekit.order.created")))
        assert_problem(answer, 422, "reserved-type")

    @pytest.mark.parametrize("path", [f"/webhooks/threekit/{TOKENED}/{PATH_TOKEN}", f"/webhooks/threekit/{SIGNED}"])
    def test_another_method(self, stack: WholeStack, path: str) -> None:
        answer = stack.http.get(f"{stack.house.connection.api_url}{path}")
        assert answer.status_code in (404, 405)


class TestBodiesThatAreNotTaken:
    @pytest.fixture(autouse=True)
    def _nothing_recorded(self, stack: WholeStack) -> Iterator[None]:
        with nothing_recorded(stack):
            yield

    def test_one_byte_too_many(self, stack: WholeStack) -> None:
        frame = native(filler="")
        body = frame.replace(b'""', b'"' + b"x" * (MAX_BODY_BYTES + 1 - len(frame)) + b'"')
        assert_problem(post_with_token(stack, body), 413, "body-too-large")

    def test_megabytes(self, stack: WholeStack) -> None:
        assert_problem(post_with_token(stack, native(filler="x" * 4_000_000)), 413, "body-too-large")

    @pytest.mark.parametrize(
        "body",
        [
            b"", b"order", b'{"topic": "assets"', b"{'topic': 'assets'}", b'{"a": 1, "a": 2}', b'{"a": NaN}',
            b'{"a": 1e400}', b'{"a": ' + b"9" * 5000 + b"}",
        ],
        ids=["nothing", "a word", "half", "single quotes", "a name twice", "NaN", "beyond a double", "5,000 digits"],
    )  # fmt: skip
    def test_what_is_not_json(self, stack: WholeStack, body: bytes) -> None:
        assert_problem(post_with_token(stack, body), 400, "json")

    @pytest.mark.parametrize("brackets", [(b"[", b"]"), (b'{"a":', b"}")], ids=["arrays", "objects"])
    def test_ten_thousand_deep(self, stack: WholeStack, brackets: tuple[bytes, bytes]) -> None:
        body = brackets[0] * 10_000 + b"1" + brackets[1] * 10_000
        assert_problem(post_with_token(stack, body), 400, "json")

    def test_what_is_not_utf_8(self, stack: WholeStack) -> None:
        """Of a CloudEvent, whose bytes the gateway hands on as they are; of plain JSON it makes a text first."""
        body = body_of(cloudevent()).replace(b'"at"', b'"a\xff"')
        assert_problem(stack.post_signed(body), 400, "json")

    @pytest.mark.parametrize(
        "content_type",
        [
            "application/json; charset=utf-16", "application/json; charset=iso-8859-1", "text/plain", "text/json",
            "application/xml", "multipart/form-data", "application/json, application/json", "nonsense",
        ],
    )  # fmt: skip
    def test_another_content_type(self, stack: WholeStack, content_type: str) -> None:
        assert_problem(post_with_token(stack, native(), content_type=content_type), 415, "content-type")

    @pytest.mark.parametrize(
        "body",
        [b"{}", b'{"topic": "assets"}', b'{"topic": "assets", "action": "updated", "data": {"id": "../orders"}}'],
        ids=["empty", "without data", "an id that leads elsewhere"],
    )
    def test_json_that_describes_no_event(self, stack: WholeStack, body: bytes) -> None:
        assert_problem(post_with_token(stack, body), 422, "envelope")

    def test_an_array_where_an_object_belongs(self, stack: WholeStack) -> None:
        assert_problem(post_with_token(stack, b"[]"), 400, "json")
