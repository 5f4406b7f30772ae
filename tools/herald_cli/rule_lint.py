"""``config/`` checked before it ships: what the files say, and whether it fits together."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from herald.adapters.template_bundle import TemplateBundle
from herald.domain.audience import usable_email, usable_locale
from herald.domain.configuration import Audience, Configuration, Notify
from herald.domain.event_types import BUILT_IN, is_connector_type, known_types
from herald.domain.notification import Recipient
from herald_cli.approval_lint import approval_findings
from herald_cli.calendar_lint import calendar_findings
from herald_cli.catalog_lint import catalog_findings
from herald_cli.channel_lint import channel_findings, missing_parts
from herald_cli.condition_lint import at_condition, breaches
from herald_cli.configuration_folder import AUDIENCES, MAPPING, LoadedFolder, PlacedRule, load_folder
from herald_cli.findings import Finding, did_you_mean
from herald_cli.path_lint import bad_path, types_without
from herald_cli.reach_lint import unreachable
from herald_cli.template_lint import template_findings
from herald_cli.yaml_reader import Document, Keys

PERSONS = ("order.customer", "order.requester")
READ_BY_MAPPING = frozenset({"opentext.workflow", "opentext.reply.sms", "opentext.reply.whatsapp"})
"""Types no rule listens to, whose bodies only the mapping can read."""


def lint_folder(folder: Path, today: date | None = None) -> tuple[Finding, ...]:
    """Return everything that is wrong in a configuration folder, sorted by file and line.

    It may ship if there is nothing, or nothing but warnings.
    """
    today = today or datetime.now(UTC).date()
    loaded = load_folder(folder, today)
    if loaded.configuration is None:
        return loaded.findings
    found = [
        *_rules(loaded, loaded.configuration),
        *_audiences(loaded, loaded.configuration),
        *_mapping(loaded),
        *channel_findings(loaded, loaded.configuration),
        *catalog_findings(loaded, loaded.configuration, today),
        *calendar_findings(loaded, loaded.configuration, today),
        *approval_findings(loaded, loaded.configuration),
        *template_findings(loaded, loaded.configuration),
    ]
    return tuple(sorted(set(found)))


def _rules(loaded: LoadedFolder, configuration: Configuration) -> Iterator[Finding]:
    seen: dict[str, PlacedRule] = {}
    for placed in loaded.rules:
        first = seen.setdefault(placed.rule.id, placed)
        if first is not placed:
            where = f"{first.document.file}:{first.document.place(('rules', first.number, 'id')).line}"
            yield placed.finding("duplicate-id", f"the rule `{placed.rule.id}` is in {where} already", at=("id",))
        yield from _rule(placed, configuration)


def _rule(placed: PlacedRule, configuration: Configuration) -> Iterator[Finding]:
    rule = placed.rule
    known = known_types(configuration.mapping)
    unknown = [number for number, event_type in enumerate(rule.events) if event_type not in known]
    for number in unknown:
        yield _unknown_type(placed, number, known)
    if not unknown:
        for breach in breaches(rule.when, rule.events, configuration.mapping, tuple(sorted(configuration.lists))):
            yield at_condition(placed.document, ("rules", placed.number, "when"), rule.when, breach)
    if rule.then is not None:
        yield from _consequence(placed, rule.then, configuration)


def _unknown_type(placed: PlacedRule, number: int, known: frozenset[str]) -> Finding:
    event_type = placed.rule.events[number]
    fix = did_you_mean(event_type, known)
    if is_connector_type(event_type):
        fix = f"{fix}; " if fix.startswith("did") else ""
        fix += f"if a connector tells of it, add `{event_type}: {{}}` to mapping.yaml"
    elif event_type.startswith("opentext."):
        fix = "what OpenText reports moves deliveries, and does not go through rules"
    return placed.finding("unknown-event", f"`{event_type}` is no event type", fix, at=("events", number))


def _consequence(placed: PlacedRule, then: Notify, configuration: Configuration) -> Iterator[Finding]:
    audience = configuration.audiences.get(then.audience)
    if audience is None:
        fix = did_you_mean(then.audience, configuration.audiences)
        message = f"audiences.yaml has no audience `{then.audience}`"
        yield placed.finding("unknown-audience", message, fix, at=("then", "notify", "audience"))
    else:
        yield from _reach(placed, then, audience, configuration)
    templates = TemplateBundle(configuration).names()
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
    path = audience.person or audience.by or "event"
    lacking = types_without(path, placed.rule.events, configuration.mapping)
    at: Keys = ("then", "notify", "audience")
    if lacking and (audience.person or "*" not in audience.members):
        message = f"the audience `{audience.name}` is found by `{path}`, which {', '.join(lacking)} does not offer"
        yield placed.finding("audience-not-available", message, at=at)
    for member in unreachable(audience, then.channels):
        message = f"{member.name} of `{audience.name}` has no address for {', '.join(then.channels)}"
        yield placed.finding("no-address", message, "add a channel, or an address in audiences.yaml", at=at)


def _audiences(loaded: LoadedFolder, configuration: Configuration) -> Iterator[Finding]:
    document = loaded.documents[AUDIENCES]
    yield from _locale(document, ("default_locale",), configuration.default_locale)
    for name, audience in configuration.audiences.items():
        at: Keys = ("audiences", name)
        yield from _audience_form(document, at, audience)
        for key, path in (("by", audience.by), ("person", audience.person)):
            if path is not None:
                yield from bad_path(document, (*at, key), path)
        for value, members in audience.members.items():
            for number, member in enumerate(members):
                place = (*at, "members", value, number)
                yield from _locale(document, (*place, "locale"), member.locale)
                yield from _addresses(document, place, member)


def _addresses(document: Document, at: Keys, member: Recipient) -> Iterator[Finding]:
    if member.email is None and member.phone is None:
        yield document.finding(at, "no-address", f"{member.name} has neither email nor phone")
    if member.email is not None and usable_email(member.email) != member.email:
        message = f"the e-mail address of {member.name} has no usable form"
        yield document.finding((*at, "email"), "bad-email", message)
    if member.phone is not None and not _is_e164(member.phone):
        message = f"the phone number of {member.name} is no valid number in E.164"
        fix = 'write + and the country code, without blanks, as in "+493023125101"'
        yield document.finding((*at, "phone"), "bad-phone", message, fix)


def _audience_form(document: Document, at: Keys, audience: Audience) -> Iterator[Finding]:
    if audience.person is not None:
        if audience.by is not None or audience.members:
            yield document.finding(
                at, "audience-form", f"`{audience.name}` has a person and members", "make it two audiences"
            )
        if audience.person not in PERSONS and not audience.person.startswith("data."):
            message = f"`{audience.person}` is no person of the facts"
            fix = did_you_mean(audience.person, PERSONS)
            yield document.finding((*at, "person"), "unknown-person", message, fix)
    elif not audience.members:
        yield document.finding(at, "audience-form", f"`{audience.name}` is nobody", "give it members or a person")
    elif audience.by is None and set(audience.members) != {"*"}:
        message = f"`{audience.name}` has members by value, but not by which"
        yield document.finding(at, "audience-form", message, 'add by: order.region, or list all members under "*"')


def _locale(document: Document, at: Keys, locale: str | None) -> Iterator[Finding]:
    if locale is not None and usable_locale(locale) != locale:
        yield document.finding(at, "bad-locale", f"`{locale}` is no locale in the form of BCP 47", "write en, or de-AT")


def _is_e164(number: str) -> bool:
    import phonenumbers  # noqa: PLC0415 - its tables are slow to import, and many configurations have no phone number

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return phonenumbers.is_valid_number(parsed) and written == number


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
