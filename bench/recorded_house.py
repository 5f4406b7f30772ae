"""The whole house at work over emulated AWS and simulated vendors, with everything noted that costs time or money."""

import io
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import boto3
from botocore.response import StreamingBody
from moto import mock_aws
from tests.integration.house import House, Work

from herald.adapters.threekit import AT_A_TIME
from herald.domain.configuration import Configuration
from simulators import OpenTextSimulator, ThreekitSimulator

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}  # fmt: skip
CONSUMERS = {
    "Evaluation": "rule_evaluation", "Tracking": "delivery_tracking", "Dispatch": "notification_dispatch",
    "Writeback": "threekit_writeback",
    "Reconcile": "reconcile", "Scan": "catalog_scan", "ApprovalTimer": "approval_timer",
}  # fmt: skip

# One for all houses of this process: the logger writes for ever to the output it finds when it is made.
_OUTPUT = io.StringIO()


@dataclass(frozen=True)
class AwsCall:
    """One request a function made through the SDK, and its answer."""

    function: str
    invocation: int
    service: str
    operation: str
    request: Mapping[str, Any]
    sent_bytes: int
    status: int
    answer: bytes
    parsed: Mapping[str, Any]


VendorRequest = tuple[str, int]


def _waits(requests: Sequence[VendorRequest]) -> int:
    side_by_side = sum(path.startswith("/api/configurations/") for path, _size in requests)
    return len(requests) - side_by_side + math.ceil(side_by_side / AT_A_TIME)


@dataclass
class Record:
    """What happened while it was noted. An invocation is one event, as Lambda would hand it to a function.

    ``vendor_waits`` counts how often a function waits for a vendor: saved configurations are read side by side.
    """

    calls: list[AwsCall] = field(default_factory=list)
    invocations: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    log_bytes: dict[str, int] = field(default_factory=dict)
    vendor_waits: dict[str, int] = field(default_factory=dict)
    vendor_bytes: dict[str, int] = field(default_factory=dict)

    def first(self, function: str) -> tuple[Mapping[str, Any], list[AwsCall]]:
        """Return a function's first event and the calls it made about it."""
        number = next(number for number, (name, _event) in enumerate(self.invocations) if name == function)
        return self.invocations[number][1], [call for call in self.calls if call.invocation == number]


class RecordedHouse(House):
    """A house that notes which function is at work, on what, and what it asks of AWS and the vendors."""

    def __init__(self, threekit: ThreekitSimulator, opentext: OpenTextSimulator, configuration: Configuration) -> None:
        self.record = Record()
        self._running = ""
        self._depth = 0
        self._request: tuple[Mapping[str, Any], int] = ({}, 0)
        super().__init__(threekit, opentext, configuration)
        self.clock.now = datetime.now(UTC)
        self.webhook = self._noting("threekit_webhook", self.webhook)
        self.callback = self._noting("opentext_callback", self.callback)
        self.relay = self._noting("event_relay", self.relay)
        self.download = self._noting("report_download", self.download)
        self.page = self._noting("approval_page", self.page)
        for work in self.works:
            work.handle = self._noting(CONSUMERS[work.name], work.handle)

    def begin(self) -> None:
        """Forget what was noted so far."""
        self.record = Record()

    def _noting(self, function: str, way_on: Any) -> Any:
        def noted(*arguments: Any) -> Any:
            self.record.invocations.append((function, self._event(function, arguments[0])))
            with self._as(function):
                return way_on(*arguments)

        return noted

    def _event(self, function: str, argument: Any) -> Mapping[str, Any]:
        if function == "event_relay":
            return {"Records": list(self._unrelayed)}
        if function in CONSUMERS.values():
            attributes = {"ApproximateReceiveCount": "1"}
            message = {"messageId": "1", "receiptHandle": "1", "body": json.dumps(argument), "attributes": attributes}
            return {"Records": [message]}
        return dict(argument)

    def _run(self, work: Work) -> bool:
        with self._as(CONSUMERS[work.name], calls=False):
            return super()._run(work)

    @contextmanager
    def _as(self, function: str, *, calls: bool = True) -> Iterator[None]:
        before, lines, seen = self._running, _OUTPUT.tell(), len(self._vendor_requests())
        self._running = function if calls else ""
        self._depth += 1
        try:
            with redirect_stdout(_OUTPUT):
                yield
        finally:
            self._running = before
            self._depth -= 1
            if self._depth == 0:
                self._add(function, _OUTPUT.tell() - lines, self._vendor_requests()[seen:])

    def _add(self, function: str, log_bytes: int, vendor_requests: Sequence[VendorRequest]) -> None:
        record = self.record
        for totals, number in (
            (record.log_bytes, log_bytes),
            (record.vendor_waits, _waits(vendor_requests)),
            (record.vendor_bytes, sum(size for _path, size in vendor_requests)),
        ):
            totals[function] = totals.get(function, 0) + number

    def _vendor_requests(self) -> list[VendorRequest]:
        """Return path and size of each request the vendors saw; a function asks one vendor only, so the order holds."""
        seen = [one.request for one in (*self.threekit.requests, *self.opentext.requests)]
        return [(one.path, len(str(dict(one.headers))) + len(one.path) + len(one.body)) for one in seen]

    # -- hooks of the SDK --------------------------------------------------------------------------------------------

    def asked(self, params: Mapping[str, Any], **_: Any) -> None:
        """Keep a request's parameters until its answer is there."""
        self._request = (dict(params), 0)

    def sending(self, request: Any, **_: Any) -> None:
        """Keep the size of a request."""
        headers = sum(len(str(name)) + len(str(value)) + 4 for name, value in request.headers.items())
        # What goes out in chunks has no length but the one it says.
        body = request.headers.get("X-Amz-Decoded-Content-Length") or len(request.body or b"")
        self._request = (self._request[0], headers + int(body))

    def answered(self, http_response: Any, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        """Note a call, if a function made it."""
        if self._running:
            request, sent = self._request
            number = len(self.record.invocations) - 1
            service = model.service_model.service_name
            status, answer = http_response.status_code, http_response.content
            if "Body" in parsed:  # what was just read to its end, the function reads once more
                parsed["Body"] = StreamingBody(io.BytesIO(answer), len(answer))
            self.record.calls.append(
                AwsCall(self._running, number, service, model.name, request, sent, status, answer, parsed)
            )


@contextmanager
def recorded_house(configuration: Configuration) -> Iterator[RecordedHouse]:
    """Give a house whose every call is noted; nothing leaves this machine."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with (
        patch.dict(os.environ, {**environment, **CREDENTIALS}, clear=True),
        mock_aws(),
        ThreekitSimulator() as threekit,
        OpenTextSimulator(manual=True) as opentext,
    ):
        boto3.DEFAULT_SESSION = session = boto3.Session()
        events = session.events
        house = RecordedHouse.__new__(RecordedHouse)
        events.register_last("provide-client-params.*.*", house.asked)
        events.register_first("before-send.*.*", house.sending)
        events.register("after-call.*.*", house.answered)
        try:
            house.__init__(threekit, opentext, configuration)  # type: ignore[misc]
            yield house
        finally:
            boto3.DEFAULT_SESSION = None
