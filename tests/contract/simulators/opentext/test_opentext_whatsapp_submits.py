"""What the simulator takes of WhatsApp submits: the samples and nothing else (docs/vendor/opentext.md 3.4 and 4)."""

from typing import Any

import httpx
import pytest
from tests.contract.simulators.opentext.opentext_requests import NUMBER, SMS, job_of, refused, sms, status

from simulators.opentext.outcomes import OutcomeName
from simulators.opentext.simulator import OpenTextSimulator

FREE_FORM = "/mra/v1/outbound/whatsapp"
TEMPLATE = "/mra/v1/outbound/whatsapp/template_message"
REFERENCES: dict[str, Any] = {
    "destinations": [{"whatsapp": NUMBER, "ref": "r1"}],
    "options": {"message_id": "m1", "customer_reference": "c"},
}


def text(**changes: Any) -> dict[str, Any]:
    message = {"text_message": {"text": "Your order is ready"}}
    return {"destinations": [{"whatsapp": NUMBER}], "whatsapp_message": message, **changes}


def filled(**changes: Any) -> dict[str, Any]:
    """The object that names the template and what fills it."""
    return {"template_id": "util_1", "language_code": "en", "parameters": {"body[1]text": "abc"}, **changes}


def template(**changes: Any) -> dict[str, Any]:
    message = {"template_message": {"channel_template": {"WHATSAPP": filled()}}}
    return {"destinations": [{"whatsapp": NUMBER}], "whatsapp_template_message": message, **changes}


def filled_with(**changes: Any) -> dict[str, Any]:
    message = {"template_message": {"channel_template": {"WHATSAPP": filled(**changes)}}}
    return template(whatsapp_template_message=message)


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {field: value for field, value in body.items() if field != name}


def test_both_forms_are_accepted_and_recorded(api: httpx.Client, sim: OpenTextSimulator) -> None:
    assert job_of(api.post(FREE_FORM, json=text())) == "xsi-1"
    assert job_of(api.post(TEMPLATE, json=template())) == "xsi-2"
    assert [(one.channel, one.destinations, one.refs, one.texts, one.message_id) for one in sim.submits] == [
        ("whatsapp", [NUMBER], [None], ["Your order is ready"], None),
        ("whatsapp", [NUMBER], [None], ["abc"], None),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        without(text(), "destinations"),
        without(text(), "whatsapp_message"),
        text(destinations=[]),
        text(destinations=[{"sms": NUMBER}]),
        text(destinations=[{"whatsapp": "+447700900123"}]),
        text(destinations=[{"whatsapp": NUMBER, "ref": "r1"}]),
        text(destinations=[{"whatsapp": NUMBER, "inserts": []}]),
        text(options={"message_id": "m1"}),
        text(reports={}),
        text(sms_text="x"),
        text(whatsapp_message={}),
        text(whatsapp_message={"text_message": {}}),
        text(whatsapp_message={"text_message": {"text": ""}}),
        text(whatsapp_message={"text_message": {"text": "x" * 4097}}),
        text(whatsapp_message={"text_message": {"text": "x", "preview_url": True}}),
        text(whatsapp_message={"text_message": "x"}),
        template(),
    ],
)
def test_free_form_refuses_missing_unknown_and_wrong_fields(
    api: httpx.Client, sim: OpenTextSimulator, body: dict[str, Any]
) -> None:
    refused(api.post(FREE_FORM, json=body), 422)
    assert (sim.submits, sim.jobs) == ([], {})


@pytest.mark.parametrize(
    "body",
    [
        without(template(), "destinations"),
        without(template(), "whatsapp_template_message"),
        template(destinations=[{"whatsapp": NUMBER, "ref": "r1"}]),
        template(options={}),
        template(whatsapp_template_message={"channel_template": {"WHATSAPP": filled()}}),
        template(whatsapp_template_message={"template_message": {"channel_template": {"whatsapp": filled()}}}),
        template(whatsapp_template_message={"template_message": {"channel_template": {"WHATSAPP": {}}}}),
        filled_with(template_id=""),
        filled_with(template_id=7),
        filled_with(language_code=""),
        filled_with(parameters={}),
        filled_with(parameters={"body[2]text": "abc"}),
        filled_with(parameters={"body[1]text": "abc", "body[2]text": "abc"}),
        filled_with(parameters={"body[1]text": ""}),
        filled_with(parameters={"body[1]text": "two\nlines"}),
        filled_with(parameters={"body[1]text": "a\ttab"}),
        filled_with(parameters={"body[1]text": "x" * 4097}),
        filled_with(name="util_1"),
        text(),
    ],
)
def test_a_template_refuses_missing_unknown_and_wrong_fields(
    api: httpx.Client, sim: OpenTextSimulator, body: dict[str, Any]
) -> None:
    refused(api.post(TEMPLATE, json=body), 422)
    assert (sim.submits, sim.jobs) == ([], {})


@pytest.mark.parametrize(("path", "body"), [(FREE_FORM, text()), (TEMPLATE, template())])
def test_references_are_a_switch(api: httpx.Client, sim: OpenTextSimulator, path: str, body: dict[str, Any]) -> None:
    refused(api.post(path, json={**body, **REFERENCES}), 422)
    sim.switches.whatsapp_references = True
    first = job_of(api.post(path, json={**body, **REFERENCES}))
    assert job_of(api.post(path, json={**body, **REFERENCES})) == first
    assert [(one.message_id, one.refs, one.arrivals) for one in sim.submits] == [("m1", ["r1"], 2)]
    refused(api.post(path, json={**body, **REFERENCES, "options": {"email_options": {}}}), 422)


@pytest.mark.parametrize(("path", "body"), [(FREE_FORM, text()), (TEMPLATE, template())])
def test_plus_numbers_are_the_switch_of_sms(
    api: httpx.Client, sim: OpenTextSimulator, path: str, body: dict[str, Any]
) -> None:
    sim.switches.plus_numbers = True
    job_of(api.post(path, json={**body, "destinations": [{"whatsapp": "+447700900123"}]}))


@pytest.mark.parametrize("path", [FREE_FORM, TEMPLATE])
def test_caller_form_and_query_are_checked(api: httpx.Client, path: str) -> None:
    refused(api.post(path, json=text(), auth=("nobody", "nothing")), 401)
    refused(api.post(path, content=b"{}", headers={"Content-Type": "text/plain"}), 415)
    refused(api.post(f"{path}?dry=1", json=text()), 422)
    refused(api.get(path), 405)


@pytest.mark.parametrize(
    ("outcome", "states"),
    [
        ("delivered", ["Pending", "Submitted", "InProcess", "Sent"]),
        ("bounced", ["Pending", "Submitted", "InProcess", "Sent"]),
        ("error", ["Pending", "Submitted", "Error", "Error"]),
    ],
)
def test_a_job_ends_with_the_sending_since_no_event_of_whatsapp_is_known(
    api: httpx.Client, sim: OpenTextSimulator, outcome: OutcomeName, states: list[str]
) -> None:
    sim.outcomes.set("*", outcome)
    job_id = job_of(api.post(TEMPLATE, json=template()))
    seen = [status(api, FREE_FORM, job_id)]
    while not sim.jobs[job_id].finished:
        sim.advance(job_id)
        seen.append(status(api, FREE_FORM, job_id))
    deliveries = [one["deliveries"][0] for one in seen]
    assert [one["delivery_attempts"][0]["state"] for one in deliveries] == states
    assert all((one["whatsapp"], "events" in one, "ref_base64" in one) == (NUMBER, False, False) for one in deliveries)


def test_the_status_is_that_of_its_own_channel(api: httpx.Client) -> None:
    ours, other = job_of(api.post(FREE_FORM, json=text())), job_of(api.post(SMS, json=sms()))
    assert status(api, FREE_FORM, ours)["job_id"] == ours
    refused(api.get(f"{FREE_FORM}/status", params={"job_id": other}), 404)
    refused(api.get(f"{SMS}/status", params={"job_id": ours}), 404)
    refused(api.get(f"{TEMPLATE}/status", params={"job_id": ours}), 404)
