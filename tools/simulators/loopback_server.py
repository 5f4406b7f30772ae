"""The HTTP/1.1 server under both simulators: threads, keep-alive, faults, and a record of every request."""

import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from simulators.exchange import RefusedError, Reply, Request, json_reply, refused, split_target
from simulators.faults import Fault, FaultQueue
from simulators.interludes import Interludes
from simulators.json_types import Record
from simulators.routes import RouteTable

CONTROL_PREFIX = "/_simulator"
LENGTH_REQUIRED = json_reply({"message": "Content-Length is required"}, 411)
_HIDDEN = "***"


@dataclass
class SeenRequest:
    """One request a vendor route received, with the status it was answered (None: the answer never left)."""

    request: Request
    status: int | None = None
    fault: Fault | None = None

    def summary(self) -> Record:
        """The request as a JSON document, credentials blotted out."""
        shown = dict(self.request.headers)
        if "authorization" in shown:
            shown["authorization"] = shown["authorization"].split(" ")[0] + f" {_HIDDEN}"
        query = {name: ([_HIDDEN] if name == "bearer_token" else values) for name, values in self.request.query.items()}
        return {
            "method": self.request.method,
            "path": self.request.path,
            "query": query,
            "headers": shown,
            "body": self.request.body.decode(errors="replace"),
            "status": self.status,
            "faulted": self.fault is not None,
        }


class LoopbackServer:
    """Serves a vendor's route table on a loopback port, and the simulator's own routes under ``/_simulator``.

    ``port`` 0 takes a free one. ``lock`` is held while a handler runs, so handlers see and leave whole states. ``gate``
    is asked before every request for the vendor and may raise a refusal. An unknown path is 404, a known one with
    another method 405. Starting and stopping take milliseconds.
    """

    def __init__(
        self,
        host: str,
        port: int,
        vendor: RouteTable,
        own: RouteTable,
        gate: Callable[[], None] = lambda: None,
    ) -> None:
        self.vendor = vendor
        self.own = own
        self.gate = gate
        self.faults = FaultQueue()
        self.interludes = Interludes()
        self.requests: list[SeenRequest] = []
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self._address = (host, port)
        self._http: _Listener | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base URL, without a trailing slash. Raises RuntimeError before the server was started."""
        if self._http is None:
            raise RuntimeError("the simulator is not running")
        host, port = self._http.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> Self:
        """Bind and serve from a thread of its own."""
        self.stopping.clear()
        self._http = _Listener(self._address, self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), name="simulator", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and cut the connections that are still open."""
        self.stopping.set()
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http.cut_open_connections()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def answer_own(self, request: Request) -> Reply:
        """Answer a request for the simulator's own routes."""
        return self._refusals_answered(self.own, request)

    def arrive(self, request: Request) -> SeenRequest:
        """Record a request for the vendor, its body unread, with the fault that waits for it."""
        seen = SeenRequest(request, fault=self.faults.take(request.method, request.path))
        self.requests.append(seen)
        return seen

    def play(self, seen: SeenRequest) -> Reply | None:
        """Handle a request for the vendor as its fault says; None when no answer leaves (a reset or a hang).

        Waiting, and cutting a truncated answer, are left to the one who carries the answer.
        """
        fault = seen.fault
        if fault is not None and fault.reset in ("before_body", "before_effect"):
            return None
        without_effect = fault is not None and fault.status is not None and not fault.effect_done
        reply = Reply(0) if without_effect else self._vendor_answer(seen.request)
        if fault is not None:
            if fault.reset == "after_effect" or fault.hang_seconds:
                return None
            reply = fault.changed(reply)
        seen.status = reply.status
        return reply

    def _vendor_answer(self, request: Request) -> Reply:
        try:
            self.gate()
        except RefusedError as refusal:
            return refusal.reply
        self.interludes.play(request.method, request.path)
        return self._refusals_answered(self.vendor, request)

    def _refusals_answered(self, table: RouteTable, request: Request) -> Reply:
        found = table.find(request.method, request.path)
        try:
            if found.handler is None:
                raise refused(405 if found.other_method else 404, f"no route for {request.method} {request.path}")
            with self.lock:
                reply = found.handler(replace(request, path_values=found.path_values))
        except RefusedError as refusal:
            return refusal.reply
        return reply if reply.stream is None else replace(reply, stream=self._locked(reply.stream))

    def _locked(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        rest = iter(chunks)
        while True:
            with self.lock:
                chunk = next(rest, None)
            if chunk is None:
                return
            yield chunk


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], owner: LoopbackServer) -> None:
        self.owner = owner
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Exchange)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def cut_open_connections(self) -> None:
        with self._open_lock:
            waiting = list(self._open)
        for connection in waiting:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is everyday business here; anything else is shown as the base class shows it."""
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Exchange(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    server_version = "simulator"
    sys_version = ""
    # Headers and body leave in two writes; with Nagle's algorithm on, the second would wait for the client's ACK.
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Write nothing: ``requests`` is the record."""

    def _serve(self) -> None:
        owner = self.server.owner
        path, query = split_target(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, query, headers)
        if path.startswith(CONTROL_PREFIX):
            read = self._with_body(request)
            if read is not None:
                self._write(owner.answer_own(read))
            return
        seen = owner.arrive(request)
        if seen.fault is not None and seen.fault.reset == "before_body":
            self._reset()
            return
        read = self._with_body(request)
        if read is None:
            seen.status = LENGTH_REQUIRED.status
            return
        seen.request = read
        self._play(seen)

    def _with_body(self, request: Request) -> Request | None:
        """Read the body; a chunked one is refused, since no client of ours sends one."""
        if "transfer-encoding" in request.headers:
            self.close_connection = True
            self._write(LENGTH_REQUIRED)
            return None
        length = int(request.headers.get("content-length", "0"))
        return replace(request, body=self.rfile.read(length)) if length else request

    def _play(self, seen: SeenRequest) -> None:
        owner, fault = self.server.owner, seen.fault
        if fault is not None and fault.delay_seconds:
            owner.stopping.wait(fault.delay_seconds)
        reply = owner.play(seen)
        if reply is None:
            owner.stopping.wait(fault.hang_seconds if fault is not None else 0)
            self._reset()
        elif fault is not None and fault.answer == "truncated":
            self._write(reply, truncated=True)
            self.close_connection = True
        else:
            self._write(reply)

    def _write(self, reply: Reply, *, truncated: bool = False) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.stream is not None:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self._write_chunks(reply.stream, truncated)
            return
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body[: max(1, len(reply.body) // 2)] if truncated else reply.body)

    def _write_chunks(self, chunks: Iterable[bytes], truncated: bool) -> None:
        for chunk in filter(None, chunks):
            head = b"%x\r\n" % len(chunk)
            if truncated:
                self.wfile.write(head + chunk[: len(chunk) // 2])
                return
            self.wfile.write(head + chunk + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def _reset(self) -> None:
        # A lingering close of zero seconds makes the kernel send RST instead of an orderly end.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()
        self.connection.close()

    # The base class finds handlers under these names.
    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve  # noqa: N815


def own_routes(server: LoopbackServer, *, state: Callable[[], Record], reset: Callable[[], None]) -> None:
    """Add the routes every simulator has of its own; none needs a vendor credential.

    ``GET /_simulator/state``, ``GET /_simulator/requests``, ``GET|POST|DELETE /_simulator/faults``,
    ``POST /_simulator/reset``.
    """

    def add_faults(request: Request) -> Reply:
        try:
            server.faults.add_documents(json.loads(request.body))
        except (ValueError, TypeError) as error:
            raise RefusedError(422, {"message": str(error)}) from error
        return json_reply({"faults": server.faults.documents()})

    def clear_faults(_: Request) -> Reply:
        server.faults.clear()
        return json_reply({"faults": []})

    def do_reset(_: Request) -> Reply:
        reset()
        return json_reply({"reset": True})

    server.own.add("GET /_simulator/state", lambda _: json_reply(state()))
    server.own.add("GET /_simulator/requests", lambda _: json_reply([seen.summary() for seen in server.requests]))
    server.own.add("GET /_simulator/faults", lambda _: json_reply({"faults": server.faults.documents()}))
    server.own.add("POST /_simulator/faults", add_faults)
    server.own.add("DELETE /_simulator/faults", clear_faults)
    server.own.add("POST /_simulator/reset", do_reset)
