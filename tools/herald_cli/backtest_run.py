"""A backtest: every recorded event is put to two configurations, and what they say is held against each other."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from herald_cli.backtest_facts import CannotReplayError, Seen
from herald_cli.backtest_said import Replayed
from herald_cli.backtest_side import Side
from herald_cli.backtest_tally import Difference, Tally

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Case:
    """An event that can be replayed, as each side sees it. ``at`` is when it was decided, or told, aware."""

    event_id: str
    type: str
    subject: str
    at: datetime
    before: Seen
    after: Seen


@dataclass(frozen=True, slots=True)
class NotReplayed:
    """An event that cannot be replayed, and why."""

    event_id: str
    why: str


@dataclass(frozen=True, slots=True)
class PassedBy:
    """An event that goes through no rules: a report, a reply, an answer to an approval, a change of Herald's own."""


@dataclass(frozen=True, slots=True)
class Missing:
    """How many events could not be replayed for one reason, and some of them."""

    events: int = 0
    examples: tuple[str, ...] = ()

    def and_also(self, event_id: str) -> "Missing":
        """Return it with one more."""
        return Missing(self.events + 1, (*self.examples, event_id)[:EXAMPLES])


@dataclass
class Backtest:
    """What came of it. ``cut_off`` says that there were more events than were to be replayed."""

    difference: Difference
    passed_by: int = 0
    missing: dict[str, Missing] = field(default_factory=dict)
    cut_off: bool = False


def backtest(
    told: Iterable[Case | NotReplayed | PassedBy], sides: tuple[Side, Side], most: int | None,
    watch: Callable[[], None] = lambda: None,
) -> Backtest:  # fmt: skip
    """Return the difference over at most ``most`` events; ``watch`` is called for each that is looked at."""
    before, after = sides
    passed_by, cut_off = 0, False
    missing: dict[str, Missing] = {}
    with closing(Tally()) as tally:
        for one in told:
            if isinstance(one, PassedBy):
                passed_by += 1
            elif isinstance(one, NotReplayed):
                missing[one.why] = missing.get(one.why, Missing()).and_also(one.event_id)
            elif most is not None and tally.events >= most:
                cut_off = True
                break
            else:
                try:
                    said = before(one.before, one.at), after(one.after, one.at)
                    tally.add(Replayed(one.event_id, one.type, one.subject, one.at, *said))
                except CannotReplayError as error:
                    missing[str(error)] = missing.get(str(error), Missing()).and_also(one.event_id)
            watch()
        return Backtest(tally.difference(), passed_by, missing, cut_off)
