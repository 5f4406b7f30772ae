"""``courtesy.yaml`` checked before it ships: calendars, rules and templates that are there, and paths that are some."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from herald.domain.configuration import Configuration, Rule
from herald.domain.courtesy import OVER_BUDGET, Digest, ForRules, Gatherer, Repeat
from herald.domain.event_types import APPROVAL_PREFIX
from herald.usecases.approvals.tellings import TEMPLATES
from herald_cli.audience_lint import placed_people
from herald_cli.calendar_lint import unknown_calendar
from herald_cli.channel_lint import missing_parts
from herald_cli.configuration_folder import AUDIENCES, COURTESY, LoadedFolder
from herald_cli.findings import Finding, did_you_mean
from herald_cli.path_fields import PathFields
from herald_cli.path_lint import bad_path, types_without
from herald_cli.yaml_reader import Document, Keys

APPROVAL_RULES = frozenset(f"{APPROVAL_PREFIX}{kind}" for kind in TEMPLATES)


def courtesy_findings(loaded: LoadedFolder, configuration: Configuration) -> Iterator[Finding]:
    """Yield what is wrong with ``courtesy.yaml``, and with the hours of people."""
    yield from _people(loaded.documents[AUDIENCES], configuration)
    document = loaded.documents.get(COURTESY)
    if document is None:
        return
    courtesy = configuration.courtesy
    for channel, name in courtesy.hours.items():
        yield from unknown_calendar(document, ("hours", str(channel)), name, configuration)
    for section, entries in (
        ("digests", courtesy.digests), ("throttles", courtesy.throttles), ("repeats", courtesy.repeats),
        ("next_channel", courtesy.next_channel),
    ):  # fmt: skip
        yield from _rules(document, section, entries, configuration)
    for digest in courtesy.digests:
        yield from _told_by(document, ("digests", digest.id), digest, configuration)
        if digest.by:
            served = _served(digest, courtesy.digests, configuration)
            yield from _by(document, ("digests", digest.id, "by"), digest.by, digest, served, configuration)
    digests = {digest.id for digest in courtesy.digests}
    for throttle in courtesy.throttles:
        at: Keys = ("throttles", throttle.id)
        yield from _told_by(document, at, throttle, configuration)
        if throttle.id in digests and throttle.id != OVER_BUDGET.id:
            message = f"a digest is called `{throttle.id}` too, and what waits says by the name which it waits for"
            yield document.finding(at, "duplicate-name", message, "call one of them otherwise")
    for repeat in courtesy.repeats:
        served = _served(repeat, courtesy.repeats, configuration)
        yield from _by(document, ("repeats", repeat.id, "by"), repeat.by, repeat, served, configuration)


def _rules(
    document: Document, section: str, entries: Iterable[ForRules], configuration: Configuration
) -> Iterator[Finding]:
    known = {rule.id for rule in configuration.rules if rule.then} | APPROVAL_RULES
    taken: dict[str, str] = {}
    for entry in entries:
        for number, pattern in enumerate(entry.rules):
            at: Keys = (section, entry.id, "rules", number)
            served = {rule for rule in known if fnmatchcase(rule, pattern)}
            if not served and pattern != "digest":
                fix = did_you_mean(pattern, known)
                yield document.finding(at, "unknown-rule", f"`{pattern}` is no rule that tells anybody", fix)
            first = next((taken[rule] for rule in sorted(served) if rule in taken and taken[rule] != entry.id), None)
            if first is not None and section != "throttles":
                message = f"`{pattern}` has rules that `{first}` has already, and the first one counts"
                yield replace(document.finding(at, "overlapping", message), warning=True)
            taken |= dict.fromkeys(served - taken.keys(), entry.id)


def _served(entry: ForRules, entries: Sequence[ForRules], configuration: Configuration) -> list[Rule]:
    """Return the rules an entry counts for: of those that are for a rule, the first one does."""
    telling = [rule for rule in configuration.rules if rule.then is not None]
    return [rule for rule in telling if next((one for one in entries if one.serves(rule.id)), None) is entry]


def _by(
    document: Document, at: Keys, path: str, entry: Digest | Repeat, served: Sequence[Rule],
    configuration: Configuration,
) -> Iterator[Finding]:  # fmt: skip
    """Yield what is wrong with the path that things are gathered or repeated by."""
    wrong = list(bad_path(document, at, path))
    yield from wrong
    # What approvals tell is never gathered nor a repeat.
    if wrong or not any(entry.serves(rule.id) for rule in configuration.rules if rule.then):
        return
    reads = PathFields(path)
    if reads.unknown:
        yield from reads.findings(document, at)
        return
    types = sorted({event_type for rule in served for event_type in rule.events})
    without = [set(types_without(name, types, configuration.mapping)) for name in reads.variables]
    lacking = sorted(set.intersection(*without)) if without else []
    if not lacking:
        return
    what = "is gathered together, whatever it is about" if isinstance(entry, Digest) else "is never a repeat"
    message = f"`{path}` is not available for {', '.join(lacking)}: what it finds nothing for {what}"
    found = document.finding(at, "not-available", message, "name what all events of these rules offer")
    yield replace(found, warning=lacking != types)


def _told_by(document: Document, at: Keys, gatherer: Gatherer, configuration: Configuration) -> Iterator[Finding]:
    if gatherer.id == OVER_BUDGET.id:
        message = f"`{gatherer.id}` is the digest of what is over budget"
        yield document.finding(at, "duplicate-name", message, "name it otherwise")
    template, templates = gatherer.template, {key.partition("/")[0] for key in configuration.templates}
    if template not in templates:
        fix = did_you_mean(template, templates)
        yield document.finding((*at, "template"), "unknown-template", f"there is no template `{template}`", fix)
        return
    for channel in gatherer.told_over:
        for key in missing_parts(configuration, template, channel):
            message = f"the template `{template}` cannot be sent over {channel}"
            yield document.finding(at, "missing-part", message, f"add templates/{key}")


def _people(document: Document, configuration: Configuration) -> Iterator[Finding]:
    for at, person in placed_people(document.value):
        for channel, calendar in (person.get("hours") or {}).items():
            yield from unknown_calendar(document, (*at, "hours", channel), calendar, configuration)
