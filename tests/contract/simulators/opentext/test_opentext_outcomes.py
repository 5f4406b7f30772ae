"""The outcomes that end badly, oddly or never (docs/vendor/opentext.md 4)."""

from typing import Any

import httpx
import pytest
from tests.contract.simulators.opentext.opentext_requests import (
    EMAILS,
    MAIL,
    NUMBER,
    SMS,
    client,
    email,
    job_of,
    sms,
    status,
    wait_until,
)
from tests.contract.simulators.webhook_receiver import WebhookReceiver

from simulators.opentext.outcomes import OutcomeName
from simulators.opentext.simulator import OpenTextSimulator

OTHER = "sora.sato@example.com"


def played(sim: OpenTextSimulator, api: httpx.Client, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the job's status at each of its steps, from the acceptance on."""
    job_id = job_of(api.post(path, json=body))
    seen = [status(api, path, job_id)]
    while not sim.jobs[job_id].finished:
        sim.advance(job_id)
        seen.append(status(api, path, job_id))
    return seen


def states(seen: list[dict[str, Any]], place: int = 0) -> list[str]:
    return [body["deliveries"][place]["delivery_attempts"][0]["state"] for body in seen]


def events(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body["deliveries"][0]["events"]
    return found


def test_opened_email_is_sent_then_opened(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.outcomes.set(MAIL, "opened")
    seen = played(sim, api, EMAILS, email(destinations=[{"email": MAIL}, {"email": OTHER}]))
    assert states(seen)[-2:] == ["Sent", "Sent"]
    assert "events" not in seen[-2]["deliveries"][0]
    assert events(seen[-1]) == {"email_delivery_events": {"html_open": [{"event_time": "2025-11-03T09:00:00.000Z"}]}}
    assert [body["html_open_tracking"]["total_open_count"] for body in seen] == [0, 0, 0, 0, 1]
    assert seen[-1]["html_open_tracking"]["distinct_open_count"] == 1
    assert "dsn" in seen[-1]["deliveries"][1]["events"]["email_delivery_events"]


def test_opened_sms_is_delivered(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.outcomes.set("*", "opened")
    last = played(sim, api, SMS, sms())[-1]
    assert events(last)["sms_delivery_events"][0]["status"] == "Confirmed"
    assert "html_open_tracking" not in last


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        (EMAILS, email(), {"email_delivery_events": {"dsn": {"status": "5.1.1"}}}),
        (SMS, sms(), {"sms_delivery_events": [{"event_time": "2025-11-03T09:00:00.000Z", "status": "Failed"}]}),
    ],
)
def test_bounced_is_sent_then_told_of(
    api: httpx.Client, sim: OpenTextSimulator, path: str, body: dict[str, Any], told: dict[str, Any]
) -> None:
    sim.outcomes.set("*", "bounced")
    seen = played(sim, api, path, body)
    assert states(seen) == ["Pending", "Submitted", "InProcess", "Sent", "Sent"]
    assert "events" not in seen[-2]["deliveries"][0]
    assert events(seen[-1]) == told
    assert seen[-1]["job_state"] == ["Complete", "Posted"]
    assert seen[-1].get("html_open_tracking", {}).get("total_open_count", 0) == 0


def test_strange_ends_in_a_state_nobody_documents(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.outcomes.set("*", "strange")
    seen = played(sim, api, EMAILS, email())
    assert states(seen) == ["Pending", "Submitted", "InProcess", "Quarantined"]
    assert not any("Complete" in body["job_state"] for body in seen)
    assert "events" not in seen[-1]["deliveries"][0]


def test_held_stays_held_without_an_attempt(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.outcomes.set("*", "held")
    seen = played(sim, api, SMS, sms())
    assert states(seen) == ["Pending", "Held"]
    assert seen[-1]["job_state"] == ["Held"]
    assert "first_attempt" not in seen[-1]["deliveries"][0]["delivery_attempts"][0]


@pytest.mark.parametrize(("outcome", "count", "last"), [("silent", 0, "Pending"), ("held", 1, "Held")])
def test_silent_never_pushes_and_held_pushes_once(
    receiver: WebhookReceiver, outcome: OutcomeName, count: int, last: str
) -> None:
    with OpenTextSimulator(webhook=receiver.url, step_seconds=0.001) as sim, client(sim) as api:
        sim.outcomes.set(NUMBER, outcome)
        still = job_of(api.post(SMS, json=sms()))
        later = job_of(api.post(SMS, json=sms(destinations=[{"sms": "00447700900124"}])))
        wait_until(lambda: sim.jobs[later].finished)
        assert sim.wait_pushed()
        assert [one["job_id"] for one in receiver.documents].count(still) == count
        assert status(api, SMS, still)["deliveries"][0]["delivery_attempts"] == [{"state": last}]
        assert sim.finish(still).finished


@pytest.mark.parametrize("outcome", ["silent", "held", "strange"])
def test_a_job_with_a_recipient_without_end_goes_on_for_the_others(
    api: httpx.Client, sim: OpenTextSimulator, outcome: OutcomeName
) -> None:
    sim.outcomes.set(OTHER, outcome)
    seen = played(sim, api, EMAILS, email(destinations=[{"email": MAIL}, {"email": OTHER}]))
    assert states(seen, 0) == ["Pending", "Submitted", "InProcess", "Sent", "Sent"]
    assert "dsn" in events(seen[-1])["email_delivery_events"]
    assert states(seen, 1)[-1] == {"silent": "Pending", "held": "Held", "strange": "Quarantined"}[outcome]
    assert seen[-1]["job_state"] == ["Delivering", "Posted"]
