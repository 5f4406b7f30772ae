"""What the samples in ``events/`` are expected to bring about, read from ``events/scenarios.yaml``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from herald.domain.delivery import Channel
from herald.ports import NotificationRecord
from herald.usecases.trace import Trace
from herald_cli.send import Door
from localrun.bring_up import ROOT

EVENTS = ROOT / "events"
SCAN, APPROVAL = "scan", "approval"
"""The sources of what nobody sends."""


@dataclass(frozen=True, slots=True)
class Told:
    """One recipient who must have been told. ``says`` is a part of what OpenText was given for them, if it matters."""

    rule: str
    channel: str
    to: str
    state: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One sample to send, and everything that has to happen because of it.

    ``door`` is where it is sent, ``None`` for where the file belongs. ``answer`` is the HTTP status, ``skips`` the
    reasons noted in the decision, ``written_back`` whether the order in Threekit bears the outcomes, ``milestones`` and
    ``status`` what it bears of a workflow, ``item`` rows of the item's metadata, ``audit`` actions in the trace. With
    ``with_next`` the next sample is sent before the effects of this one are awaited.
    """

    title: str
    file: Path
    source: str
    door: Door | None = None
    answer: int = 202
    matched: frozenset[str] = frozenset()
    skips: frozenset[str] = frozenset()
    told: tuple[Told, ...] = ()
    written_back: bool = False
    milestones: tuple[str, ...] = ()
    status: str | None = None
    item: Mapping[str, Any] = field(default_factory=dict)
    audit: frozenset[str] = frozenset()
    with_next: bool = False

    @property
    def is_sent(self) -> bool:
        """Whether it is a sample that is sent, and no message of a scan and no approval."""
        return self.source not in (SCAN, APPROVAL)

    @property
    def undecided(self) -> bool:
        """Whether nothing but the audit is expected, as for a reply: no rule decides on it."""
        return bool(self.audit) and not (self.matched or self.skips)


@dataclass(frozen=True, slots=True)
class InThreekit:
    """The order and the item an event is about, as Threekit has them; empty where it is about none."""

    order: Mapping[str, Any] = field(default_factory=dict)
    item: Mapping[str, Any] = field(default_factory=dict)

    @property
    def notes(self) -> Mapping[str, Any]:
        """What the order bears of Herald."""
        found: Mapping[str, Any] = self.order.get("metadata", {}).get("herald", {})
        return found


def read_scenarios(path: Path = EVENTS / "scenarios.yaml") -> list[Scenario]:
    """Return the scenarios in the order in which they are sent."""
    return [_scenario(entry, path.parent) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]


def told_of(title: str, file: Path, expected: Mapping[str, Any]) -> Scenario:
    """Return what is expected of an event that nobody sends: one that a scan enters."""
    return _scenario({"title": title, "file": file.name, "source": SCAN, "expect": expected}, file.parent)


def object_of(trace: Trace) -> str:
    """Return the id of the order, job or item an event is about, by which Threekit knows it."""
    facts = trace.decision.facts if trace.decision else {}
    # A body of a workflow's own, or a short id, is understood only in the decision.
    subject = str(facts.get("event", {}).get("subject", trace.event.subject))
    return str(facts.get("order", {}).get("id", subject.partition("/")[2]))


def unmet(
    scenario: Scenario, trace: Trace | None, threekit: InThreekit, submitted: Mapping[str, str]
) -> list[str]:  # fmt: skip
    """Return what has not happened yet of what the scenario expects; empty when all of it has.

    ``submitted`` is what OpenText was given, by the reference of the delivery.
    """
    if trace is None:
        return ["nothing is recorded yet"]
    if trace.decision is None and not scenario.undecided:
        return ["no decision yet"]
    missing = [
        *_differences("rules matched", scenario.matched, _matched(trace)),
        *_differences("skips", scenario.skips, _skipped(trace)),
        *_differences("deliveries", {_spelt(told) for told in scenario.told}, set(_deliveries(trace))),
        *_unsaid(scenario, trace, submitted),
        *_not_in_trace(scenario, trace),
        *_not_on_order(scenario, threekit),
        *_not_on_item(scenario, threekit.item),
    ]
    if scenario.written_back:
        missing += _not_written_back(trace, threekit.notes)
    if trace.broken_at is not None:
        missing.append(f"the audit chain is broken at entry {trace.broken_at}")
    return missing


def _scenario(entry: dict[str, Any], folder: Path) -> Scenario:
    expected = entry.get("expect", {})
    return Scenario(
        title=entry["title"],
        file=folder / entry["file"],
        source=entry["source"],
        door=Door(entry["door"]) if "door" in entry else None,
        answer=expected.get("answer", 202),
        matched=frozenset(expected.get("matched", ())),
        skips=frozenset(expected.get("skips", ())),
        told=tuple(Told(**told) for told in expected.get("told", ())),
        written_back=expected.get("written_back", False),
        milestones=tuple(expected.get("milestones", ())),
        status=expected.get("status"),
        item=expected.get("item", {}),
        audit=frozenset(expected.get("audit", ())),
        with_next=entry.get("with_next", False),
    )


def _matched(trace: Trace) -> set[str]:
    outcomes = trace.decision.outcomes if trace.decision else ()
    return {outcome.rule_id for outcome in outcomes if outcome.verdict == "matched"}


def _skipped(trace: Trace) -> set[str]:
    decided = {str(skip.reason) for skip in trace.decision.skips} if trace.decision else set()
    noted = [entry.record.details["skips"] for entry in trace.entries if entry.record.key == "decided"]
    return decided | {skip["reason"] for skips in noted for skip in skips}


def _deliveries(trace: Trace) -> dict[str, str]:
    """Return the reference of each delivery by how it is spelt."""
    return {
        _spelt(Told(record.notification.rule_id, one.channel, _address(record, one.channel), one.state)): one.reference
        for record in trace.notifications
        for one in record.deliveries
    }


def _unsaid(scenario: Scenario, trace: Trace, submitted: Mapping[str, str]) -> list[str]:
    references = _deliveries(trace)
    return [
        f"{told.to} was not told by {told.channel}: {told.says}"
        for told in scenario.told
        if told.says not in submitted.get(references.get(_spelt(told), ""), "")
    ]


def _address(record: NotificationRecord, channel: Channel) -> str:
    return record.notification.recipient.address(channel) or "nobody"


def _spelt(told: Told) -> str:
    return f"{told.rule} → {told.to} by {told.channel}: {told.state}"


def _not_in_trace(scenario: Scenario, trace: Trace) -> list[str]:
    actions = {entry.record.action for entry in trace.entries}
    return [f"audit: {action} is missing" for action in sorted(scenario.audit - actions)]


def _not_on_order(scenario: Scenario, threekit: InThreekit) -> list[str]:
    missing = []
    reached = tuple(milestone["name"] for milestone in threekit.notes.get("milestones", ()))
    if scenario.milestones and reached != scenario.milestones:
        missing.append(f"the order's milestones are {', '.join(reached) or 'none'}")
    if scenario.status and threekit.order.get("status") != scenario.status:
        missing.append(f"the order's status is {threekit.order.get('status')}, not {scenario.status}")
    return missing


def _not_on_item(scenario: Scenario, item: Mapping[str, Any]) -> list[str]:
    rows = {name: item.get("metadata", {}).get(name) for name in scenario.item}
    return [
        f"the item's {name} is {row or 'not there'}"
        for name, row in rows.items()
        if row is None or json.loads(row) != scenario.item[name]
    ]


def _not_written_back(trace: Trace, notes: Mapping[str, Any]) -> list[str]:
    written = notes.get("notifications", {})
    missing = []
    for record in trace.notifications:
        channels = written.get(record.notification.id, {}).get("channels", {})
        told = {name: note["state"] for name, note in channels.items()}
        if told != {str(one.channel): str(one.state) for one in record.deliveries}:
            missing.append(f"Threekit has {told or 'nothing'} for {record.notification.rule_id}")
    return missing


def _differences(what: str, expected: frozenset[str] | set[str], seen: set[str]) -> list[str]:
    missing = [f"{what}: {one} is missing" for one in sorted(expected - seen)]
    return missing + [f"{what}: {one} is not expected" for one in sorted(seen - expected)]
