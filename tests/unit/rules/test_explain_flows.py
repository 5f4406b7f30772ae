"""What is explained of milestones, failures and launches, as if Herald had heard nothing before."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.rules.memory import SeededThreekit
from tests.unit.rules.orders import CONFIGURATION, NOW

from herald.adapters.templates import JinjaRenderer
from herald.domain.decision import Verdict
from herald_cli.explain import (
    FRESH_MEMORY,
    ORDER_NOT_TOLD,
    OWN_PROOF,
    READ_AGAIN,
    BodyRefusedError,
    ExplainedEvent,
    explain_body,
)

EVENTS = Path(__file__).parents[3] / "events"
SHIPPED = "workflow_milestone_shipped.json"


def explained(*names: str, **changes: Any) -> tuple[ExplainedEvent, ...]:
    """The events of one sample, or of a batch of several."""
    bodies = [(EVENTS / name).read_bytes() for name in names]
    body = bodies[0] if len(bodies) == 1 else b"[" + b",".join(bodies) + b"]"
    return explain_body(body, CONFIGURATION, NOW, **changes)


def matched(event: ExplainedEvent) -> list[str]:
    return [one.rule.id for one in event.rules if one.explanation.outcome.verdict is Verdict.MATCHED]


def previews(event: ExplainedEvent) -> dict[str, str]:
    return {message.recipient.name: message.preview for one in event.rules for message in one.messages}


def test_a_milestone_is_explained_without_its_order_and_says_so() -> None:
    (event,) = explained(SHIPPED)
    assert (event.problem, event.basis) == (ORDER_NOT_TOLD, f"{OWN_PROOF}; {FRESH_MEMORY}")
    assert matched(event) == ["milestone-to-customer", "milestone-to-customer-service", "shipped-to-account-team"]
    assert event.rules[0].problem == "the audience customer is nobody for this event"
    assert event.facts["milestone"]["name"] == "shipped"


def test_with_a_reader_its_order_is_there() -> None:
    (event,) = explained(SHIPPED, threekit=SeededThreekit(), renderer=JinjaRenderer())
    assert (event.problem, event.basis) == ("", f"{READ_AGAIN}; {FRESH_MEMORY}")
    assert previews(event) == {
        "Jonas Brandt": "Ihre Bestellung berSofa1 ist auf dem Weg zu Ihnen.\nKeine SMS mehr? Antworten Sie STOP.",
        "Customer service": "Order berSofa1: shipped",
        "Tilda Berg": "Auftrag berSofa1: versandt",
    }


def test_a_milestone_nobody_planned_gives_no_facts() -> None:
    body = json.loads((EVENTS / SHIPPED).read_bytes())
    body["data"]["milestone"] = "gift_wrapped"
    (event,) = explain_body(json.dumps(body).encode(), CONFIGURATION, NOW)
    assert event.problem == "no facts: data.milestone: it is no milestone of config/milestones.yaml"
    assert event.rules == ()


def test_a_body_of_a_workflows_own_is_read_as_the_mapping_says() -> None:
    (event,) = explained("workflow_plant_body.json")
    assert (event.type, event.subject) == ("order.milestone.reached", "order/tokDesk5")
    assert matched(event) == ["milestone-to-customer"]


def test_a_failure_opens_an_incident_in_a_fresh_memory() -> None:
    (event,) = explained("sync_failed_again.json", renderer=JinjaRenderer())
    assert matched(event) == ["sync-failed-to-it"]
    assert event.facts["incident"]["failures"] == 1
    assert previews(event)["IT duty"].startswith("Failure: pim, since ")


def test_a_failed_job_does_so_too() -> None:
    (event,) = explained("threekit_job_updated.json")
    assert matched(event) == ["sync-failed-to-it"]
    assert event.facts["incident"]["system"] == "threekit-export"


def test_a_recovery_of_nothing_asks_no_rule_and_says_why() -> None:
    (event,) = explained("sync_recovered.json")
    assert event.problem == "no rule is asked: no_incident, no incident of pim is open"
    assert event.rules == ()


def test_the_events_of_one_batch_remember_each_other() -> None:
    names = ("sync_failed.json", "sync_failed_again.json", "sync_recovered.json")
    opened, joined, closed = explained(*names, renderer=JinjaRenderer())
    assert matched(opened) == ["sync-failed-to-it"]
    assert joined.problem.startswith("no rule is asked: incident_open, ")
    assert matched(closed) == ["sync-recovered-to-it"]
    assert previews(closed) == {
        "IT duty": "Recovered: pim", "IT Werder": "Wieder in Betrieb: pim", "Informatique Roubaix": "Rétabli : pim",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "rule", "preview"),
    [
        ("workflow_localization_completed.json", "localization-done", "Texts ready: Meadow Sideboard (fr-FR)"),
        ("workflow_regional_approval.json", "region-approved", "Meadow Sideboard for EMEA: approved"),
    ],
)
def test_what_becomes_of_an_item_is_explained_with_its_message(name: str, rule: str, preview: str) -> None:
    (event,) = explained(name, renderer=JinjaRenderer())
    assert (event.problem, matched(event), previews(event)) == ("", [rule], {"Content team": preview})


@pytest.mark.parametrize("name", ["opentext_status_sms.json", "sms_reply_stop.json"])
def test_what_no_rule_ever_sees_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(BodyRefusedError, match="status reports and replies go through no rules"):
        explained(name)


def test_what_a_scan_tells_is_explained_though_no_door_takes_it() -> None:
    body = {"type": "catalog.experiences.published", "data": {"group": "amer-web", "count": 1}}
    (event,) = explain_body(json.dumps(body).encode(), CONFIGURATION, NOW, renderer=JinjaRenderer())
    assert (event.subject, matched(event)) == ("catalog/sample", ["release-wave-to-experience-teams"])
    assert previews(event) == {"E-commerce AMER": "Release wave (amer-web): 1 item"}
