"""Ten thousand rules: how long lint, load, first event and each event take, beside the least that could do it."""

import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any
from unittest.mock import patch

import yaml

from bench import generated_rules
from bench.generated_rules import ORDERS, TYPES, GeneratedRule, Predicate
from herald.adapters import configuration_bundle
from herald.adapters.cel import CelRuleEngine
from herald.adapters.exact_json import dumps, loads
from herald.domain.configuration import Configuration
from herald.domain.decision import RuleOutcome, Verdict
from herald.domain.event_types import variables_of
from herald_cli.configuration_folder import read_folder
from herald_cli.rule_lint import lint_folder
from herald_cli.rule_types import typed_environment

NUMBER = 10_000
EVENTS = 8
"""Events of a type whose time is taken together, each with other facts."""


@dataclass(frozen=True, slots=True)
class RulesTime:
    """Processor time of something with all the rules, and of its floor."""

    what: str
    floor: str
    seconds: float
    floor_seconds: float

    @property
    def ratio(self) -> float:
        """How many times the floor it takes."""
        return self.seconds / self.floor_seconds


def measure(rounds: int) -> Iterator[RulesTime]:
    """Take the times over folders that are generated; lint is timed once, all else in rounds of which medians count."""
    made = generated_rules.rules(NUMBER)
    with tempfile.TemporaryDirectory() as scratch, patch.object(configuration_bundle, "LARGEST_BUNDLE", 10**9):
        folder = generated_rules.write_folder(Path(scratch), made)
        configuration = read_folder(folder)
        yield _lint(folder, configuration)
    yield _load(configuration, rounds)
    yield from _events(f"{NUMBER // len(TYPES):,} of {NUMBER:,}", configuration, made, TYPES, rounds)
    alike = generated_rules.rules(NUMBER, ORDERS[:1])
    with tempfile.TemporaryDirectory() as scratch, patch.object(configuration_bundle, "LARGEST_BUNDLE", 10**9):
        one_type = read_folder(generated_rules.write_folder(Path(scratch), alike))
    yield from _events(f"all {NUMBER:,}", one_type, alike, ORDERS[:1], rounds)


def bundle_bytes(configuration: Configuration) -> bytes:
    """Return a bundle of any size."""
    document = configuration_bundle.to_document(configuration)
    return zlib.compress(dumps(document).encode("ascii"), level=9)


def _lint(folder: Path, configuration: Configuration) -> RulesTime:
    def floor() -> None:
        for file in sorted(folder.rglob("*.yaml")):
            yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        environments: dict[frozenset[str], Any] = {}
        for rule in configuration.rules:
            variables = variables_of(rule.events[0], configuration.mapping)
            if variables not in environments:
                environments[variables] = typed_environment(variables, configuration.lists)
            environments[variables].compile(rule.when)

    faults = [finding for finding in lint_folder(folder) if not finding.warning]
    assert not faults, faults[0]
    return RulesTime(
        "lint, with warnings", "YAML by libyaml, each condition compiled once with types",
        _taken(lambda: lint_folder(folder)), _taken(floor),
    )  # fmt: skip


def _load(configuration: Configuration, rounds: int) -> RulesTime:
    bundle = bundle_bytes(configuration)

    def floor() -> None:
        loads(zlib.decompress(bundle).decode("ascii"))

    pairs = [
        (_taken(lambda: configuration_bundle.from_bytes(configuration.version, bundle)), _taken(floor))
        for _ in range(rounds)
    ]
    return _medians("load of the bundle", "unpacked and parsed as JSON", pairs)


def _events(
    listening: str, configuration: Configuration, made: Sequence[GeneratedRule], types: Sequence[str], rounds: int
) -> Iterator[RulesTime]:
    """Yield the time of a first event and of a later one, as the mean over the types."""
    first, later = [], []
    for _ in range(rounds):
        times = [_of_type(configuration, made, event) for event in types]
        first.append(_mean([one[0] for one in times]))
        later.append(_mean([one[1] for one in times]))
    yield _medians(f"first event, {listening} rules listen", "Python predicates compiled, asked, noted", first)
    yield _medians(f"event, {listening} rules listen", "Python predicates asked, noted", later)


Pair = tuple[float, float]
Told = Sequence[dict[str, Any]]


def _of_type(configuration: Configuration, made: Sequence[GeneratedRule], event: str) -> tuple[Pair, Pair]:
    own = [rule for rule in made if rule.event == event]
    facts = [generated_rules.facts(event, seed) for seed in range(EVENTS + 1)]
    engine, compiled = CelRuleEngine(), list[Predicate]()

    def ask(told: Told) -> list[list[RuleOutcome]]:
        return [engine.evaluate(configuration, configuration.rules_for(event), one) for one in told]

    def floor(told: Told) -> list[list[RuleOutcome]]:
        if not compiled:
            compiled.extend(generated_rules.predicates(own))
        asked = list(zip(own, compiled, strict=True))
        return [
            [RuleOutcome(rule.id, _verdict(predicate, one, configuration.lists)) for rule, predicate in asked]
            for one in told
        ]

    first = _taken(lambda: ask(facts[:1])), _taken(lambda: floor(facts[:1]))
    assert _matched(ask(facts)) == _matched(floor(facts)), f"the rules and their floor disagree about {event}"
    later = _taken(lambda: ask(facts[1:])), _taken(lambda: floor(facts[1:]))
    return first, (later[0] / EVENTS, later[1] / EVENTS)


def _verdict(predicate: Predicate, facts: dict[str, Any], lists: Any) -> Verdict:
    try:
        return Verdict.MATCHED if predicate(facts, lists) else Verdict.NOT_MATCHED
    except KeyError:
        return Verdict.ERROR


def _matched(events: Sequence[Sequence[RuleOutcome]]) -> list[list[str]]:
    return [[one.rule_id for one in outcomes if one.verdict is Verdict.MATCHED] for outcomes in events]


def _mean(pairs: Sequence[Pair]) -> Pair:
    return sum(one for one, _ in pairs) / len(pairs), sum(other for _, other in pairs) / len(pairs)


def _medians(what: str, floor: str, pairs: Sequence[Pair]) -> RulesTime:
    return RulesTime(what, floor, median(one for one, _ in pairs), median(other for _, other in pairs))


def _taken(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began
