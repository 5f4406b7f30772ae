"""What OpenText is sent, field for field (docs/vendor/opentext.md 2 and 3), and how Herald signs in."""

import json
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.builders import MovingClock
from tests.contract.vendors.clients import EMAIL, NOW, OPENTEXT_SECRET, PATIENT, SMS, Secret, opentext_at

from herald.adapters.http_client import HttpClient
from herald.adapters.opentext import PhoneFormat
from herald.adapters.opentext_authentication import BasicAuthentication, OAuth2Authentication, usable_lifetime
from herald.domain.errors import CallFailed, ConfigurationError, Fate, Reason
from herald.ports import StorageError
from simulators import OpenTextSimulator
from simulators.opentext.credentials import CLIENT_ID, CLIENT_SECRET, TENANT, USER_ID, USER_PASSWORD

TOKEN_PATH = f"/tenants/{TENANT}/oauth2/token"
EMAILS_PATH = "/mra/v1/outbound/emails"


def base64_of(text: str) -> str:
    return b64encode(text.encode("utf-8")).decode("ascii")


def last_body(opentext: OpenTextSimulator) -> Any:
    return json.loads(opentext.requests[-1].request.body)


def test_an_email_field_for_field(opentext: OpenTextSimulator) -> None:
    job_id = opentext_at(opentext.url).submit(EMAIL)
    seen = opentext.requests[-1].request
    assert (seen.method, seen.path, seen.query) == ("POST", EMAILS_PATH, {})
    assert last_body(opentext) == {
        "options": {
            "message_id": "herald-m_1",
            "customer_reference": "evt_1",
            "email_options": {"subject": "Freigabe für Größe ✅"},
        },
        "destinations": [{"email": "anna.keller@example.com", "ref": "ntf_abc.email"}],
        "body": [
            {"name": "body.txt", "type": "text", "charset": "UTF-8", "data": base64_of("Bitte prüfen")},
            {"name": "body.html", "type": "HTML", "charset": "UTF-8", "data": base64_of("<p>Bitte prüfen</p>")},
        ],
    }
    assert [submit.job_id for submit in opentext.submits] == [job_id]


def test_an_sms_field_for_field(opentext: OpenTextSimulator) -> None:
    job_id = opentext_at(opentext.url).submit(SMS)
    seen = opentext.requests[-1].request
    assert (seen.method, seen.path, seen.query) == ("POST", "/mra/v1/outbound/sms", {})
    assert last_body(opentext) == {
        "destinations": [{"sms": "004915112345678", "ref": "ntf_abc.sms"}],
        "sms_text": "Bitte prüfen €",
        "options": {"message_id": "herald-m_2", "customer_reference": "evt_1"},
    }
    assert [submit.job_id for submit in opentext.submits] == [job_id]


def test_the_headers(opentext: OpenTextSimulator) -> None:
    opentext_at(opentext.url).submit(EMAIL)
    headers = opentext.requests[-1].request.headers
    assert headers["authorization"] == f"Basic {base64_of(f'{USER_ID}:{USER_PASSWORD}')}"
    assert headers["content-type"] == "application/json"
    assert headers["accept"] == "application/json"
    assert headers["x-mra-submitid"] == "ntf_abc.email"


@pytest.mark.parametrize(
    ("form", "number"), [(PhoneFormat.DOUBLE_ZERO, "004915112345678"), (PhoneFormat.PLUS, "+4915112345678")]
)
def test_the_form_of_a_number_is_a_setting(opentext: OpenTextSimulator, form: PhoneFormat, number: str) -> None:
    opentext.faults.next("POST /mra/*", status=200, body={"job_id": "xsi-9"})
    assert opentext_at(opentext.url, phone_format=form).submit(SMS) == "xsi-9"
    assert last_body(opentext)["destinations"][0]["sms"] == number


@pytest.mark.parametrize(("html_type", "types"), [("html", ["text", "html"]), ("", ["text"])])
def test_the_type_of_an_html_part_is_a_setting(opentext: OpenTextSimulator, html_type: str, types: list[str]) -> None:
    opentext.faults.next("POST /mra/*", status=200, body={"job_id": "xsi-9"})
    opentext_at(opentext.url, html_type=html_type).submit(EMAIL)
    assert [part["type"] for part in last_body(opentext)["body"]] == types


def test_a_text_that_utf8_cannot_hold_is_still_sent(opentext: OpenTextSimulator) -> None:
    message = replace(EMAIL, content=replace(EMAIL.content, text="a\ud800b"))
    opentext_at(opentext.url).submit(message)
    assert b64decode(last_body(opentext)["body"][0]["data"]).decode("utf-8") == "a?b"


@pytest.mark.parametrize(
    ("message", "address"),
    [
        *[
            (SMS, bad)
            for bad in ("", "015112345678", "+0151123456", "+49 151 123", "+49151x", "+491234567890123456", "+٤٩١٥١١٢٣")
        ],
        *[
            (EMAIL, bad)
            for bad in ("", "anna", "a@b@c", "a@b.example,c@d.example", "a@b.example\nBcc: x", "A <a@b.example>")
        ],
    ],
)
def test_an_address_that_is_none_is_permanent_and_not_quoted(
    opentext: OpenTextSimulator, message: Any, address: str
) -> None:
    with pytest.raises(CallFailed) as failed:
        opentext_at(opentext.url).submit(replace(message, address=address))
    assert (failed.value.fate, failed.value.reason) == (Fate.PERMANENT, Reason.NO_ADDRESS)
    assert not address or address not in str(failed.value)
    assert opentext.requests == []


def paths(opentext: OpenTextSimulator) -> list[str]:
    return [seen.request.path for seen in opentext.requests]


def signing_in(opentext: OpenTextSimulator, clock: MovingClock, secret: Any = OPENTEXT_SECRET) -> Any:
    http = HttpClient([opentext.url], clock, timeouts=PATIENT)
    authentication = OAuth2Authentication(http, f"{opentext.url}{TOKEN_PATH}", Secret(secret), clock)
    return opentext_at(opentext.url, http=http, authentication=authentication)


def test_the_token_request(opentext: OpenTextSimulator) -> None:
    signing_in(opentext, MovingClock()).submit(EMAIL)
    asked = opentext.requests[0].request
    assert (asked.method, asked.path) == ("POST", TOKEN_PATH)
    assert asked.headers["authorization"] == f"Basic {base64_of(f'{CLIENT_ID}:{CLIENT_SECRET}')}"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.body == b"grant_type=client_credentials"
    assert opentext.requests[1].request.headers["authorization"].startswith("Bearer ")


def test_a_token_serves_until_shortly_before_it_expires(opentext: OpenTextSimulator) -> None:
    clock = MovingClock(NOW)
    client = signing_in(opentext, clock)
    for passed in (0, 3539, 1, 1):
        clock.advance(timedelta(seconds=passed))
        client.submit(EMAIL)
    assert paths(opentext) == [TOKEN_PATH, EMAILS_PATH, EMAILS_PATH, TOKEN_PATH, EMAILS_PATH, EMAILS_PATH]


def test_a_revoked_token_is_renewed_once_and_the_submit_repeated(opentext: OpenTextSimulator) -> None:
    client = signing_in(opentext, MovingClock())
    client.submit(EMAIL)
    opentext.credentials.revoke_all()
    client.submit(replace(EMAIL, message_id="herald-m_3"))
    assert paths(opentext) == [TOKEN_PATH, EMAILS_PATH, EMAILS_PATH, TOKEN_PATH, EMAILS_PATH]
    assert [submit.message_id for submit in opentext.submits] == ["herald-m_1", "herald-m_3"]


def test_a_second_401_waits(opentext: OpenTextSimulator) -> None:
    opentext.faults.next("POST /mra/*", status=401, times=5)
    with pytest.raises(CallFailed) as failed:
        signing_in(opentext, MovingClock()).submit(EMAIL)
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.AUTHENTICATION)
    assert paths(opentext) == [TOKEN_PATH, EMAILS_PATH, TOKEN_PATH, EMAILS_PATH]


def test_a_403_renews_nothing(opentext: OpenTextSimulator) -> None:
    opentext.faults.next("POST /mra/*", status=403)
    with pytest.raises(CallFailed) as failed:
        signing_in(opentext, MovingClock()).submit(EMAIL)
    assert failed.value.fate is Fate.TRANSIENT
    assert paths(opentext) == [TOKEN_PATH, EMAILS_PATH]


@pytest.mark.parametrize(
    "fault",
    [
        *[{"status": status} for status in (201, 204, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503, 504)],
        {"status": 200, "body": {}}, {"status": 200, "body": {"access_token": 7}}, {"status": 200, "body": []},
        {"status": 200, "body": {"access_token": "a\nb"}}, {"status": 200, "body": {"access_token": "é"}},
        {"answer": "invalid_json"}, {"answer": "truncated"}, {"reset": "before_effect"}, {"reset": "after_effect"},
    ],
    ids=str,
)  # fmt: skip
def test_without_a_token_the_message_waits_whatever_the_reason(
    opentext: OpenTextSimulator, fault: dict[str, Any]
) -> None:
    opentext.faults.next(f"POST {TOKEN_PATH}", **fault)
    with pytest.raises(CallFailed) as failed:
        signing_in(opentext, MovingClock()).submit(EMAIL)
    assert failed.value.fate is Fate.TRANSIENT
    assert paths(opentext) == [TOKEN_PATH]


def test_a_wrong_client_waits_with_the_reason_told(opentext: OpenTextSimulator) -> None:
    secret = {"oauth2": {"client_id": "nobody", "client_secret": "nothing"}}
    with pytest.raises(CallFailed) as failed:
        signing_in(opentext, MovingClock(), secret).submit(EMAIL)
    assert (failed.value.fate, failed.value.reason, failed.value.status) == (Fate.TRANSIENT, Reason.AUTHENTICATION, 401)
    assert "Invalid ApiKey" in failed.value.detail
    assert opentext.submits == []


def test_a_replaced_client_is_used_when_the_message_comes_again(opentext: OpenTextSimulator) -> None:
    secret = Secret({"oauth2": {"client_id": "gone", "client_secret": "gone"}}, replacement=OPENTEXT_SECRET)
    http = HttpClient([opentext.url], MovingClock(), timeouts=PATIENT)
    authentication = OAuth2Authentication(http, f"{opentext.url}{TOKEN_PATH}", secret, MovingClock())
    client = opentext_at(opentext.url, http=http, authentication=authentication)
    with pytest.raises(CallFailed):
        client.submit(EMAIL)
    assert client.submit(EMAIL)


def test_a_token_host_that_was_not_configured_is_never_called(opentext: OpenTextSimulator) -> None:
    http = HttpClient(["https://vendor.example"], MovingClock())
    authentication = OAuth2Authentication(http, f"{opentext.url}{TOKEN_PATH}", Secret(OPENTEXT_SECRET), MovingClock())
    with pytest.raises(CallFailed) as failed:
        opentext_at(opentext.url, http=http, authentication=authentication).submit(EMAIL)
    assert failed.value.fate is Fate.TRANSIENT
    assert opentext.requests == []


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (3600, 3540), (600, 540), (120, 60), (60, 30), (1, 0.5), ("3600", 3540), (Decimal("3600.5"), 3540),
        (None, 240), (0, 240), (-5, 240), ("soon", 240), (True, 240), ([], 240), ("٣٦٠٠", 240), (Decimal("-1"), 240),
        (10**30, 12 * 3600 - 60), ("9" * 60, 12 * 3600 - 60),
    ],
)  # fmt: skip
def test_how_long_a_token_is_used(told: Any, seconds: float) -> None:
    assert usable_lifetime(told).total_seconds() == seconds


class BrokenSecret(Secret):
    def __init__(self, error: Exception) -> None:
        super().__init__({})
        self._error = error

    def get(self) -> Any:
        raise self._error


@pytest.mark.parametrize(
    "secret",
    [
        Secret({}),
        Secret({"basic": "user:word"}),
        Secret({"basic": {"user_id": "u"}}),
        Secret({"basic": {"user_id": "u", "password": ""}}),
        Secret({"basic": {"user_id": "u", "password": "line\nbreak"}}),
        Secret({"basic": {"user_id": 7, "password": "w"}}),
        BrokenSecret(StorageError("no")),
        BrokenSecret(ConfigurationError("no")),
    ],
)
def test_an_unusable_secret_is_transient_and_nothing_is_sent(opentext: OpenTextSimulator, secret: Secret) -> None:
    with pytest.raises(CallFailed) as failed:
        opentext_at(opentext.url, authentication=BasicAuthentication(secret)).submit(EMAIL)
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.AUTHENTICATION)
    assert "line" not in str(failed.value)
    assert opentext.requests == []


def test_a_replaced_password_is_used_at_once(opentext: OpenTextSimulator) -> None:
    secret = Secret({"basic": {"user_id": USER_ID, "password": "old-word"}})
    client = opentext_at(opentext.url, authentication=BasicAuthentication(secret))
    with pytest.raises(CallFailed) as failed:
        client.submit(EMAIL)
    assert failed.value.fate is Fate.TRANSIENT
    assert len(opentext.requests) == 1
    secret.replacement = OPENTEXT_SECRET
    assert client.submit(EMAIL)
    assert len(opentext.requests) == 3, "refused, then with the password that stands in its place"
