"""What the OpenText simulator accepts and refuses (docs/vendor/opentext.md 3)."""

from typing import Any

import httpx
import pytest
from tests.contract.simulators.opentext.opentext_requests import (
    EMAILS,
    MAIL,
    NUMBER,
    SMS,
    b64,
    email,
    job_of,
    part,
    refused,
    sms,
    with_id,
)

from simulators.opentext.simulator import OpenTextSimulator


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
