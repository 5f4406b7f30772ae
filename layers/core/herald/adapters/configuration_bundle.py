"""A version of ``config/`` as one bundle of bytes, and its name by its content."""

import zlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from herald.adapters.exact_json import dumps, loads
from herald.domain.canonical import short_id
from herald.domain.configuration import Audience, Configuration, Notify, ReplyWords, Rule, StatusReading
from herald.domain.delivery import Channel
from herald.domain.errors import ConfigurationError
from herald.domain.milestones import MilestoneStep
from herald.domain.notification import Recipient, Severity

LARGEST_BUNDLE = 350_000
"""Bytes; an item of DynamoDB holds 400 KB with its attribute names."""
LARGEST_CONTENT = 16_000_000
"""Bytes a bundle may unpack to."""


def versioned(configuration: Configuration) -> Configuration:
    """Return the configuration under the version that is its content's name: ``cfg_`` and 26 characters."""
    return replace(configuration, version=_named(dumps(to_document(configuration))))


def to_bytes(configuration: Configuration) -> bytes:
    """Return the bundle. Raises ``ConfigurationError`` if it is larger than the store can hold."""
    bundle = zlib.compress(dumps(to_document(configuration)).encode("ascii"), level=9)
    if len(bundle) > LARGEST_BUNDLE:
        raise ConfigurationError(
            f"config/ is {len(bundle)} bytes when packed, more than the {LARGEST_BUNDLE} that can be stored: "
            "remove templates that are not used, or shorten lists.yaml"
        )
    return bundle


def from_bytes(version: str, raw: bytes) -> Configuration:
    """Return the configuration of a bundle. Raises ``ConfigurationError`` if the bytes are not of that version."""
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(raw, LARGEST_CONTENT).decode("ascii")
        configuration = from_document(loads(content))
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"configuration {version} cannot be read ({type(error).__name__}): apply it again from its folder"
        ) from None
    # The content as it was stored, not as it would be spelt today: a version outlives the release that wrote it.
    if _named(content) != version or not unpacker.eof:
        raise ConfigurationError(f"configuration {version} holds another content: apply it again from its folder")
    return replace(configuration, version=version)


def _named(content: str) -> str:
    return short_id("cfg", content)


def to_document(configuration: Configuration) -> dict[str, Any]:
    """Return all but the version as plain objects, with sorted keys, so that equal contents read equal."""
    document = {
        "rules": [_rule_document(rule) for rule in configuration.rules],
        "lists": configuration.lists,
        "audiences": {name: _audience_document(audience) for name, audience in configuration.audiences.items()},
        "mapping": configuration.mapping,
        "templates": configuration.templates,
        "default_locale": configuration.default_locale,
        "milestones": [[step.name, step.status] for step in configuration.milestones],
        "status": asdict(configuration.status),
        "replies": asdict(configuration.replies),
        "silent_after": {name: int(after.total_seconds()) for name, after in configuration.silent_after.items()},
        "catalog": configuration.catalog,
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
        audiences={name: _audience(name, audience) for name, audience in document["audiences"].items()},
        mapping=document["mapping"],
        templates=document["templates"],
        default_locale=document["default_locale"],
        # A version that was stored before there were milestones and the like has none.
        milestones=tuple(MilestoneStep(name, status) for name, status in document.get("milestones", ())),
        status=StatusReading(**_tuples(document.get("status", {}))),
        replies=ReplyWords(**_tuples(document.get("replies", {}))),
        silent_after={name: timedelta(seconds=after) for name, after in document.get("silent_after", {}).items()},
        catalog=document.get("catalog", {}),
    )


def _rule_document(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id, "description": rule.description, "events": list(rule.events), "when": rule.when,
        "then": {
            "audience": rule.then.audience, "template": rule.then.template,
            "channels": [str(channel) for channel in rule.then.channels], "severity": str(rule.then.severity),
        },
    }  # fmt: skip


def _rule(document: Mapping[str, Any]) -> Rule:
    then = document["then"]
    return Rule(
        id=document["id"], description=document["description"], events=tuple(document["events"]), when=document["when"],
        then=Notify(
            audience=then["audience"], template=then["template"],
            channels=tuple(Channel(channel) for channel in then["channels"]), severity=Severity(then["severity"]),
        ),
    )  # fmt: skip


def _audience_document(audience: Audience) -> dict[str, Any]:
    return {
        "by": audience.by, "person": audience.person,
        "members": {
            value: [
                {"name": member.name, "email": member.email, "phone": member.phone, "locale": member.locale}
                for member in members
            ]
            for value, members in audience.members.items()
        },
    }  # fmt: skip


def _audience(name: str, document: Mapping[str, Any]) -> Audience:
    members = {
        value: tuple(Recipient(**member) for member in members) for value, members in document["members"].items()
    }
    return Audience(name=name, by=document["by"], members=members, person=document["person"])


def _tuples(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in document.items()}


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value)}
    return [_ordered(item) for item in value] if isinstance(value, list | tuple) else value
