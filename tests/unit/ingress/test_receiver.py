import json
from functools import partial
from typing import Any

import pytest
from tests.unit.ingress.door import (
    HEADER_VALUE,
    ORDER,
    TOKEN,
    WHSEC,
    Door,
    FailingInbox,
    callback_door,
    request,
    signature_headers,
    signed_request,
)  # fmt: skip

from herald.domain.errors import ConfigurationError, PoisonError, Reason
from herald.domain.event import Origin, Trust
from herald.domain.media_type import CLOUDEVENT, CLOUDEVENTS_BATCH, JSON
from herald.domain.opentext_envelope import OPENTEXT_CALLBACK
from herald.ports import StorageError

SUBMITTED = {
    "specversion": "1.0", "id": "e-1", "source": "https://shop.example.com", "type": "configuration.submitted",
    "data": {"region": "EMEA"},
}  # fmt: skip


def test_a_new_event_is_accepted_and_is_in_the_inbox() -> None:
    door = Door()
    answer = door(request(ORDER))
    assert answer.status == 202
    assert answer.document["duplicate"] is False
    event = door.inbox.load(answer.document["id"])
    assert event is not None
    assert (event.type, event.origin, event.trust) == ("threekit.order.created", Origin.WEBHOOK, Trust.UNSIGNED)
    assert door.steps == [f"ingest.verified {event.subject}", f"ingest.recorded {event.subject}"]
    assert door.counters == {"EventsRecorded": 1}
    assert door.log.last == {
        "request": "JKJaXmPLvHcESHA=", "source": "showroom", "events": [event.id], "outcomes": ["new"], "status": 202,
    }  # fmt: skip


def test_the_same_event_again_is_accepted_as_known() -> None:
    door = Door()
    first, again = door(request(ORDER)), door(request(ORDER, base64=False))
    assert (again.status, again.document) == (200, {"id": first.document["id"], "duplicate": True})
    assert door.counters == {"EventsRecorded": 1, "EventsRepeated": 1}


def test_another_body_under_a_known_id_is_a_conflict() -> None:
    door = Door()
    door(signed_request(ORDER))
    other = {**ORDER, "data": {**ORDER["data"], "status": "Complete"}}  # type: ignore[dict-item]
    answer = door(signed_request(other))
    assert (answer.status, answer.problem) == (409, "id-conflict")
    assert door.counters["EventsConflicting"] == 1


def test_a_signed_connector_event_is_recorded_as_proof() -> None:
    door = Door()
    answer = door(signed_request(SUBMITTED, content_type=CLOUDEVENT))
    event = door.inbox.load(answer.document["id"])
    assert event is not None
    assert (event.type, event.origin, event.trust) == ("configuration.submitted", Origin.CONNECTOR, Trust.SIGNED)


def test_a_batch_answers_for_each_event() -> None:
    door = Door()
    batch = [SUBMITTED, {**SUBMITTED, "id": "e-2"}]
    first = door(signed_request(batch, content_type=CLOUDEVENTS_BATCH))
    longer = door(signed_request([*batch, {**SUBMITTED, "id": "e-3"}], content_type=CLOUDEVENTS_BATCH))
    again = door(signed_request(batch, content_type=CLOUDEVENTS_BATCH))
    assert [answer.status for answer in (first, longer, again)] == [202, 202, 200]
    assert [told["duplicate"] for told in longer.document["events"]] == [True, True, False]
    changed = [{**SUBMITTED, "data": {}}, {**SUBMITTED, "id": "e-4"}]
    conflict = door(signed_request(changed, content_type=CLOUDEVENTS_BATCH))
    assert (conflict.status, conflict.problem) == (409, "id-conflict")
    first_told, second_told = conflict.document["events"]
    assert first_told == {"id": first.document["events"][0]["id"], "conflict": True}
    assert second_told["duplicate"] is False
    assert door.inbox.load(second_told["id"]) is not None


def test_a_batch_with_one_bad_event_records_none() -> None:
    door = Door()
    answer = door(signed_request([SUBMITTED, {**SUBMITTED, "id": ""}], content_type=CLOUDEVENTS_BATCH))
    assert (answer.status, answer.problem) == (422, "envelope")
    assert not door.steps


@pytest.mark.parametrize(
    ("event", "status", "problem"),
    [
        (request(SUBMITTED, content_type=CLOUDEVENT), 403, "unsigned"),
        (request(SUBMITTED), 403, "unsigned"),
        (signed_request({**SUBMITTED, "type": "threekit.order.created"}), 422, "reserved-type"),
        (signed_request({**SUBMITTED, "type": "approval.answered"}), 422, "reserved-type"),
        (signed_request({**SUBMITTED, "specversion": "2.0"}), 422, "envelope"),
        (request({"topic": "orders"}), 422, "envelope"),
    ],
)
def test_what_an_accepted_sender_may_not_tell(event: dict[str, Any], status: int, problem: str) -> None:
    door = Door()
    answer = door(event)
    assert (answer.status, answer.problem) == (status, problem)
    assert not door.steps
    assert door.counters == {"RequestsRefused": 1}


@pytest.mark.parametrize(
    "event",
    [
        request(ORDER, source="showroom"),
        request(ORDER, source="partner", token=None, headers={"X-PARTNER-KEY": HEADER_VALUE}),
        request(
            ORDER,
            source="legacy",
            token=None,
            headers={"Authorization": "Basic aGVyYWxkOmNvcnJlY3QtaG9yc2UtYmF0dGVyeQ=="},
        ),
        signed_request(ORDER),
    ],
)
def test_each_scheme_opens_the_door(event: dict[str, Any]) -> None:
    assert Door()(event).status == 202


def test_the_refusals_of_a_source_cannot_be_told_apart_from_outside() -> None:
    raw = json.dumps(ORDER).encode()
    door = Door()
    refused = [
        request(ORDER, source="nobody"),
        request(ORDER, source=""),
        request(ORDER, source="showroom", token="wrong"),
        request(ORDER, source="showroom", token=None),
        request(ORDER, source="storefront"),
        request(b"{}", source="storefront", headers=signature_headers(raw)),
        request(ORDER, source="partner"),
        request(ORDER, source="legacy"),
        request(ORDER, source="vault"),
        request(raw, source="vault", headers=signature_headers(raw)),
        request(ORDER, source="broken"),
        request(ORDER, source="open"),
        {**request(ORDER), "pathParameters": None},
        {**request(ORDER), "pathParameters": {}},
        # Whatever else is wrong with it, a stranger learns nothing about what a source would take.
        request(b"not JSON", source="nobody", content_type="text/plain"),
    ]
    answers = [door(event).raw for event in refused]
    assert answers[0]["statusCode"] == 401
    assert answers[0]["headers"]["www-authenticate"] == 'Basic realm="herald", charset="UTF-8"'
    assert all(answer == answers[0] for answer in answers)


def test_the_log_says_what_did_not_pass_and_never_a_name_nobody_configured() -> None:
    door = Door()
    door(request(ORDER, source="storefront"))
    assert (door.log.last["source"], door.log.last["failed"]) == ("storefront", ["hmac:missing"])
    door(request(ORDER, source=TOKEN, token=None))
    assert (door.log.last["source"], door.log.last["failed"]) == ("unknown", ["no_scheme"])


def test_a_broken_source_is_told_to_the_operator_and_the_others_work_on() -> None:
    door = Door()
    assert door(request(ORDER, source="broken")).status == 401
    level, line, extra = door.log.lines[0]
    assert (level, line, extra["source"]) == ("error", "source.misconfigured", "broken")
    assert extra["fix"] == "hmac: Value error, use a key of at least 24 bytes, better 32"
    assert door.counters == {"SourcesMisconfigured": 1, "RequestsRefused": 1}
    assert door(request(ORDER)).status == 202


@pytest.mark.parametrize(
    ("error", "where"),
    [(StorageError("the table is not there"), "record"), (TimeoutError("slow"), "record"), (KeyError("x"), "record")],
)
def test_what_could_not_be_recorded_is_to_be_sent_again(error: Exception, where: str) -> None:
    door = Door(inbox=FailingInbox(error))
    answer = door(request(ORDER))
    assert (answer.status, answer.problem, answer.headers["retry-after"]) == (503, "unavailable", "30")
    assert str(error) not in answer.raw["body"]
    assert door.log.lines[0][0] == "error"
    assert door.log.last["error"] == type(error).__name__
    assert any(frame.endswith(where) for frame in door.log.last["where"])
    assert door.counters == {"RequestsFailed": 1}


def test_an_event_no_table_can_keep_is_too_large() -> None:
    door = Door(inbox=FailingInbox(PoisonError(Reason.MALFORMED_MESSAGE, "400 KB")))
    answer = door(request(ORDER))
    assert (answer.status, answer.problem) == (413, "body-too-large")


@pytest.mark.parametrize("secret", [{"sources": []}, {"sources": "text"}])
def test_a_secret_that_is_unusable_as_a_whole_closes_every_door_alike(secret: dict[str, Any]) -> None:
    door = Door(secret=lambda: secret)
    answers = [door(request(ORDER, source=source)).raw for source in ("showroom", "nobody")]
    assert answers[0] == answers[1]
    assert answers[0]["statusCode"] == 503
    assert '"sources" must be an object' in door.log.last["fix"]


def test_a_secret_that_cannot_be_read_is_to_be_waited_for() -> None:
    def unreadable() -> dict[str, Any]:
        raise StorageError("no answer from the secret store")

    door = Door(secret=unreadable)
    answer = door(request(ORDER))
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert door.log.last["error"] == "StorageError"


def test_a_secret_that_raises_a_configuration_error_names_the_fix_in_the_log() -> None:
    def malformed() -> dict[str, Any]:
        raise ConfigurationError("write a JSON object into the secret")

    door = Door(secret=malformed)
    assert door(request(ORDER)).status == 503
    assert door.log.last["fix"] == "write a JSON object into the secret"


def test_what_nobody_foresaw_is_answered_without_a_word_of_it() -> None:
    door = Door()

    def gone() -> Any:
        raise RuntimeError(f"the clock stands at {TOKEN}")

    object.__setattr__(door.receiver, "clock", gone)
    answer = door(request(ORDER))
    assert (answer.status, answer.problem) == (500, "unexpected")
    assert (door.log.last["error"], door.log.last["status"]) == ("RuntimeError", 500)
    assert TOKEN not in f"{answer.raw} {door.log.lines}"


def test_a_problem_document_says_all_that_rfc_9457_asks_for() -> None:
    answer = Door()(request(b"", token=TOKEN))
    assert answer.headers == {"content-type": "application/problem+json", "cache-control": "no-store"}
    assert answer.document == {
        "type": "/problems/json", "title": "The body is not acceptable JSON", "status": 400,
        "detail": "the body is empty", "instance": "JKJaXmPLvHcESHA=",
    }  # fmt: skip


def test_the_callback_door_takes_a_status_and_nothing_else() -> None:
    door = Door(envelope=OPENTEXT_CALLBACK)
    answer = door(request({"job_id": "xsi2-1", "job_state": ["Complete"], "deliveries": []}))
    assert answer.status == 202
    event = door.inbox.load(answer.document["id"])
    assert event is not None
    assert event.type == "opentext.status"
    assert door(request(ORDER)).problem == "envelope"
    assert door(signed_request(SUBMITTED, content_type=CLOUDEVENT)).problem == "content-type"


def test_a_source_of_no_kind_sends_status() -> None:
    door = callback_door()
    answer = door(request({"job_id": "xsi2-1", "job_state": ["Complete"], "deliveries": []}, source="notifications"))
    event = door.inbox.load(answer.document["id"])
    assert event is not None
    assert event.type == "opentext.status"


def test_what_a_source_may_send_is_said_by_its_kind_alone() -> None:
    status = {"job_id": "xsi2-1", "job_state": ["Complete"], "deliveries": []}
    door = callback_door()
    types = {}
    for source in ("notifications", "flow", "sms", "whatsapp"):
        event = door.inbox.load(door(request(status, source=source)).document["id"])
        assert event is not None
        types[source] = event.type
    assert types == {
        "notifications": "opentext.status", "flow": "opentext.workflow", "sms": "opentext.reply.sms",
        "whatsapp": "opentext.reply.whatsapp",
    }  # fmt: skip


def test_a_source_of_an_unknown_kind_is_told_to_the_operator_and_answered_as_an_unknown_one() -> None:
    door = callback_door()
    unknown, misconfigured = (door(request({}, source=source)).raw for source in ("nobody", "fax"))
    assert unknown == misconfigured
    extra = next(extra for _, line, extra in door.log.lines if line == "source.misconfigured")
    assert (extra["source"], extra["fix"]) == (
        "fax",
        "kind: write one of status, workflow, sms-replies, whatsapp-replies",
    )
    assert door.counters["SourcesMisconfigured"] == 1


def test_a_content_type_that_is_not_taken_is_told_those_of_the_kind() -> None:
    door = callback_door()
    told = {
        source: door(request({}, source=source, content_type="text/plain")).document["detail"].partition(": ")[2]
        for source in ("notifications", "flow", "sms", "whatsapp")
    }
    assert told == {
        "notifications": JSON, "flow": f"{CLOUDEVENT}, {JSON}", "sms": JSON, "whatsapp": JSON,
    }  # fmt: skip


def test_a_key_is_replaced_without_a_gap() -> None:
    new = "whsec_" + "bmV3IGtleSBvZiB0aGlydHktdHdvIGJ5dGVzIQ=="
    raw = json.dumps(ORDER).encode()
    before, during, after = ({"sources": {"erp": {"hmac": keys}}} for keys in ([WHSEC], [new, WHSEC], [new]))
    old_headers = signature_headers(raw, message_id="old")
    new_headers = signature_headers(raw, message_id="new", key=b"new key of thirty-two bytes!")
    statuses = []
    for secret in (before, during, after):
        door = Door(secret=partial(dict, secret))
        sent = [request(raw, source="erp", token=None, headers=headers) for headers in (old_headers, new_headers)]
        statuses.append([door(event).status for event in sent])
    assert statuses == [[202, 401], [202, 202], [401, 202]]
