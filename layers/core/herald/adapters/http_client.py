"""The one way out to a vendor: timeouts, egress, redirects, size and fate of every call are settled here."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpx

from herald.adapters.vendor_messages import vendor_message
from herald.domain.errors import CallFailed, ConfigurationError, Fate, Reason
from herald.domain.fates import (
    SUCCESS,
    Break,
    Call,
    Ruling,
    retry_after_seconds,
    ruling_for_break,
    ruling_for_status,
)
from herald.ports import Clock

MAX_ANSWER_BYTES: Final = 8 * 1024 * 1024
MAX_ERROR_BYTES: Final = 16 * 1024
MAX_DEPTH: Final = 100
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
IDENTITY: Final = frozenset({"", "identity"})

_BREAKS: Final[tuple[tuple[type[Exception], Break], ...]] = (
    (httpx.ConnectTimeout, Break.CONNECT_TIMED_OUT),
    (httpx.PoolTimeout, Break.POOL_TIMED_OUT),
    (httpx.ConnectError, Break.NOT_CONNECTED),
    (httpx.UnsupportedProtocol, Break.NOT_SENDABLE),
    (httpx.LocalProtocolError, Break.NOT_SENDABLE),
    (httpx.WriteTimeout, Break.SENDING_TIMED_OUT),
    (httpx.WriteError, Break.SENDING_FAILED),
    (httpx.ReadTimeout, Break.ANSWER_TIMED_OUT),
    (httpx.TransportError, Break.ANSWER_LOST),
)
"""Which exception is which break; the first that fits. What is none of these is taken for a lost answer."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, for each wait while reading or writing, for a free connection, and for a whole body.

    An answer that is streamed has its own: for each wait, the one for its beginning too, and for all of it.
    """

    connect: float = 3.0
    read: float = 10.0
    write: float = 5.0
    pool: float = 1.0
    body: float = 15.0
    stream_wait: float = 20.0
    stream: float = 35.0


class HttpClient:
    """Calls the configured origins and no other; one per process, so that connections are reused.

    Redirects are not followed, cookies are not kept (a session would outlive a credential that was replaced), and the
    environment is not read: no proxy, ``.netrc`` or certificate variable can redirect or sign a call. Idle connections
    are dropped after 5 s, since one that was closed by the vendor while the process was frozen would turn a submit's
    outcome into an unknown one.
    """

    def __init__(
        self, base_urls: Iterable[str], clock: Clock, *, timeouts: Timeouts | None = None,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:  # fmt: skip
        """Allow the origins of these URLs: https, or any scheme of HTTP on loopback. Raises ``ConfigurationError``."""
        self._timeouts = timeouts or Timeouts()
        self._origins = frozenset(_allowed_origin(url) for url in base_urls)
        self._clock = clock
        self._max_answer_bytes = max_answer_bytes
        self._client = httpx.Client(
            timeout=self._waits(self._timeouts.read),
            limits=httpx.Limits(max_connections=10, max_keepalive_connections=5, keepalive_expiry=5.0),
            follow_redirects=False,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            # Compressed answers would need a cap on what they unpack to; these are small.
            headers={"User-Agent": "herald", "Accept": "application/json", "Accept-Encoding": "identity"},
        )  # fmt: skip

    def call(
        self, call: Call, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None,
        read_answer: bool = True,
    ) -> Any:  # fmt: skip
        """Make one call and return the JSON of its answer (fractions as ``Decimal``), or ``None`` if not to be read.

        ``headers`` may hold credentials: they go to the configured origins only, and into no error. Raises
        ``CallFailed``.
        """
        request = self._request(call, method, url, headers, body, wait=self._timeouts.read)
        with closing(self._opened(call, request)) as response:
            return self._answer(call, response) if read_answer else None

    @contextmanager
    def stream(self, call: Call, method: str, url: str, *, headers: Mapping[str, str]) -> Iterator[Iterator[bytes]]:
        """Make one call and give the bytes of its answer as they come, however many; leaving the block ends it.

        ``headers`` are as for ``call``. Raises ``CallFailed``, while the bytes are read too.
        """
        end = time.monotonic() + self._timeouts.stream
        request = self._request(call, method, url, headers, None, wait=self._timeouts.stream_wait)
        with closing(self._opened(call, request)) as response:
            yield self._chunks(call, response, end)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _request(
        self, call: Call, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, wait: float
    ) -> httpx.Request:
        try:
            allowed = _origin(httpx.URL(url)) in self._origins
            request = self._client.build_request(
                method, url, headers=dict(headers), content=body, timeout=self._waits(wait)
            )
        except (httpx.InvalidURL, ValueError, TypeError):
            raise _failed(call, Break.NOT_SENDABLE, "HTTP cannot carry this URL or header") from None
        if not allowed:
            raise CallFailed(Fate.PERMANENT, Reason.REFUSED, "that host is not a configured one; nothing was sent")
        return request

    def _waits(self, read: float) -> httpx.Timeout:
        times = self._timeouts
        return httpx.Timeout(connect=times.connect, read=read, write=times.write, pool=times.pool)

    def _opened(self, call: Call, request: httpx.Request) -> httpx.Response:
        try:
            response = self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise _broken(call, error) from None
        ruling = ruling_for_status(call, response.status_code)
        if ruling is None:
            return response
        with closing(response):
            raise self._refused(ruling, response)

    def _refused(self, ruling: Ruling, response: httpx.Response) -> CallFailed:
        retry_after = None
        if ruling.fate is Fate.TRANSIENT:
            retry_after = retry_after_seconds(response.headers.get("retry-after"), self._clock())
        return CallFailed(
            ruling.fate, ruling.reason, vendor_message(_start_of_body(response)), status=response.status_code,
            retry_after=retry_after,
        )  # fmt: skip

    def _chunks(self, call: Call, response: httpx.Response, end: float) -> Iterator[bytes]:
        if response.headers.get("content-encoding", "").strip().lower() not in IDENTITY:
            raise _failed(call, Break.ANSWER_UNREADABLE, "the answer is compressed, unasked")
        try:
            for chunk in response.iter_raw():
                if time.monotonic() > end:
                    raise _failed(call, Break.ANSWER_TIMED_OUT, "the answer came too slowly")
                yield chunk
        except httpx.HTTPError as error:
            raise _broken(call, error) from None

    def _answer(self, call: Call, response: httpx.Response) -> Any:
        raw = bytearray()
        for chunk in self._chunks(call, response, time.monotonic() + self._timeouts.body):
            raw += chunk
            if len(raw) > self._max_answer_bytes:
                raise _failed(
                    call, Break.ANSWER_UNREADABLE, f"the answer is longer than {self._max_answer_bytes} bytes"
                )
        try:
            answer = json_decoder().decode(raw.decode("utf-8"))
        except (ValueError, ArithmeticError, RecursionError):
            raise _failed(call, Break.ANSWER_UNREADABLE, "the answer is not JSON") from None
        if deeper_than(MAX_DEPTH, answer):
            raise _failed(call, Break.ANSWER_UNREADABLE, f"the answer is nested deeper than {MAX_DEPTH}")
        return answer


def json_bytes(value: Any) -> bytes:
    """Return plain JSON in which a ``Decimal`` is a number with the very digits it has.

    The standard encoder knows no ``Decimal``, and a float would change digits. Raises ``TypeError`` for what JSON
    cannot hold and ``ValueError`` for a number that is not finite.
    """
    return _spelt(value).encode("ascii")


def _spelt(value: Any) -> str:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("a number that is not finite has no JSON form")
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_key(key)}:{_spelt(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_spelt, value)) + "]"
    return json.dumps(value, allow_nan=False)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError("the keys of a JSON object are text")
    return json.dumps(key)


def json_decoder() -> json.JSONDecoder:
    """Return what reads a vendor's JSON: fractions as ``Decimal``, and no constants that JSON does not have."""
    return json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant)


def deeper_than(limit: int, value: Any) -> bool:
    """Say whether JSON nests deeper than that.

    Whoever walks an answer later does so by recursion, and anybody with a public token can make an order.
    """
    level: list[Any] = [value]
    for _ in range(limit):
        level = [item for parent in level for item in _children(parent)]
        if not level:
            return False
    return True


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _allowed_origin(url: str) -> tuple[str, str, int | None]:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        raise ConfigurationError("a vendor's base URL is not a URL: set it to https://<host>") from None
    if parsed.userinfo or parsed.query or parsed.fragment or not parsed.host:
        raise ConfigurationError("a vendor's base URL may hold scheme, host, port and path only")
    if parsed.scheme != "https" and not (parsed.scheme == "http" and parsed.host in LOOPBACK):
        raise ConfigurationError("a vendor's base URL must begin with https:// (http:// is for loopback only)")
    return _origin(parsed)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _start_of_body(response: httpx.Response) -> bytes:
    """Return what can be had of an error's body. The status has decided; a body that breaks off changes nothing."""
    raw = bytearray()
    try:
        for chunk in response.iter_raw():
            raw += chunk
            if len(raw) >= MAX_ERROR_BYTES:
                break
    except httpx.HTTPError:
        pass
    return bytes(raw[:MAX_ERROR_BYTES])


def _broken(call: Call, error: httpx.HTTPError) -> CallFailed:
    where = next((found for kind, found in _BREAKS if isinstance(error, kind)), Break.ANSWER_LOST)
    # The exception's text may hold the URL; its kind says enough.
    return _failed(call, where, f"{where} ({type(error).__name__})")


def _failed(call: Call, where: Break, detail: str) -> CallFailed:
    ruling = ruling_for_break(call, where)
    status = SUCCESS if where is Break.ANSWER_UNREADABLE else None
    return CallFailed(ruling.fate, ruling.reason, detail, status=status)
