"""The tests of a configuration, run: nothing is recorded, nobody is told, no vendor is asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from herald.adapters.cel import CelRuleEngine
from herald.adapters.exact_json import dumps
from herald.adapters.memory_state import MemoryStateStore
from herald.adapters.memory_vendors import MemoryThreekit
from herald.adapters.templates import JinjaRenderer
from herald.domain.configuration import Configuration
from herald.domain.envelope import OBJECT_KINDS
from herald.domain.errors import CallFailed
from herald.domain.sending_hours import held_until
from herald.usecases.matters import Matters
from herald_cli.approval_preview import PreviewedEvent, PreviewError, preview
from herald_cli.config_test_differences import Difference, Held, differences, matched_rules
from herald_cli.config_tests import NoSampleError, PlacedCase, Samples, changed, read_cases, unknown_names
from herald_cli.configuration_folder import read_folder
from herald_cli.explain import BodyRefusedError, explain_body
from herald_cli.findings import Finding


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a test; it passed if there are no ``differences``. ``matched`` are the rules it made match."""

    case: PlacedCase
    differences: tuple[Difference, ...]
    matched: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Run:
    """What came of all tests. ``findings`` say which could not be run, ``untested`` which rules none made match."""

    results: tuple[Result, ...] = ()
    findings: tuple[Finding, ...] = ()
    untested: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        """How many tests did not pass."""
        return sum(bool(result.differences) for result in self.results)

    @property
    def passed(self) -> bool:
        """Whether the configuration may ship as far as its tests know, be there none."""
        return not self.findings and not self.failed


def run_tests(folder: Path, held: Held = held_until) -> Run:
    """Run the tests of a folder that lint has no fault to find with. Raises ``ConfigurationError`` if it is not read.

    Each sees the public holidays of the year of its clock and the next two, so that it says the same in any year.
    """
    cases, findings = read_cases(folder)
    configurations = {year: read_folder(folder, date(year, 1, 1)) for year in {case.entry.at.year for case in cases}}
    trial = _Trial(Samples(folder), held)
    results: list[Result] = []
    for case in cases:
        configuration = configurations[case.entry.at.year]
        unknown = list(unknown_names(case, {rule.id for rule in configuration.rules}, configuration.approvals))
        findings += unknown
        try:
            results += [] if unknown else [trial.result(case, configuration)]
        except NoSampleError as error:
            findings.append(error.finding)
    matched = {rule for result in results for rule in result.matched}
    rules = (rule.id for configuration in list(configurations.values())[:1] for rule in configuration.rules)
    return Run(tuple(results), tuple(sorted(findings)), tuple(rule for rule in rules if rule not in matched))


@dataclass(frozen=True)
class _Trial:
    samples: Samples
    held: Held
    engine: CelRuleEngine = field(default_factory=CelRuleEngine)
    renderer: JinjaRenderer = field(default_factory=JinjaRenderer)

    def result(self, case: PlacedCase, configuration: Configuration) -> Result:
        """Run a test. Raises ``NoSampleError``."""
        try:
            events = self._events(case, configuration)
        except (BodyRefusedError, PreviewError) as error:
            return Result(case, (Difference("event", "it is evaluated", str(error)),))
        except CallFailed as failure:
            found = f"{failure.detail}: say under `threekit` what Threekit would answer"
            return Result(case, (Difference("event", "what it is about is there", found),))
        return Result(case, tuple(differences(case.entry, events, configuration, self.held)), matched_rules(events))

    def _events(self, case: PlacedCase, configuration: Configuration) -> list[PreviewedEvent]:
        entry = case.entry
        earlier = [self.samples.content(case, ("after", number), one) for number, one in enumerate(entry.after)]
        content = self.samples.content(case, ("event",), entry.event)
        bodies = [*earlier, changed(content, entry.change) if entry.change else content]
        threekit = self._threekit(case, bodies)
        matters = Matters(MemoryStateStore(lambda: entry.at))
        told = [
            explain_body(
                dumps(body).encode("ascii"), configuration, entry.at, threekit=threekit, renderer=self.renderer,
                matters=matters, engine=self.engine,
            )
            for body in bodies
        ]  # fmt: skip
        return [preview(event, configuration, entry.at) for event in told[-1]]

    def _threekit(self, case: PlacedCase, bodies: Iterable[Any]) -> MemoryThreekit:
        """Return what Threekit would answer: what the bodies tell of, unless the test says otherwise."""
        entry = case.entry.threekit
        objects: dict[str, dict[str, Mapping[str, Any]]] = {"order": {}, "job": {}}
        for body in bodies:
            if isinstance(body, Mapping) and "topic" in body:
                kind = OBJECT_KINDS.get(str(body["topic"]), "")
                objects.setdefault(kind, {}).update(_by_name(body.get("data")))
        for kind, sample in (("order", entry.order), ("job", entry.job)):
            if sample is not None:
                told = self.samples.content(case, ("threekit", kind), sample)
                objects[kind] |= _by_name(told.get("data") if "topic" in told else told)
        return MemoryThreekit(objects["order"], entry.configurations, objects["job"])


def _by_name(found: Any) -> dict[str, Mapping[str, Any]]:
    """Return an object of Threekit by the names it may be asked for."""
    if not isinstance(found, Mapping):
        return {}
    return {found[name]: found for name in ("id", "shortId") if isinstance(found.get(name), str)}
