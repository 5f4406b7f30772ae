"""Values that a published schema allows, values beside them, and what the schema says of a value."""

import copy
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

Schema = dict[str, Any]

_ENDS_OF_THE_CALENDAR = ("0000", "0001", "9999")


def _pattern(_: Any, pattern: str, instance: Any, __: Schema) -> Iterator[ValidationError]:
    """As ECMA 262 has it: in Python ``$`` also stands before a line break at the end."""
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_Validator: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _pattern}
)


def allows(schema: Schema, value: Any) -> bool:
    """Whether a value is as the schema says, formats included."""
    return bool(_Validator(schema, format_checker=FormatChecker()).is_valid(value))


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
"""Any JSON without fractions, whose spelling a schema says nothing of."""


def allowed_by(schema: Schema) -> st.SearchStrategy[Any]:
    """Values the schema allows, of the forms that the published schemas have."""
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([allowed_by(one) for one in schema["anyOf"]])
    if "pattern" in schema:
        return _matching(schema)
    if schema["type"] == "object":
        return _objects(schema)
    simple: dict[str, st.SearchStrategy[Any]] = {
        "null": st.none(),
        "string": st.text(min_size=schema.get("minLength", 0), max_size=schema.get("maxLength")),
    }
    return simple[schema["type"]]


def one_place_changed(value: dict[str, Any], names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """The object with one member left out, or replaced by anything."""

    def without(name: str) -> dict[str, Any]:
        return {key: kept for key, kept in value.items() if key != name}

    def replaced(name: str, by: Any) -> dict[str, Any]:
        return {**copy.deepcopy(value), name: by}

    near = st.sampled_from([one for one in value.values() if isinstance(one, str)] or [""])
    beside = st.builds(lambda text, more: f"{text}{more}", near, st.sampled_from(["", "\n", " ", "x" * 300, "é", "/"]))
    return st.builds(without, st.sampled_from(names)) | st.builds(replaced, st.sampled_from(names), anything | beside)


def _matching(schema: Schema) -> st.SearchStrategy[str]:
    texts = st.from_regex(re.compile(str(schema["pattern"])), fullmatch=True).filter(lambda text: allows(schema, text))
    if schema.get("format") == "date-time":
        return texts.filter(lambda text: not text.startswith(_ENDS_OF_THE_CALENDAR))
    return texts


def _objects(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    members = {name: allowed_by(one) for name, one in schema.get("properties", {}).items()}
    required = set(schema.get("required", ()))
    known = st.fixed_dictionaries(
        {name: one for name, one in members.items() if name in required},
        optional={name: one for name, one in members.items() if name not in required},
    )
    extra = schema.get("additionalProperties", True)
    if extra is False:
        return known
    free = extra is True
    names = st.text(max_size=6) if free else st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True)
    values = anything if free else st.none() | st.booleans() | st.integers(-100, 100) | st.text(max_size=6)
    more = st.dictionaries(names.filter(lambda name: name not in members), values, max_size=2)
    return st.builds(lambda first, second: {**second, **first}, known, more)
