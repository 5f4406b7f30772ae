"""The OpenText simulator keeps each rule of docs/vendor/opentext.md, plays each switch, and each shared fault."""

import base64
import dataclasses
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.contract.simulators.loopback_client import BARE, loopback_client
from tests.contract.simulators.webhook_receiver import WebhookReceiver

import simulators
from simulators.__main__ import build, parser
from simulators.faults import Fault
from simulators.opentext.callbacks import WebhookTarget
from simulators.opentext.credentials import CLIENT_ID, CLIENT_SECRET, TENANT, USER_ID, USER_PASSWORD
from simulators.opentext.outcomes import OutcomeName
from simulators.opentext.simulator import OpenTextSimulator, OpenTextSwitches, OpenTextSwitchValues

SMS = "/mra/v1/outbound/sms"
EMAILS = "/mra/v1/outbound/emails"
TOKEN = f"/tenants/{TENANT}/oauth2/token"
NUMBER = "00447700900123"
MAIL = "jonas.brandt@example.com"


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = datetime(2025, 11, 3, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def client(sim: OpenTextSimulator) -> httpx.Client:
    return loopback_client(base_url=sim.url, auth=(USER_ID, USER_PASSWORD))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sim(clock: Clock) -> Iterator[OpenTextSimulator]:
    with OpenTextSimulator(manual=True, clock=clock) as running:
        yield running


@pytest.fixture
def api(sim: OpenTextSimulator) -> Iterator[httpx.Client]:
    with client(sim) as running:
        yield running


def b64(text: str, charset: str = "UTF-8") -> str:
    return base64.b64encode(text.encode(charset)).decode()


def sms(**changes: Any) -> dict[str, Any]:
    return {"destinations": [{"sms": NUMBER, "ref": "r1"}], "sms_text": "Your order is ready", **changes}


def part(**changes: Any) -> dict[str, Any]:
    return {"type": "text", "name": "text.txt", "charset": "UTF-8", "data": b64("Grüße"), **changes}


def email(**changes: Any) -> dict[str, Any]:
    return {"destinations": [{"email": MAIL, "ref": "r1"}], "body": [part()], **changes}


def with_id(message_id: str) -> dict[str, Any]:
    return {"options": {"message_id": message_id}}


def refused(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.json()["message"]


def job_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["job_id"]
    job_id: str = answer.json()["job_id"]
    return job_id


def wait_until(true: Callable[[], bool]) -> None:
    """Wait until something is so, or fail after many tries."""
    for _ in range(2000):
        if true():
            return
        time.sleep(0.005)
    pytest.fail("it never came to be")


# Credentials


@pytest.mark.parametrize(
    "auth", [None, ("simulated-user", "wrong"), ("wrong", USER_PASSWORD), (CLIENT_ID, CLIENT_SECRET)]
)
def test_wrong_basic_is_401(sim: OpenTextSimulator, auth: Any) -> None:
    refused(BARE.post(sim.url + SMS, json=sms(), auth=auth), 401)
    refused(BARE.get(f"{sim.url}{SMS}/status?job_id=xsi-1", auth=auth), 401)
    assert sim.submits == []


def test_malformed_basic_is_401(sim: OpenTextSimulator) -> None:
    refused(BARE.post(sim.url + SMS, json=sms(), headers={"Authorization": "Basic %%%"}), 401)


def bearer(sim: OpenTextSimulator, token: str) -> httpx.Response:
    return BARE.post(sim.url + SMS, json=sms(), headers={"Authorization": f"Bearer {token}"})


def test_token_from_form_is_accepted_until_it_expires(sim: OpenTextSimulator, clock: Clock) -> None:
    sim.switches.token_lifetime_seconds = 60
    answer = BARE.post(sim.url + TOKEN, data={"grant_type": "client_credentials"}, auth=(CLIENT_ID, CLIENT_SECRET))
    token = answer.json()["access_token"]
    assert answer.json()["expires_in"] == 60
    clock.now += timedelta(seconds=59)
    assert bearer(sim, token).status_code == 200
    clock.now += timedelta(seconds=1)
    refused(bearer(sim, token), 401)


def test_token_from_form_with_the_official_wrong_content_type(sim: OpenTextSimulator) -> None:
    headers = {"Content-Type": "application/json"}
    content = "grant_type=client_credentials"
    answer = BARE.post(sim.url + TOKEN, content=content, headers=headers, auth=(CLIENT_ID, CLIENT_SECRET))
    assert bearer(sim, answer.json()["access_token"]).status_code == 200


def test_token_from_json_form(sim: OpenTextSimulator) -> None:
    body = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials"}
    token = BARE.post(sim.url + TOKEN, json=body).json()["access_token"]
    assert bearer(sim, token).status_code == 200
    sim.credentials.revoke_all()
    refused(bearer(sim, token), 401)


@pytest.mark.parametrize(("path", "secret"), [(TOKEN, "wrong"), ("/tenants/other/oauth2/token", CLIENT_SECRET)])
def test_wrong_client_gets_the_fault_body(sim: OpenTextSimulator, path: str, secret: str) -> None:
    answer = BARE.post(sim.url + path, data={"grant_type": "client_credentials"}, auth=(CLIENT_ID, secret))
    assert answer.status_code == 401
    assert answer.json()["fault"]["detail"]["errorcode"] == "oauth.v2.InvalidApiKey"


def test_other_grants_are_400(sim: OpenTextSimulator) -> None:
    answer = BARE.post(sim.url + TOKEN, data={"grant_type": "password"}, auth=(CLIENT_ID, CLIENT_SECRET))
    assert (answer.status_code, answer.json()) == (400, {"error": "unsupported_grant_type"})


def test_client_secret_is_no_bearer_token(sim: OpenTextSimulator) -> None:
    refused(bearer(sim, CLIENT_SECRET), 401)


# Submits


def test_minimal_submits_are_accepted(api: httpx.Client, sim: OpenTextSimulator) -> None:
    assert job_of(api.post(SMS, json={"destinations": [{"sms": NUMBER}], "sms_text": "x"})) == "xsi-1"
    assert job_of(api.post(EMAILS, json=email())) == "xsi-2"
    assert [(one.channel, one.texts) for one in sim.submits] == [("sms", ["x"]), ("email", ["Grüße"])]


def test_every_known_field_is_accepted(api: httpx.Client, sim: OpenTextSimulator) -> None:
    report = {"type": "detail", "report_destinations": [{"email": "ops@example.com"}]}
    options = {"message_id": "m", "billing_code": "b", "customer_reference": "c"}
    reports = {
        "report_template": "t",
        "delivery_report": report,
        "final_report": report,
        "progress_report": {**report, "intervals": "10 30 60"},
    }
    inserts = [{"id": 1, "value": "v"}]
    job_of(
        api.post(SMS, json=sms(destinations=[{"sms": NUMBER, "inserts": inserts}], options=options, reports=reports))
    )
    email_options = {
        "subject": "Hello",
        "from_display_name": "Alder & Finch",
        "forward_reply": "care@example.com",
        "charset": "ISO-8859-1",
        "pull_password": "word",
        "html_open_tracking": "top",
        "expiration_days": 14,
        "display_to": "a@example.com,b@example.com",
        "display_cc": "c@example.com",
    }
    destination = {"email": MAIL, "ref": "r", "inserts": inserts, "display_to": "x", "display_cc": "y"}
    body = [part(charset="ISO-8859-1", data=b64("Grüße", "ISO-8859-1")), part(type="HTML", data=b64("<p>Hi</p>"))]
    options = {**options, "message_id": "n"}
    full = {"destinations": [destination], "body": body, "reports": reports}
    job_of(api.post(EMAILS, json={**full, "options": {**options, "email_options": email_options}}))
    assert (sim.submits[1].subject, sim.submits[1].texts) == ("Hello", ["Grüße", "<p>Hi</p>"])


@pytest.mark.parametrize(
    "body",
    [
        {"sms_text": "x"},
        {"destinations": [{"sms": NUMBER}]},
        sms(destinations=[]),
        sms(sms_text=""),
        sms(sender="Alder"),
        sms(destinations=[{"sms": NUMBER, "name": "x"}]),
        sms(destinations=[{"ref": "x"}]),
        sms(destinations=[{"email": MAIL}]),
        sms(destinations=[{"sms": "+447700900123"}]),
        sms(destinations=[{"sms": "0044 7700 900123"}]),
        sms(destinations=[{"sms": NUMBER, "inserts": [{"id": "1", "value": "v"}]}]),
        sms(destinations=[{"sms": NUMBER, "inserts": [{"id": 1, "value": "v", "x": 1}]}]),
        sms(options={"schedule": "now"}),
        sms(options={"email_options": {}}),
        sms(options={"message_id": "m" * 81}),
        sms(options={"message_id": ""}),
        sms(reports={"final_report": {"type": "all"}}),
        sms(reports={"final_report": {"intervals": "10"}}),
        sms(reports={"webhook": {}}),
    ],
)
def test_sms_refuses_missing_unknown_and_wrong_fields(
    api: httpx.Client, sim: OpenTextSimulator, body: dict[str, Any]
) -> None:
    refused(api.post(SMS, json=body), 422)
    assert (sim.submits, sim.jobs) == ([], {})


@pytest.mark.parametrize(
    "body",
    [
        {"body": [part()]},
        {"destinations": [{"email": MAIL}]},
        email(destinations=[]),
        email(body=[]),
        email(destinations=[{"email": "no address"}]),
        email(attachments=[]),
        email(documents=[]),
        email(body=[part(data="%%%")]),
        email(body=[part(data=b64("Grüße", "ISO-8859-1"))]),
        email(body=[part(charset="no-such-charset")]),
        email(body=[part(type="html")]),
        email(body=[part(encoding="x")]),
        email(body=[{"type": "text", "name": "a"}]),
        email(options={"from": "a@example.com"}),
        email(options={"email_options": {"from_address": "a@example.com"}}),
        email(options={"email_options": {"html_open_tracking": "middle"}}),
        email(options={"email_options": {"expiration_days": 0}}),
        email(options={"message_id": "m" * 81}),
    ],
)
def test_email_refuses_missing_unknown_and_wrong_fields(
    api: httpx.Client, sim: OpenTextSimulator, body: dict[str, Any]
) -> None:
    refused(api.post(EMAILS, json=body), 422)
    assert (sim.submits, sim.jobs) == ([], {})


def test_message_id_of_80_characters_is_accepted(api: httpx.Client) -> None:
    job_of(api.post(SMS, json=sms(**with_id("m" * 80))))


def test_plus_numbers_are_a_switch(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.switches.plus_numbers = True
    job_of(api.post(SMS, json=sms(destinations=[{"sms": "+447700900123"}])))


def test_content_type_must_be_json(api: httpx.Client) -> None:
    refused(api.post(SMS, content=b"{}", headers={"Content-Type": "text/plain"}), 415)
    refused(api.post(SMS, content=b"{}"), 415)
    refused(api.post(SMS, content=b"{", headers={"Content-Type": "application/json; charset=utf-8"}), 400)


def test_repeated_message_id_answers_the_earlier_job(api: httpx.Client, sim: OpenTextSimulator) -> None:
    first = job_of(api.post(SMS, json=sms(**with_id("m1"))))
    assert job_of(api.post(SMS, json=sms(**with_id("m1")))) == first
    assert job_of(api.post(SMS, json=sms(**with_id("m2")))) != first
    assert [(one.message_id, one.arrivals) for one in sim.submits] == [("m1", 2), ("m2", 1)]
    assert sim.sends_per_recipient() == {NUMBER: 2}


def test_without_dedupe_a_repeat_is_a_new_job(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.switches.dedupe_message_id = False
    jobs = {job_of(api.post(SMS, json=sms(**with_id("m1")))) for _ in range(2)}
    assert len(jobs) == 2
    assert [(one.message_id, one.arrivals) for one in sim.submits] == [("m1", 2), ("m1", 2)]


def test_submit_id_is_recorded_and_dedupes_nothing(api: httpx.Client, sim: OpenTextSimulator) -> None:
    for _ in range(2):
        api.post(SMS, json=sms(), headers={"X-MRA-SubmitId": "s1"})
    assert [one.submit_id for one in sim.submits] == ["s1", "s1"]


# Status


def status(api: httpx.Client, path: str, job_id: str) -> dict[str, Any]:
    answer = api.get(f"{path}/status", params={"job_id": job_id})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_sms_job_plays_through_its_states(api: httpx.Client, sim: OpenTextSimulator) -> None:
    options = {"customer_reference": "order 7", "billing_code": "EMEA"}
    job_id = job_of(api.post(SMS, json=sms(options=options)))
    seen = []
    while True:
        body = status(api, SMS, job_id)
        seen.append((body["job_state"], body["deliveries"][0]["delivery_attempts"][0]["state"]))
        if sim.jobs[job_id].finished:
            break
        sim.advance(job_id)
    assert seen == [
        (["Setup", "Processing"], "Pending"),
        (["Processing"], "Submitted"),
        (["Delivering", "Posted"], "InProcess"),
        (["Complete", "Posted"], "Sent"),
        (["Complete", "Posted"], "Sent"),
    ]
    assert body == {
        "job_id": job_id,
        "job_state": ["Complete", "Posted"],
        "billing_code_base64": b64("EMEA"),
        "customer_reference_base64": b64("order 7"),
        "entry_time": "2025-11-03T09:00:00.000Z",
        "deliveries": [
            {
                "ref_base64": b64("r1"),
                "sms": NUMBER,
                "delivery_attempts": [{"state": "Sent", "first_attempt": "2025-11-03T09:00:00.000Z"}],
                "events": {"sms_delivery_events": [{"event_time": "2025-11-03T09:00:00.000Z", "status": "Confirmed"}]},
            }
        ],
    }
    assert sim.advance(job_id).step == 4


def test_email_status_has_its_own_fields(api: httpx.Client, sim: OpenTextSimulator) -> None:
    job_id = job_of(api.post(EMAILS, json=email(destinations=[{"email": MAIL}])))
    sim.finish(job_id)
    body = status(api, EMAILS, job_id)
    assert body["html_open_tracking"] == {"total_open_count": 0, "distinct_open_count": 0}
    assert body["attachments"] == []
    (delivery,) = body["deliveries"]
    assert delivery["email"] == MAIL
    assert "ref_base64" not in delivery
    assert list(delivery["events"]["email_delivery_events"]) == ["dsn"]


@pytest.mark.parametrize(
    ("outcome", "state", "gamma", "event", "attempted"),
    [
        ("delivered", "Sent", None, True, True),
        ("sent_only", "Sent", None, False, True),
        ("gamma_failure", "Sent", 2004, False, True),
        ("error", "Error", None, False, False),
        ("cancelled", "Cancelled", None, False, False),
        ("expired", "Expired", None, False, True),
    ],
)
def test_each_outcome(
    api: httpx.Client,
    sim: OpenTextSimulator,
    outcome: OutcomeName,
    state: str,
    gamma: int | None,
    event: bool,
    attempted: bool,
) -> None:
    sim.outcomes.set("*@example.com", outcome, 2004)
    job_id = job_of(api.post(EMAILS, json=email()))
    sim.finish(job_id)
    body = status(api, EMAILS, job_id)
    (delivery,) = body["deliveries"]
    (attempt,) = delivery["delivery_attempts"]
    assert (attempt["state"], attempt.get("gamma_code")) == (state, gamma)
    assert ("events" in delivery, "first_attempt" in attempt) == (event, attempted)
    assert "Complete" in body["job_state"]


def test_recipients_of_one_job_meet_their_own_outcomes(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.outcomes.set("00447700900124", "error")
    rows = [{"sms": NUMBER, "ref": "a"}, {"sms": "00447700900124", "ref": "b"}]
    job_id = job_of(api.post(SMS, json=sms(destinations=rows)))
    sim.finish(job_id)
    states = [one["delivery_attempts"][0]["state"] for one in status(api, SMS, job_id)["deliveries"]]
    assert states == ["Sent", "Error"]


def test_wrong_outcomes_are_refused(sim: OpenTextSimulator) -> None:
    with pytest.raises(ValueError, match="outcome is one of"):
        sim.outcomes.set("*", "lost")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="gamma"):
        sim.outcomes.set("*", "gamma_failure", 0)


def test_unknown_purged_and_foreign_jobs_are_404(api: httpx.Client, sim: OpenTextSimulator) -> None:
    job_id = job_of(api.post(SMS, json=sms()))
    assert api.get(f"{SMS}/status/", params={"job_id": job_id}).status_code == 200
    refused(api.get(f"{EMAILS}/status", params={"job_id": job_id}), 404)
    refused(api.get(f"{SMS}/status", params={"job_id": "xsi-999"}), 404)
    sim.purge(job_id)
    refused(api.get(f"{SMS}/status", params={"job_id": job_id}), 404)


@pytest.mark.parametrize("query", ["", "?job_id=", "?job_id=xsi-1&page=1", "?job_id=xsi-1&job_id=xsi-2"])
def test_status_needs_one_job_id_and_nothing_else(api: httpx.Client, query: str) -> None:
    refused(api.get(f"{SMS}/status{query}"), 422)


def test_there_is_no_list_or_cancel(api: httpx.Client) -> None:
    refused(api.get("/mra/v1/outbound/jobs"), 404)
    refused(api.delete(SMS), 405)


# Webhook


def test_jobs_play_by_themselves_and_push_each_change(receiver: WebhookReceiver) -> None:
    with OpenTextSimulator(webhook=receiver.url, step_seconds=0.005) as sim, client(sim) as api:
        job_id = job_of(api.post(SMS, json=sms()))
        wait_until(lambda: len(receiver.documents) == 4)
        assert sim.wait_pushed()
        assert receiver.documents[-1] == status(api, SMS, job_id)
    states = [one["deliveries"][0]["delivery_attempts"][0]["state"] for one in receiver.documents]
    assert states == ["Submitted", "InProcess", "Sent", "Sent"]
    assert "authorization" not in receiver.headers[0]


def run_job(receiver: WebhookReceiver, **switches: Any) -> OpenTextSimulator:
    with OpenTextSimulator(webhook=receiver.url, manual=True) as sim, client(sim) as api:
        for name, value in switches.items():
            setattr(sim.push if hasattr(sim.push, name) else sim.switches, name, value)
        sim.finish(job_of(api.post(SMS, json=sms())))
        assert sim.wait_pushed()
    return sim


def steps(receiver: WebhookReceiver) -> list[str]:
    return [
        "event" if "events" in one["deliveries"][0] else one["deliveries"][0]["delivery_attempts"][0]["state"]
        for one in receiver.documents
    ]


def test_final_only(receiver: WebhookReceiver) -> None:
    run_job(receiver, webhook_states="final")
    assert steps(receiver) == ["event"]


def test_out_of_order(receiver: WebhookReceiver) -> None:
    run_job(receiver, out_of_order=True)
    assert steps(receiver) == ["event", "Sent", "InProcess", "Submitted"]


def test_duplicates(receiver: WebhookReceiver) -> None:
    run_job(receiver, webhook_states="final", duplicates=2)
    assert steps(receiver) == ["event"] * 3


def test_drop(receiver: WebhookReceiver) -> None:
    sim = run_job(receiver, drop_next=3)
    assert steps(receiver) == ["event"]
    assert [push.dropped for push in sim.pushes] == [True, True, True, False]


def test_silent(receiver: WebhookReceiver) -> None:
    assert run_job(receiver, silent=True).pushes == []
    assert receiver.documents == []


def test_delay(receiver: WebhookReceiver) -> None:
    run_job(receiver, delay_seconds=0.02)
    assert steps(receiver) == ["Submitted", "InProcess", "Sent", "event"]


def test_retries_until_a_2xx(receiver: WebhookReceiver) -> None:
    receiver.statuses = [500, 503]
    sim = run_job(receiver, webhook_states="final", webhook_retries=3)
    assert steps(receiver) == ["event"] * 3
    assert [(push.tries, push.status) for push in sim.pushes] == [(3, 200)]


def test_an_unreachable_receiver_is_recorded() -> None:
    with OpenTextSimulator(webhook="http://127.0.0.1:9/hook", manual=True, webhook_states="final") as sim:
        with client(sim) as api:
            sim.finish(job_of(api.post(SMS, json=sms())))
        assert sim.wait_pushed()
        assert (sim.pushes[0].status, bool(sim.pushes[0].error)) == (None, True)


def test_webhook_credentials(receiver: WebhookReceiver) -> None:
    target = WebhookTarget(f"{receiver.url}/secret?key=1", ("user", "word"), ("X-Callback-Key", "k"))
    with OpenTextSimulator(webhook=target, manual=True, webhook_states="final") as sim, client(sim) as api:
        sim.finish(job_of(api.post(SMS, json=sms())))
        assert sim.wait_pushed()
    assert receiver.paths == ["/hook/secret?key=1"]
    assert receiver.headers[0]["authorization"] == f"Basic {b64('user:word')}"
    assert receiver.headers[0]["x-callback-key"] == "k"


# Faults, shared by both simulators


def test_status_fault_answers_once_without_effect(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next(f"POST {EMAILS}", status=429, body={"message": "slow down"}, headers={"Retry-After": "7"})
    answer = api.post(EMAILS, json=email())
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()) == (429, "7", {"message": "slow down"})
    assert sim.submits == []
    job_of(api.post(EMAILS, json=email()))
    assert [seen.status for seen in sim.requests] == [429, 200]


def test_status_fault_after_the_effect(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next(f"POST {SMS}", status=502, body="bad gateway", effect_done=True)
    answer = api.post(SMS, json=sms(**with_id("m1")))
    assert (answer.status_code, answer.text) == (502, "bad gateway")
    assert [one.message_id for one in sim.submits] == ["m1"]


def test_faults_queue_per_route_and_times(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next("POST /mra/v1/outbound/*", times=2, status=500)
    sim.faults.next("* /mra/v1/outbound/sms", status=503)
    assert api.get(f"{EMAILS}/status?job_id=x").status_code == 404
    assert [api.post(SMS, json=sms()).status_code for _ in range(4)] == [500, 500, 503, 200]


def test_delay_fault_waits_then_serves(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next(f"POST {SMS}", delay_seconds=0.2)
    with pytest.raises(httpx.ReadTimeout):
        api.post(SMS, json=sms(), timeout=0.05)
    sim.faults.next(f"POST {SMS}", delay_seconds=0.01)
    job_of(api.post(SMS, json=sms()))


@pytest.mark.parametrize(("point", "done"), [("before_body", 0), ("before_effect", 0), ("after_effect", 1)])
def test_resets(api: httpx.Client, sim: OpenTextSimulator, point: str, done: int) -> None:
    sim.faults.next(f"POST {SMS}", reset=point)
    with pytest.raises((httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)):
        api.post(SMS, json=sms())
    assert len(sim.submits) == done
    assert sim.requests[0].request.body == (
        b"" if point == "before_body" else api.build_request("POST", SMS, json=sms()).content
    )
    assert job_of(api.post(SMS, json=sms())) == f"xsi-{done + 1}"


def test_hang_does_the_effect_and_loses_the_answer(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next(f"POST {SMS}", hang_seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        api.post(SMS, json=sms(), timeout=0.2)
    wait_until(lambda: len(sim.submits) == 1)


def test_truncated_answer(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next(f"POST {SMS}", answer="truncated")
    with pytest.raises(httpx.RemoteProtocolError):
        api.post(SMS, json=sms())
    assert len(sim.submits) == 1


def test_invalid_json_answer(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next(f"POST {SMS}", answer="invalid_json")
    answer = api.post(SMS, json=sms())
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert len(sim.submits) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"status": 500, "reset": "before_body"},
        {"reset": "sometime"},
        {"answer": "odd"},
        {"body": "x", "delay_seconds": 1},
        {"effect_done": True, "hang_seconds": 1},
    ],
)
def test_contradicting_faults_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="fault"):
        Fault("POST /x", **fields)
    with pytest.raises(ValueError, match="METHOD"):
        Fault("/x", status=500)


def test_faults_over_http(api: httpx.Client, sim: OpenTextSimulator) -> None:
    own = f"{sim.url}/_simulator/faults"
    fault = {"route": f"POST {SMS}", "times": 2, "status": 503}
    assert len(BARE.post(own, json=[fault, {"route": "GET /x", "reset": "after_effect"}]).json()["faults"]) == 3
    assert api.post(SMS, json=sms()).status_code == 503
    assert len(BARE.get(own).json()["faults"]) == 2
    assert BARE.delete(own).json() == {"faults": []}
    job_of(api.post(SMS, json=sms()))
    for wrong in ({"status": 500}, {"route": "GET /x", "odd": 1}, {"route": "GET /x", "status": 500, "times": 0}, "x"):
        refused(BARE.post(own, json=wrong), 422)
    refused(BARE.post(own, content=b"{"), 422)


# Server and own routes


def test_one_connection_serves_many_requests(sim: OpenTextSimulator) -> None:
    with loopback_client(auth=(USER_ID, USER_PASSWORD), limits=httpx.Limits(max_connections=1)) as api:
        streams = set()
        for _ in range(3):
            answer = api.post(sim.url + SMS, json=sms())
            streams.add(answer.extensions["network_stream"].get_extra_info("client_addr"))
    assert len(streams) == 1


def test_chunked_bodies_are_411(api: httpx.Client) -> None:
    refused(api.post(SMS, content=iter([b"{", b"}"]), headers={"Content-Type": "application/json"}), 411)


def test_parallel_submits_are_each_recorded_once(sim: OpenTextSimulator) -> None:
    def send(number: int) -> None:
        with client(sim) as api:
            for _ in range(2):
                api.post(SMS, json=sms(destinations=[{"sms": f"004477009{number:05d}"}], **with_id(f"m{number}")))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(sim.sends_per_recipient().values()) == {1}
    assert {one.arrivals for one in sim.submits} == {2}


def test_own_routes_show_and_change_the_state(api: httpx.Client, sim: OpenTextSimulator) -> None:
    with loopback_client(base_url=f"{sim.url}/_simulator") as own:
        assert (
            own.post("/outcomes", json={"address": "*", "outcome": "gamma_failure", "gamma_code": 7}).status_code == 200
        )
        refused(own.post("/outcomes", json={"address": "*", "outcome": "lost"}), 422)
        job_id = job_of(api.post(SMS, json=sms(**with_id("m1"))))
        assert own.post(f"/jobs/{job_id}/advance").json()["job_state"] == ["Processing"]
        assert own.post(f"/jobs/{job_id}/finish").json()["deliveries"][0]["delivery_attempts"][0]["gamma_code"] == 7
        state = own.get("/state").json()
        assert (state["submits"][0]["message_id"], state["sends_per_recipient"]) == ("m1", {NUMBER: 1})
        assert own.get("/requests").json()[0]["headers"]["authorization"] == "Basic ***"
        own.post(f"/jobs/{job_id}/purge")
        refused(api.get(f"{SMS}/status?job_id={job_id}"), 404)
        refused(own.post("/jobs/unknown/advance"), 404)
        assert own.post("/switches", json={"job_prefix": "xsi2", "step_seconds": 1}).json()["job_prefix"] == "xsi2"
        refused(own.post("/switches", json={"webhook_states": "some"}), 422)
        own.post("/reset")
        assert (sim.submits, sim.jobs, sim.requests) == ([], {}, [])
    assert job_of(api.post(SMS, json=sms())) == "xsi2-2"


def test_switch_keywords_are_the_switches() -> None:
    assert set(OpenTextSwitchValues.__annotations__) == {spec.name for spec in dataclasses.fields(OpenTextSwitches)}


def test_command_line_sets_the_switches() -> None:
    words = [
        "opentext",
        "--port",
        "0",
        "--no-dedupe",
        "--final-only",
        "--token-lifetime",
        "5",
        "--outcome",
        "*@x=error",
    ]
    sim = build(parser().parse_args([*words, "--webhook-url", "http://127.0.0.1:9/", "--webhook-header", "X-Key: k"]))
    assert isinstance(sim, OpenTextSimulator)
    switches = sim.switches
    assert (switches.dedupe_message_id, switches.webhook_states, switches.token_lifetime_seconds) == (False, "final", 5)
    assert sim.outcomes.of("a@x").name == "error"
    with pytest.raises(ValueError, match="NAME:VALUE"):
        build(parser().parse_args(["opentext", "--webhook-url", "http://127.0.0.1:9/", "--webhook-basic", "x"]))


@pytest.mark.parametrize("kind", ["threekit", "opentext"])
def test_starts_from_the_shell_and_stops_on_terminate(kind: str) -> None:
    command = [sys.executable, "-m", "simulators", kind, "--port", "0"]
    here = {**os.environ, "PYTHONPATH": str(Path(simulators.__file__).parent.parent)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=here) as process:  # noqa: S603
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert BARE.get(f"{url}/_simulator/state").status_code == 200
        process.terminate()
        assert process.wait(timeout=10) == 0
