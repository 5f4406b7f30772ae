"""What OpenText is asked about a job, and what is made of its answers (docs/vendor/opentext.md 2.5, 4 and 6)."""

from typing import Any

import pytest
from tests.builders import MovingClock
from tests.contract.vendors.clients import EMAIL, FAX, OPENTEXT_SECRET, PATIENT, SMS, WHATSAPP, Secret, opentext_at

from herald.adapters.http_client import HttpClient
from herald.adapters.opentext_authentication import OAuth2Authentication
from herald.domain.delivery import Channel
from herald.domain.errors import CallFailed, Fate, Reason
from simulators import OpenTextSimulator
from simulators.opentext.credentials import TENANT

TOKEN_PATH = f"/tenants/{TENANT}/oauth2/token"
STATUS_PATHS = {
    Channel.EMAIL: "/mra/v1/outbound/emails/status",
    Channel.SMS: "/mra/v1/outbound/sms/status",
    Channel.WHATSAPP: "/mra/v1/outbound/whatsapp/status",
    Channel.FAX: "/mra/v1/outbound/faxes/status",
}


@pytest.mark.parametrize("message", [EMAIL, SMS, WHATSAPP, FAX], ids=lambda message: message.channel)
def test_the_status_is_read_at_every_step(opentext: OpenTextSimulator, message: Any) -> None:
    client = opentext_at(opentext.url)
    job_id = client.submit(message)
    read = [client.status(message.channel, job_id)]
    while not opentext.jobs[job_id].finished:
        opentext.advance(job_id)
        read.append(client.status(message.channel, job_id))
    assert read[1:] == opentext.jobs[job_id].history
    assert all(body["job_id"] == job_id for body in read)


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("job_id", ["xsi2-44417320", "a b", "a&job_id=b", "a/../b?c#d", "ä", "x" * 200, "%2e", "+"])
def test_the_request(opentext: OpenTextSimulator, channel: Channel, job_id: str) -> None:
    opentext.faults.next("GET /mra/*", status=200, body={"job_id": job_id})
    assert opentext_at(opentext.url).status(channel, job_id) == {"job_id": job_id}
    seen = opentext.requests[-1].request
    assert (seen.method, seen.path, seen.query) == ("GET", STATUS_PATHS[channel], {"job_id": [job_id]})
    assert seen.headers["authorization"].startswith("Basic ")
    assert seen.headers["accept"] == "application/json"
    assert seen.body == b""


@pytest.mark.parametrize("job_id", ["", "x" * 201])
def test_what_is_no_job_id_is_not_asked_for(opentext: OpenTextSimulator, job_id: str) -> None:
    with pytest.raises(CallFailed) as failed:
        opentext_at(opentext.url).status(Channel.SMS, job_id)
    assert (failed.value.fate, failed.value.reason) == (Fate.PERMANENT, Reason.NOT_FOUND)
    assert opentext.requests == []


def test_a_job_that_is_unknown_of_another_channel_or_purged_is_not_found(opentext: OpenTextSimulator) -> None:
    client = opentext_at(opentext.url)
    purged, other = client.submit(SMS), client.submit(EMAIL)
    opentext.purge(purged)
    for job_id in ("xsi-0", purged, other):
        with pytest.raises(CallFailed) as failed:
            client.status(Channel.SMS, job_id)
        assert (failed.value.fate, failed.value.reason) == (Fate.PERMANENT, Reason.NOT_FOUND)


@pytest.mark.parametrize("body", ["[]", '"text"', "7", "null", ""])
def test_an_answer_that_is_no_object_is_unreadable(opentext: OpenTextSimulator, body: str) -> None:
    opentext.faults.next("GET /mra/*", status=200, body=body)
    with pytest.raises(CallFailed) as failed:
        opentext_at(opentext.url).status(Channel.SMS, "xsi-1")
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.ANSWER_UNREADABLE)


def signed_in(opentext: OpenTextSimulator) -> Any:
    http = HttpClient([opentext.url], MovingClock(), timeouts=PATIENT)
    authentication = OAuth2Authentication(http, f"{opentext.url}{TOKEN_PATH}", Secret(OPENTEXT_SECRET), MovingClock())
    return opentext_at(opentext.url, http=http, authentication=authentication)


def paths(opentext: OpenTextSimulator) -> list[str]:
    return [seen.request.path for seen in opentext.requests]


def test_a_revoked_token_is_renewed_once_and_the_question_repeated(opentext: OpenTextSimulator) -> None:
    client = signed_in(opentext)
    job_id = client.submit(SMS)
    opentext.credentials.revoke_all()
    opentext.requests.clear()
    assert client.status(Channel.SMS, job_id)["job_id"] == job_id
    assert paths(opentext) == [STATUS_PATHS[Channel.SMS], TOKEN_PATH, STATUS_PATHS[Channel.SMS]]


def test_a_second_401_waits(opentext: OpenTextSimulator) -> None:
    opentext.faults.next("GET /mra/*", status=401, times=5)
    with pytest.raises(CallFailed) as failed:
        signed_in(opentext).status(Channel.SMS, "xsi-1")
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.AUTHENTICATION)
    assert paths(opentext) == [TOKEN_PATH, STATUS_PATHS[Channel.SMS], TOKEN_PATH, STATUS_PATHS[Channel.SMS]]
