"""Requests handed straight to a simulator's routes, without sockets: for tests of volume."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import httpx

from simulators.exchange import Reply, Request, split_target
from simulators.loopback_server import CONTROL_PREFIX, LENGTH_REQUIRED, LoopbackServer, SeenRequest
from simulators.running import Simulator

# Where a simulator that does not listen is said to be. Nothing listens on this port, should a request go astray.
IN_PROCESS_URL = "http://127.0.0.1:1"


def in_process(simulator: Simulator) -> httpx.BaseTransport:
    """Make a transport whose every request, to whatever host, the simulator answers in the caller's thread.

    Use it as ``httpx.Client(base_url=IN_PROCESS_URL, transport=in_process(simulator))``; the simulator need not be
    started. Requests are recorded and interludes played as by the server. Faults are played as httpx exceptions, and
    nothing ever waits: a reset is ``ReadError``, a hang ``ReadTimeout`` and a truncated answer ``RemoteProtocolError``,
    each with or without the effect that the fault has over a socket; a delay alone changes nothing.
    """
    return _InProcess(simulator.server)


class _InProcess(httpx.BaseTransport):
    def __init__(self, server: LoopbackServer) -> None:
        self._server = server

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, query = split_target(request.url.raw_path.decode("ascii"))
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.headers.raw}
        unread = Request(request.method, path, query, headers)
        if path.startswith(CONTROL_PREFIX):
            return _response(self._server.answer_own(replace(unread, body=request.read())), request)
        seen = self._server.arrive(unread)
        if seen.fault is None or seen.fault.reset != "before_body":
            if "transfer-encoding" in headers:
                seen.status = LENGTH_REQUIRED.status
                return _response(LENGTH_REQUIRED, request)
            seen.request = replace(unread, body=request.read())
        return self._answered(seen, request)

    def _answered(self, seen: SeenRequest, request: httpx.Request) -> httpx.Response:
        reply = self._server.play(seen)
        fault = seen.fault
        if reply is None:
            if fault is not None and fault.hang_seconds:
                raise httpx.ReadTimeout("simulated fault: the answer is withheld", request=request)
            raise httpx.ReadError("simulated fault: the connection is reset", request=request)
        if fault is not None and fault.answer == "truncated":
            raise httpx.RemoteProtocolError("simulated fault: the answer is cut short", request=request)
        return _response(reply, request)


class _Stream(httpx.SyncByteStream):
    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks


def _response(reply: Reply, request: httpx.Request) -> httpx.Response:
    body = b"" if request.method == "HEAD" else reply.body
    # A stream, as from a socket: a client that reads chunk by chunk must find it unread.
    stream = httpx.ByteStream(body) if reply.stream is None else _Stream(reply.stream)
    return httpx.Response(reply.status, headers=dict(reply.headers), stream=stream, request=request)
