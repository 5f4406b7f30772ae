"""One door from outside: a request is authenticated, read and recorded before it is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from herald.domain.authentication import NO_CREDENTIALS, Presented, Verdict, authenticate
from herald.domain.envelope import Envelope, EnvelopeRefusedError, Refusal, Told
from herald.domain.errors import ConfigurationError, PoisonError
from herald.domain.event import Event
from herald.domain.media_type import CLOUDEVENTS_BATCH, media_type
from herald.domain.strict_json import JsonRefusedError, parse_json
from herald.ports import AuditTrail, Checkpoint, Clock, Inbox, Recorded
from herald.runtime import http
from herald.runtime.http import ProblemError, Request
from herald.runtime.observability import described
from herald.runtime.source_credentials import Sources
from herald.usecases.ingest import Receipt, ingest


class Log(Protocol):
    """What we need of a logger."""

    def info(self, msg: str, *, extra: dict[str, Any]) -> None:
        """Write a line that all is well."""
        ...

    def warning(self, msg: str, *, extra: dict[str, Any]) -> None:
        """Write a line about a request that was refused."""
        ...

    def error(self, msg: str, *, extra: dict[str, Any]) -> None:
        """Write a line somebody must look at."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How large and how deep a body may be."""

    max_body_bytes: int = 256 * 1024
    max_json_depth: int = 32


_REFUSALS = {
    Refusal.MALFORMED: http.JSON_REFUSED,
    Refusal.INVALID: http.ENVELOPE,
    Refusal.UNSIGNED: http.UNSIGNED,
    Refusal.RESERVED_TYPE: http.RESERVED_TYPE,
}
_COUNTED = {
    Recorded.NEW: "EventsRecorded", Recorded.DUPLICATE: "EventsRepeated", Recorded.CONFLICT: "EventsConflicting",
}  # fmt: skip


@dataclass(frozen=True)
class Receiver:
    """Answers the requests of one door.

    ``actor`` is the function's name, ``envelope`` gives for a kind of source how its bodies become events, ``count``
    adds to a metric.
    """

    actor: str
    envelope: Callable[[str], Envelope]
    sources: Callable[[], Sources]
    inbox: Inbox
    audit: AuditTrail
    clock: Clock
    checkpoint: Checkpoint
    log: Log
    count: Callable[[str, int], None]
    limits: Limits = Limits()

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request (API Gateway payload format 2.0). Raises nothing; a 2xx only for what is recorded."""
        instance = http.request_id(event)
        line: dict[str, Any] = {"request": instance, "source": "unknown"}
        try:
            return self._receive(event, line)
        except ProblemError as refused:
            failed = refused.problem.status >= 500
            self.count("RequestsFailed" if failed else "RequestsRefused", 1)
            line.update(status=refused.problem.status, problem=refused.problem.slug, detail=refused.detail)
            (self.log.error if failed else self.log.warning)("request.refused", extra=line)
            return http.problem_response(refused.problem, refused.detail, instance, refused.members)
        except Exception as error:  # noqa: BLE001 - the last place before the gateway, which would answer without a document
            self.count("RequestsFailed", 1)
            self.log.error("request.error", extra={**line, **described(error), "status": http.UNEXPECTED.status})
            return http.problem_response(http.UNEXPECTED, "the request was not recorded", instance, {})

    def _receive(self, event: Mapping[str, Any], line: dict[str, Any]) -> dict[str, Any]:
        request = http.read_request(event, max_body_bytes=self.limits.max_body_bytes)
        source = request.path_parameters.get("source", "")
        verdict, kind = self._authenticate(request, source, line)
        envelope = self.envelope(kind)
        told = self._told(request, source, verdict, envelope)
        try:
            events = envelope.read(told)
        except EnvelopeRefusedError as refused:
            raise ProblemError(_REFUSALS[refused.refusal], refused.detail) from refused
        receipts = self._record(events, line)
        line.update(events=[receipt.event_id for receipt in receipts], outcomes=[r.recorded.value for r in receipts])
        for recorded, name in _COUNTED.items():
            if number := sum(receipt.recorded is recorded for receipt in receipts):
                self.count(name, number)
        answer = batch_answer(receipts) if told.media_type == CLOUDEVENTS_BATCH else single_answer(receipts[0])
        self.log.info("request.recorded", extra={**line, "status": answer["statusCode"]})
        return answer

    def _authenticate(self, request: Request, source: str, line: dict[str, Any]) -> tuple[Verdict, str]:
        try:
            sources = self.sources()
        except Exception as error:
            line.update(described(error))
            if isinstance(error, ConfigurationError):
                line["fix"] = str(error)
            raise ProblemError(http.UNAVAILABLE, "the service cannot check senders at the moment") from error
        if source in sources.broken:
            # Its sender gets the answer of an unknown source, so only this line tells.
            self.count("SourcesMisconfigured", 1)
            self.log.error("source.misconfigured", extra={**line, "source": source, "fix": sources.broken[source]})
        if source in sources.credentials:
            line["source"] = source
        presented = Presented(request.headers, request.path_parameters.get("token", ""), request.body)
        verdict = authenticate(sources.credentials.get(source, NO_CREDENTIALS), presented, self.clock())
        if not verdict.accepted:
            line["failed"] = list(verdict.failed)
            raise ProblemError(http.CREDENTIALS, "the source is unknown or what was presented does not fit")
        return verdict, sources.kinds.get(source, "")

    def _told(self, request: Request, source: str, verdict: Verdict, envelope: Envelope) -> Told:
        kind = media_type(request.headers.get("content-type", ""))
        if kind is None or kind not in envelope.media_types:
            taken = ", ".join(sorted(envelope.media_types))
            raise ProblemError(http.CONTENT_TYPE, f"send one of these in UTF-8: {taken}")
        try:
            body = parse_json(request.body, max_depth=self.limits.max_json_depth)
        except JsonRefusedError as refused:
            raise ProblemError(http.JSON_REFUSED, str(refused)) from refused
        message_id = request.headers.get("webhook-id", "") if verdict.signed else ""
        return Told(source, kind, body, verdict.signed, message_id, self.clock())

    def _record(self, events: list[Event], line: dict[str, Any]) -> list[Receipt]:
        try:
            return ingest(
                events,
                inbox=self.inbox,
                audit=self.audit,
                clock=self.clock,
                checkpoint=self.checkpoint,
                actor=self.actor,
            )
        except PoisonError as error:
            raise ProblemError(http.BODY_TOO_LARGE, "the event is too large to be kept") from error
        except Exception as error:
            # Whatever kept it from being recorded, the sender may tell it again: what was recorded is known by its id.
            line.update(described(error))
            raise ProblemError(http.UNAVAILABLE, "the event could not be recorded; please send it again") from error


def single_answer(receipt: Receipt) -> dict[str, Any]:
    """Return 202 for a new event, 200 for a known one. Raises ``ProblemError`` (409) for one told otherwise before."""
    if receipt.recorded is Recorded.CONFLICT:
        raise ProblemError(http.ID_CONFLICT, "this id was told before with another body; the first stands")
    duplicate = receipt.recorded is Recorded.DUPLICATE
    return http.json_response(200 if duplicate else 202, {"id": receipt.event_id, "duplicate": duplicate})


def batch_answer(receipts: list[Receipt]) -> dict[str, Any]:
    """Return 202 if any event is new, else 200. Raises ``ProblemError`` (409) with the list if any conflicts."""
    told = [_told_entry(receipt) for receipt in receipts]
    outcomes = {receipt.recorded for receipt in receipts}
    if Recorded.CONFLICT in outcomes:
        raise ProblemError(http.ID_CONFLICT, "ids were told before with other bodies; the first stand", events=told)
    return http.json_response(202 if Recorded.NEW in outcomes else 200, {"events": told})


def _told_entry(receipt: Receipt) -> dict[str, Any]:
    if receipt.recorded is Recorded.CONFLICT:
        return {"id": receipt.event_id, "conflict": True}
    return {"id": receipt.event_id, "duplicate": receipt.recorded is Recorded.DUPLICATE}
