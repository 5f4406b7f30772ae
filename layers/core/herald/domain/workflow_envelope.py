"""What comes in by the callback's door from OpenText's workflow: CloudEvents of the contract, or any JSON object.

Vendor facts: body, headers and authentication are what the workflow's designer typed (docs/vendor/opentext.md 7.1), so
no signature is asked for: the source's own scheme is the proof there is.
"""

from typing import Any

from herald.domain.canonical import fingerprint
from herald.domain.cloudevents import event_of
from herald.domain.envelope import Envelope, Told, as_object
from herald.domain.event import Event, Identity, Origin, Trust
from herald.domain.media_type import CLOUDEVENT, JSON

WORKFLOW_TYPE = "opentext.workflow"
"""A body that is no CloudEvent: ``config/mapping.yaml`` says what it means."""


def read_workflow(told: Told) -> list[Event]:
    """Return the one event of a body. Raises ``EnvelopeRefusedError``."""
    body = as_object(told.body)
    source = f"/opentext/{told.source}"
    if told.media_type == CLOUDEVENT or "specversion" in body:
        return [event_of(told, body, source=source, origin=Origin.CALLBACK)]
    return [event_by_content(told, body, source, WORKFLOW_TYPE, "workflow")]


def event_by_content(told: Told, body: dict[str, Any], source: str, event_type: str, kind: str, *beside: str) -> Event:
    """Return the event of a body without an id; it is known by what it says, and by what stands ``beside``."""
    body_hash = fingerprint(body)
    identity = Identity.of_content(source, fingerprint([body_hash, *beside]))
    return Event(
        identity=identity,
        type=event_type,
        subject=f"{kind}/{identity.event_id}",
        time=told.received_at,
        data=body,
        origin=Origin.CALLBACK,
        trust=Trust.SIGNED if told.signed else Trust.UNSIGNED,
        received_at=told.received_at,
        body_hash=body_hash,
    )


OPENTEXT_WORKFLOW = Envelope(frozenset({JSON, CLOUDEVENT}), read_workflow)
