"""What both simulators are: a loopback server and a webhook pusher that run for the length of a block."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Self

from simulators.faults import FaultQueue
from simulators.loopback_server import LoopbackServer, SeenRequest
from simulators.webhook_push import Push, WebhookPusher


class Simulator(ABC):
    """Runs while its block does; what came in and went out can be looked at."""

    _server: LoopbackServer
    _pusher: WebhookPusher

    @abstractmethod
    def start(self) -> Self:
        """Start serving and pushing."""

    @abstractmethod
    def stop(self) -> None:
        """Stop serving and pushing."""

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    @property
    def url(self) -> str:
        """The base URL of everything the vendor serves."""
        return self._server.url

    @property
    def server(self) -> LoopbackServer:
        """The server, for what hands requests to it without a socket."""
        return self._server

    def interlude(self, route: str, act: Callable[[], None]) -> None:
        """Call ``act`` once, just before the next vendor request that fits ``route`` is handled.

        ``route`` is ``METHOD /path`` with the wildcards of a fault. It lets another writer in between a client's read
        and its write: no lock is held, so ``act`` may use the simulator's methods, its records, or call it over HTTP.
        Of several that fit, each request calls one, oldest first. A request that a fault or an outage keeps from being
        handled leaves it waiting. Raises ValueError for another form of route.
        """
        self._server.interludes.add(route, act)

    @property
    def faults(self) -> FaultQueue:
        """The faults waiting for requests."""
        return self._server.faults

    @property
    def requests(self) -> list[SeenRequest]:
        """Every request a vendor route received, in order."""
        return self._server.requests

    @property
    def pushes(self) -> list[Push]:
        """Every webhook push, in order, dropped ones included."""
        return self._pusher.pushes
