"""Lists: which query parameters a list knows, paging, sorting, and the envelope (docs/vendor/threekit.md 2 and 4)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from simulators.exchange import Reply, Request, json_reply, refused
from simulators.json_types import Record

DEFAULT_PER_PAGE = 30
MOST_PER_PAGE = 100
_ALWAYS = frozenset({"bearer_token", "orgId"})
_PAGING = frozenset({"page", "perPage", "sort"})


def only_known(request: Request, known: Iterable[str] = (), *, paged: bool = False) -> None:
    """Raise a 422 refusal for a query parameter the route does not document.

    How the vendor treats an unknown one is not documented; refusing shows a reliance on an unproven filter at once.
    """
    unknown = sorted(set(request.query) - _ALWAYS - set(known) - (_PAGING if paged else set()))
    if unknown:
        raise refused(422, f"unknown query parameters: {', '.join(unknown)}")


def json_value(request: Request, name: str) -> Any:
    """Return a query value given as JSON text; None when absent. Raises a 422 refusal when it is not JSON."""
    text = request.query_value(name)
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise refused(422, f"query parameter {name} is not JSON") from error


def flag(request: Request, name: str) -> bool:
    """Return a query value that is ``true`` or ``false``. Raises a 422 refusal for anything else."""
    text = request.query_value(name) or "false"
    if text not in ("true", "false"):
        raise refused(422, f"query parameter {name} is true or false")
    return text == "true"


def contains(record: object, wanted: Record) -> bool:
    """Whether a record has each wanted key with its value."""
    return isinstance(record, dict) and all(record.get(key) == value for key, value in wanted.items())


def wanted_object(request: Request, name: str) -> Record:
    """Return a query value that is a JSON object; empty when absent. Raises a 422 refusal for anything else."""
    wanted = json_value(request, name)
    if wanted is not None and not isinstance(wanted, dict):
        raise refused(422, f"query parameter {name} is not a JSON object")
    return wanted or {}


@dataclass(frozen=True)
class Paging:
    """Which page of a list is asked for, in which order."""

    page: int
    per_page: int
    sort: str

    @property
    def descending(self) -> bool:
        """Whether the last comes first."""
        return self.sort.startswith("-")

    @property
    def field(self) -> str:
        """What the list is sorted by."""
        return self.sort.lstrip("+-")

    def envelope(self, count: int) -> Record:
        """What a page says beside its records; ``count`` is over all pages."""
        return {"page": self.page, "perPage": self.per_page, "sort": self.sort, "count": count}

    def ranks(self, count: int) -> range:
        """Return which of ``count`` records in ascending order are on the page, as they come on it."""
        first, end = (min(place * self.per_page, count) for place in (self.page - 1, self.page))
        return range(count - 1 - first, count - 1 - end, -1) if self.descending else range(first, end)


def paging(request: Request, sort_fields: tuple[str, ...] = ("createdAt",)) -> Paging:
    """Read which page is asked for.

    ``page`` counts from 1; ``perPage`` is 30, at most 100; ``sort`` is ``+field`` or ``-field``, else ``+createdAt``.
    Raises a 422 refusal for a value outside that: how the vendor answers ``perPage`` above 100 is unknown.
    """
    page = _number(request, "page", 1, None)
    per_page = _number(request, "perPage", DEFAULT_PER_PAGE, MOST_PER_PAGE)
    # An unencoded plus sign arrives as a space.
    found = Paging(page, per_page, (request.query_value("sort") or "+createdAt").replace(" ", "+"))
    if found.field not in sort_fields:
        raise refused(422, f"cannot sort by {found.field}; known: {', '.join(sort_fields)}")
    return found


def list_reply(
    request: Request, plural: str, records: Sequence[Record], sort_fields: tuple[str, ...] = ("createdAt",)
) -> Reply:
    """Answer one page of records: ``{page, perPage, sort, count, <plural>}``, ``count`` over all pages."""
    asked = paging(request, sort_fields)
    ordered = sorted(records, key=lambda record: str(record.get(asked.field)), reverse=asked.descending)
    first = (asked.page - 1) * asked.per_page
    return json_reply({**asked.envelope(len(records)), plural: ordered[first : first + asked.per_page]})


def _number(request: Request, name: str, default: int, most: int | None) -> int:
    text = request.query_value(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < 1 or (most is not None and int(text) > most):
        raise refused(422, f"{name} is a whole number from 1" + (f" to {most}" if most else ""))
    return int(text)
