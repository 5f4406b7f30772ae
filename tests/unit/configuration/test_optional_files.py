"""Milestones, channels and sources: what their files say arrives in the configuration, and what holds without them."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.configuration.folders import GOOD, SHIPPED

from herald.adapters.configuration_bundle import from_bytes, to_bytes
from herald.domain.configuration import FaxSending, ReplyWords, StatusReading, WhatsAppSending, WhatsAppTemplate
from herald.domain.event_types import BUILT_IN
from herald.domain.message import FaxEncoding
from herald.domain.milestones import MilestoneStep
from herald_cli.configuration_folder import read_folder

WORKFLOW = GOOD / "workflow"
OPTIONAL = ("milestones.yaml", "channels.yaml", "sources.yaml")


def test_the_files_are_read_as_they_say() -> None:
    configuration = read_folder(WORKFLOW)
    assert configuration.milestones == (
        MilestoneStep("received", "New"),
        MilestoneStep("checked"),
        MilestoneStep("shipped", "Complete"),
    )
    assert configuration.status == StatusReading(
        (0, 200), ("Confirmed", "Read"), ("Rejected",), "status.code", "whatsapp[].status"
    )
    assert configuration.replies == ReplyWords(("STOP", "ARRÊT"), ("START",))
    assert configuration.whatsapp == WhatsAppSending(
        {"approval-request": WhatsAppTemplate("herald_approval", {"en": "en_GB"})}, send_references=True
    )
    assert configuration.fax == FaxSending(FaxEncoding.US_ASCII, send_references=True, pages_confirm=False)
    assert configuration.silent_after == {
        "/threekit/orders": timedelta(hours=48),
        "/opentext/plant": timedelta(hours=1),
    }


def test_without_them_nothing_is_watched_and_the_vendors_words_hold() -> None:
    configuration = read_folder(GOOD / "minimal")
    assert (configuration.milestones, configuration.silent_after) == ((), {})
    assert (configuration.status, configuration.replies) == (StatusReading(), ReplyWords())
    assert configuration.whatsapp == WhatsAppSending({}, send_references=False)
    assert configuration.fax == FaxSending(FaxEncoding.ISO_8859_1, send_references=False, pages_confirm=True)


def test_the_mapping_says_what_a_workflows_own_body_and_a_reply_mean() -> None:
    mapping = read_folder(WORKFLOW).mapping
    first, second = mapping["opentext.workflow"]["callbacks"]["plant"]
    assert first == {
        "type": "order.milestone.reached",
        "when": "step.code",
        "data": {"orderId": "order", "milestone": "step.code"},
    }
    assert "when" not in second
    assert mapping["opentext.reply.sms"]["reply"] == {"from": "sender.number", "text": "body", "reference": "ref"}
    assert mapping["opentext.reply.whatsapp"]["reply"] == {"from": "from", "text": "text"}


def test_they_survive_the_bundle() -> None:
    configuration = read_folder(WORKFLOW)
    assert from_bytes(configuration.version, to_bytes(configuration)) == configuration


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("milestones.yaml", "name: checked", "name: tested"),
        ("milestones.yaml", "status: New", "status: In Progress"),
        ("channels.yaml", "[0, 200]", "[0]"),
        ("channels.yaml", "ARRÊT", "ARRET"),
        ("channels.yaml", "whatsapp[].status", "whatsapp[].state"),
        ("channels.yaml", "en_GB", "en_US"),
        ("channels.yaml", "herald_approval", "herald_request"),
        ("channels.yaml", "send_references: true", "send_references: false"),
        ("channels.yaml", "US-ASCII", "UTF-8"),
        ("channels.yaml", "pages_confirm: false", "pages_confirm: true"),
        ("sources.yaml", "silent_after_hours: 48", "silent_after_hours: 47"),
        ("mapping.yaml", "sender.number", "sender.phone"),
        ("mapping.yaml", "when: step.code", "when: step.done"),
    ],
)
def test_any_change_is_another_version(file: str, before: str, after: str, tmp_path: Path) -> None:
    folder = shutil.copytree(WORKFLOW, tmp_path / "config")
    text = (folder / file).read_text(encoding="utf-8")
    assert before in text
    (folder / file).write_text(text.replace(before, after), encoding="utf-8")
    assert read_folder(folder).version != read_folder(WORKFLOW).version


@pytest.mark.parametrize("file", OPTIONAL)
def test_a_file_that_is_not_there_is_another_version_too(file: str, tmp_path: Path) -> None:
    folder = shutil.copytree(WORKFLOW, tmp_path / "config")
    (folder / file).unlink()
    assert read_folder(folder).version != read_folder(WORKFLOW).version


def test_the_shipped_milestones_are_those_the_rules_and_the_list_for_customers_name() -> None:
    configuration = read_folder(SHIPPED)
    names = {step.name for step in configuration.milestones}
    assert configuration.lists["milestones_for_customers"].keys() <= names
    assert "validated" in names - configuration.lists["milestones_for_customers"].keys()


def test_some_shipped_rule_listens_to_everything_a_workflow_or_a_connector_tells() -> None:
    configuration = read_folder(SHIPPED)
    told = {name for name in BUILT_IN if not name.startswith("threekit.")}
    assert {event_type for event_type in told if not configuration.rules_for(event_type)} == set()
