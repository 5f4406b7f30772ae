"""The recorded samples under ``events/`` are what the doors take."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.ingress.door import Door, callback_door, request, signed_request

from herald.domain.envelope import Envelope
from herald.domain.opentext_envelope import OPENTEXT_CALLBACK
from herald.domain.threekit_envelope import THREEKIT_WEBHOOK
from herald_cli.send import Door as SampleDoor
from herald_cli.send import content_type, door_by_shape
from simulators.threekit.seed import ids

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


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("configuration_submitted.json", "configuration.submitted"),
        ("sync_failed.json", "sync.failed"),
        ("sync_failed_again.json", "sync.failed"),
        ("sync_recovered.json", "sync.recovered"),
    ],
)
def test_a_connectors_body_is_taken_if_it_is_signed(name: str, kind: str) -> None:
    door = Door()
    answer = door(signed_request((EVENTS / name).read_bytes()))
    event = door.inbox.load(answer.document["id"])
    assert event is not None
    assert event.type == kind
    assert Door()(request((EVENTS / name).read_bytes())).problem == "unsigned"


@pytest.mark.parametrize(
    ("name", "source", "kind", "subject"),
    [
        ("workflow_milestone_received.json", "flow", "order.milestone.reached", f"order/{ids.ORDER_BERLIN_SOFA_NEW}"),
        ("workflow_milestone_shipped.json", "flow", "order.milestone.reached", f"order/{ids.ORDER_BERLIN_SOFA_NEW}"),
        (
            "workflow_milestone_in_production_late.json",
            "flow",
            "order.milestone.reached",
            f"order/{ids.ORDER_BERLIN_SOFA_NEW}",
        ),
        ("workflow_localization_completed.json", "flow", "localization.completed", f"item/{ids.SIDEBOARD}"),
        ("workflow_regional_approval.json", "flow", "regional.approval.completed", f"item/{ids.SIDEBOARD}"),
        ("workflow_plant_body.json", "flow", "opentext.workflow", "workflow/"),
        ("sms_reply_question.json", "sms", "opentext.reply.sms", "reply/"),
        ("sms_reply_stop.json", "sms", "opentext.reply.sms", "reply/"),
    ],
)
def test_a_body_for_the_callback_is_taken_by_its_kind_of_source(
    name: str, source: str, kind: str, subject: str
) -> None:
    door = callback_door()
    body = (EVENTS / name).read_bytes()
    answer = door(request(body, source=source, content_type=content_type(json.loads(body))))
    event = door.inbox.load(answer.document["id"])
    assert event is not None
    assert event.type == kind
    assert event.subject.startswith(subject)


@pytest.mark.parametrize(
    ("name", "door"),
    [
        ("threekit_order_created.json", SampleDoor.WEBHOOK),
        ("threekit_job_updated.json", SampleDoor.WEBHOOK),
        ("opentext_status_sms.json", SampleDoor.CALLBACK),
        ("configuration_submitted.json", None),
        ("workflow_milestone_received.json", None),
        ("workflow_plant_body.json", None),
        ("sms_reply_stop.json", None),
    ],
)
def test_a_vendors_own_body_goes_to_its_door_and_others_where_their_source_is_known(
    name: str, door: SampleDoor | None
) -> None:
    assert door_by_shape(read(name)) == door


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
