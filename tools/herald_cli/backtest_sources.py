"""Where a backtest has its events from: the inbox of a stack with the decisions about them, or a folder of samples."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

from herald.domain.configuration import Configuration
from herald.domain.decision import Decision
from herald.domain.event import Event
from herald.domain.facts import facts_fingerprint
from herald_cli.backtest_facts import CannotReplayError, Seen, SeenAgain, goes_through_rules
from herald_cli.backtest_run import Case, NotReplayed, PassedBy
from herald_cli.explain import BodyRefusedError, ExplainedEvent, explain_body


def recorded_cases(
    recorded: Iterable[tuple[Event, Decision | None]], seen_again: SeenAgain
) -> Iterator[Case | NotReplayed | PassedBy]:
    """Yield recorded events as they were decided about."""
    for event, decision in recorded:
        if not goes_through_rules(event):
            yield PassedBy()
            continue
        try:
            before, after = seen_again(event, decision)
        except CannotReplayError as error:
            yield NotReplayed(event.id, str(error))
            continue
        at = decision.decided_at if decision is not None else event.received_at
        told = next((seen.facts["event"] for seen in (after, before) if seen.facts), None)
        kind, subject = (str(told["type"]), str(told["subject"])) if told else (event.type, event.subject)
        yield Case(event.id, kind, subject, at, before, after)


@dataclass(frozen=True)
class SampleFolder:
    """The bodies in a folder, one JSON file each; what is in no body (an order that is read again) is not there."""

    folder: Path
    before: Configuration
    after: Configuration
    now: datetime

    def __call__(self) -> Iterator[Case | NotReplayed | PassedBy]:
        """Yield what each body tells of, in the order of the files' names. Raises ``OSError``."""
        for file in sorted(self.folder.glob("*.json")):
            body = file.read_bytes()
            try:
                told = [explain_body(body, one, self.now) for one in (self.before, self.after)]
            except BodyRefusedError as error:
                yield NotReplayed(file.name, str(error))
                continue
            for before, after in zip_longest(*told):
                yield self._case(file, before, after)

    def _case(
        self, file: Path, before: ExplainedEvent | None, after: ExplainedEvent | None
    ) -> Case | NotReplayed:  # fmt: skip
        if before is None or after is None or (before.type, before.subject) != (after.type, after.subject):
            return NotReplayed(file.name, "the mappings make different events of it")
        at = after.facts["event"]["time"] if after.facts else self.now
        return Case(file.name, after.type, after.subject, at, _seen(before), _seen(after))


def _seen(explained: ExplainedEvent) -> Seen:
    """Return what was explained: where no rule was asked, the problem says why."""
    asked = bool(explained.rules)
    return Seen(explained.facts, facts_fingerprint(explained.facts), "" if asked else explained.problem)
