"""What the simulator takes of fax submits: the sample and nothing else (docs/vendor/opentext.md 3.3 and 4)."""

import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.contract.simulators.opentext.opentext_requests import NUMBER, SMS, job_of, refused, sms, status

from simulators.opentext.outcomes import OutcomeName
from simulators.opentext.simulator import OpenTextSimulator

FAXES = "/mra/v1/outbound/faxes"
VENDOR = Path(__file__).resolve().parents[4] / "docs/vendor/opentext.md"
REFERENCES: dict[str, Any] = {
    "destinations": [{"fax": NUMBER, "ref": "r1"}],
    "options": {"message_id": "m1", "customer_reference": "c"},
}


def document(text: str = "Your order", encoding: str = "utf-8", **changes: Any) -> dict[str, Any]:
    return {"name": "temp.txt", "type": "text", "data": b64encode(text.encode(encoding)).decode(), **changes}


def fax(*documents: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"destinations": [{"fax": NUMBER}], "documents": list(documents or [document()]), **changes}


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {field: value for field, value in body.items() if field != name}


def ended(api: httpx.Client, sim: OpenTextSimulator, outcome: OutcomeName) -> dict[str, Any]:
    """The one delivery of a job that came to its end."""
    sim.outcomes.set("*", outcome)
    job_id = job_of(api.post(FAXES, json=fax()))
    sim.finish(job_id)
    (delivery,) = status(api, FAXES, job_id)["deliveries"]
    assert "events" not in delivery
    return dict(delivery)


def test_it_is_accepted_and_recorded(api: httpx.Client, sim: OpenTextSimulator) -> None:
    assert job_of(api.post(FAXES, json=fax(document("Größe"), document("Größe", "iso-8859-1")))) == "xsi-1"
    (one,) = sim.submits
    assert (one.channel, one.destinations, one.refs, one.texts, one.message_id) == (
        "fax", [NUMBER], [None], ["Größe", "Größe"], None,
    )  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        {},
        without(fax(), "destinations"),
        without(fax(), "documents"),
        fax(destinations=[]),
        fax(destinations=[{"sms": NUMBER}]),
        fax(destinations=[{"fax": "+447700900123"}]),
        fax(destinations=[{"fax": NUMBER, "ref": "r1"}]),
        fax(options={"message_id": "m1"}),
        fax(coversheet={}),
        fax(body=[]),
        fax(documents=[]),
        fax(without(document(), "name")),
        fax(without(document(), "type")),
        fax(without(document(), "data")),
        fax(document(charset="UTF-8")),
        fax(document(type="PDF")),
        fax(document(data="")),
        fax(document(data="no base64!")),
        fax(document(data="größe")),
    ],
)
def test_missing_unknown_and_wrong_fields_are_refused(
    api: httpx.Client, sim: OpenTextSimulator, body: dict[str, Any]
) -> None:
    refused(api.post(FAXES, json=body), 422)
    assert (sim.submits, sim.jobs) == ([], {})


def test_references_are_a_switch(api: httpx.Client, sim: OpenTextSimulator) -> None:
    refused(api.post(FAXES, json=fax(**REFERENCES)), 422)
    sim.switches.fax_references = True
    first = job_of(api.post(FAXES, json=fax(**REFERENCES)))
    assert job_of(api.post(FAXES, json=fax(**REFERENCES))) == first
    assert [(one.message_id, one.refs, one.arrivals) for one in sim.submits] == [("m1", ["r1"], 2)]


def test_plus_numbers_are_the_switch_of_sms(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.switches.plus_numbers = True
    job_of(api.post(FAXES, json=fax(destinations=[{"fax": "+447700900123"}])))


def test_one_that_arrived_says_what_the_sample_says(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sample = re.search(r"^Fax sample .*?`(\{.*\})`$", VENDOR.read_text(encoding="utf-8"), re.MULTILINE)
    assert sample is not None
    (shown,) = json.loads(sample[1])["deliveries"]
    (attempt,) = ended(api, sim, "delivered")["delivery_attempts"]
    (in_sample,) = shown["delivery_attempts"]
    assert list(attempt) == list(in_sample)
    same = ("state", "delivery_sec", "pages_delivered", "baud_rate")
    assert [attempt[name] for name in same] == [in_sample[name] for name in same]


@pytest.mark.parametrize(
    ("outcome", "state", "pages", "gamma"),
    [
        ("opened", "Sent", 1, None),
        ("sent_only", "Sent", None, None),
        ("bounced", "Sent", 0, 5000),
        ("gamma_failure", "Sent", 0, 5000),
        ("error", "Error", None, None),
        ("expired", "Expired", None, None),
    ],
)
def test_the_last_try_tells_the_outcome(
    api: httpx.Client, sim: OpenTextSimulator, outcome: OutcomeName, state: str, pages: int | None, gamma: int | None
) -> None:
    (attempt,) = ended(api, sim, outcome)["delivery_attempts"]
    assert (attempt["state"], attempt.get("pages_delivered"), attempt.get("gamma_code")) == (state, pages, gamma)


def test_the_status_is_that_of_its_own_channel(api: httpx.Client) -> None:
    ours, other = job_of(api.post(FAXES, json=fax())), job_of(api.post(SMS, json=sms()))
    assert status(api, FAXES, ours)["job_id"] == ours
    refused(api.get(f"{FAXES}/status", params={"job_id": other}), 404)
    refused(api.get(f"{SMS}/status", params={"job_id": ours}), 404)
