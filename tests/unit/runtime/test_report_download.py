"""Whoever holds a good link is sent on to the bucket; everybody else learns nothing, and nobody sees the key."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import NOW, MovingClock

from herald.domain.report_link import signed
from herald.runtime.bootstrap.report_download import SECONDS, Download
from herald.runtime.bootstrap.world import World
from herald.runtime.settings import ReportSettings

KEY = "a key that nobody guesses"
SECRET = json.dumps({"key": KEY})
NAME = "reports/scan_20260302T093000Z_abcdef/anna.csv"
UNTIL = NOW + timedelta(days=7)
ENVIRONMENT = {"HERALD_CATALOG_BUCKET": "catalog-bucket", "HERALD_REPORT_SECRET_ID": "report-secret"}


class Secrets:
    """A Secrets Manager of one secret, or of an error; notes what is asked for."""

    def __init__(self, answer: str | Exception) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def get_secret_value(self, **request: str) -> dict[str, str]:
        self.asked.append(request["SecretId"])
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"SecretString": self.answer}


def no_session() -> Any:
    """An S3 client that signs and never calls."""
    return boto3.client(
        "s3", region_name="eu-central-1", aws_access_key_id="testing", aws_secret_access_key="secret-of-the-session",
        aws_session_token="session", config=Config(signature_version="s3v4"),
    )  # fmt: skip


S3 = no_session()


class Door:
    """The function with everything around it."""

    def __init__(self, secret: str | Exception = SECRET) -> None:
        self.secrets, self.clock = Secrets(secret), MovingClock()
        clients = {"secretsmanager": self.secrets, "s3": S3}
        world = World(self.clock, lambda: 0.5, lambda name: clients[name], lambda *_: None, lambda *_: None)
        self.answer = Download(ReportSettings.from_environment(ENVIRONMENT), world)

    def asked(self, token: object) -> dict[str, Any]:
        """The answer to a request with this token in its path."""
        return self.answer({"pathParameters": {"token": token}, "requestContext": {"requestId": "req-1"}})


def test_a_good_link_leads_to_the_bucket() -> None:
    door = Door()
    answer = door.asked(signed(NAME, UNTIL, KEY))
    assert (answer["statusCode"], answer["body"]) == (302, "")
    headers = answer["headers"]
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    place, query = urlsplit(headers["location"]), parse_qs(urlsplit(headers["location"]).query)
    assert place.scheme == "https"
    assert f"{place.netloc}{unquote(place.path)}".startswith("catalog-bucket.s3")
    assert unquote(place.path).endswith(f"/{NAME}")
    assert query["X-Amz-Expires"] == [str(SECONDS)]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Signature"]
    assert door.secrets.asked == ["report-secret"]


@pytest.mark.parametrize(
    ("name", "file", "kind"),
    [
        ("reports/scan_1/anna.csv", "scan_1-anna.csv", "text/csv; charset=utf-8"),
        ("reports/scan_1/all.json", "scan_1-all.json", "application/json"),
        ("reports/scan_1/all", "scan_1-all", "application/octet-stream"),
    ],
)
def test_a_report_is_saved_as_a_file_of_its_kind(name: str, file: str, kind: str) -> None:
    query = parse_qs(urlsplit(Door().asked(signed(name, UNTIL, KEY))["headers"]["location"]).query)
    assert query["response-content-disposition"] == [f'attachment; filename="{file}"']
    assert query["response-content-type"] == [kind]


def without_secrets(answer: Mapping[str, Any]) -> None:
    spelt = json.dumps(answer)
    assert KEY not in spelt
    assert "secret-of-the-session" not in spelt
    assert urlsafe_b64encode(KEY.encode()).decode().rstrip("=") not in spelt


BAD: dict[str, Any] = {
    "none": None,
    "empty": "",
    "garbage": "garbage",
    "a number": 7,
    "a list": ["a.b"],
    "of another key": signed(NAME, UNTIL, "another"),
    "of no report": signed("runs/scan_1/complete.sqlite", UNTIL, KEY),
    "cut off": signed(NAME, UNTIL, KEY)[:-3],
    "too long": "x" * 5000,
    "a time beyond all clocks": urlsafe_b64encode(b"100000000000000000:reports/x").decode().rstrip("=") + ".eA",
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_link_is_told_so_and_nothing_more(bad: str) -> None:
    answer = Door().asked(BAD[bad])
    assert answer["statusCode"] == 404
    problem = json.loads(answer["body"])
    assert (problem["type"], problem["status"], problem["instance"]) == ("/problems/report", 404, "req-1")
    assert "location" not in answer["headers"]
    without_secrets(answer)


@pytest.mark.parametrize("event", [{}, {"pathParameters": None}, {"pathParameters": {}}, {"pathParameters": "token"}])
def test_a_request_without_a_link(event: Mapping[str, Any]) -> None:
    assert Door().answer(event)["statusCode"] == 404


def test_a_link_whose_time_is_over_is_a_bad_one() -> None:
    door = Door()
    token = signed(NAME, UNTIL, KEY)
    for passed, status in ((timedelta(days=7), 302), (timedelta(seconds=1), 404), (timedelta(days=99), 404)):
        door.clock.advance(passed)
        assert door.asked(token)["statusCode"] == status


THROTTLED: Any = {"Error": {"Code": "ThrottlingException", "Message": KEY}}


@pytest.mark.parametrize(
    "secret",
    [
        ClientError(THROTTLED, "GetSecretValue"), EndpointConnectionError(endpoint_url="https://secrets"),
        "", "no JSON", "[]", "{}", json.dumps({"other": KEY}), KEY,
    ],
)  # fmt: skip
def test_a_secret_that_cannot_be_read_is_nobodys_bad_link(secret: str | Exception) -> None:
    answer = Door(secret).asked(signed(NAME, UNTIL, KEY))
    assert answer["statusCode"] == 503
    assert json.loads(answer["body"])["type"] == "/problems/unavailable"
    without_secrets(answer)


@pytest.mark.parametrize(("secret", "key"), [({"key": ""}, ""), ({"key": None}, "None"), ({"key": []}, "[]")])
def test_with_a_secret_that_holds_no_key_nobody_makes_links(secret: Any, key: str) -> None:
    # Everybody could sign with what stands there in its place.
    assert Door(json.dumps(secret)).asked(signed(NAME, UNTIL, key))["statusCode"] == 503


def test_a_key_that_was_read_serves_on_while_the_secret_cannot_be_read() -> None:
    door = Door()
    assert door.asked(signed(NAME, UNTIL, KEY))["statusCode"] == 302
    door.secrets.answer = ClientError(THROTTLED, "GetSecretValue")
    door.clock.advance(timedelta(hours=1))
    assert door.asked(signed(NAME, UNTIL, KEY))["statusCode"] == 302


def test_a_new_key_ends_the_links_of_the_old_one() -> None:
    door = Door()
    assert door.asked(signed(NAME, UNTIL, KEY))["statusCode"] == 302
    door.secrets.answer = json.dumps({"key": "new"})
    door.clock.advance(timedelta(hours=1))
    assert door.asked(signed(NAME, UNTIL, KEY))["statusCode"] == 404
    assert door.asked(signed(NAME, UNTIL, "new"))["statusCode"] == 302


@given(st.text(max_size=60) | st.none() | st.integers(), st.datetimes().map(lambda at: at.replace(tzinfo=NOW.tzinfo)))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_request_is_answered_and_no_answer_holds_the_key(token: object, now: datetime) -> None:
    door = Door()
    door.clock.now = now
    answer = door.asked(token)
    assert answer["statusCode"] in (404, 503)
    without_secrets(answer)
    without_secrets(door.asked(signed(NAME, UNTIL, KEY)))
