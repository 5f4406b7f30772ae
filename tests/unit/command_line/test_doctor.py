"""``herald doctor``: what it finds in configuration, memory, doors and queues, each with its fix."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.command_line.a_stack import NOBODY, NOTIFICATIONS, ORDERS, TOKEN, Stack, watching_configuration

from herald.domain.gate import Gate
from herald_cli.ports_of_stack import configuration_store

UNREACHED = {"HTTP API reachable", "Threekit reachable", "Threekit token", "OpenText reachable"}


@pytest.fixture(autouse=True)
def _nobody_answers(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """No request leaves the process: every address is one where nobody listens."""
    stack.connection = replace(stack.connection, local={"api_url": NOBODY})
    monkeypatch.setattr("herald_cli.terminal.connect", lambda *_names, **_local: stack.connection)


def findings(stack: Stack) -> dict[str, dict[str, Any]]:
    """What is found, by check; nobody can be reached, so it ends with 1."""
    return {finding["check"]: finding for finding in stack.run_json("doctor", ends_with=1)}


def test_a_sound_stack_lacks_nothing_but_the_vendors_that_are_not_there(stack: Stack) -> None:
    found = findings(stack)
    assert {check for check, finding in found.items() if finding["health"] != "ok"} == UNREACHED
    assert found["milestones"]["detail"] == "received, shipped"
    assert found["watched sources"]["detail"] == f"{NOTIFICATIONS}, {ORDERS}"
    assert found["state table"]["detail"] == "may be read"
    assert found["OpenText's gate"]["detail"] == "closed"
    assert found["webhook sources"]["detail"] == "orders (path_token)"
    assert found["callback sources"]["detail"] == (
        "notifications (status: path_token), whatsapp (whatsapp-replies: path_token)"
    )
    assert found["ReconcileDeadLetterQueue"]["detail"] == "empty"
    shown = stack.run("doctor")
    assert shown.exit_code == 1
    assert "ThreekitBaseUrl" in shown.stdout


def test_an_open_gate_is_a_warning(stack: Stack) -> None:
    stack.set_gate(Gate(opened_at=datetime.now(UTC), opened_until=datetime.now(UTC) + timedelta(minutes=5)))
    gate = findings(stack)["OpenText's gate"]
    assert gate["health"] == "warning"
    assert "docs/runbook.md" in gate["fix"]


def test_a_state_table_that_cannot_be_read_is_broken_and_its_gate_is_not_asked_for(stack: Stack) -> None:
    stack.connection.dynamodb().delete_table(TableName=stack.connection.output("StateTableName"))
    found = findings(stack)
    assert found["state table"]["health"] == "broken"
    assert "OpenText's gate" not in found


def test_an_output_that_is_not_there_says_deploy_again(stack: Stack) -> None:
    outputs = {name: value for name, value in stack.connection.outputs.items() if name != "StateTableName"}
    stack.connection = replace(stack.connection, outputs=outputs)
    table = findings(stack)["state table"]
    assert (table["health"], table["fix"]) == ("broken", "deploy the stack again")


def test_a_configuration_without_milestones_and_sources_is_a_warning(stack: Stack) -> None:
    configuration_store(stack.connection).apply(watching_configuration(milestones=(), silent_after={}))
    found = findings(stack)
    assert "config/milestones.yaml" in found["milestones"]["fix"]
    assert "config/sources.yaml" in found["watched sources"]["fix"]
    assert {found[check]["health"] for check in ("milestones", "watched sources")} == {"warning"}


def test_a_watched_source_that_no_secret_knows_is_named(stack: Stack) -> None:
    watched = {ORDERS: timedelta(hours=1), "/threekit/notifications": timedelta(hours=1)}
    configuration_store(stack.connection).apply(watching_configuration(silent_after=watched))
    found = findings(stack)["watched sources"]
    assert (found["health"], found["detail"]) == ("warning", "no secret knows /threekit/notifications")


@pytest.mark.parametrize(
    ("sources", "says"),
    [
        ({"replies": {"kind": "sms", "path_token": TOKEN}}, "status, workflow, sms-replies, whatsapp-replies"),
        ({"replies": {"kind": "workflow"}}, "configure at least one of path_token"),
        ({"replies": TOKEN}, "replies: "),
    ],
    ids=["no-kind-of-the-four", "no-scheme", "no-object"],
)
def test_a_callback_source_that_is_refused_is_named_with_its_fix(stack: Stack, sources: Any, says: str) -> None:
    stack.put_secret("CallbackSecretId", {"sources": sources})
    found = findings(stack)["callback sources"]
    assert (found["health"], found["detail"]) == ("broken", "refused: replies")
    assert says in found["fix"]
    assert TOKEN not in found["fix"]


def test_a_webhook_source_bears_no_kind(stack: Stack) -> None:
    stack.put_secret("WebhookSecretId", {"sources": {"orders": {"kind": "status", "path_token": TOKEN}}})
    assert findings(stack)["webhook sources"]["fix"] == "orders: kind: leave it out here"


@pytest.mark.parametrize("secret", [{}, {"sources": {}}, {"sources": []}, [], "text"])
def test_a_door_without_sources_is_broken(stack: Stack, secret: object) -> None:
    stack.put_secret("CallbackSecretId", secret)
    assert findings(stack)["callback sources"]["health"] == "broken"


def test_dead_letters_name_the_command_that_moves_them(stack: Stack) -> None:
    for queue in ("ReconcileDeadLetterQueue", "RelayDeadLetterQueue"):
        stack.sqs.send_message(QueueUrl=stack.url(queue), MessageBody="{}")
    found = findings(stack)
    assert found["ReconcileDeadLetterQueue"]["health"] == "warning"
    assert "herald redrive reconcile" in found["ReconcileDeadLetterQueue"]["fix"]
    assert "herald republish" in found["RelayDeadLetterQueue"]["fix"]
