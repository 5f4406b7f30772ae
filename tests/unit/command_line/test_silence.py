"""``herald silence``: made with who and why, listed, ended; what it refuses names the fix."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_notification
from tests.unit.command_line.a_stack import Stack
from typer.testing import CliRunner

from herald.usecases.silencing import all_silences, made
from herald_cli.main import app
from herald_cli.ports_of_stack import state_store

WHO = ("--by", "Uta Kern", "--comment", "PIM migration")


@pytest.fixture
def run(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> "Run":
    monkeypatch.setattr("herald_cli.commands.silencing.connected", lambda *_: stack.connection)
    return Run(stack)


class Run:
    """The command on a stack."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def __call__(self, *words: str, code: int = 0) -> str:
        ended = CliRunner().invoke(app, ["silence", *words])
        assert ended.exit_code == code, ended.output
        return ended.output


def test_it_is_made_listed_and_ended(run: Run) -> None:
    made_one = json.loads(run("add", "--rule", "catalog-*", "--for", "2h", *WHO, "--json"))
    assert made_one["underWay"]
    assert timedelta(hours=1, minutes=59) < datetime.fromisoformat(made_one["until"]) - datetime.now(UTC)
    shown = run("list")
    assert "catalog-*" in shown
    assert "Uta Kern" in shown
    run("end", made_one["id"])
    assert "nothing is silenced" in run("list")
    (over,) = json.loads(run("list", "--all", "--json"))
    assert (over["id"], over["underWay"]) == (made_one["id"], False)
    assert "herald silence list" in run("end", made_one["id"], code=1)


def test_what_it_makes_keeps_messages_back(run: Run) -> None:
    run(
        "add",
        "--person",
        "approvals.dach@example.com",
        "--audience",
        "approvers",
        "--until",
        "2199-01-01T00:00Z",
        *WHO,
        code=2,
    )
    run("add", "--person", "approvals.dach@example.com", "--audience", "approvers", "--for", "1d", *WHO)
    (silence,) = all_silences(state_store(run.stack.connection))
    now = datetime.now(UTC)
    assert silence.keeps_back(a_notification(), now)
    assert not silence.keeps_back(a_notification(number=2), now)
    assert not silence.keeps_back(a_notification(), now + timedelta(days=1))


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        (("--for", "1h"), "--rule"),
        (("--rule", "x"), "--for 4h"),
        (("--rule", "x", "--for", "1h", "--until", "2026-03-05T18:00Z"), "--for 4h"),
        (("--rule", "x", "--for", "soon"), "30s, 5m, 4h"),
        (("--rule", "x", "--until", "tomorrow"), "2026-03-05T18:00+01:00"),
        (("--rule", "x", "--until", "2020-03-05T18:00Z"), "within 90 days"),
    ],
)
def test_what_cannot_be_made_names_the_fix(run: Run, words: tuple[str, ...], fix: str) -> None:
    assert fix in run("add", *words, *WHO, code=2)


def test_the_same_again_is_one(stack: Stack) -> None:
    state, now = state_store(stack.connection), datetime.now(UTC)
    until = now + timedelta(hours=1)
    first = made(state, {"rule": "x"}, "Uta", "why", now, until)
    assert made(state, {"rule": "x"}, "Uta", "why", now + timedelta(seconds=1), until) == first
    assert all_silences(state) == (first,)
