"""Whatever a vendor answers, or fails to answer, each call ends in the fate that the table says."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest
from tests.contract.vendors.clients import (
    EMAIL,
    FAX,
    IMPATIENT,
    NOW,
    PATIENT,
    SMS,
    WHATSAPP,
    WHATSAPP_TEMPLATE,
    at_now,
    opentext_at,
    threekit_at,
    whatsapp_at,
)

from herald.adapters.http_client import HttpClient, Timeouts
from herald.adapters.opentext_whatsapp import WEBHOOK_PATH
from herald.domain.delivery import Channel
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.fates import Break, Call, ruling_for_break, ruling_for_status
from simulators import OpenTextSimulator, ThreekitSimulator
from simulators.opentext.jobs import Job
from simulators.threekit.seed import ids

Simulator = OpenTextSimulator | ThreekitSimulator
ORDER_ID = ids.seed_id(10, 1)
JOB_ID = ids.seed_id(11, 1)
# The last with its tag, so that an export cut in the middle does not hold it.
ITEM = {"id": ids.seed_id(5, 12), "tags": ["seating"]}
NO_CONFIGURATION = frozenset(range(400, 500)) - {401, 403, 408, 409, 425, 429}
"""What is no configuration is left out."""


def imported(url: str, wait: Timeouts) -> None:
    product = {"name": "Alder Sofa", "type": "item"}
    threekit_at(url, timeouts=wait).import_item({"query": {"id": ids.SOFA}, "product": product})


def with_a_job(channel: Channel, opentext: OpenTextSimulator) -> None:
    opentext.jobs["xsi-0"] = Job("xsi-0", channel.value, [], NOW)


def with_a_registration(opentext: OpenTextSimulator) -> None:
    whatsapp_at(opentext.url).register("https://herald.example.com/")
    opentext.requests.clear()


@dataclass(frozen=True)
class VendorCall:
    """One call of one client: which route it takes, of what kind it is, how it is made.

    ``prepare`` makes OpenText have what it is asked for. A status in ``nothing_there`` is an answer: ``nothing``. Any
    success is enough for a call that ``reads_no_answer``. One that ``takes_lists`` can read an empty list.
    """

    route: str
    kind: Call
    make: Callable[[str, Timeouts], Any]
    prepare: Callable[[OpenTextSimulator], None] = lambda _opentext: None
    nothing_there: frozenset[int] = frozenset()
    nothing: Any = None
    reads_no_answer: bool = False
    takes_lists: bool = False

    def succeeds_with(self, status: int) -> bool:
        return status in self.nothing_there or (self.reads_no_answer and 200 <= status < 300)


CALLS = {
    "submit_email": VendorCall(
        "POST /mra/v1/outbound/emails", Call.SUBMIT, lambda url, wait: opentext_at(url, timeouts=wait).submit(EMAIL)
    ),
    "submit_sms": VendorCall(
        "POST /mra/v1/outbound/sms", Call.SUBMIT, lambda url, wait: opentext_at(url, timeouts=wait).submit(SMS)
    ),
    "submit_whatsapp": VendorCall(
        "POST /mra/v1/outbound/whatsapp",
        Call.SUBMIT,
        lambda url, wait: opentext_at(url, timeouts=wait).submit(WHATSAPP),
    ),
    "submit_whatsapp_template": VendorCall(
        "POST /mra/v1/outbound/whatsapp/template_message",
        Call.SUBMIT,
        lambda url, wait: opentext_at(url, timeouts=wait).submit(WHATSAPP_TEMPLATE),
    ),
    "submit_fax": VendorCall(
        "POST /mra/v1/outbound/faxes", Call.SUBMIT, lambda url, wait: opentext_at(url, timeouts=wait).submit(FAX)
    ),
    "order": VendorCall(
        "GET /api/orders/*", Call.READ, lambda url, wait: threekit_at(url, timeouts=wait).order(ORDER_ID)
    ),
    "configuration": VendorCall(
        "GET /api/configurations/*",
        Call.READ,
        lambda url, wait: threekit_at(url, timeouts=wait).configurations([ids.CONFIGURATION_SOFA_BOUCLE]),
        nothing_there=NO_CONFIGURATION,
        nothing={},
    ),
    "job": VendorCall("GET /api/jobs/*", Call.READ, lambda url, wait: threekit_at(url, timeouts=wait).job(JOB_ID)),
    "put_order": VendorCall(
        "PUT /api/orders/*",
        Call.WRITE,
        lambda url, wait: threekit_at(url, timeouts=wait).put_order(ORDER_ID, {"a": 1}, "Complete"),
    ),
    "orders_page": VendorCall(
        "GET /api/orders", Call.READ, lambda url, wait: threekit_at(url, timeouts=wait).orders_page(1, "-createdAt")
    ),
    "jobs_page": VendorCall("GET /api/jobs", Call.READ, lambda url, wait: threekit_at(url, timeouts=wait).jobs_page(1)),
    "item": VendorCall(
        "GET /api/assets/*", Call.READ, lambda url, wait: threekit_at(url, timeouts=wait).item(ids.SOFA)
    ),
    "item_record": VendorCall(
        "GET /api/products/export/json",
        Call.READ,
        lambda url, wait: threekit_at(url, timeouts=wait).item_record(ITEM),
        takes_lists=True,
    ),
    "import_item": VendorCall("POST /api/products/import", Call.WRITE, imported),
    **{
        f"status_{channel}": VendorCall(
            f"GET /mra/v1/outbound/{path}/status",
            Call.READ,
            partial(lambda channel, url, wait: opentext_at(url, timeouts=wait).status(channel, "xsi-0"), channel),
            prepare=partial(with_a_job, channel),
        )
        for channel, path in zip(Channel, ("emails", "sms", "whatsapp", "faxes"), strict=True)
    },
    "whatsapp_register": VendorCall(
        f"POST {WEBHOOK_PATH}",
        Call.WRITE,
        lambda url, wait: whatsapp_at(url, timeouts=wait).register("https://herald.example.com/"),
        reads_no_answer=True,
    ),
    "whatsapp_registered": VendorCall(
        f"GET {WEBHOOK_PATH}",
        Call.READ,
        lambda url, wait: whatsapp_at(url, timeouts=wait).registered(),
        prepare=with_a_registration,
        nothing_there=frozenset({404}),
        takes_lists=True,
    ),
    "whatsapp_unregister": VendorCall(
        f"DELETE {WEBHOOK_PATH}",
        Call.WRITE,
        lambda url, wait: whatsapp_at(url, timeouts=wait).unregister(),
        prepare=with_a_registration,
        reads_no_answer=True,
    ),
}
SUBMITS = [name for name, call in CALLS.items() if call.kind is Call.SUBMIT]

STATUSES = [
    201, 202, 204, 206, 301, 302, 303, 304, 307, 308,
    400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 418, 422, 425, 429, 431, 451,
    500, 501, 502, 503, 504, 507, 511, 520, 599,
]  # fmt: skip


@pytest.fixture
def vendor(request: pytest.FixtureRequest, opentext: OpenTextSimulator, threekit: ThreekitSimulator) -> Simulator:
    call = CALLS[request.getfixturevalue("name")]
    if "/mra/" not in call.route:
        return threekit
    call.prepare(opentext)
    return opentext


def failure_of(call: VendorCall, url: str, wait: Timeouts = PATIENT) -> CallFailed:
    with pytest.raises(CallFailed) as failed:
        call.make(url, wait)
    return failed.value


@pytest.mark.parametrize("name", CALLS)
def test_without_a_fault_the_call_succeeds(name: str, vendor: Simulator) -> None:
    CALLS[name].make(vendor.url, PATIENT)
    assert [seen.status for seen in vendor.requests] == [200]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", CALLS)
def test_every_status_ends_in_its_fate_after_one_request(name: str, status: int, vendor: Simulator) -> None:
    call = CALLS[name]
    vendor.faults.next(call.route, status=status, headers={"Retry-After": "7"})
    ruling = ruling_for_status(call.kind, status)
    assert ruling is not None
    if call.succeeds_with(status):
        assert call.make(vendor.url, PATIENT) == call.nothing
        return
    failure = failure_of(call, vendor.url)
    assert (failure.fate, failure.reason, failure.status) == (ruling.fate, ruling.reason, status)
    assert failure.retry_after == (7.0 if ruling.fate is Fate.TRANSIENT else None)
    assert len(vendor.requests) == 1


@pytest.mark.parametrize(
    ("value", "seconds"), [("Mon, 02 Mar 2026 09:32:00 GMT", 120.0), ("later", None), ("", None), ("0", 0.0)]
)
@pytest.mark.parametrize("name", CALLS)
def test_retry_after_is_a_date_too_and_garbage_is_ignored(
    name: str, vendor: Simulator, value: str, seconds: float | None
) -> None:
    vendor.faults.next(CALLS[name].route, status=429, headers={"Retry-After": value})
    assert failure_of(CALLS[name], vendor.url).retry_after == seconds


LOST, LATE, UNREADABLE = Break.ANSWER_LOST, Break.ANSWER_TIMED_OUT, Break.ANSWER_UNREADABLE


@pytest.mark.parametrize(
    ("fault", "where", "wait"),
    [
        ({"reset": "before_body"}, LOST, PATIENT),
        ({"reset": "before_effect"}, LOST, PATIENT),
        ({"reset": "after_effect"}, LOST, PATIENT),
        ({"answer": "truncated"}, LOST, PATIENT),
        ({"hang_seconds": 30.0}, LATE, IMPATIENT),
        ({"answer": "invalid_json"}, UNREADABLE, PATIENT),
        ({"status": 200, "body": '{"job_id": NaN}'}, UNREADABLE, PATIENT),
        ({"status": 200, "body": '{"job_id": 1e999999999999999999999}'}, UNREADABLE, PATIENT),
        ({"status": 200, "body": "[" * 5000 + "]" * 5000}, UNREADABLE, PATIENT),
        ({"status": 200, "body": '{"job_id":' + "[" * 150 + "]" * 150 + "}"}, UNREADABLE, PATIENT),
        ({"status": 200, "body": ""}, UNREADABLE, PATIENT),
        ({"status": 200, "body": "[]"}, UNREADABLE, PATIENT),
        ({"status": 200, "body": {}, "headers": {"Content-Encoding": "gzip"}}, UNREADABLE, PATIENT),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else None,
)
@pytest.mark.parametrize("name", CALLS)
def test_every_break_ends_in_its_fate(
    name: str, vendor: Simulator, fault: dict[str, Any], where: Break, wait: Timeouts
) -> None:
    call = CALLS[name]
    vendor.faults.next(call.route, **fault)
    if call.kind is Call.WRITE and (fault.get("answer") or fault.get("status")):
        call.make(vendor.url, wait)  # the status says it was done, and only reading what was written tells more
        return
    if call.takes_lists and fault.get("body") == "[]":
        call.make(vendor.url, wait)
        return
    failure = failure_of(call, vendor.url, wait)
    ruling = ruling_for_break(call.kind, where)
    assert (failure.fate, failure.reason) == (ruling.fate, ruling.reason)


@pytest.mark.parametrize("name", SUBMITS)
@pytest.mark.parametrize(
    "fault", [{"reset": "after_effect"}, {"answer": "truncated"}, {"answer": "invalid_json"}], ids=str
)
def test_a_submit_that_went_through_unheard_is_unknown(
    name: str, opentext: OpenTextSimulator, fault: dict[str, Any]
) -> None:
    opentext.faults.next(CALLS[name].route, **fault)
    assert failure_of(CALLS[name], opentext.url).fate is Fate.UNKNOWN
    assert len(opentext.submits) == 1


@pytest.mark.parametrize(
    "body", [{}, [], {"job_id": None}, {"job_id": 7}, {"job_id": ""}, {"job_id": "x" * 500}, "7"], ids=repr
)
@pytest.mark.parametrize("name", SUBMITS)
def test_success_without_a_job_id_is_unknown(name: str, opentext: OpenTextSimulator, body: Any) -> None:
    opentext.faults.next(CALLS[name].route, status=200, body=body)
    failure = failure_of(CALLS[name], opentext.url)
    assert (failure.fate, failure.reason) == (Fate.UNKNOWN, Reason.ANSWER_UNREADABLE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nobody_listening_is_transient_for_all(name: str, scheme: str) -> None:
    failure = failure_of(CALLS[name], f"{scheme}://127.0.0.1:{free_port()}")
    assert (failure.fate, failure.reason) == (Fate.TRANSIENT, Reason.UNREACHABLE)


@pytest.mark.parametrize("name", CALLS)
def test_refused_encryption_is_transient_for_all(name: str, vendor: Simulator) -> None:
    failure = failure_of(CALLS[name], vendor.url.replace("http://", "https://"))
    assert (failure.fate, failure.reason) == (Fate.TRANSIENT, Reason.UNREACHABLE)


@pytest.mark.parametrize(
    ("error", "where"),
    [
        (httpx.ConnectError, Break.NOT_CONNECTED),
        (httpx.ConnectTimeout, Break.CONNECT_TIMED_OUT),
        (httpx.PoolTimeout, Break.POOL_TIMED_OUT),
        (httpx.UnsupportedProtocol, Break.NOT_SENDABLE),
        (httpx.LocalProtocolError, Break.NOT_SENDABLE),
        (httpx.WriteError, Break.SENDING_FAILED),
        (httpx.WriteTimeout, Break.SENDING_TIMED_OUT),
        (httpx.ReadError, Break.ANSWER_LOST),
        (httpx.CloseError, Break.ANSWER_LOST),
        (httpx.RemoteProtocolError, Break.ANSWER_LOST),
        (httpx.ProxyError, Break.ANSWER_LOST),
        (httpx.DecodingError, Break.ANSWER_LOST),
        (httpx.ReadTimeout, Break.ANSWER_TIMED_OUT),
    ],
)
@pytest.mark.parametrize("kind", Call)
def test_every_kind_of_network_error_is_known(
    kind: Call, error: type[httpx.RequestError], where: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_client: httpx.Client, request: httpx.Request, **_options: Any) -> httpx.Response:
        raise error("https://vendor.example/secret-path", request=request)

    monkeypatch.setattr(httpx.Client, "send", fail)
    client, ruling = HttpClient(["https://vendor.example"], at_now), ruling_for_break(kind, where)
    with pytest.raises(CallFailed) as called:
        client.call(kind, "GET", "https://vendor.example/x", headers={})
    with pytest.raises(CallFailed) as streamed, client.stream(kind, "GET", "https://vendor.example/x", headers={}):
        pytest.fail("there is nothing to read")
    for failure in (called.value, streamed.value):
        assert (failure.fate, failure.reason) == (ruling.fate, ruling.reason)
        assert "secret-path" not in str(failure)
