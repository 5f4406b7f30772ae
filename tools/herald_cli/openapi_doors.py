"""What each door takes, by its function's folder."""

from collections.abc import Mapping
from dataclasses import dataclass

from herald.domain.envelope import Envelope
from herald.domain.media_type import CLOUDEVENT, CLOUDEVENTS_BATCH, JSON
from herald.domain.threekit_envelope import THREEKIT_WEBHOOK
from herald.runtime import http
from herald.runtime.bootstrap.opentext_callback import KINDS, envelope_of
from herald.runtime.http import Problem
from herald.runtime.source_credentials import ONE_KIND

Bodies = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Door:
    """A door: for each kind of source its envelope and, by media type, the schemas its bodies may have.

    ``never`` are the problems it has no cause for.
    """

    summary: str
    description: str
    envelopes: Mapping[str, Envelope]
    bodies: Mapping[str, Bodies]
    never: frozenset[Problem] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a description that does not fit the envelopes."""
        for kind, envelope in self.envelopes.items():
            if self.bodies.get(kind, {}).keys() != envelope.media_types:
                raise ValueError(f"kind {kind!r} takes {', '.join(sorted(envelope.media_types))}: describe these")

    def schemas_of(self, media_type: str) -> list[str]:
        """Return the names of the schemas a body of a media type may have, over all kinds."""
        return list(dict.fromkeys(name for bodies in self.bodies.values() for name in bodies.get(media_type, ())))

    @property
    def media_types(self) -> list[str]:
        """All media types the door takes."""
        return sorted({name for envelope in self.envelopes.values() for name in envelope.media_types})


_WEBHOOK: Bodies = {
    JSON: ("ThreekitWebhook", "CloudEvent"), CLOUDEVENT: ("CloudEvent",), CLOUDEVENTS_BATCH: ("CloudEventBatch",),
}  # fmt: skip
_REPLIES: Bodies = {JSON: ("Reply",)}
DOORS: Mapping[str, Door] = {
    "threekit_webhook": Door(
        "Tell what happened in Threekit or in a connected system",
        "Takes Threekit's own bodies, and CloudEvents of connectors. A CloudEvent must be signed, whatever media type "
        "it is sent as; a body with `specversion` is one.",
        dict.fromkeys(ONE_KIND, THREEKIT_WEBHOOK),
        dict.fromkeys(ONE_KIND, _WEBHOOK),
    ),
    "opentext_callback": Door(
        "Tell what OpenText reports",
        f"What a source sends is said by `kind` in its entry of the secret: {', '.join(KINDS)}; the first where none "
        "is named. A body is read as its source's kind says. A CloudEvent of a workflow needs no signature.",
        {kind: envelope_of(kind) for kind in KINDS},
        {
            "status": {JSON: ("OpentextStatus",)},
            "workflow": {JSON: ("CloudEvent", "WorkflowBody"), CLOUDEVENT: ("CloudEvent",)},
            "sms-replies": _REPLIES,
            "whatsapp-replies": _REPLIES,
        },
        frozenset({http.UNSIGNED}),
    ),
}
