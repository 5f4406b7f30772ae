"""A route table: which handler answers ``METHOD /path/{value}``."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulators.exchange import Reply, Request

Handler = Callable[[Request], Reply]


@dataclass(frozen=True)
class _Route:
    method: str
    pattern: re.Pattern[str]
    handler: Handler


@dataclass(frozen=True)
class Found:
    """What the table says about a request: its handler and path values, or whether another method has the path."""

    handler: Handler | None
    path_values: Mapping[str, str]
    other_method: bool = False


class RouteTable:
    """Routes in the order they were added; the first that fits answers."""

    def __init__(self) -> None:
        self._routes: list[_Route] = []

    def add(self, route: str, handler: Handler) -> None:
        """Add ``METHOD /path``; ``{name}`` in the path stands for one segment."""
        method, path = route.split()
        pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)) + r"\Z")
        self._routes.append(_Route(method, pattern, handler))

    def find(self, method: str, path: str) -> Found:
        """Find the handler of a request."""
        other_method = False
        for route in self._routes:
            match = route.pattern.match(path)
            if match is None:
                continue
            if route.method == method:
                return Found(route.handler, match.groupdict())
            other_method = True
        return Found(None, {}, other_method)
