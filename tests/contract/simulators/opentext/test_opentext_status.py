"""How a job of the OpenText simulator plays and is told of (docs/vendor/opentext.md 4)."""

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
    refused,
    sms,
    status,
)

from simulators.opentext.outcomes import OutcomeName
from simulators.opentext.simulator import OpenTextSimulator


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
