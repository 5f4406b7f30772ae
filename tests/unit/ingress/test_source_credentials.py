from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingress.door import HEADER_VALUE, KEY, PASSWORD, TOKEN, WHSEC

from herald.domain.authentication import Credentials
from herald.domain.errors import ConfigurationError
from herald.runtime.bootstrap.opentext_callback import KINDS, envelope_of
from herald.runtime.source_credentials import CachedSources, read_sources

GOOD: dict[str, Any] = {"path_token": TOKEN}
SECOND = "whsec_" + b64encode(bytes(24)).decode()


@pytest.mark.parametrize(
    ("settings", "credentials"),
    [
        ({"path_token": TOKEN}, Credentials(path_tokens=(TOKEN.encode(),))),
        ({"path_token": [TOKEN, TOKEN[::-1]]}, Credentials(path_tokens=(TOKEN.encode(), TOKEN[::-1].encode()))),
        (
            {"header": {"name": "X-Key", "value": HEADER_VALUE}},
            Credentials(header_name="x-key", header_values=(HEADER_VALUE.encode(),)),
        ),
        (
            {"header": {"name": "x-key", "value": [HEADER_VALUE, HEADER_VALUE[::-1]]}},
            Credentials(header_name="x-key", header_values=(HEADER_VALUE.encode(), HEADER_VALUE[::-1].encode())),
        ),
        ({"basic": {"username": "u", "password": PASSWORD}}, Credentials(basic=(f"u:{PASSWORD}".encode(),))),
        (
            {"basic": [{"username": "u", "password": PASSWORD}, {"username": "ü", "password": "größer als zwölf"}]},
            Credentials(basic=(f"u:{PASSWORD}".encode(), "ü:größer als zwölf".encode())),
        ),
        ({"hmac": WHSEC}, Credentials(signing_keys=(KEY,))),
        ({"hmac": [WHSEC, SECOND]}, Credentials(signing_keys=(KEY, bytes(24)))),
    ],
)
def test_each_scheme_takes_one_value_or_a_list(settings: dict[str, Any], credentials: Credentials) -> None:
    sources = read_sources({"sources": {"main": settings}})
    assert sources.credentials == {"main": credentials}
    assert not sources.broken


@pytest.mark.parametrize(
    ("settings", "fix"),
    [
        ({}, "at least one of path_token, header, basic and hmac"),
        (None, "the source: Input should be a valid dictionary"),
        ("text", "the source: Input should be a valid dictionary"),
        ({"path_token": None}, "at least one of"),
        ({"path_token": "short"}, "path_token: Value error, a path token is 24 to 128 letters, digits, - and _"),
        ({"path_token": "has/slashes/and%20blanks/in-it"}, "path_token: Value error, a path token is"),
        ({"path_token": []}, "path_token: Value should have at least 1 item"),
        ({"path_token": [TOKEN] * 4}, "path_token: Value should have at most 3 items"),
        ({"path_token": 123456789012345678901234567890}, "path_token.0: Input should be a valid string"),
        ({"header": {"name": "x key", "value": HEADER_VALUE}}, "header.name: String should match pattern"),
        ({"header": {"name": "x-key", "value": "short"}}, "header.value: Value error, a header value is 24 to 512"),
        ({"header": {"name": "x-key", "value": HEADER_VALUE + "\n"}}, "header.value: Value error"),
        ({"header": {"name": "x-key"}}, "header.value: Field required"),
        ({"basic": {"username": "u:v", "password": PASSWORD}}, "basic.0.username: String should match pattern"),
        ({"basic": {"username": "u", "password": "short"}}, "basic.0.password: Value error, a password has 12 to 512"),
        ({"hmac": ["whsec_c2hvcnQ="]}, "hmac: Value error, use a key of at least 24 bytes"),
        ({"hmac": KEY.decode()}, "hmac: Value error, write the key as whsec_ and its base64"),
        ({"hmac": [WHSEC] * 4}, "hmac: Value should have at most 3 items"),
        ({"hmac": WHSEC, "ip": "192.0.2.1"}, "Extra inputs are not permitted"),
        (
            {
                "header": {"name": "Authorization", "value": HEADER_VALUE},
                "basic": {"username": "u", "password": PASSWORD},
            },
            "header: basic already uses authorization",
        ),
    ],
)
def test_a_broken_source_names_the_fix_and_leaves_the_others_alone(settings: Any, fix: str) -> None:
    sources = read_sources({"sources": {"main": settings, "other": GOOD}})
    assert list(sources.credentials) == ["other"]
    assert fix in sources.broken["main"]


@pytest.mark.parametrize(
    ("told", "kind"),
    [({}, "status"), ({"kind": None}, "status"), *(({"kind": kind}, kind) for kind in KINDS)],
)
def test_a_source_is_of_the_kind_it_names_or_of_the_first(told: dict[str, Any], kind: str) -> None:
    sources = read_sources({"sources": {"main": {**GOOD, **told}}}, KINDS)
    assert sources.kinds == {"main": kind}
    assert set(sources.credentials) == {"main"}
    assert not sources.broken


@pytest.mark.parametrize(
    ("kind", "fix"),
    [
        ("fax-replies", "kind: write one of status, workflow, sms-replies, whatsapp-replies"),
        ("", "kind: write one of"),
        ("Workflow", "kind: write one of"),
        ("x" * 41, "kind: String should have at most 40 characters"),
        (["workflow"], "kind: Input should be a valid string"),
    ],
)
def test_a_kind_the_door_does_not_take_names_the_fix_and_leaves_the_others_alone(kind: Any, fix: str) -> None:
    sources = read_sources({"sources": {"main": {**GOOD, "kind": kind}, "other": GOOD}}, KINDS)
    assert list(sources.credentials) == list(sources.kinds) == ["other"]
    assert fix in sources.broken["main"]


@pytest.mark.parametrize("kind", [*KINDS, "anything"])
def test_a_door_of_one_kind_wants_none_named(kind: str) -> None:
    sources = read_sources({"sources": {"main": {**GOOD, "kind": kind}, "other": GOOD}})
    assert list(sources.credentials) == ["other"]
    assert sources.broken["main"] == "kind: leave it out here"
    assert sources.kinds == {"other": ""}


def test_each_kind_has_an_envelope_of_its_own() -> None:
    assert len({id(envelope_of(kind)) for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("name", ["", "UPPER", "with blank", "a/b", "-a", "x" * 65])
def test_a_source_has_a_name_that_fits_in_a_path(name: str) -> None:
    sources = read_sources({"sources": {name: GOOD, "other": GOOD}})
    assert list(sources.credentials) == ["other"]
    assert "lower-case" in sources.broken[name]


def test_a_secret_nobody_filled_has_no_source() -> None:
    sources = read_sources({})
    assert not sources.credentials
    assert not sources.broken


@pytest.mark.parametrize("sources", [[], None, "text", 1])
def test_a_secret_without_an_object_of_sources_is_a_configuration_error(sources: Any) -> None:
    with pytest.raises(ConfigurationError, match='"sources" must be an object'):
        read_sources({"sources": sources})


@given(st.text(min_size=6, alphabet=st.characters(min_codepoint=33, max_codepoint=126)))
def test_no_message_tells_a_value(value: str) -> None:
    hidden = f"hidden-{value}-hidden"
    broken = read_sources(
        {
            "sources": {
                "a": {"path_token": hidden + "/"},
                "b": {"header": {"name": hidden + " ", "value": hidden}, hidden: 1},
                "c": {"basic": {"username": hidden + ":", "password": {hidden: hidden}}},
                "d": {"hmac": [hidden, {hidden: hidden}]},
                "e": {"hmac": "whsec_" + hidden},
                "f": hidden,
                "g": {"path_token": TOKEN, "kind": hidden[:40]},
                "h": {"path_token": TOKEN, "kind": {hidden: hidden}},
            }
        },
        KINDS,
    ).broken
    assert set(broken) == set("abcdefgh")
    assert "hidden" not in " ".join(broken.values())


def test_the_kinds_of_a_door_are_those_of_its_cached_sources() -> None:
    secret = {"sources": {"main": {**GOOD, "kind": "workflow"}}}
    assert CachedSources(lambda: secret, KINDS)().kinds == {"main": "workflow"}
    assert CachedSources(lambda: secret)().broken == {"main": "kind: leave it out here"}


def test_the_secret_is_parsed_once_for_each_object_the_store_hands_out() -> None:
    secrets = [{"sources": {"main": GOOD}}] * 2 + [{"sources": {"main": {"path_token": TOKEN[::-1]}}}]
    handed_out = iter(secrets)
    sources = CachedSources(lambda: next(handed_out))
    first, again, replaced = sources(), sources(), sources()
    assert first is again
    assert first.credentials["main"].path_tokens != replaced.credentials["main"].path_tokens


def test_a_secret_that_cannot_be_read_is_tried_again_on_the_next_request() -> None:
    answers: list[Any] = [{"sources": []}, {"sources": {"main": GOOD}}]
    sources = CachedSources(lambda: answers.pop(0))
    with pytest.raises(ConfigurationError):
        sources()
    assert "main" in sources().credentials
