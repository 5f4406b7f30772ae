"""The installed ``herald`` against a running stack: what it prints, what it ends with, what it changes."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.whole_stack import WholeStack, wait_until

from herald_cli.configuration_folder import read_folder
from herald_cli.ports_of_stack import configuration_store
from localrun.bring_up import ROOT
from localrun.running_house import ORDERS, without_hours_and_throttles
from simulators.threekit.seed import ids

pytestmark = pytest.mark.e2e

CONFIG = ROOT / "config"
APPROVER = "dana.whitmore@example.com"


@contextmanager
def threekit_secret(stack: WholeStack, value: str) -> Iterator[None]:
    """Keep another value in Threekit's secret for the length of the block."""
    secrets, secret_id = stack.client("secretsmanager"), stack.house.stack.outputs.threekit_secret_id
    good = secrets.get_secret_value(SecretId=secret_id)["SecretString"]
    secrets.put_secret_value(SecretId=secret_id, SecretString=value)
    try:
        yield
    finally:
        secrets.put_secret_value(SecretId=secret_id, SecretString=good)


@pytest.fixture(scope="module")
def sent(stack: WholeStack) -> str:
    """The id of an event whose one notification is sent and written back."""
    order = stack.new_order(ids.ORDER_LYON_TABLE_NEW, region="AMER")
    event_id = str(stack.tell_of(order).body["id"])

    def not_yet() -> str:
        trace = stack.trace(event_id)
        states = [str(one.state) for record in trace.notifications for one in record.deliveries] if trace else []
        actions = {entry.record.action for entry in trace.entries} if trace else set()
        done = states == ["SENT"] and {"delivery.submitted", "delivery.sent", "writeback.noted"} <= actions
        return "" if done else f"{states} {sorted(actions)}"

    wait_until(not_yet)
    return event_id


class TestDoctor:
    def test_a_sound_stack(self, stack: WholeStack) -> None:
        found = stack.command_json("doctor")
        assert {finding["check"]: finding["health"] for finding in found if finding["health"] != "ok"} == {}
        assert {"configuration", "Threekit token", "OpenText credentials", "EvaluationDeadLetterQueue"} <= {
            finding["check"] for finding in found
        }
        shown = stack.command("doctor", "--local")
        assert shown.returncode == 0
        assert "Threekit token" in shown.stdout

    def test_a_token_that_threekit_refuses_is_named_with_its_fix(self, stack: WholeStack) -> None:
        with threekit_secret(stack, '{"private_token": "a-token-nobody-gave"}'):
            ended = stack.command("doctor", "--local", "--json")
            shown = stack.command("doctor", "--local")
        assert (ended.returncode, shown.returncode) == (1, 1)
        (broken,) = [finding for finding in json.loads(ended.stdout) if finding["health"] == "broken"]
        assert (broken["check"], broken["detail"]) == ("Threekit token", "HTTP 401")
        assert "create a private token" in broken["fix"]
        assert "create a private token" in shown.stdout
        assert "a-token-nobody-gave" not in ended.stdout + ended.stderr + shown.stdout + shown.stderr

    def test_a_secret_that_is_no_json_is_named_with_its_fix(self, stack: WholeStack) -> None:
        with threekit_secret(stack, "a-token-pasted-as-it-is"):
            ended = stack.command("doctor", "--local", "--json")
        assert ended.returncode == 1
        (broken,) = [finding for finding in json.loads(ended.stdout) if finding["health"] == "broken"]
        assert broken["check"] == "Threekit token"
        assert "private_token" in broken["fix"]
        assert "a-token-pasted-as-it-is" not in ended.stdout + ended.stderr

    def test_a_message_in_a_dead_letter_queue_is_a_warning(self, stack: WholeStack) -> None:
        url = stack.house.stack.outputs.tracking_dead_letter_queue_url
        stack.client("sqs").send_message(QueueUrl=url, MessageBody="{}")
        try:
            found = stack.command_json("doctor")
        finally:
            stack.client("sqs").purge_queue(QueueUrl=url)
        (warning,) = [finding for finding in found if finding["health"] != "ok"]
        assert (warning["check"], warning["health"]) == ("TrackingDeadLetterQueue", "warning")
        assert "1 message" in warning["detail"]


class TestSend:
    def test_a_sample_is_recorded_once(self, stack: WholeStack, tmp_path: Path) -> None:
        sample = tmp_path / "order.json"
        sample.write_bytes(stack.told_of(stack.new_order(ids.ORDER_BERLIN_DINING_COMPLETE)))
        first = stack.command_json("send", str(sample), "--source", ORDERS)
        assert (first["status"], first["answer"]["duplicate"]) == (202, False)
        again = stack.command_json("send", str(sample), "--source", ORDERS)
        assert (again["status"], again["answer"]) == (200, {"id": first["answer"]["id"], "duplicate": True})
        token = stack.house.connection.secret("WebhookSecretId")["sources"][ORDERS]["path_token"]
        assert token not in json.dumps([first, again])

    def test_what_the_stack_refuses_ends_with_1(self, stack: WholeStack, tmp_path: Path) -> None:
        sample = tmp_path / "order.json"
        sample.write_text('{"topic": "orders"}', encoding="utf-8")
        ended = stack.command("send", str(sample), "--source", ORDERS, "--local")
        assert ended.returncode == 1
        assert "HTTP 422" in ended.stdout
        assert "/problems/envelope" in ended.stdout

    def test_a_source_that_is_not_there_is_named(self, stack: WholeStack, tmp_path: Path) -> None:
        sample = tmp_path / "order.json"
        sample.write_text("{}", encoding="utf-8")
        ended = stack.command("send", str(sample), "--source", "nobody", "--local")
        assert ended.returncode == 1
        assert "no source 'nobody'" in ended.stderr


class TestTrace:
    def test_the_whole_story_for_people(self, stack: WholeStack, sent: str) -> None:
        shown = stack.command("trace", sent, "--local")
        assert shown.returncode == 0, shown.stderr
        steps = ["received", "event.relayed", "event.decided", "delivery.submitted", "delivery.sent", "writeback.noted"]
        assert [step for step in steps if step not in shown.stdout] == []
        assert "approve-submitted-order" in shown.stdout
        assert APPROVER not in shown.stdout

    def test_the_whole_story_for_scripts(self, stack: WholeStack, sent: str) -> None:
        trace = stack.command_json("trace", sent)
        assert trace["event"]["id"] == sent
        assert trace["event"]["type"] == "threekit.order.created"
        assert trace["auditChain"] == "intact"
        assert {row["step"]: row["outcome"] for row in trace["decision"]}["approve-submitted-order"] == "matched"
        (told,) = trace["notifications"]
        assert (told["rule"], told["to"]) == ("approval.request", "d***@example.com, +16***01")
        assert told["states"].startswith("email: SENT")
        assert APPROVER not in json.dumps(trace)

    def test_the_same_story_by_the_notification_and_by_the_job(self, stack: WholeStack, sent: str) -> None:
        (told,) = stack.command_json("trace", sent)["notifications"]
        job = told["states"].rpartition(" job ")[2]
        assert stack.command_json("trace", told["id"])["event"]["id"] == sent
        assert stack.command_json("trace", job)["event"]["id"] == sent

    def test_an_id_that_nothing_bears(self, stack: WholeStack) -> None:
        ended = stack.command("trace", "evt_nothing", "--local")
        assert ended.returncode == 1
        assert "evt_nothing" in ended.stderr


class TestConfigApply:
    @pytest.fixture(autouse=True)
    def _as_it_was(self, stack: WholeStack) -> Iterator[None]:
        store = configuration_store(stack.house.connection)
        store.apply(read_folder(CONFIG))
        yield
        store.apply(without_hours_and_throttles(read_folder(CONFIG)))

    def test_a_changed_folder_becomes_the_active_version(self, stack: WholeStack, tmp_path: Path) -> None:
        before = self._active(stack)
        folder = self._copy(tmp_path, "was submitted", "was handed in")
        applied = stack.command_json("config", "apply", "--config", str(folder))
        assert applied["active"] == self._active(stack) != before
        shown = stack.command("config", "apply", "--local", "--config", str(CONFIG))
        assert shown.returncode == 0
        assert before in shown.stdout
        assert self._active(stack) == before

    def test_the_next_event_is_decided_by_it(self, stack: WholeStack, tmp_path: Path) -> None:
        folder = self._copy(tmp_path, 'order.status == "New"', 'order.status == "Old"')
        version = stack.command_json("config", "apply", "--config", str(folder))["active"]

        def not_yet() -> str:
            # Functions may go by the former version as long as they may keep it, so more than one order may be needed
            order = stack.new_order(ids.ORDER_LYON_TABLE_NEW, region="AMER")
            event_id = str(stack.tell_of(order).body["id"])
            wait_until(lambda: "" if (trace := stack.trace(event_id)) and trace.decision else "no decision")
            trace = stack.trace(event_id)
            assert trace is not None
            assert trace.decision is not None
            if trace.decision.config_version != version:
                return f"decided by {trace.decision.config_version}"
            assert {one.rule_id: one.verdict for one in trace.decision.outcomes}[
                "approve-submitted-order"
            ] == "not_matched"
            return ""

        wait_until(not_yet)

    def test_what_is_wrong_is_not_applied(self, stack: WholeStack, tmp_path: Path) -> None:
        before = self._active(stack)
        folder = self._copy(tmp_path, "order.status ==", "order.statsu ==")
        ended = stack.command("config", "apply", "--local", "--config", str(folder))
        assert ended.returncode == 1
        assert "nothing was applied" in ended.stderr
        assert self._active(stack) == before

    def _active(self, stack: WholeStack) -> str:
        return configuration_store(stack.house.connection).active().version

    def _copy(self, tmp_path: Path, was: str, becomes: str) -> Path:
        """A copy of the configuration with one thing changed in the rule of approvals, and without tests against it."""
        folder = Path(shutil.copytree(CONFIG, tmp_path / "config", ignore=shutil.ignore_patterns("tests")))
        rule = folder / "rules" / "approval.yaml"
        text = rule.read_text(encoding="utf-8")
        assert was in text
        rule.write_text(text.replace(was, becomes), encoding="utf-8")
        return folder


def test_where_no_local_run_is_up_it_says_how_to_start_one(stack: WholeStack, tmp_path: Path) -> None:
    ended = stack.command("doctor", "--local", cwd=tmp_path)
    assert ended.returncode == 2
    assert "make up" in ended.stderr
