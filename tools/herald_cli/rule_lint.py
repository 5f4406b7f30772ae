"""``config/`` checked before it ships: what the files say, and whether it fits together."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from herald.adapters.template_bundle import TemplateBundle
from herald.domain.configuration import Audience, Configuration, Notify
from herald.domain.event_types import BUILT_IN, is_connector_type, known_types
from herald_cli.approval_lint import approval_findings
from herald_cli.audience_lint import audience_findings
from herald_cli.budget_lint import budget_findings
from herald_cli.calendar_lint import calendar_findings
from herald_cli.catalog_lint import catalog_findings
from herald_cli.channel_lint import channel_findings, missing_parts
from herald_cli.condition_lint import at_condition, breaches
from herald_cli.condition_logic import ConditionLogic
from herald_cli.configuration_folder import MAPPING, LoadedFolder, PlacedRule, load_folder
from herald_cli.courtesy_lint import courtesy_findings
from herald_cli.findings import Finding, did_you_mean
from herald_cli.path_lint import bad_path, types_without
from herald_cli.reach_lint import FOR_ALL_OTHERS, may_miss, not_available, unreachable
from herald_cli.read_rule import ReadRule, never_findings, read_rule
from herald_cli.template_lint import template_findings
from herald_cli.time_lint import time_findings
from herald_cli.twice_lint import twice_findings
from herald_cli.uncollected import uncollected
from herald_cli.unused_lint import unused_findings
from herald_cli.yaml_reader import Keys

READ_BY_MAPPING = frozenset({"opentext.workflow", "opentext.reply.sms", "opentext.reply.whatsapp"})
"""Types no rule listens to, whose bodies only the mapping can read."""


@uncollected
def lint_folder(folder: Path, today: date | None = None) -> tuple[Finding, ...]:
    """Return everything that is wrong in a configuration folder, sorted by file and line.

    It may ship if there is nothing, or nothing but warnings.
    """
    today = today or datetime.now(UTC).date()
    loaded = load_folder(folder, today)
    if loaded.configuration is None:
        return loaded.findings
    logic = ConditionLogic(loaded.configuration)
    read: list[ReadRule] = []
    found = [
        *_rules(loaded, loaded.configuration, logic, read),
        *audience_findings(loaded, loaded.configuration, today),
        *_mapping(loaded),
        *channel_findings(loaded, loaded.configuration),
        *catalog_findings(loaded, loaded.configuration, today),
        *calendar_findings(loaded, loaded.configuration, today),
        *approval_findings(loaded, loaded.configuration),
        *courtesy_findings(loaded, loaded.configuration),
        *budget_findings(loaded, loaded.configuration),
        *time_findings(loaded.configuration),
        *template_findings(loaded, loaded.configuration),
    ]
    # A misspelt name makes another look unused: what is never needed is told when all else is right.
    if all(finding.warning for finding in found):
        found += [finding for rule in read for finding in never_findings(rule)]
        found += twice_findings(read, loaded.configuration, logic)
        found += unused_findings(loaded, loaded.configuration, read)
    return tuple(sorted(set(found)))


def _rules(
    loaded: LoadedFolder, configuration: Configuration, logic: ConditionLogic, read: list[ReadRule]
) -> Iterator[Finding]:
    """Check each rule, and add to ``read`` those without a fault."""
    seen: dict[str, PlacedRule] = {}
    known = known_types(configuration.mapping)
    templates = frozenset(TemplateBundle(configuration).names())
    for placed in loaded.rules:
        first = seen.setdefault(placed.rule.id, placed)
        if first is not placed:
            where = f"{first.document.file}:{first.document.place(('rules', first.number, 'id')).line}"
            yield placed.finding("duplicate-id", f"the rule `{placed.rule.id}` is in {where} already", at=("id",))
        found = [*_condition(placed, configuration, known), *_consequence(placed, configuration, templates)]
        yield from found
        if all(finding.warning for finding in found):
            read.append(read_rule(placed, logic))


def _condition(placed: PlacedRule, configuration: Configuration, known: frozenset[str]) -> Iterator[Finding]:
    rule = placed.rule
    unknown = [number for number, event_type in enumerate(rule.events) if event_type not in known]
    for number in unknown:
        yield _unknown_type(placed, number, known)
    if not unknown:
        for breach in breaches(rule.when, rule.events, configuration.mapping, tuple(sorted(configuration.lists))):
            yield at_condition(placed.document, ("rules", placed.number, "when"), rule.when, breach)


def _unknown_type(placed: PlacedRule, number: int, known: frozenset[str]) -> Finding:
    event_type = placed.rule.events[number]
    fix = did_you_mean(event_type, known)
    if is_connector_type(event_type):
        fix = f"{fix}; " if fix.startswith("did") else ""
        fix += f"if a connector tells of it, add `{event_type}: {{}}` to mapping.yaml"
    elif event_type.startswith("opentext."):
        fix = "what OpenText reports moves deliveries, and does not go through rules"
    return placed.finding("unknown-event", f"`{event_type}` is no event type", fix, at=("events", number))


def _consequence(placed: PlacedRule, configuration: Configuration, templates: frozenset[str]) -> Iterator[Finding]:
    then = placed.rule.then
    if then is None:
        return
    audience = configuration.audiences.get(then.audience)
    if audience is None:
        fix = did_you_mean(then.audience, configuration.audiences)
        message = f"audiences.yaml has no audience `{then.audience}`"
        yield placed.finding("unknown-audience", message, fix, at=("then", "notify", "audience"))
    else:
        yield from _reach(placed, then, audience, configuration)
    if then.template not in templates:
        message = f"there is no template `{then.template}`"
        fix = did_you_mean(then.template, templates)
        yield placed.finding("unknown-template", message, fix, at=("then", "notify", "template"))
        return
    for number, channel in enumerate(then.channels):
        for key in missing_parts(configuration, then.template, channel):
            message = f"the template `{then.template}` cannot be sent over {channel}"
            fix = f"add templates/{key}"
            yield placed.finding("missing-part", message, fix, at=("then", "notify", "channels", number))


def _reach(placed: PlacedRule, then: Notify, audience: Audience, configuration: Configuration) -> Iterator[Finding]:
    """Check that the audience can be resolved for every type of the rule, and reached over its channels."""
    at: Keys = ("then", "notify", "audience")
    wrong = list(not_available(audience, placed.rule.events, configuration))
    for message in wrong:
        yield placed.finding("audience-not-available", message, at=at)
    for message in () if wrong else may_miss(audience, placed.rule.events):
        yield replace(placed.finding("nobody-for-some", message, FOR_ALL_OTHERS, at=at), warning=True)
    lacking = types_without(audience.consent or "event", placed.rule.events, configuration.mapping)
    if lacking:
        message = (
            f"the consent of `{audience.name}` is at `{audience.consent}`, which {', '.join(lacking)} does not offer"
        )
        yield placed.finding("audience-not-available", message, at=at)
    for message in unreachable(audience, then.channels):
        yield placed.finding("no-address", message, "add a channel, or an address in audiences.yaml", at=at)


def _mapping(loaded: LoadedFolder) -> Iterator[Finding]:
    document = loaded.documents[MAPPING]
    for event_type, section in document.value.items():
        begun = event_type.removesuffix("*")
        told = event_type in {*BUILT_IN, *READ_BY_MAPPING} or (
            begun != event_type and any(known.startswith(begun) for known in BUILT_IN)
        )
        if not told and not is_connector_type(begun):
            fix = did_you_mean(event_type, BUILT_IN)
            yield document.finding((event_type,), "unknown-event", f"`{event_type}` is no event type", fix)
        for keys, path in _leaves(section or {}, (event_type,)):
            if keys[1] != "asset_names" and keys[-1] != "type":
                yield from bad_path(document, keys, path)


def _leaves(value: object, keys: Keys) -> Iterable[tuple[Keys, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*keys, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(item, (*keys, number))
    elif isinstance(value, str):
        yield keys, value
