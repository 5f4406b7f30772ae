"""What the tests of this simulator send and expect."""

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from tests.contract.simulators.loopback_client import loopback_client

from simulators.opentext.credentials import TENANT, USER_ID, USER_PASSWORD
from simulators.opentext.simulator import OpenTextSimulator

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


def status(api: httpx.Client, path: str, job_id: str) -> dict[str, Any]:
    answer = api.get(f"{path}/status", params={"job_id": job_id})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body
