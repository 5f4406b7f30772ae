"""Which samples a template is tried with: its own, those of approvals, and those of the events that its rules hear."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from herald.domain.configuration import Configuration, Rule
from herald.domain.courtesy import DIGEST_RULE, OVER_BUDGET
from herald.domain.event_types import BUDGET_REACHED, BUILT_IN, section_for
from herald.usecases.approvals.tellings import TEMPLATES
from herald_cli.samples import approvals, flows, scans
from herald_cli.samples.surroundings import around

OWN = "sample.json"
MOST_REASONS = 2
OF_SCANS = {event_type: template for template, event_type in scans.TYPES.items()}


@dataclass(frozen=True, slots=True)
class Sample:
    """Something a template would be told, with everything that can be in it."""

    name: str
    values: Mapping[str, Any] = field(repr=False)
    rule: Rule | None = None
    reasons: tuple[Rule, ...] = ()

    def told_in(self, locale: str) -> Mapping[str, Any]:
        """Return the values with what the rule is for, or those that ask for an approval, in that language."""
        values = dict(self.values)
        if self.rule is not None:
            values["rule"] = {**values["rule"], "description": self.rule.described(locale)}
        if self.reasons and "reasons" in values.get("ask", ()):
            told = [{"rule": rule.id, "description": rule.described(locale)} for rule in self.reasons]
            values["ask"] = {**values["ask"], "reasons": told}
        return values


def samples_of(template: str, configuration: Configuration, own: Mapping[str, Any] | None = None) -> tuple[Sample, ...]:
    """Return what to try a template with, each under a name of its own; nothing if nobody says what it is told.

    ``own`` are the facts of the template's ``sample.json``, which come first.
    """
    listened: dict[str, Rule] = {}
    for rule in configuration.rules:
        if rule.then and rule.then.template == template:
            listened = {**dict.fromkeys(rule.events, rule), **listened}
    found = [Sample(OWN, {**around("sample", template), **own})] if own is not None else []
    asking = tuple(rule for rule in configuration.rules if rule.approval)[:MOST_REASONS]
    found += [replace(sample, reasons=asking) for sample in _about_approvals(template)]
    if template in _of_digests(configuration):
        found.append(Sample("a digest", {**around("digest", DIGEST_RULE), "digest": flows.DIGEST}))
    for event_type, rule in listened.items():
        found += [
            Sample(name, {**around(event_type), **_rule_values(rule), **facts}, rule)
            for name, facts in _facts(event_type, configuration)
        ]
    # Orders that are made, changed and submitted look alike to a template.
    return tuple({sample.name: sample for sample in reversed(found)}.values())[::-1]


def _of_digests(configuration: Configuration) -> frozenset[str]:
    courtesy = configuration.courtesy
    throttled = (one.template for one in courtesy.throttles)
    return frozenset([OVER_BUDGET.template, *(one.template for one in courtesy.digests), *throttled])


def ask_keys() -> Mapping[str, frozenset[str]]:
    """Return what is known of an approval: the keys of ``approval``, and those of ``ask`` for any kind."""
    told = [sample.values for template in set(TEMPLATES.values()) for sample in _about_approvals(template)]
    return {
        "approval": frozenset(key for values in told for key in values["approval"]) | {"reference"},
        "ask": frozenset(key for values in told for key in values["ask"]) | {"more"},
    }


def _about_approvals(template: str) -> Iterator[Sample]:
    for kind, its_template in TEMPLATES.items():
        if its_template != template:
            continue
        told = approvals.ask(kind)
        yield Sample(kind, approvals.values(told))
        if kind == "recorded":
            for result in approvals.RESULTS:
                yield Sample(f"recorded, {result}", approvals.values({**told, "result": result}))
        if kind == "outcome":
            for outcome in approvals.OUTCOMES:
                yield Sample(f"outcome, {outcome}", approvals.values({**told, "outcome": outcome}))


def _facts(event_type: str, configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    if event_type in OF_SCANS:
        yield event_type, {"data": scans.full(OF_SCANS[event_type])}
    elif event_type == "order.milestone.reached":
        for step in configuration.milestones:
            milestone = {**flows.MILESTONE, "name": step.name}
            yield f"milestone {step.name}", {"order": flows.ORDER, "milestone": milestone, "data": flows.REACHED}
    elif event_type in _OF_FLOWS:
        yield event_type, _OF_FLOWS[event_type]
    elif event_type in BUILT_IN and "order" in (section_for(event_type, configuration.mapping) or {}):
        yield "an order", {"order": approvals.order()}


_JOB_FAILED: dict[str, Any] = {"job": flows.JOB, "incident": {**flows.INCIDENT, "system": "threekit-export"}}
_OF_FLOWS: Mapping[str, dict[str, Any]] = {
    BUDGET_REACHED: {"data": flows.BUDGET},
    "sync.failed": {"data": flows.FAILED, "incident": flows.INCIDENT},
    "sync.recovered": {"data": flows.RECOVERED, "incident": flows.CLOSED},
    "threekit.job.created": _JOB_FAILED,
    "threekit.job.updated": _JOB_FAILED,
    "localization.completed": {"data": flows.LOCALIZED},
    "regional.approval.completed": {"data": flows.APPROVED},
}


def _rule_values(rule: Rule) -> dict[str, Any]:
    severity = rule.then.severity if rule.then else "medium"
    return {"rule": {"id": rule.id, "description": rule.description, "severity": severity}}
