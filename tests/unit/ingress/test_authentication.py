import hmac
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.builders import NOW
from tests.unit.ingress.door import KEY, signature_headers

from herald.domain import standard_webhooks
from herald.domain.authentication import NO_CREDENTIALS, Credentials, Presented, Verdict, authenticate

BODY = b'{"topic":"orders"}'
ALL = Credentials(
    path_tokens=(b"token-one", b"token-two"), header_name="x-key", header_values=(b"value-one", b"value-two"),
    basic=(b"user:word:with:colons", "käthe:größe".encode()), signing_keys=(KEY, bytes(32)),
)  # fmt: skip


def basic(pair: str, scheme: str = "Basic") -> str:
    return f"{scheme} {b64encode(pair.encode()).decode()}"


def presented(headers: Mapping[str, str] | None = None, *, body: bytes = BODY) -> Presented:
    good = {"x-key": "value-one", "authorization": basic("user:word:with:colons"), **signature_headers(BODY)}
    return Presented({**good, **(headers or {})}, "token-one", body)


def test_all_schemes_together_pass_and_prove_the_body() -> None:
    assert authenticate(ALL, presented(), NOW) == Verdict(accepted=True, signed=True)


@pytest.mark.parametrize(
    ("given", "failed"),
    [
        (replace(presented(), path_token="token-three"), "path_token"),
        (replace(presented(), path_token=""), "path_token"),
        (replace(presented(), path_token="token-onë"), "path_token"),
        (replace(presented(), path_token="\ud800"), "path_token"),
        (presented({"x-key": "value-three"}), "header"),
        (presented({"x-key": "VALUE-ONE"}), "header"),
        (presented({"x-key": ""}), "header"),
        (presented({"x-key": "value-one,value-one"}), "header"),
        (presented({"authorization": basic("user:wrong")}), "basic"),
        (presented({"authorization": basic("user:word:with:colons", "Bearer")}), "basic"),
        (presented({"authorization": "Basic"}), "basic"),
        (presented({"authorization": "Basic ====="}), "basic"),
        (presented({"authorization": "Basic ü"}), "basic"),
        (presented({"authorization": ""}), "basic"),
        (presented(body=b"{}"), "hmac:wrong"),
        (presented({"webhook-signature": "v1,"}), "hmac:wrong"),
        (presented({"webhook-signature": ""}), "hmac:missing"),
        (presented({"webhook-timestamp": "soon"}), "hmac:malformed"),
        (presented({"webhook-timestamp": "1"}), "hmac:stale"),
    ],
)
def test_one_scheme_that_fails_is_enough_to_refuse(given: Presented, failed: str) -> None:
    assert authenticate(ALL, given, NOW) == Verdict(accepted=False, signed=False, failed=(failed,))


@pytest.mark.parametrize(
    ("given", "good"),
    [
        (replace(presented(), path_token="token-two"), True),
        (presented({"x-key": "value-two"}), True),
        (presented({"authorization": basic("käthe:größe")}), True),
        (presented({"authorization": basic("user:word:with:colons", "bAsIc")}), True),
        (presented(signature_headers(BODY, key=bytes(32))), True),
        (presented(signature_headers(BODY, key=b"x" * 32)), False),
    ],
)
def test_each_scheme_takes_any_of_its_live_values(given: Presented, good: bool) -> None:
    assert authenticate(ALL, given, NOW).accepted is good


@pytest.mark.parametrize(
    "only",
    [
        Credentials(path_tokens=ALL.path_tokens),
        Credentials(header_name="x-key", header_values=ALL.header_values),
        Credentials(basic=ALL.basic),
    ],
)
def test_a_scheme_that_does_not_cover_the_body_proves_only_the_sender(only: Credentials) -> None:
    assert authenticate(only, presented(), NOW) == Verdict(accepted=True, signed=False)


@pytest.mark.parametrize("given", [presented(), Presented({}, "", b"")])
@pytest.mark.parametrize(
    "nothing",
    [NO_CREDENTIALS, Credentials(header_name="x-key"), Credentials(path_tokens=(b"",)), Credentials(basic=(b"",))],
)
def test_a_source_without_a_scheme_is_closed(nothing: Credentials, given: Presented) -> None:
    assert not authenticate(nothing, given, NOW).accepted


@pytest.mark.parametrize(
    ("credentials", "given"),
    [
        (NO_CREDENTIALS, presented()),
        (Credentials(path_tokens=(b"x",)), presented()),
        (Credentials(signing_keys=(KEY,)), presented(body=b"{}")),
        (Credentials(signing_keys=(KEY,)), presented({"webhook-signature": ""})),
        (Credentials(signing_keys=(bytes(32), bytes(31), bytes(30))), presented()),
        (ALL, presented({"x-key": "wrong"})),
    ],
)
def test_every_refusal_costs_the_same_signatures_over_the_body(
    credentials: Credentials, given: Presented, monkeypatch: pytest.MonkeyPatch
) -> None:
    digested: list[bool] = []
    real = hmac.digest

    def counting(key: bytes, message: bytes, algorithm: Any) -> bytes:
        digested.append(len(message) >= len(given.body))
        return real(key, message, algorithm)

    monkeypatch.setattr("herald.domain.standard_webhooks.hmac.digest", counting)
    assert not authenticate(credentials, given, NOW).accepted
    assert digested == [True] * standard_webhooks.MAX_KEYS


def test_nothing_presented_or_expected_shows_in_a_text() -> None:
    shown = f"{ALL!r} {presented()!r} {ALL} {presented()}"
    for hidden in ("token-one", "value-one", "word", KEY.decode(), "msg_"):
        assert hidden not in shown
