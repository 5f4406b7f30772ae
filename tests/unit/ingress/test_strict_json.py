import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.domain.strict_json import JsonRefusedError, deeper_than, parse_json

REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "blank": (b"  \n", "not JSON"),
    "a word": (b"hello", "not JSON"),
    "cut off": (b'{"a":', "not JSON"),
    "an open text": (b'{"a":"b', "not JSON"),
    "two values": (b"{}{}", "not JSON"),
    "a comment": (b"{} // yes", "not JSON"),
    "a trailing comma": (b'{"a":1,}', "not JSON"),
    "single quotes": (b"{'a':1}", "not JSON"),
    "a control character in a text": (b'{"a":"\x01"}', "not JSON"),
    "a bad escape": (rb'{"a":"\x41"}', "not JSON"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "not JSON"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "not UTF-8"),
    "latin 1": ('{"a":"ü"}'.encode("latin-1"), "not UTF-8"),
    "an overlong form": (b'{"a":"\xc0\xaf"}', "not UTF-8"),
    "a surrogate as bytes": (b'{"a":"\xed\xa0\x80"}', "not UTF-8"),
    "half a pair": (rb'{"a":"\ud800"}', "surrogate"),
    "the other half": (rb'{"a":"\uDFFF"}', "surrogate"),
    "half a pair in a name": (rb'{"\udbff":1}', "surrogate"),
    "half a pair in a list": (rb'{"a":[[["\ud83d"]]]}', "surrogate"),
    "NaN": (b'{"a":NaN}', "NaN"),
    "Infinity": (b'{"a":Infinity}', "Infinity"),
    "-Infinity": (b'{"a":-Infinity}', "-Infinity"),
    "a name twice": (b'{"a":1,"a":1}', "same name twice"),
    "a name twice in the depth": (b'{"a":[{"b":1,"c":2,"b":3}]}', "same name twice"),
    "a name twice, once escaped": (rb'{"a":1,"\u0061":2}', "same name twice"),
    "5000 digits": (b'{"a":' + b"9" * 5000 + b"}", "digits"),
    "39 digits": (b'{"a":' + b"9" * 39 + b"}", "digits"),
    "5000 digits after the point": (b'{"a":0.' + b"9" * 5000 + b"}", "digits"),
    "39 digits around the point": (b'{"a":1.' + b"9" * 38 + b"}", "digits"),
    "1e400": (b'{"a":1e400}', "beyond"),
    "1e-400": (b'{"a":1e-400}', "beyond"),
    "-1E+400": (b'{"a":-1E+400}', "beyond"),
    "1e999999999": (b'{"a":1e999999999}', "beyond"),
    "1e and 30 digits": (b'{"a":1e' + b"9" * 30 + b"}", "beyond|digits"),
    "0e and 30 digits": (b'{"a":0e' + b"9" * 30 + b"}", "beyond|digits"),
    "a leading zero": (b'{"a":01}', "not JSON"),
    "a hexadecimal number": (b'{"a":0x1F}', "not JSON"),
    "33 arrays": (b"[" * 33 + b"]" * 33, "deeper"),
    "10,000 arrays": (b"[" * 10_000 + b"]" * 10_000, "deeper"),
    "10,000 objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "deeper"),
    "10,000 arrays never closed": (b"[" * 10_000, "deeper"),
    "10,000 arrays after an escaped quote": (rb'["\"",' * 10_000, "deeper"),
}


@pytest.mark.parametrize(("body", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(JsonRefusedError, match=why):
        parse_json(body, max_depth=32)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", {}),
        (b" [] \n", []),
        (b"null", None),
        (b'{"a":1}', {"a": 1}),
        (b'{"a":-0}', {"a": 0}),
        (b'{"a":' + b"9" * 38 + b"}", {"a": int("9" * 38)}),
        (b'{"a":-' + b"9" * 38 + b"}", {"a": -int("9" * 38)}),
        (b'{"a":0.1}', {"a": Decimal("0.1")}),
        (b'{"a":1e2}', {"a": Decimal("1E+2")}),
        (b'{"a":1e308}', {"a": Decimal("1E+308")}),
        (b'{"a":-1.5E-308}', {"a": Decimal("-1.5E-308")}),
        (b'{"a":0.' + b"0" * 30 + b"1}", {"a": Decimal("1E-31")}),
        ('{"ü":"😀"}'.encode(), {"ü": "😀"}),
        (rb'{"a":"\ud83d\ude00"}', {"a": "😀"}),
        (rb'{"a":"\\ud800"}', {"a": "\\ud800"}),
        (b'{"a":{"b":1},"b":{"b":1}}', {"a": {"b": 1}, "b": {"b": 1}}),
        (b"[" * 32 + b"]" * 32, json.loads("[" * 32 + "]" * 32)),
        (json.dumps({"a": "[" * 10_000}).encode(), {"a": "[" * 10_000}),
        (json.dumps({"a": '"[{\\' * 10_000}).encode(), {"a": '"[{\\' * 10_000}),
        (json.dumps([[]] * 1000).encode(), [[]] * 1000),
    ],
)
def test_what_is_taken(body: bytes, value: Any) -> None:
    parsed = parse_json(body, max_depth=32)
    assert parsed == value
    if isinstance(parsed, dict):
        assert not any(isinstance(number, float) for number in parsed.values())


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**38) + 1, 10**38 - 1)
    | st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


@given(values, st.booleans())
def test_what_honest_software_writes_is_read_back(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert parse_json(text.encode(), max_depth=200) == json.loads(text, parse_float=Decimal)


@given(values)
def test_depth_is_counted_as_a_parser_would(value: Any) -> None:
    def depth(part: Any) -> int:
        if isinstance(part, dict | list):
            return 1 + max((depth(inner) for inner in (part.values() if isinstance(part, dict) else part)), default=0)
        return 0

    text = json.dumps(value)
    assert not deeper_than(text, depth(value))
    assert depth(value) == 0 or deeper_than(text, depth(value) - 1)


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_anything_is_parsed_or_refused(body: bytes) -> None:
    try:
        value = parse_json(body, max_depth=32)
    except JsonRefusedError:
        return
    assert json.loads(body, parse_float=Decimal) == value


jsonish = st.text(st.sampled_from('[]{}",:\\u0d8e1. -tfn'), max_size=60)


@given(jsonish)
def test_nothing_json_like_breaks_it(text: str) -> None:
    try:
        value = parse_json(text.encode(), max_depth=8)
    except JsonRefusedError:
        return
    assert json.loads(text, parse_float=Decimal) == value


@pytest.mark.parametrize("unit", ['\\"', "\\\\", '\\"\\\\', 'a\\"', "["])
def test_a_text_that_never_ends_is_scanned_once_to_the_end(unit: str) -> None:
    # Were the scan to look for its end from each escaped quote again, this body would take minutes.
    assert not deeper_than("[" * 32 + '"' + unit * 60_000, 32)
