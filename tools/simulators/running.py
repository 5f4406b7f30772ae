"""What both simulators are: a loopback server and a webhook pusher that run for the length of a block."""

from abc import ABC, abstractmethod
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
