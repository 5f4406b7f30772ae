"""Sync failures: one incident per system; repeats join it, a recovery closes it, what comes late changes nothing."""

import json
from typing import Any

import pytest
from tests.integration.house import House
from tests.integration.house_resources import SIGNING_KEY
from tests.integration.workflow_bodies import sync

from herald.domain.errors import Reason
from herald.domain.standard_webhooks import read_key, sign
from herald.usecases import shelves

FIRST, SECOND, THIRD = "2026-03-02T09:00:00Z", "2026-03-02T09:05:00Z", "2026-03-02T09:10:00Z"


def tell(house: House, body: dict[str, Any]) -> str:
    """Tell as a connector does, signed at the house's own time; return the event's id."""
    raw, message_id, stamp = json.dumps(body).encode(), f"msg-{body['id']}", str(int(house.clock().timestamp()))
    signature = sign(read_key(SIGNING_KEY), message_id.encode(), stamp.encode(), raw).decode("ascii")
    headers = {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}
    answer = house.tell(raw, "storefront", **{"content-type": "application/cloudevents+json", **headers})
    assert answer["statusCode"] == 202, answer
    house.settle()
    return str(answer["json"]["id"])


def skips(house: House, event_id: str) -> list[Reason]:
    decision = house.trace(event_id).decision
    assert decision is not None
    return [skip.reason for skip in decision.skips]


def test_one_incident_is_opened_joined_and_closed(whole_house: House) -> None:
    opened = tell(whole_house, sync("failed", "1", FIRST))
    joined = tell(whole_house, sync("failed", "2", SECOND))
    assert len(whole_house.trace(opened).notifications) == 1
    assert skips(whole_house, joined) == [Reason.INCIDENT_OPEN]
    incident = shelves.incidents(whole_house.state).get("pim")
    assert incident is not None
    assert (incident.failures, incident.closed_at) == (2, None)
    closed = tell(whole_house, sync("recovered", "3", THIRD))
    assert len(whole_house.trace(closed).notifications) == 1
    assert len(whole_house.opentext.submits) == 2


def test_systems_have_incidents_of_their_own(whole_house: House) -> None:
    tell(whole_house, sync("failed", "1", FIRST))
    tell(whole_house, sync("failed", "2", FIRST, system="dam"))
    assert len(whole_house.opentext.submits) == 2
    assert set(shelves.incidents(whole_house.state).all()) == {"pim", "dam"}


def test_a_recovery_without_an_incident_tells_nobody(whole_house: House) -> None:
    event_id = tell(whole_house, sync("recovered", "1", FIRST))
    assert skips(whole_house, event_id) == [Reason.NO_INCIDENT]
    assert not whole_house.opentext.submits


def test_a_failure_that_arrives_after_its_recovery_opens_nothing(whole_house: House) -> None:
    tell(whole_house, sync("failed", "1", FIRST))
    tell(whole_house, sync("recovered", "3", THIRD))
    late = tell(whole_house, sync("failed", "2", SECOND))
    assert skips(whole_house, late) == [Reason.OVERTAKEN]
    assert len(whole_house.opentext.submits) == 2


def test_a_failed_job_opens_an_incident_of_its_kind_and_the_next_success_closes_it(whole_house: House) -> None:
    for result in ("failed", "failed", "success"):
        job = whole_house.threekit.add_job("import", "Import")
        whole_house.threekit.complete_job(job["id"], result)
        body = {"topic": "jobs", "action": "updated", "data": whole_house.threekit.jobs[job["id"]]}
        assert whole_house.tell(body)["statusCode"] == 202
        whole_house.settle()
    incident = shelves.incidents(whole_house.state).get("threekit-import")
    assert incident is not None
    assert incident.failures == 2
    assert incident.closed_at is not None
    assert len(whole_house.opentext.submits) == 2


def test_a_failure_without_a_system_is_an_operators_matter(whole_house: House) -> None:
    event_id = tell(whole_house, {**sync("failed", "1", FIRST), "data": {"what": "all"}})
    assert skips(whole_house, event_id) == [Reason.MAPPING_FAILED]


@pytest.mark.parametrize("crash", ["evaluate.decided", "evaluate.saved", "evaluate.opened", "evaluate.enqueued"])
def test_a_crash_opens_no_second_incident(whole_house: House, crash: str) -> None:
    whole_house.die_at = {crash}
    tell(whole_house, sync("failed", "1", FIRST))
    assert whole_house.deaths == [crash]
    incident = shelves.incidents(whole_house.state).get("pim")
    assert incident is not None
    assert incident.failures == 1
    assert len(whole_house.opentext.submits) == 1
