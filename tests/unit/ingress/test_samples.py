"""The recorded samples under ``events/`` are what the doors take."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.ingress.door import Door, request, signed_request

from herald.domain.envelope import Envelope
from herald.domain.opentext_envelope import OPENTEXT_CALLBACK
from herald.domain.threekit_envelope import THREEKIT_WEBHOOK

EVENTS = Path(__file__).parents[3] / "events"
SAMPLE_TOKEN = "sample-token-that-opens-no-door"


def read(name: str) -> Any:
    return json.loads((EVENTS / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "envelope", "kind"),
    [
        ("threekit_order_created.json", THREEKIT_WEBHOOK, "threekit.order.created"),
        ("threekit_job_updated.json", THREEKIT_WEBHOOK, "threekit.job.updated"),
        ("opentext_status_sms.json", OPENTEXT_CALLBACK, "opentext.status"),
        ("opentext_status_email.json", OPENTEXT_CALLBACK, "opentext.status"),
    ],
)
def test_a_vendors_body_is_taken(name: str, envelope: Envelope, kind: str) -> None:
    door = Door(envelope=envelope)
    answer = door(request((EVENTS / name).read_bytes()))
    event = door.inbox.load(answer.document["id"])
    assert event is not None
    assert event.type == kind


def test_a_connectors_body_is_taken_if_it_is_signed() -> None:
    door = Door()
    answer = door(signed_request((EVENTS / "configuration_submitted.json").read_bytes()))
    event = door.inbox.load(answer.document["id"])
    assert event is not None
    assert event.type == "configuration.submitted"


@pytest.mark.parametrize(
    ("name", "envelope", "body"),
    [
        ("threekit_webhook", THREEKIT_WEBHOOK, "threekit_order_created.json"),
        ("opentext_callback", OPENTEXT_CALLBACK, "opentext_status_sms.json"),
    ],
)
def test_an_invocation_carries_the_same_body(name: str, envelope: Envelope, body: str) -> None:
    invocation = read(f"lambda/{name}.json")
    source = invocation["pathParameters"]["source"]
    door = Door(envelope=envelope, secret=lambda: {"sources": {source: {"path_token": SAMPLE_TOKEN}}})
    answer = door(invocation)
    assert answer.status == 202
    assert json.loads(invocation["body"]) == read(body)
    assert invocation["headers"]["content-length"] == str(len(invocation["body"].encode()))
