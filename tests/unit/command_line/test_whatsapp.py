"""``herald whatsapp``: the registration at OpenText, as the stack signs in there; no token is printed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.unit.command_line.a_stack import API_URL, TOKEN, WHATSAPP, Stack

from herald_cli.connection import Connection
from herald_cli.whatsapp import without_token
from simulators import OpenTextSimulator

OURS = f"{API_URL}/callbacks/opentext/{WHATSAPP}/{TOKEN}"
SHOWN = f"{API_URL}/callbacks/opentext/{WHATSAPP}/***"


@pytest.fixture
def opentext(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenTextSimulator]:
    """The account the stack signs in to."""
    with OpenTextSimulator() as simulator:
        account = simulator.credentials.account
        stack.put_secret("OpenTextSecretId", {"basic": {"user_id": account.user_id, "password": account.password}})
        change(stack, monkeypatch, local={"opentext_url": simulator.url})
        yield simulator


def change(stack: Stack, monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    stack.connection = replace(stack.connection, **changes)  # type: ignore[arg-type]
    monkeypatch.setattr("herald_cli.terminal.connect", lambda *_names, **_local: stack.connection)


def registered(opentext: OpenTextSimulator) -> str | None:
    url = opentext.snapshot()["inbound_whatsapp_url"]
    assert url is None or isinstance(url, str)
    return url


def test_a_url_is_registered_shown_and_unregistered(stack: Stack, opentext: OpenTextSimulator) -> None:
    ended = stack.run("whatsapp", "register", OURS)
    assert (ended.exit_code, registered(opentext)) == (0, OURS)
    assert SHOWN in ended.stdout
    assert ended.stderr == ""
    shown = stack.run("whatsapp", "show")
    assert shown.stdout.strip() == f"{SHOWN}  (source {WHATSAPP})"
    assert TOKEN not in ended.output + shown.output
    assert stack.run_json("whatsapp", "show") == {"url": SHOWN, "source": WHATSAPP}
    gone = stack.run("whatsapp", "unregister")
    assert (gone.exit_code, registered(opentext)) == (0, None)


def test_either_of_two_live_tokens_leads_to_the_source(stack: Stack, opentext: OpenTextSimulator) -> None:
    stack.run("whatsapp", "register", OURS.replace(TOKEN, TOKEN[::-1]))
    assert stack.run_json("whatsapp", "show")["source"] == WHATSAPP


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example.com/hook", OURS.replace(WHATSAPP, "notifications"), f"{OURS}x"]
)
def test_a_url_that_leads_to_no_source_of_replies_is_registered_with_a_warning(
    stack: Stack, opentext: OpenTextSimulator, url: str
) -> None:
    ended = stack.run("whatsapp", "register", url)
    assert (ended.exit_code, registered(opentext)) == (0, url)
    assert "no source of kind whatsapp-replies" in ended.stderr
    assert "no source of this stack" in stack.run("whatsapp", "show").stdout


def test_where_nothing_is_registered_show_ends_with_1_and_unregister_with_0(
    stack: Stack, opentext: OpenTextSimulator
) -> None:
    shown = stack.run("whatsapp", "show")
    assert shown.exit_code == 1
    assert "herald whatsapp register" in shown.stderr
    assert stack.run_json("whatsapp", "show", ends_with=1) == {"url": None, "source": None}
    gone = stack.run("whatsapp", "unregister")
    assert gone.exit_code == 0
    assert "no URL was registered" in gone.stdout


def test_what_opentext_refuses_ends_with_1_and_says_why(stack: Stack, opentext: OpenTextSimulator) -> None:
    ended = stack.run("whatsapp", "register", "http://plain.example.com/hook")
    assert ended.exit_code == 1
    assert "HTTP 422" in ended.stderr
    assert registered(opentext) is None


def test_a_wrong_password_ends_with_1_and_is_not_shown(stack: Stack, opentext: OpenTextSimulator) -> None:
    stack.put_secret("OpenTextSecretId", {"basic": {"user_id": "nobody", "password": "a-wrong-password"}})
    ended = stack.run("whatsapp", "show")
    assert ended.exit_code == 1
    assert "HTTP 401" in ended.stderr
    assert "a-wrong-password" not in ended.output


def test_a_stack_that_signs_in_by_oauth2_does_so_here_too(
    stack: Stack, opentext: OpenTextSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = opentext.credentials.account
    client = {"client_id": account.client_id, "client_secret": account.client_secret}
    stack.put_secret("OpenTextSecretId", {"oauth2": client})
    token_url = f"{opentext.url}/tenants/{account.tenant}/oauth2/token"
    change(stack, monkeypatch, parameters={"OpenTextAuth": "oauth2", "OpenTextTokenUrl": token_url})
    assert stack.run("whatsapp", "register", OURS).exit_code == 0
    assert registered(opentext) == OURS


def test_without_a_token_url_oauth2_names_the_parameter(
    stack: Stack, opentext: OpenTextSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(stack, monkeypatch, parameters={"OpenTextAuth": "oauth2", "OpenTextTokenUrl": ""})
    ended = stack.run("whatsapp", "show")
    assert ended.exit_code == 1
    assert "OpenTextTokenUrl" in ended.stderr


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (OURS, SHOWN),
        (f'{{"hook": "{OURS}"}}', f'{{"hook": "{SHOWN}'),
        ("https://a.example/b/c", "https://a.example/b/c"),
    ],
)
def test_a_token_is_left_out_wherever_the_url_stands(url: str, shown: str) -> None:
    assert without_token(url) == shown


def test_the_address_is_that_of_the_parameter_unless_the_run_is_local() -> None:
    deployed = Connection("s", None, None, {"OpenTextBaseUrl": "https://t2api.example.com/"}, {})
    assert deployed.opentext_url == "https://t2api.example.com"
