"""``herald config backtest``: what a changed folder would have done about events that have happened."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests.builders import ORDER_ID, an_event
from tests.unit.command_line.a_stack import Stack
from tests.unit.command_line.test_approvals_preview import a_body
from tests.unit.configuration.approvals import a_folder
from typer.testing import CliRunner

from herald.adapters.dynamodb_decisions import DynamoDecisions
from herald.domain.configuration import Configuration
from herald.domain.decision import Decision
from herald.domain.event import Identity
from herald.domain.facts import facts_fingerprint
from herald.runtime.bootstrap.world import utc_now
from herald_cli.configuration_folder import read_folder
from herald_cli.explain import explain_body
from herald_cli.main import app
from herald_cli.ports_of_stack import configuration_store, inbox

LARGE = ("order.total > 5000.0", "order.total > 50.0")
"""Directors are told of all orders."""


@pytest.fixture
def folder(tmp_path: Path, stack: Stack) -> Path:
    """The folder of what is in force."""
    folder = a_folder(tmp_path)
    configuration_store(stack.connection).apply(read_folder(folder))
    return folder


def change(folder: Path, before: str, after: str) -> None:
    """Change the folder, not what is in force."""
    rules = folder / "rules" / "orders.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def record(stack: Stack, number: int, price: float = 100.0, at: datetime | None = None) -> str:
    """Record an order that was decided about by what is in force; return the event's id."""
    at = at or utc_now()
    configuration: Configuration = configuration_store(stack.connection).active()
    (explained,) = explain_body(a_body(price), configuration, at)
    subject = f"order/{ORDER_ID}-{number}"
    facts = {**explained.facts, "event": {**explained.facts["event"], "subject": subject}}
    identity = Identity.of_sender_id("/threekit/main", str(number))
    event = replace(an_event(received_at=at), identity=identity, subject=subject)
    inbox(stack.connection).record(event)
    decision = Decision(event.id, configuration.version, at, facts, facts_fingerprint(facts), (), (), ())
    DynamoDecisions(stack.connection.dynamodb(), stack.connection.output("AuditTableName")).save(decision)
    return event.id


def price(folder: Path, email: str, currency: str = "EUR") -> None:
    """Give the folder a price table."""
    limit = "{id: all, scope: total, channels: [email], amount: 900, per: month}"
    budgets = f"currency: {currency}\nprices: {{email: {{default: {email}}}}}\nlimits: [{limit}]\n"
    (folder / "budgets.yaml").write_text(budgets, encoding="utf-8")


def stored(stack: Stack) -> Mapping[str, Any]:
    """Everything in every table."""
    database = stack.connection.dynamodb()
    tables = [name for output, name in stack.connection.outputs.items() if output.endswith("TableName")]
    return {table: sorted(database.scan(TableName=table)["Items"], key=repr) for table in tables}


def test_what_is_in_force_does_not_differ_from_itself(stack: Stack, folder: Path) -> None:
    record(stack, 1)
    found = stack.run_json("config", "backtest", "--config", str(folder), "--fail-above", "0")
    assert (found["before"], found["events"], found["decisionsChanged"]) == (found["after"], 1, 0)
    assert found["messages"]["added"] == found["messages"]["removed"] == 0
    assert found["messages"]["before"] > 0
    assert found["readUnits"] > 0
    assert found["cost"] is None


def test_who_would_hear_more_and_because_of_which_events(stack: Stack, folder: Path) -> None:
    small, _ = record(stack, 1), record(stack, 2, 9000.0)
    change(folder, *LARGE)
    found = stack.run_json("config", "backtest", "--config", str(folder))
    (directors,) = [line for line in found["people"] if line["added"]]
    assert (directors["who"], directors["channel"], directors["added"]) == ("Directors", "email", 1)
    assert found["rules"]["large-order"] == {"before": 1, "after": 2, "added": 1, "removed": 0}
    (most,) = found["mostChanged"]
    assert (most["event"], most["added"]) == (small, ["Directors by email"])


def test_it_is_told_to_people_too(stack: Stack, folder: Path) -> None:
    record(stack, 1)
    change(folder, *LARGE)
    ended = stack.run("config", "backtest", "--config", str(folder))
    assert ended.exit_code == 0, ended.output
    shown = " ".join(ended.stdout.split())
    assert "1 events replayed since" in shown
    assert "Directors by email 0 1 +1" in shown
    assert "large-order 0 1 +1" in shown
    assert "no price table" in shown
    assert "read units of DynamoDB" in shown


def test_a_chain_that_is_no_longer_asked_for_is_removed(stack: Stack, folder: Path) -> None:
    record(stack, 1)
    change(folder, 'order.status == "New"', 'order.status == "Never"')
    found = stack.run_json("config", "backtest", "--config", str(folder))
    assert found["chains"] == {"order": {"before": 1, "after": 0, "added": 0, "removed": 1}}


def test_more_messages_than_allowed_end_with_1(stack: Stack, folder: Path) -> None:
    record(stack, 1)
    change(folder, *LARGE)
    refused = stack.run("config", "backtest", "--config", str(folder), "--fail-above", "0")
    assert refused.exit_code == 1
    assert "1 messages are added and 0 removed, more than 0 together" in refused.stderr
    assert stack.run("config", "backtest", "--config", str(folder), "--fail-above", "1").exit_code == 0


def test_what_is_older_is_left_out(stack: Stack, folder: Path) -> None:
    record(stack, 1, at=utc_now() - timedelta(hours=3))
    record(stack, 2)
    assert stack.run_json("config", "backtest", "--config", str(folder), "--since", "2h")["events"] == 1
    assert stack.run_json("config", "backtest", "--config", str(folder), "--since", "1d")["events"] == 2


def test_no_more_than_asked_for_are_replayed(stack: Stack, folder: Path) -> None:
    for number in range(4):
        record(stack, number)
    found = stack.run_json("config", "backtest", "--config", str(folder), "--most", "3")
    assert (found["events"], found["cutOff"]) == (3, True)
    assert not stack.run_json("config", "backtest", "--config", str(folder), "--most", "4")["cutOff"]


def test_what_cannot_be_replayed_is_counted_with_the_reason(stack: Stack, folder: Path) -> None:
    undecided = replace(an_event(received_at=utc_now()), identity=Identity.of_sender_id("/threekit/main", "other"))
    inbox(stack.connection).record(undecided)
    inbox(stack.connection).record(replace(an_event(received_at=utc_now()), type="opentext.status"))
    found = stack.run_json("config", "backtest", "--config", str(folder))
    assert (found["events"], found["passedBy"]) == (0, 1)
    assert found["notReplayed"] == [{"why": "no decision about it is stored", "events": 1, "examples": [undecided.id]}]
    ended = stack.run("config", "backtest", "--config", str(folder))
    assert f"1 not replayed: no decision about it is stored ({undecided.id})" in ended.stdout


def test_it_can_be_held_against_an_earlier_version(stack: Stack, folder: Path) -> None:
    record(stack, 1)
    first = configuration_store(stack.connection).active().version
    change(folder, *LARGE)
    configuration_store(stack.connection).apply(read_folder(folder))
    now_active = stack.run_json("config", "backtest", "--config", str(folder))
    assert now_active["messages"]["added"] == 0
    earlier = stack.run_json("config", "backtest", "--config", str(folder), "--against", first)
    assert (earlier["before"], earlier["messages"]["added"]) == (first, 1)


def test_nothing_is_written_and_nothing_enqueued(stack: Stack, folder: Path) -> None:
    record(stack, 1)
    change(folder, *LARGE)
    before = stored(stack)
    stack.run_json("config", "backtest", "--config", str(folder))
    assert stored(stack) == before
    assert stack.taken("DispatchQueue") == stack.taken("WritebackQueue") == []


def test_progress_is_shown_on_a_terminal_and_nowhere_else(
    stack: Stack, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(stack, 1)
    for is_terminal in (True, False):
        shown = StringIO()
        monkeypatch.setattr("herald_cli.commands.backtesting.err", Console(file=shown, force_terminal=is_terminal))
        stack.run_json("config", "backtest", "--config", str(folder))
        assert ("replaying" in shown.getvalue()) is is_terminal


class TestCost:
    def replayed(self, stack: Stack, folder: Path, *, in_force: str = "", changed: str = "EUR") -> dict[str, Any]:
        """Replay two small orders, by e-mails of 0.25 in force and of 0.5 in the folder, each if it has a currency."""
        if in_force:
            price(folder, "0.25", in_force)
        configuration_store(stack.connection).apply(read_folder(folder))
        _, _ = record(stack, 1), record(stack, 2)
        change(folder, *LARGE)
        if changed:
            price(folder, "0.5", changed)
        else:
            (folder / "budgets.yaml").unlink()
        found: dict[str, Any] = stack.run_json("config", "backtest", "--config", str(folder))
        assert found["messages"]["after"] == found["messages"]["before"] + 2 > 2
        return found

    def test_is_that_of_each_side_by_its_own_price_table(self, stack: Stack, folder: Path) -> None:
        found = self.replayed(stack, folder, in_force="EUR")
        before, after = found["messages"]["before"], found["messages"]["after"]
        assert {side: Decimal(cost["amount"]) for side, cost in found["cost"].items()} == {
            "before": Decimal("0.25") * before, "after": Decimal("0.5") * after,
        }  # fmt: skip
        assert {cost["currency"] for cost in found["cost"].values()} == {"EUR"}
        shown = " ".join(stack.run("config", "backtest", "--config", str(folder)).stdout.split())
        more = Decimal("0.5") * after - Decimal("0.25") * before
        assert f"cost, EUR {Decimal('0.25') * before} {Decimal('0.5') * after} +{more} " in shown

    def test_in_two_currencies_is_no_difference(self, stack: Stack, folder: Path) -> None:
        found = self.replayed(stack, folder, in_force="USD")
        assert [cost["currency"] for cost in found["cost"].values()] == ["USD", "EUR"]
        shown = " ".join(stack.run("config", "backtest", "--config", str(folder)).stdout.split())
        before, after = (found["cost"][side]["amount"] for side in ("before", "after"))
        assert f"cost {before} USD {after} EUR decisions" in shown

    def test_of_one_side_is_told_where_the_other_has_no_price_table(self, stack: Stack, folder: Path) -> None:
        found = self.replayed(stack, folder)
        assert (found["cost"]["before"], found["cost"]["after"]["currency"]) == (None, "EUR")
        shown = " ".join(stack.run("config", "backtest", "--config", str(folder)).stdout.split())
        assert f"cost no price table {found['cost']['after']['amount']} EUR decisions" in shown

    def test_that_is_saved_is_told_too(self, stack: Stack, folder: Path) -> None:
        found = self.replayed(stack, folder, in_force="EUR", changed="")
        assert (found["cost"]["before"]["currency"], found["cost"]["after"]) == ("EUR", None)
        price(folder, "0.125")
        before = Decimal(found["cost"]["before"]["amount"])
        after = Decimal("0.125") * found["messages"]["after"]
        assert after < before
        shown = " ".join(stack.run("config", "backtest", "--config", str(folder)).stdout.split())
        assert f"cost, EUR {before} {after} -{before - after} " in shown


class TestSamples:
    def test_need_no_stack(self, tmp_path: Path) -> None:
        base, changed = a_folder(tmp_path / "base"), a_folder(tmp_path / "changed")
        change(changed, *LARGE)
        samples = tmp_path / "samples"
        samples.mkdir()
        (samples / "order.json").write_bytes(a_body())
        (samples / "report.json").write_text('{"job_id": "xsi-1"}', encoding="utf-8")
        ended = CliRunner().invoke(
            app,
            ["config", "backtest", "--events", str(samples), "--against", str(base), "--config", str(changed)],
        )
        assert ended.exit_code == 0, ended.output
        shown = " ".join(ended.stdout.split())
        assert "Directors by email 0 1 +1" in shown
        assert "1 not replayed: it is no body of Threekit" in shown
        assert "read units" not in shown

    def test_can_be_held_against_what_is_in_force(self, stack: Stack, folder: Path, tmp_path: Path) -> None:
        samples = tmp_path / "samples"
        samples.mkdir()
        (samples / "order.json").write_bytes(a_body())
        change(folder, *LARGE)
        found = stack.run_json("config", "backtest", "--events", str(samples), "--config", str(folder))
        assert (found["events"], found["messages"]["added"], found["readUnits"]) == (1, 1, None)


class TestWhatCannotBe:
    def test_a_folder_with_findings_is_not_replayed(self, stack: Stack, folder: Path) -> None:
        change(folder, "order.total > 5000.0", "order.totally > 5000.0")
        ended = stack.run("config", "backtest", "--config", str(folder))
        assert ended.exit_code == 1
        assert "so nothing was replayed: run `herald config lint`" in ended.stderr

    @pytest.mark.parametrize("options", [("--since", "soon"), ("--since", "0d"), ("--against", "nowhere")])
    def test_an_option_that_means_nothing_ends_with_2(
        self, stack: Stack, folder: Path, options: tuple[str, str]
    ) -> None:
        assert stack.run("config", "backtest", "--config", str(folder), *options).exit_code == 2

    def test_a_version_that_is_not_there_ends_with_1(self, stack: Stack, folder: Path) -> None:
        ended = stack.run("config", "backtest", "--config", str(folder), "--against", "cfg_nothing")
        assert ended.exit_code == 1
        assert "cfg_nothing" in ended.stderr
