"""What has changed between two stands, field by field. A part has differences exactly if its print is another one."""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from herald.domain.approval.policy import Part
from herald.domain.approval.stand import LINE_FIELDS, Line, Stand, line_content, present
from herald.domain.canonical import canonical_json, same

MOST_TOLD = 20
"""As many as a message shows: what is told is stored, and a large order can differ in a thousand fields."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not what it was.

    ``line`` is the line's name, SKU or place, or ``""`` for the order itself. ``field`` is a field of the facts, an
    attribute, a component's SKU, a label of what is shown, or ``line`` for a line that came or went. ``before`` or
    ``after`` is ``None`` where there was nothing.
    """

    part: Part
    line: str
    field: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class _Pair:
    """A line before and after. ``None``: it came, or went."""

    before: Line | None
    after: Line | None
    called: str


def differences(before: Stand, after: Stand, inputs: Collection[Part] = tuple(Part)) -> tuple[Difference, ...]:
    """Return what differs in those parts, ordered by line, part and field; the order itself comes first."""
    was, now = before.parts(), after.parts()
    parts = [part for part in Part if part in inputs and not same(was[part], now[part])]
    rows: list[Difference] = []
    pairs = _pairs(before.lines, after.lines) if any(part in LINE_FIELDS for part in parts) else []
    for part in parts:
        rows += _of_order(part, before, after)
        if part in LINE_FIELDS and not same(was[part]["lines"], now[part]["lines"]):
            rows += _of_lines(part, pairs)
    return _ordered(rows)


def line_differences(before: Line, after: Line, called: str, inputs: Collection[Part]) -> tuple[Difference, ...]:
    """Return what differs in those parts between two lines that are taken to be one, ordered by part and field."""
    pair = _Pair(before, after, called)
    return _ordered(row for part in LINE_FIELDS if part in inputs for row in _of_pair(part, pair))


def difference_document(difference: Difference) -> dict[str, Any]:
    """Return a difference as a plain object; an absent before or after is left out."""
    values = {"before": difference.before, "after": difference.after}
    return {
        "part": str(difference.part), "line": difference.line, "field": difference.field,
        **{name: value for name, value in values.items() if value is not None},
    }  # fmt: skip


def told_differences(found: Sequence[Difference]) -> dict[str, Any]:
    """Return the first 20 as plain objects in ``differences``, and in ``more`` how many others there are, if any."""
    more = len(found) - MOST_TOLD
    told = [difference_document(one) for one in found[:MOST_TOLD]]
    return {"differences": told, **({"more": more} if more > 0 else {})}


def _ordered(rows: Iterable[Difference]) -> tuple[Difference, ...]:
    places = {part: place for place, part in enumerate(Part)}
    return tuple(
        sorted(rows, key=lambda row: (row.line, places[row.part], row.field, canonical_json([row.before, row.after])))
    )


def _of_order(part: Part, before: Stand, after: Stand) -> Iterator[Difference]:
    was: Mapping[str, Any] = before.order
    now: Mapping[str, Any] = after.order
    if part is Part.SHOWN:
        yield from _of_shown(before, after)
    elif part is Part.OPTIONS:
        yield from _of_fields(part, "", was.get("attributes", {}), now.get("attributes", {}))
    elif part is Part.PRICE:
        yield from _of_fields(part, "", present(was, ("total",)), present(now, ("total",)))
    elif part is Part.CURRENCY:
        yield from _of_fields(part, "", present(was, ("currency",)), present(now, ("currency",)))


def _of_shown(before: Stand, after: Stand) -> Iterator[Difference]:
    rows: dict[str, tuple[list[Any], list[Any]]] = {}
    for side, stand in enumerate((before, after)):
        for label, value in stand.shown:
            rows.setdefault(label, ([], []))[side].append(value)
    for label, (was, now) in rows.items():
        for one, other in zip_longest(sorted(was, key=canonical_json), sorted(now, key=canonical_json)):
            if not same(one, other):
                yield Difference(Part.SHOWN, "", label, one, other)


def _of_lines(part: Part, pairs: Sequence[_Pair]) -> list[Difference]:
    rows = [row for pair in pairs for row in _of_pair(part, pair)]
    if rows:
        return rows
    # Every number is as it was, but belongs to another line: then what made it another one is the difference.
    return [replace(row, part=part) for pair in pairs for row in _of_pair(Part.OPTIONS, pair)]


def _of_pair(part: Part, pair: _Pair) -> Iterator[Difference]:
    was = {} if pair.before is None else line_content(part, pair.before)
    now = {} if pair.after is None else line_content(part, pair.after)
    if pair.before is None or pair.after is None:
        yield from _come_or_gone(part, pair, was, now)
        return
    if part is not Part.OPTIONS:
        yield from _of_fields(part, pair.called, was, now)
        return
    rows = [
        *_of_fields(part, pair.called, present(was, ("sku", "name")), present(now, ("sku", "name"))),
        *_of_fields(part, pair.called, was.get("attributes", {}), now.get("attributes", {})),
        *_of_components(pair.called, was.get("components", ()), now.get("components", ())),
    ]
    yield from rows
    if not rows:
        # Any change of options is another saved configuration: its id is told only where nothing else is to tell.
        identity = ("configurationId",)
        yield from _of_fields(part, pair.called, present(was, identity), present(now, identity))


def _come_or_gone(part: Part, pair: _Pair, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    if part is not Part.OPTIONS and (was or now):
        yield from _of_fields(part, pair.called, was, now)
        return
    known_by = (was or now).get("sku", pair.called)
    yield Difference(
        part,
        pair.called,
        "line",
        None if pair.before is None else known_by,
        None if pair.after is None else known_by,
    )


def _of_fields(part: Part, line: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for name in {**was, **now}:
        before, after = was.get(name), now.get(name)
        if not same(before, after):
            yield Difference(part, line, name, before, after)


def _of_components(line: str, was: Sequence[Line], now: Sequence[Line]) -> Iterator[Difference]:
    kinds: dict[str, tuple[list[Line], list[Line]]] = {}
    for side, components in enumerate((was, now)):
        for one in components:
            kinds.setdefault(one.get("sku", one.get("name", "")), ([], []))[side].append(one)
    for kind, (before, after) in kinds.items():
        for one, other in zip_longest(before, after):
            if not same(one, other):
                yield _of_component(line, kind, one, other)


def _of_component(line: str, kind: str, was: Line | None, now: Line | None) -> Difference:
    one, other = was or {}, now or {}
    if was is None or now is None:
        values = [side.get("quantity", side.get("name", kind)) if side is not None else None for side in (was, now)]
    elif not same(one.get("quantity"), other.get("quantity")):
        values = [one.get("quantity"), other.get("quantity")]
    else:
        values = [one.get("name"), other.get("name")]
    return Difference(Part.OPTIONS, line, kind, *values)


def _pairs(before: Sequence[Line], after: Sequence[Line]) -> list[_Pair]:
    """Return which line is which: each way of knowing a line again takes what the ways before it left."""
    left = [(line, _called(line, place)) for place, line in enumerate(before, start=1)]
    right = [(line, _called(line, place)) for place, line in enumerate(after, start=1)]
    pairs: list[_Pair] = []
    for known_by in (_whole, _configuration, _article, _name, _sku, _place):
        left, right = _matched(left, right, known_by, pairs)
    pairs += [_Pair(line, None, called) for line, called in left]
    pairs += [_Pair(None, line, called) for line, called in right]
    return pairs


_Called = list[tuple[Line, str]]


def _matched(
    left: _Called, right: _Called, known_by: Callable[[Line], str | None], pairs: list[_Pair]
) -> tuple[_Called, _Called]:
    """Add the pairs that are known by the same to ``pairs``; return what is left over on both sides."""
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for place, (line, _) in enumerate(left):
        key = known_by(line)
        if key is not None:
            waiting[key].append(place)
    taken, over = set(), []
    for line, called in right:
        key = known_by(line)
        if key is not None and waiting.get(key):
            place = waiting[key].popleft()
            taken.add(place)
            pairs.append(_Pair(left[place][0], line, called))
        else:
            over.append((line, called))
    return [one for place, one in enumerate(left) if place not in taken], over


def _whole(line: Line) -> str | None:
    return canonical_json([line_content(part, line) for part in LINE_FIELDS])


def _configuration(line: Line) -> str | None:
    return line.get("configurationId")


def _article(line: Line) -> str | None:
    return canonical_json([line["sku"], line["name"]]) if "sku" in line and "name" in line else None


def _name(line: Line) -> str | None:
    return line.get("name")


def _sku(line: Line) -> str | None:
    return line.get("sku")


def _place(line: Line) -> str | None:
    """A line without name and SKU is known by nothing but its place among its like."""
    return None if "sku" in line or "name" in line else ""


def _called(line: Line, place: int) -> str:
    called: str = line.get("name", line.get("sku", f"#{place}"))
    return called
