"""A loopback stand-in for AWS that plays recorded answers back: no logic, so it costs next to nothing."""

import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

from bench.recorded_house import AwsCall


@dataclass
class AwsStub:
    """Answers each operation of a script with what was recorded for it, in order; anything else with ``{}``."""

    port: int = 0
    scripts: dict[str, dict[str, deque[AwsCall]]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def endpoint(self, calls: Iterable[AwsCall] = ()) -> str:
        """Return the URL of an endpoint that has a script of its own."""
        script: dict[str, deque[AwsCall]] = defaultdict(deque)
        for call in calls:
            script[call.operation].append(call)
        name = f"script-{next(self._numbers)}"
        self.scripts[name] = script
        return f"http://127.0.0.1:{self.port}/{name}"

    def answer(self, path: str, operation: str) -> tuple[int, bytes]:
        """Return the next answer of a script."""
        played = self.scripts.get(path.strip("/"), {}).get(operation)
        if not played:
            return 200, b"{}"
        call = played.popleft()
        return call.status, call.answer


@contextmanager
def aws_stub() -> Iterator[AwsStub]:
    """Serve from a thread of its own."""
    stub = AwsStub()

    class Exchange(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", "0")))
            self._play(self.path, self.headers.get("x-amz-target", "").rpartition(".")[2])

        def do_GET(self) -> None:
            # S3 alone is asked so; bucket and key follow the script's name.
            self._play(self.path.split("/")[1], "GetObject")

        def _play(self, script: str, operation: str) -> None:
            status, answer = stub.answer(script, operation)
            head = f"HTTP/1.1 {status} Recorded\r\nContent-Type: application/x-amz-json-1.0\r\n"
            self.wfile.write(f"{head}Content-Length: {len(answer)}\r\n\r\n".encode() + answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Write nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
    server.daemon_threads = True
    stub.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
