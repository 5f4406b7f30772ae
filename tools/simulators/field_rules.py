"""Strict rules for JSON bodies: every field is known, typed and within its limits, or the body is refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class FieldError(ValueError):
    """A field that breaks its rule; the text names the field by its path."""


class Rule(Protocol):
    """What a value must be."""

    def check(self, value: object, where: str) -> None:
        """Raise FieldError when ``value``, found at ``where``, breaks the rule."""


@dataclass(frozen=True)
class Text:
    """A string: at least ``shortest`` and at most ``longest`` characters, matching ``pattern`` whole."""

    shortest: int = 0
    longest: int | None = None
    pattern: str | None = None

    def check(self, value: object, where: str) -> None:
        """Raise FieldError for anything else."""
        if not isinstance(value, str):
            raise FieldError(f"{where} must be a string")
        if len(value) < self.shortest:
            raise FieldError(f"{where} must not be empty")
        if self.longest is not None and len(value) > self.longest:
            raise FieldError(f"{where} is longer than {self.longest} characters")
        if self.pattern is not None and re.fullmatch(self.pattern, value) is None:
            raise FieldError(f"{where} does not match {self.pattern}")


@dataclass(frozen=True)
class Whole:
    """A whole number, at least ``least``."""

    least: int | None = None

    def check(self, value: object, where: str) -> None:
        """Raise FieldError for anything else; true and false are not numbers."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise FieldError(f"{where} must be a whole number")
        if self.least is not None and value < self.least:
            raise FieldError(f"{where} must be at least {self.least}")


@dataclass(frozen=True)
class Number:
    """A number, whole or not."""

    def check(self, value: object, where: str) -> None:
        """Raise FieldError for anything else; true and false are not numbers."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise FieldError(f"{where} must be a number")


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def check(self, value: object, where: str) -> None:
        """Raise FieldError for anything else."""
        if not isinstance(value, bool):
            raise FieldError(f"{where} must be true or false")


@dataclass(frozen=True)
class AnyValue:
    """Any JSON value."""

    def check(self, value: object, where: str) -> None:
        """Raise nothing."""


@dataclass(frozen=True)
class OneOf:
    """One of a few strings."""

    choices: tuple[str, ...]

    def check(self, value: object, where: str) -> None:
        """Raise FieldError for anything else."""
        if not isinstance(value, str) or value not in self.choices:
            raise FieldError(f"{where} must be one of {', '.join(self.choices)}")


@dataclass(frozen=True)
class OpenObject:
    """A JSON object with any content."""

    def check(self, value: object, where: str) -> None:
        """Raise FieldError for anything else."""
        if not isinstance(value, dict):
            raise FieldError(f"{where} must be an object")


@dataclass(frozen=True)
class MapOf:
    """A JSON object with any names, whose every value follows the rule."""

    rule: Rule

    def check(self, value: object, where: str) -> None:
        """Raise FieldError for anything else."""
        if not isinstance(value, dict):
            raise FieldError(f"{where} must be an object")
        for name, entry in value.items():
            self.rule.check(entry, f"{where}.{name}")


@dataclass(frozen=True)
class Either:
    """What follows one of the rules."""

    rules: tuple[Rule, ...]

    def check(self, value: object, where: str) -> None:
        """Raise FieldError, with what each rule says, when every one is broken."""
        complaints: list[str] = []
        for rule in self.rules:
            try:
                rule.check(value, where)
            except FieldError as error:
                complaints.append(str(error))
            else:
                return
        raise FieldError(" or ".join(complaints))


@dataclass(frozen=True)
class ByField:
    """A JSON object whose field ``name`` says which rule it follows."""

    name: str
    rules: Mapping[str, Rule]

    def check(self, value: object, where: str) -> None:
        """Raise FieldError for anything else."""
        if not isinstance(value, dict):
            raise FieldError(f"{where} must be an object")
        OneOf(tuple(self.rules)).check(value.get(self.name), f"{where}.{self.name}")
        self.rules[value[self.name]].check(value, where)


@dataclass(frozen=True)
class OrNull:
    """The rule, or null."""

    rule: Rule

    def check(self, value: object, where: str) -> None:
        """Raise FieldError when a value other than null breaks the rule."""
        if value is not None:
            self.rule.check(value, where)


@dataclass(frozen=True)
class ListOf:
    """A list whose every entry follows the rule."""

    rule: Rule
    shortest: int = 0

    def check(self, value: object, where: str) -> None:
        """Raise FieldError for anything else."""
        if not isinstance(value, list):
            raise FieldError(f"{where} must be a list")
        if len(value) < self.shortest:
            raise FieldError(f"{where} must have at least {self.shortest} entry")
        for position, entry in enumerate(value):
            self.rule.check(entry, f"{where}[{position}]")


@dataclass(frozen=True)
class ClosedObject:
    """A JSON object with these fields and no other; ``required`` ones must be there."""

    fields: Mapping[str, Rule]
    required: frozenset[str] = field(default_factory=frozenset)

    def check(self, value: object, where: str) -> None:
        """Raise FieldError for an unknown, missing or wrong field."""
        if not isinstance(value, dict):
            raise FieldError(f"{where} must be an object")
        unknown = sorted(set(value) - set(self.fields))
        if unknown:
            raise FieldError(f"{where} has unknown fields: {', '.join(unknown)}")
        missing = sorted(self.required - set(value))
        if missing:
            raise FieldError(f"{where} lacks {', '.join(missing)}")
        for name, entry in value.items():
            self.fields[name].check(entry, f"{where}.{name}")
