"""A version of ``config/`` as one bundle of bytes, and its name by its content."""

import zlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, time, timedelta
from typing import Any

from herald.adapters.audience_documents import audience_document, audience_of, entry_document, entry_of
from herald.adapters.courtesy_bundle import courtesy_document, courtesy_of
from herald.adapters.exact_json import dumps, loads
from herald.domain.approval.policy import chain_document, chain_of
from herald.domain.canonical import short_id
from herald.domain.configuration import (
    Configuration,
    FaxSending,
    Notify,
    ReplyWords,
    Rule,
    StatusReading,
    WhatsAppSending,
    WhatsAppTemplate,
)
from herald.domain.delivery import Channel
from herald.domain.errors import ConfigurationError
from herald.domain.message import FaxEncoding
from herald.domain.milestones import MilestoneStep
from herald.domain.notification import Severity
from herald.domain.working_time import Calendar

LARGEST_BUNDLE = 5_000_000
"""Bytes a version may be packed: many times what 10,000 rules are."""
LARGEST_CONTENT = 32_000_000
"""Bytes it may unpack to. As a ``Configuration`` they are some seven times as many, which a function's memory holds."""


def versioned(configuration: Configuration) -> Configuration:
    """Return the configuration under the version that is its content's name: ``cfg_`` and 26 characters."""
    return replace(configuration, version=_named(dumps(to_document(configuration))))


def to_bytes(configuration: Configuration) -> bytes:
    """Return the bundle. Raises ``ConfigurationError`` if it is larger than a function could read again."""
    content = dumps(to_document(configuration)).encode("ascii")
    bundle = zlib.compress(content, level=9)
    for size, largest, how in ((len(content), LARGEST_CONTENT, ""), (len(bundle), LARGEST_BUNDLE, " when packed")):
        if size > largest:
            raise ConfigurationError(
                f"config/ is {size} bytes{how}, more than the {largest} that functions read: "
                "remove templates that are not used, or shorten lists.yaml"
            )
    return bundle


def from_bytes(version: str, raw: bytes) -> Configuration:
    """Return the configuration of a bundle. Raises ``ConfigurationError`` if the bytes are not of that version."""
    return from_content(version, unpacked(version, raw))


def unpacked(version: str, raw: bytes) -> str:
    """Return the content of a bundle. Raises ``ConfigurationError`` if the bytes are not of that version."""
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(raw, LARGEST_CONTENT).decode("ascii")
    except (zlib.error, ValueError) as error:
        raise _unreadable(version, error) from None
    # The content as it was stored, not as it would be spelt today: a version outlives the release that wrote it.
    if _named(content) != version or not unpacker.eof:
        raise ConfigurationError(f"configuration {version} holds another content: apply it again from its folder")
    return content


def from_content(version: str, content: str) -> Configuration:
    """Return the configuration of a version's content. Raises ``ConfigurationError`` if it cannot be read."""
    try:
        return replace(from_document(loads(content)), version=version)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(version, error) from None


def _unreadable(version: str, error: Exception) -> ConfigurationError:
    return ConfigurationError(
        f"configuration {version} cannot be read ({type(error).__name__}): apply it again from its folder"
    )


def _named(content: str) -> str:
    # Not as it is remembered for ids: what is remembered here would be megabytes of text.
    return short_id.__wrapped__("cfg", content)


def to_document(configuration: Configuration) -> dict[str, Any]:
    """Return all but the version as plain objects, with sorted keys, so that equal contents read equal."""
    document = {
        "rules": [_rule_document(rule) for rule in configuration.rules],
        "lists": configuration.lists,
        "audiences": {name: audience_document(audience) for name, audience in configuration.audiences.items()},
        "mapping": configuration.mapping,
        "templates": configuration.templates,
        "words": configuration.words,
        "order_link": configuration.order_link,
        "default_locale": configuration.default_locale,
        "milestones": [[step.name, step.status] for step in configuration.milestones],
        "status": asdict(configuration.status),
        "replies": asdict(configuration.replies),
        "whatsapp": asdict(configuration.whatsapp),
        "fax": asdict(configuration.fax),
        "silent_after": {name: int(after.total_seconds()) for name, after in configuration.silent_after.items()},
        "catalog": configuration.catalog,
        "approvals": [chain_document(chain) for chain in configuration.approvals.values()],
        "calendars": {name: _calendar_document(calendar) for name, calendar in configuration.calendars.items()},
        "default_calendar": configuration.default_calendar,
        "courtesy": courtesy_document(configuration.courtesy),
        "budgets": configuration.budgets,
        "people": {key: entry_document(person) for key, person in configuration.people.items()},
        "local_times": configuration.local_times,
    }
    ordered = _ordered(document)
    assert isinstance(ordered, dict)  # noqa: S101 - for the type checker: a mapping was given
    return ordered


def from_document(document: Mapping[str, Any]) -> Configuration:
    """Return the configuration of plain objects, without a version. Raises ``KeyError`` or ``ValueError``."""
    return Configuration(
        version="",
        rules=tuple(_rule(rule) for rule in document["rules"]),
        lists=document["lists"],
        audiences={name: audience_of(name, audience) for name, audience in document["audiences"].items()},
        mapping=document["mapping"],
        templates=document["templates"],
        default_locale=document["default_locale"],
        # A version that was stored before templates had words in files of their own has none.
        words=document.get("words", {}),
        order_link=document.get("order_link", ""),
        # A version that was stored before there were milestones and the like has none.
        milestones=tuple(MilestoneStep(name, status) for name, status in document.get("milestones", ())),
        status=StatusReading(**_tuples(document.get("status", {}))),
        replies=ReplyWords(**_tuples(document.get("replies", {}))),
        whatsapp=_whatsapp(document.get("whatsapp", {})),
        fax=_fax(document.get("fax", {})),
        silent_after={name: timedelta(seconds=after) for name, after in document.get("silent_after", {}).items()},
        catalog=document.get("catalog", {}),
        approvals={chain["id"]: chain_of(chain) for chain in document.get("approvals", ())},
        calendars={name: _calendar(name, calendar) for name, calendar in document.get("calendars", {}).items()},
        default_calendar=document.get("default_calendar", ""),
        courtesy=courtesy_of(document.get("courtesy", {})),
        budgets=document.get("budgets", {}),
        people={key: entry_of(person) for key, person in document.get("people", {}).items()},
        local_times=document.get("local_times", False),
    )


def _rule_document(rule: Rule) -> dict[str, Any]:
    translated = {"translations": dict(rule.translations)} if rule.translations else {}
    return {
        "id": rule.id, "description": rule.description, "events": list(rule.events), "when": rule.when,
        "then": _notify_document(rule.then) if rule.then else None, "approval": rule.approval,
        **translated,
    }  # fmt: skip


def _rule(document: Mapping[str, Any]) -> Rule:
    then = document["then"]
    return Rule(
        id=document["id"], description=document["description"], events=tuple(document["events"]), when=document["when"],
        then=_notify(then) if then else None, approval=document.get("approval"),
        translations=document.get("translations", {}),
    )  # fmt: skip


def _notify_document(notify: Notify) -> dict[str, Any]:
    return {
        "audience": notify.audience, "template": notify.template,
        "channels": [str(channel) for channel in notify.channels], "severity": str(notify.severity),
    }  # fmt: skip


def _notify(document: Mapping[str, Any]) -> Notify:
    return Notify(
        audience=document["audience"], template=document["template"],
        channels=tuple(Channel(channel) for channel in document["channels"]), severity=Severity(document["severity"]),
    )  # fmt: skip


def _calendar_document(calendar: Calendar) -> dict[str, Any]:
    return {
        "zone": calendar.zone,
        "hours": [
            [day, [[begin.isoformat(), end.isoformat()] for begin, end in spans]]
            for day, spans in calendar.hours.items()
        ],
        "holidays": sorted(day.isoformat() for day in calendar.holidays),
    }


def _calendar(name: str, document: Mapping[str, Any]) -> Calendar:
    hours = {
        day: tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in spans)
        for day, spans in document["hours"]
    }
    return Calendar(name, document["zone"], hours, frozenset(map(date.fromisoformat, document["holidays"])))


def _whatsapp(document: Mapping[str, Any]) -> WhatsAppSending:
    templates = {name: WhatsAppTemplate(**template) for name, template in document.get("templates", {}).items()}
    return WhatsAppSending(templates, document.get("send_references", False))


def _fax(document: Mapping[str, Any]) -> FaxSending:
    return FaxSending(**{**document, "encoding": FaxEncoding(document["encoding"])}) if document else FaxSending()


def _tuples(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in document.items()}


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value)}
    return [_ordered(item) for item in value] if isinstance(value, list | tuple) else value
