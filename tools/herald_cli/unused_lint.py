"""Audiences, templates, lists and calendars that nothing uses."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from herald.adapters.template_bundle import TemplateBundle
from herald.domain.configuration import Configuration
from herald.domain.courtesy import OVER_BUDGET
from herald_cli.approval_lint import TEMPLATES as APPROVAL_TEMPLATES
from herald_cli.audience_lint import placed_people
from herald_cli.condition_lint import condition_tree
from herald_cli.configuration_folder import AUDIENCES, CALENDARS, CHECKS, LISTS, LoadedFolder
from herald_cli.findings import Finding
from herald_cli.read_rule import ReadRule, lists_of
from herald_cli.template_folder import TEMPLATES
from herald_cli.yaml_reader import Keys


def unused_findings(loaded: LoadedFolder, configuration: Configuration, rules: Iterable[ReadRule]) -> Iterator[Finding]:
    """Warn of what is there and nothing asks for."""
    audiences, templates, lists = _audiences(configuration), told_with(configuration), _lists(loaded, rules)
    for name in sorted(configuration.audiences.keys() - audiences):
        yield _unused(loaded, AUDIENCES, ("audiences", name), f"nobody tells or asks the audience `{name}`")
    for name in sorted(set(TemplateBundle(configuration).names()) - templates):
        finding = Finding(f"{TEMPLATES}/{name}", 1, 1, "unused", f"nothing is told with the template `{name}`")
        yield replace(finding, warning=True)
    for name in sorted(configuration.lists.keys() - lists):
        yield _unused(loaded, LISTS, (name,), f"no condition looks into the list `{name}`")
    for name in sorted(configuration.calendars.keys() - _calendars(loaded, configuration)):
        yield _unused(loaded, CALENDARS, ("calendars", name), f"nobody works by the calendar `{name}`")


def _unused(loaded: LoadedFolder, file: str, at: Keys, message: str) -> Finding:
    return replace(loaded.documents[file].finding(at, "unused", message, "remove it, or use it"), warning=True)


def _audiences(configuration: Configuration) -> set[str]:
    used = {rule.then.audience for rule in configuration.rules if rule.then is not None}
    for chain in configuration.approvals.values():
        asked = [(step.approvers, *(level.approvers for level in step.ladder)) for step in chain.steps]
        named = [chain.watchers, chain.delegates, chain.last_resort]
        named += [approvers.audience for step in asked for approvers in step]
        used |= {name for name in named if name is not None}
    return used


def told_with(configuration: Configuration) -> set[str]:
    """Return the templates that something is told with."""
    used = {rule.then.template for rule in configuration.rules if rule.then is not None}
    courtesy = configuration.courtesy
    used |= {digest.template for digest in courtesy.digests} | {throttle.template for throttle in courtesy.throttles}
    used |= {OVER_BUDGET.template} if configuration.budgets else set()
    return used | set(APPROVAL_TEMPLATES if configuration.approvals else ())


def _lists(loaded: LoadedFolder, rules: Iterable[ReadRule]) -> set[str]:
    used = {name for rule in rules for name in rule.lists}
    checks = (loaded.documents[file].value["checks"] for file in loaded.documents if file.startswith(f"{CHECKS}/"))
    for check in (check for entries in checks for check in entries):
        used |= lists_of(condition_tree(check["when"]).root)
    return used


def _calendars(loaded: LoadedFolder, configuration: Configuration) -> set[str | None]:
    people = [person for _, person in placed_people(loaded.documents[AUDIENCES].value)]
    hours = {name for person in people for name in (person.get("hours") or {}).values()}
    return {
        configuration.default_calendar, *hours, *configuration.courtesy.hours.values(),
        *(person.get("calendar") for person in people), *(chain.calendar for chain in configuration.approvals.values()),
    }  # fmt: skip
