"""Routes: which handler answers ``METHOD /path/{value}``, and which requests a pattern with wildcards means."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from simulators.exchange import Reply, Request

Handler = Callable[[Request], Reply]


@dataclass(frozen=True)
class RoutePattern:
    """Which requests are meant: ``METHOD /path`` with shell wildcards, whose ``*`` crosses slashes.

    Raises ValueError for another form.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse a text that is not a method and a path."""
        if len(self.text.split()) != 2:
            raise ValueError(f"a route is 'METHOD /path', not {self.text!r}")

    def fits(self, method: str, path: str) -> bool:
        """Whether the request is one of those meant."""
        wanted_method, wanted_path = self.text.split()
        return fnmatchcase(method, wanted_method.upper()) and fnmatchcase(path, wanted_path.rstrip("/") or "/")


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
