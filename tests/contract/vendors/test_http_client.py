"""The way out: only where it was told to go, with nothing it was not told to take."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contract.vendors.clients import EMAIL, PATIENT, at_now, opentext_at, threekit_at

from herald.adapters.http_client import HttpClient, Timeouts, json_bytes
from herald.adapters.vendor_messages import LONGEST, scrubbed, vendor_message
from herald.domain.errors import CallFailed, ConfigurationError, Fate, Reason
from herald.domain.fates import Call
from simulators import OpenTextSimulator, ThreekitSimulator
from simulators.opentext.credentials import USER_PASSWORD
from simulators.threekit.seed import ids

TOKEN = "Bearer very-secret-token"
ORDER_ID = ids.seed_id(10, 1)


def client_for(*urls: str, **options: Any) -> HttpClient:
    return HttpClient(urls, at_now, **{"timeouts": PATIENT, **options})


def get(client: HttpClient, url: str, **headers: str) -> Any:
    return client.call(Call.READ, "GET", url, headers={"Authorization": TOKEN, **headers})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_takes_no_credentials_along(
    opentext: OpenTextSimulator, threekit: ThreekitSimulator, status: int
) -> None:
    opentext.faults.next("POST /mra/*", status=status, headers={"Location": f"{threekit.url}/api/orders"})
    with pytest.raises(CallFailed) as failed:
        opentext_at(opentext.url).submit(EMAIL)
    assert (failed.value.fate, failed.value.reason) == (Fate.PERMANENT, Reason.REDIRECTED)
    assert len(opentext.requests) == 1
    assert threekit.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/api",
        "https://127.0.0.1/api",
        "http://localhost/api",
        "https://other.example/",
        "http://vendor.example/",
        "https://vendor.example:8443/",
        "https://vendor.example@other.example/",
        "https://vendor.example.other.example/",
        "//vendor.example/",
        "/api/orders",
        "file:///etc/passwd",
        "",
        "http://[",
        "https://a b/",
    ],
)
def test_any_origin_but_the_configured_one_is_refused_before_anything_is_sent(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for("https://vendor.example")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("a name was looked up"))
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection was made"))
    with pytest.raises(CallFailed) as failed:
        get(client, url)
    assert (failed.value.fate, failed.value.reason) == (Fate.PERMANENT, Reason.REFUSED)


@pytest.mark.parametrize("value", ["a\r\nX-Other: b", "a\nb", "\u00e9", "\ud800"])
def test_a_header_that_http_cannot_carry_is_refused(threekit: ThreekitSimulator, value: str) -> None:
    with pytest.raises(CallFailed) as failed:
        get(client_for(threekit.url), f"{threekit.url}/api/orders", **{"X-Reference": value})
    assert (failed.value.fate, failed.value.reason) == (Fate.PERMANENT, Reason.REFUSED)
    assert threekit.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://vendor.example",
        "http://127.0.0.1.other.example",
        "ftp://127.0.0.1",
        "vendor.example",
        "",
        "https://user:word@vendor.example",
        "https://vendor.example?x=1",
        "https://vendor.example#x",
        "https://",
        "http://[",
    ],
)
def test_a_base_url_must_be_encrypted_or_loopback_and_hold_no_more_than_a_place(url: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        client_for(url)
    assert "word" not in str(refusal.value)


@pytest.mark.parametrize(
    "url", ["https://vendor.example", "https://vendor.example:8443/base", "http://127.0.0.1:80", "http://[::1]:80"]
)
def test_what_base_urls_may_be(url: str) -> None:
    client_for(url).close()


def test_the_environment_cannot_redirect_a_call(
    threekit: ThreekitSimulator, opentext: OpenTextSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, opentext.url)
    threekit_at(threekit.url).order(ORDER_ID)
    assert len(threekit.requests) == 1
    assert opentext.requests == []


def test_cookies_are_not_kept(threekit: ThreekitSimulator) -> None:
    client = threekit_at(threekit.url)
    threekit.faults.next("GET /api/orders/*", status=200, body={}, headers={"Set-Cookie": "session=1; Path=/"})
    client.order(ORDER_ID)
    client.order(ORDER_ID)
    assert all("cookie" not in seen.request.headers for seen in threekit.requests)


def test_one_connection_serves_many_calls(threekit: ThreekitSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    client, opened = threekit_at(threekit.url), []
    connect = socket.create_connection

    def noted(*given: Any, **options: Any) -> socket.socket:
        opened.append(given[0])
        return connect(*given, **options)

    monkeypatch.setattr(socket, "create_connection", noted)
    for _ in range(3):
        client.order(ORDER_ID)
    assert len(opened) == 1


@pytest.mark.parametrize(("size", "read"), [(1000, True), (1001, False), (500_000, False)])
def test_an_oversized_answer_is_not_read(threekit: ThreekitSimulator, size: int, read: bool) -> None:
    body = json.dumps("x" * (size - 2))
    threekit.faults.next("GET /api/*", status=200, body=body)
    client = client_for(threekit.url, max_answer_bytes=1000)
    if read:
        assert get(client, f"{threekit.url}/api/x") == "x" * (size - 2)
        return
    with pytest.raises(CallFailed, match="longer than 1000 bytes") as failed:
        get(client, f"{threekit.url}/api/x")
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.ANSWER_UNREADABLE)


@contextmanager
def server_that(answers: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """Takes one connection, reads a request, and leaves the answer to ``answers`` until the test is over."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.recv(65536)
                answers(connection, over)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        thread.join(5)


def test_a_body_that_drips_is_cut_off() -> None:
    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not over.wait(0.01):
            connection.sendall(b" ")

    with server_that(drip) as url:
        client = client_for(url, timeouts=Timeouts(read=20, body=0.1))
        with pytest.raises(CallFailed, match="too slowly") as failed:
            get(client, f"{url}/x")
        client.close()
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.TIMED_OUT)


def streamed(client: HttpClient, url: str, call: Call = Call.READ) -> bytes:
    with client.stream(call, "GET", url, headers={"Authorization": TOKEN}) as chunks:
        return b"".join(chunks)


def test_a_stream_is_longer_than_any_answer_may_be(threekit: ThreekitSimulator) -> None:
    threekit.faults.next("GET /api/*", status=200, body="x" * 500_000)
    assert streamed(client_for(threekit.url, max_answer_bytes=1000), f"{threekit.url}/api/x") == b"x" * 500_000
    seen = threekit.requests[-1].request
    assert (seen.headers["authorization"], seen.headers["accept-encoding"]) == (TOKEN, "identity")


def test_a_stream_goes_nowhere_but_to_the_configured_origin(threekit: ThreekitSimulator) -> None:
    with pytest.raises(CallFailed) as failed:
        streamed(client_for("https://vendor.example"), f"{threekit.url}/api/x")
    assert (failed.value.fate, failed.value.reason) == (Fate.PERMANENT, Reason.REFUSED)
    assert threekit.requests == []


def test_a_stream_may_be_left_at_any_time(threekit: ThreekitSimulator) -> None:
    threekit.faults.next("GET /api/*", status=200, body="x" * 5_000_000)
    client = client_for(threekit.url)
    with client.stream(Call.READ, "GET", f"{threekit.url}/api/x", headers={}) as chunks:
        assert next(chunks)
    threekit.faults.next("GET /api/*", status=200, body="7")
    assert get(client, f"{threekit.url}/api/x") == 7


def test_an_error_in_the_block_passes_through_and_ends_the_stream(threekit: ThreekitSimulator) -> None:
    threekit.faults.next("GET /api/*", status=200, body="7")
    with (
        pytest.raises(KeyError),
        client_for(threekit.url).stream(Call.READ, "GET", f"{threekit.url}/api/x", headers={}) as chunks,
    ):
        raise KeyError(next(chunks))


def test_a_stream_that_drips_is_cut_off() -> None:
    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not over.wait(0.01):
            connection.sendall(b" ")

    with server_that(drip) as url:
        client = client_for(url, timeouts=Timeouts(body=0.01, stream=0.2))
        with pytest.raises(CallFailed, match="too slowly") as failed:
            streamed(client, f"{url}/x")
        client.close()
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.TIMED_OUT)


@pytest.mark.parametrize("begins", [True, False])
def test_a_stream_waits_longer_than_other_answers_but_not_for_ever(begins: bool) -> None:
    def stand_still(connection: socket.socket, over: threading.Event) -> None:
        if begins:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[")
        over.wait(20)

    with server_that(stand_still) as url:
        client = client_for(url, timeouts=Timeouts(read=0.01, stream_wait=0.2))
        begun = time.monotonic()
        with pytest.raises(CallFailed) as failed:
            streamed(client, f"{url}/x")
        client.close()
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.TIMED_OUT)
    assert time.monotonic() - begun >= 0.2


@pytest.mark.parametrize(
    ("answer", "fate", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[", Fate.TRANSIENT, Reason.CONNECTION_LOST),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n", Fate.TRANSIENT, Reason.CONNECTION_LOST),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Fate.TRANSIENT, Reason.CONNECTION_LOST),
        (b"not http at all\r\n\r\n", Fate.TRANSIENT, Reason.CONNECTION_LOST),
        (b"", Fate.TRANSIENT, Reason.CONNECTION_LOST),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\n[",
            Fate.TRANSIENT,
            Reason.ANSWER_UNREADABLE,
        ),
        (b"HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n", Fate.PERMANENT, Reason.REDIRECTED),
        (b'HTTP/1.1 422 Unprocessable\r\nContent-Length: 100\r\n\r\n{"mess', Fate.PERMANENT, Reason.REFUSED),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_a_stream_that_breaks_ends_in_its_fate(answer: bytes, fate: Fate, reason: Reason) -> None:
    with server_that(lambda connection, _over: connection.sendall(answer)) as url:
        client = client_for(url)
        with pytest.raises(CallFailed) as failed:
            streamed(client, f"{url}/x")
        client.close()
    assert (failed.value.fate, failed.value.reason) == (fate, reason)
    assert failed.value.__suppress_context__ or failed.value.__context__ is None


@pytest.mark.parametrize("stays_open", [True, False])
def test_a_status_counts_even_if_its_body_breaks_off(stays_open: bool) -> None:
    def break_off(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b'HTTP/1.1 422 Unprocessable\r\nContent-Length: 100\r\n\r\n{"mess')
        if stays_open:
            over.wait(20)

    with server_that(break_off) as url:
        client = client_for(url, timeouts=Timeouts(read=0.15))
        with pytest.raises(CallFailed) as failed:
            client.call(Call.SUBMIT, "POST", f"{url}/x", headers={}, body=b"{}")
        client.close()
    assert (failed.value.fate, failed.value.status, failed.value.detail) == (Fate.PERMANENT, 422, "")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 700 Odd\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"not http at all\r\n\r\n",
        b"",
    ],
)
def test_an_answer_that_is_hardly_http_leaves_a_submit_unknown(answer: bytes) -> None:
    with server_that(lambda connection, _over: connection.sendall(answer)) as url:
        client = client_for(url)
        with pytest.raises(CallFailed) as failed:
            client.call(Call.SUBMIT, "POST", f"{url}/x", headers={}, body=b"{}")
        client.close()
    assert failed.value.fate is Fate.UNKNOWN


def test_fractions_are_decimals(threekit: ThreekitSimulator) -> None:
    threekit.faults.next("GET /api/*", status=200, body='{"a": 0.10, "b": 12345678901234567890.123456789, "c": 7}')
    found = get(client_for(threekit.url), f"{threekit.url}/api/x")
    assert found == {"a": Decimal("0.10"), "b": Decimal("12345678901234567890.123456789"), "c": 7}
    assert str(found["a"]) == "0.10"


exact_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(exact_values)
def test_json_keeps_every_digit(value: Any) -> None:
    # Every number is read as text, so that 1.0 and 1.00 differ.
    written = json.loads(json_bytes(value), parse_float=str, parse_int=str)
    assert written == _with_numbers_as_text(value)


def _with_numbers_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_numbers_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_numbers_as_text(item) for item in value]
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


@pytest.mark.parametrize(
    "value", [Decimal("NaN"), Decimal("Infinity"), float("nan"), {1: 2}, {"a": object()}, {"a": b"x"}]
)
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        json_bytes(value)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"message": "field name is required"}', "field name is required"),
        (b'{"fault": {"faultstring": "Invalid ApiKey", "detail": {}}}', "Invalid ApiKey"),
        (b'{"message": "no mailbox anna.keller@example.com here"}', "no mailbox <address> here"),
        (b'{"message": "number +49 (151) 123-45678 is barred"}', "number # is barred"),
        (b'{"message": "number 004915112345678 is barred"}', "number # is barred"),
        (b'{"message": "token 5eed0001-0000-4000-8000-000000000011 expired"}', "token *** expired"),
        (b'{"message": "two\\r\\nlines\\u0000"}', "two lines"),
        (b'{"message": {"a": 1}}', ""),
        (b'{"message": null, "fault": 3}', ""),
        (b'["message"]', ""),
        (b"<html>Bad gateway</html>", ""),
        (b"\xff\xfe", ""),
        (b"[" * 20000, ""),
        (b"", ""),
    ],
    ids=lambda value: repr(value)[:50],
)
def test_of_an_error_body_only_the_scrubbed_message_is_kept(body: bytes, message: str) -> None:
    assert vendor_message(body) == message


@given(st.text(max_size=400), st.emails(), st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z"))
def test_no_address_survives_scrubbing(text: str, mail: str, phone: str) -> None:
    kept = scrubbed(f"{text} {mail} {phone} {text}")
    assert len(kept) <= LONGEST
    assert mail not in kept
    assert phone not in kept
    assert len(kept.splitlines()) <= 1


def test_no_credential_gets_into_an_error(opentext: OpenTextSimulator, threekit: ThreekitSimulator) -> None:
    echo = {"message": f"{ids.PRIVATE_TOKEN} and Basic {'QWxhZGRpbjpvcGVuIHNlc2FtZQ=='} for anna.keller@example.com"}
    threekit.faults.next("GET /api/orders/*", status=401, body=echo)
    opentext.faults.next("POST /mra/*", status=401, body=echo)
    failures = []
    for call in (lambda: threekit_at(threekit.url).order(ORDER_ID), lambda: opentext_at(opentext.url).submit(EMAIL)):
        with pytest.raises(CallFailed) as failed:
            call()
        failures.append(failed.value)
    for failure in failures:
        for secret in (ids.PRIVATE_TOKEN, USER_PASSWORD, "QWxhZGRpbjpvcGVuIHNlc2FtZQ", "anna.keller"):
            assert secret not in f"{failure} {failure.detail} {failure!r}"
        assert failure.__suppress_context__ or failure.__context__ is None
