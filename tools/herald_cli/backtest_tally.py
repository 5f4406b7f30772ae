"""Adds up what two configurations say to many events, and tells the difference.

What is counted lies in a temporary SQLite database that goes to disk when it grows: a month of events may bring more
messages than memory should hold, and one is only known to be new if all before it are.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from herald_cli.backtest_said import Message, Replayed, Said, changed_verdicts, is_changed

BEFORE, AFTER = 0, 1
MOST_CHANGED = 10

_TABLES = """
CREATE TABLE messages (
    identity TEXT, side INT, alike TEXT, event INT, who TEXT, channel TEXT, night INT, cost TEXT,
    PRIMARY KEY (identity, side)
) WITHOUT ROWID;
CREATE TABLE approvals (
    chain TEXT, subject TEXT, side INT, event INT,
    PRIMARY KEY (chain, subject, side)
) WITHOUT ROWID;
CREATE TABLE changed (event INTEGER PRIMARY KEY, id TEXT, type TEXT, subject TEXT, at TEXT, verdicts INT);
CREATE TABLE surplus (event INT, side INT, what TEXT);
"""


@dataclass(frozen=True, slots=True)
class Line:
    """Something counted before and after, with how many of it are there on one side only."""

    before: int = 0
    after: int = 0
    added: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class ChangedEvent:
    """An event whose decision differs; ``rules`` counts those that say something else."""

    id: str
    type: str
    subject: str
    at: str
    rules: int
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """How two configurations differ over all events.

    ``people`` are by who and channel, ``rules`` by rule: how many events it matched. What is added to ``night`` and
    ``rules``, or removed, is the net. ``cost`` is before and after.
    """

    events: int
    changed: int
    messages: Line
    night: Line
    approvals: Line
    cost: tuple[Decimal, Decimal]
    people: dict[tuple[str, str], Line]
    chains: dict[str, Line]
    rules: dict[str, Line]
    most_changed: tuple[ChangedEvent, ...]


@dataclass
class Tally:
    """Takes events one by one, in any order. Close it when the difference is known."""

    events: int = 0
    changed: int = 0
    _rules: Counter[tuple[str, int]] = field(default_factory=Counter)
    _database: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect(""))

    def __post_init__(self) -> None:
        self._database.executescript(_TABLES)

    def close(self) -> None:
        """Give the space back."""
        self._database.close()

    def add(self, replayed: Replayed) -> None:
        """Count what both sides say to an event."""
        self.events += 1
        for side, said in ((BEFORE, replayed.before), (AFTER, replayed.after)):
            self._add_side(side, said, replayed.subject)
        if is_changed(replayed.before, replayed.after):
            self.changed += 1
            told = (replayed.event_id, replayed.type, replayed.subject, replayed.at.isoformat())
            verdicts = len(changed_verdicts(replayed.before, replayed.after))
            self._database.execute("INSERT INTO changed VALUES (?,?,?,?,?,?)", (self.events, *told, verdicts))

    def _add_side(self, side: int, said: Said, subject: str) -> None:
        self._rules.update((rule, side) for rule, verdict in said.verdicts.items() if verdict == "matched")
        self._database.executemany(
            "INSERT OR IGNORE INTO messages VALUES (?,?,?,?,?,?,?,?)",
            ((one.identity, side, one.alike, self.events, *_row(one)) for one in said.messages),
        )
        self._database.executemany(
            "INSERT OR IGNORE INTO approvals VALUES (?,?,?,?)",
            ((chain, subject, side, self.events) for chain in said.chains),
        )

    def difference(self) -> Difference:
        """Return how the sides differ over all that was added."""
        self._database.execute("DELETE FROM surplus")
        people: dict[tuple[str, str], list[int]] = {}
        nights, cost = [0, 0], [Decimal(0), Decimal(0)]
        for rows in self._alike():
            for row in rows:
                people.setdefault((row.who, row.channel), [0, 0, 0, 0])[row.side] += 1
                cost[row.side] += Decimal(row.cost)
                nights[row.side] += row.night
            for row in surplus(rows):
                people[row.who, row.channel][2 + (row.side == BEFORE)] += 1
                self._note(row.event, row.side, f"{row.who} by {row.channel}")
        chains = self._chains()
        every = [Line(*counts) for counts in people.values()]
        return Difference(
            events=self.events, changed=self.changed, messages=_total(every), night=_net(*nights),
            approvals=_total(chains.values()), cost=(cost[BEFORE], cost[AFTER]),
            people={who: Line(*counts) for who, counts in sorted(people.items())}, chains=chains,
            rules=self._matched(), most_changed=tuple(self._most_changed()),
        )  # fmt: skip

    def _alike(self) -> Iterator[list["_Row"]]:
        """Yield messages by what they have in common, so that one side's are held against the other's."""
        query = "SELECT side, identity, alike, event, who, channel, night, cost FROM messages ORDER BY alike"
        with closing(self._database.execute(query)) as found:
            for _, rows in groupby((_Row(*row) for row in found), key=lambda row: row.alike):
                yield list(rows)

    def _chains(self) -> dict[str, Line]:
        counts: dict[str, list[int]] = {}
        query = "SELECT chain, min(side), max(side), event FROM approvals GROUP BY chain, subject ORDER BY chain"
        for chain, first, last, event in self._database.execute(query).fetchall():
            line = counts.setdefault(chain, [0, 0, 0, 0])
            for side in {first, last}:
                line[side] += 1
            if first == last:
                line[2 + (first == BEFORE)] += 1
                self._note(event, first, f"approval {chain}")
        return {chain: Line(*line) for chain, line in counts.items()}

    def _matched(self) -> dict[str, Line]:
        rules = sorted({rule for rule, _ in self._rules})
        return {rule: _net(self._rules[rule, BEFORE], self._rules[rule, AFTER]) for rule in rules}

    def _note(self, event: int, side: int, what: str) -> None:
        self._database.execute("INSERT INTO surplus VALUES (?,?,?)", (event, side, what))

    def _most_changed(self) -> Iterator[ChangedEvent]:
        query = (
            "SELECT changed.*, count(surplus.event) AS often FROM changed "
            "LEFT JOIN surplus ON surplus.event = changed.event "
            "GROUP BY changed.event ORDER BY often DESC, verdicts DESC, id LIMIT ?"
        )
        found = self._database.execute(query, (MOST_CHANGED,)).fetchall()
        for event, identity, kind, subject, at, verdicts, _ in found:
            sides: tuple[list[str], list[str]] = ([], [])
            for side, what in self._database.execute("SELECT side, what FROM surplus WHERE event = ?", (event,)):
                sides[side].append(what)
            added, removed = tuple(sorted(sides[AFTER])), tuple(sorted(sides[BEFORE]))
            yield ChangedEvent(identity, kind, subject, at, verdicts, added, removed)


@dataclass(frozen=True, slots=True)
class _Row:
    side: int
    identity: str
    alike: str
    event: int
    who: str
    channel: str
    night: int
    cost: str


def surplus(rows: Sequence[_Row]) -> list[_Row]:
    """Return those of messages that are alike which one side has more of than the other.

    What both sides have under one identity is none of it, nor, as far as possible, what both say to one event.
    """
    known = [{row.identity for row in rows if row.side == side} for side in (BEFORE, AFTER)]
    own = [
        [row for row in rows if row.side == side and row.identity not in known[1 - side]] for side in (BEFORE, AFTER)
    ]
    few, many = sorted(own, key=len)
    answered = Counter(row.event for row in few)
    unanswered: list[_Row] = []
    others: list[_Row] = []
    for row in many:
        answered[row.event] -= 1
        (unanswered if answered[row.event] < 0 else others).append(row)
    return [*unanswered, *others][: len(many) - len(few)]


def _row(message: Message) -> tuple[Any, ...]:
    return message.who, str(message.channel), int(message.night), str(message.cost)


def _net(before: int, after: int) -> Line:
    return Line(before, after, max(after - before, 0), max(before - after, 0))


def _total(lines: Iterable[Line]) -> Line:
    every = list(lines)
    return Line(*(sum(getattr(line, name) for line in every) for name in ("before", "after", "added", "removed")))
