"""What the samples in ``events/`` are expected to bring about, read from ``events/scenarios.yaml``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from herald.domain.delivery import Channel
from herald.ports import NotificationRecord
from herald.usecases.trace import Trace
from localrun.bring_up import ROOT

EVENTS = ROOT / "events"


@dataclass(frozen=True, slots=True)
class Told:
    """One recipient who must have been told."""

    rule: str
    channel: str
    to: str
    state: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """One sample to send, and everything that has to happen because of it.

    ``answer`` is the HTTP status, ``skips`` the reasons noted in the decision, ``written_back`` whether the order in
    Threekit bears the outcomes.
    """

    title: str
    file: Path
    source: str
    answer: int
    matched: frozenset[str]
    skips: frozenset[str]
    told: tuple[Told, ...]
    written_back: bool


def read_scenarios(path: Path = EVENTS / "scenarios.yaml") -> list[Scenario]:
    """Return the scenarios in the order in which they are sent."""
    return [_scenario(entry, path.parent) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]


def unmet(scenario: Scenario, trace: Trace | None, order: dict[str, Any] | None) -> list[str]:
    """Return what has not happened yet of what the scenario expects; empty when all of it has."""
    if trace is None or trace.decision is None:
        return ["no decision yet"]
    missing = _differences("rules matched", scenario.matched, {
        outcome.rule_id for outcome in trace.decision.outcomes if outcome.verdict == "matched"
    })  # fmt: skip
    skipped = {str(skip.reason) for skip in trace.decision.skips}
    skipped |= {
        skip["reason"] for e in trace.entries if e.record.key == "decided" for skip in e.record.details["skips"]
    }
    missing += _differences("skips", scenario.skips, skipped)
    missing += _differences("deliveries", {_spelt(told) for told in scenario.told}, _deliveries(trace))
    if scenario.written_back:
        missing += _not_written_back(trace, order)
    if trace.broken_at is not None:
        missing.append(f"the audit chain is broken at entry {trace.broken_at}")
    return missing


def _scenario(entry: dict[str, Any], folder: Path) -> Scenario:
    expected = entry.get("expect", {})
    return Scenario(
        title=entry["title"],
        file=folder / entry["file"],
        source=entry["source"],
        answer=expected.get("answer", 202),
        matched=frozenset(expected.get("matched", ())),
        skips=frozenset(expected.get("skips", ())),
        told=tuple(Told(**told) for told in expected.get("told", ())),
        written_back=expected.get("written_back", False),
    )


def _deliveries(trace: Trace) -> set[str]:
    return {
        _spelt(Told(record.notification.rule_id, one.channel, _address(record, one.channel), one.state))
        for record in trace.notifications
        for one in record.deliveries
    }


def _address(record: NotificationRecord, channel: Channel) -> str:
    return record.notification.recipient.address(channel) or "nobody"


def _spelt(told: Told) -> str:
    return f"{told.rule} → {told.to} by {told.channel}: {told.state}"


def _not_written_back(trace: Trace, order: dict[str, Any] | None) -> list[str]:
    notes = (order or {}).get("metadata", {}).get("herald", {}).get("notifications", {})
    missing = []
    for record in trace.notifications:
        told = {name: note["state"] for name, note in notes.get(record.notification.id, {}).get("channels", {}).items()}
        if told != {str(one.channel): str(one.state) for one in record.deliveries}:
            missing.append(f"Threekit has {told or 'nothing'} for {record.notification.rule_id}")
    return missing


def _differences(what: str, expected: frozenset[str] | set[str], seen: set[str]) -> list[str]:
    missing = [f"{what}: {one} is missing" for one in sorted(expected - seen)]
    return missing + [f"{what}: {one} is not expected" for one in sorted(seen - expected)]
