"""How the OpenText simulator pushes status (docs/vendor/opentext.md 5)."""

from typing import Any

from tests.contract.simulators.loopback_client import BARE
from tests.contract.simulators.opentext.opentext_requests import SMS, b64, client, job_of, sms, status, wait_until
from tests.contract.simulators.webhook_receiver import WebhookReceiver

from simulators.opentext.callbacks import WebhookTarget
from simulators.opentext.simulator import OpenTextSimulator


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


def test_foreign_status_is_well_formed_and_of_a_job_nobody_submitted(receiver: WebhookReceiver) -> None:
    with OpenTextSimulator(webhook=receiver.url, manual=True) as sim, client(sim) as api:
        own = sim.finish(job_of(api.post(SMS, json=sms()))).status()
        foreign = [sim.push_foreign_status(), BARE.post(f"{sim.url}/_simulator/foreign_status").json()]
        assert sim.wait_pushed()
        assert receiver.documents[-2:] == foreign
        for body in foreign:
            assert (set(body), body["job_state"]) == (set(own), own["job_state"])
            assert body["deliveries"][0].keys() == own["deliveries"][0].keys()
            assert body["job_id"].startswith("xsi-")
            assert api.get(f"{SMS}/status", params={"job_id": body["job_id"]}).status_code == 404
        assert len({body["job_id"] for body in foreign}) == 2
        assert len({body["deliveries"][0]["ref_base64"] for body in (own, *foreign)}) == 3
        assert len(sim.submits) == 1


def test_foreign_status_without_a_webhook_is_only_returned() -> None:
    sim = OpenTextSimulator()
    assert sim.push_foreign_status()["deliveries"]
    assert sim.pushes == []


def test_webhook_credentials(receiver: WebhookReceiver) -> None:
    target = WebhookTarget(f"{receiver.url}/secret?key=1", ("user", "word"), ("X-Callback-Key", "k"))
    with OpenTextSimulator(webhook=target, manual=True, webhook_states="final") as sim, client(sim) as api:
        sim.finish(job_of(api.post(SMS, json=sms())))
        assert sim.wait_pushed()
    assert receiver.paths == ["/hook/secret?key=1"]
    assert receiver.headers[0]["authorization"] == f"Basic {b64('user:word')}"
    assert receiver.headers[0]["x-callback-key"] == "k"
