"""An explanation shows every part, every value, and who would be told what."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests.unit.rules.orders import CONFIGURATION, NOW

from herald.adapters.memory_vendors import MemoryThreekit
from herald.domain.configuration import Configuration
from herald.domain.decision import Verdict
from herald.domain.delivery import Channel
from herald.domain.directory import Absence
from herald.domain.message import EmailContent, SmsContent
from herald.ports import RenderError
from herald_cli.explain import AS_TOLD, OWN_PROOF, READ_AGAIN, BodyRefusedError, ExplainedRule, explain_body
from herald_cli.explain_report import explained_as_json, print_explained

EVENTS = Path(__file__).parents[3] / "events"


def sample(name: str) -> bytes:
    return (EVENTS / name).read_bytes()


ORDER = sample("threekit_order_created.json")
SUBMITTED = sample("configuration_submitted.json")


class PlainRenderer:
    """A ``ports.Renderer`` that says what it was asked for."""

    def email(
        self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]
    ) -> EmailContent:
        assert configuration is CONFIGURATION
        if values["rule"]["id"] == "large-order-to-finance":
            raise RenderError("escalation/en/subject.txt: undefined")
        return EmailContent(f"{template} {locale} {values['recipient']['name']}", "", "")

    def sms(self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]) -> SmsContent:
        assert configuration is CONFIGURATION
        return SmsContent(f"{template} {locale} {values['rule']['severity']}", 1)


def explained(body: bytes, **changes: Any) -> dict[str, ExplainedRule]:
    """The rules of a body's only event, by id."""
    (event,) = explain_body(body, CONFIGURATION, NOW, **changes)
    return {rule.rule.id: rule for rule in event.rules}


def test_a_native_body_is_explained_as_told_and_says_so() -> None:
    (event,) = explain_body(ORDER, CONFIGURATION, NOW)
    assert (event.type, event.subject) == ("threekit.order.created", "order/5eed000a-0000-4000-8000-000000000004")
    assert event.basis == AS_TOLD
    assert event.config_version == CONFIGURATION.version
    assert str(event.facts["order"]["total"]) == "123396.72"


def test_every_part_of_a_condition_is_shown_with_its_values() -> None:
    condition = explained(ORDER)["large-order-to-finance"].explanation.condition
    assert condition is not None
    assert (condition.operator, condition.value) == ("&&", True)
    status, known, limit = condition.parts
    assert [(part.text, part.value) for part in status.parts] == [
        ('event.type == "configuration.submitted"', False),
        ('order.status == "New"', True),
    ]
    assert known.text == "order.currency in lists.large_orders"
    assert {reference.path: str(reference.value) for reference in limit.references} == {
        "order.total": "123396.72",
        "lists.large_orders[order.currency]": "5500.00",
        "order.currency": "USD",
    }


def test_values_in_a_loop_are_shown_for_every_element() -> None:
    condition = explained(SUBMITTED)["restricted-component-to-compliance"].explanation.condition
    assert condition is not None
    references = {reference.path: reference.value for reference in condition.parts[2].references}
    assert references["order.components[].sku"] == ["CMP-LEG-73", "CMP-ROS-VENEER"]


def test_what_is_absent_is_shown_as_absent() -> None:
    body = json.loads(SUBMITTED)
    del body["data"]["region"]
    condition = explained(json.dumps(body).encode())["restricted-component-to-compliance"].explanation.condition
    assert condition is not None
    part = condition.parts[1]
    assert (part.value, part.problem) == (None, "a field it reads is absent (absent: order.region)")
    assert [(reference.path, reference.present) for reference in part.references] == [
        ("order.region", False),
        ("lists.restricted_components", True),
    ]


def test_it_says_who_would_be_told_over_which_channel_in_which_language() -> None:
    rules = explained(SUBMITTED, renderer=PlainRenderer())
    assert [
        (message.recipient.name, message.channels, message.locale, message.preview)
        for rule in rules.values()
        for message in rule.messages
    ] == [
        ("Compliance desk", (Channel.EMAIL,), "en", "escalation en Compliance desk"),
        ("Plant Werder", (Channel.SMS, Channel.EMAIL), "de", "escalation de critical"),
        ("Usine de Roubaix", (Channel.EMAIL,), "fr", "escalation fr Usine de Roubaix"),
    ]


def test_it_says_which_approval_would_be_asked_for() -> None:
    (event,) = explain_body(SUBMITTED, CONFIGURATION, NOW)
    asked = {rule["id"]: rule["approval"] for rule in explained_as_json(event)["rules"]}
    assert {rule for rule, chain in asked.items() if chain == "order"} == {
        "approve-submitted-order",
        "restricted-component-to-compliance",
    }
    console = Console(width=200, record=True, file=StringIO())
    print_explained(console, event)
    assert console.export_text().count("would ask for the approval order of config/approvals.yaml") == 2


def test_a_message_that_cannot_be_rendered_says_so() -> None:
    (message,) = explained(ORDER, renderer=PlainRenderer())["large-order-to-finance"].messages
    assert (message.preview, message.problem) == ("", "escalation/en/subject.txt: undefined")


def test_a_rule_that_does_not_match_tells_nobody_and_names_what_decided() -> None:
    rule = explained(ORDER)["currency-without-threshold"]
    assert rule.explanation.outcome.verdict is Verdict.NOT_MATCHED
    assert rule.explanation.outcome.detail == "!(order.currency in lists.large_orders)"
    assert rule.messages == ()


def test_with_a_reader_the_order_is_read_again_with_its_saved_configurations() -> None:
    order = json.loads(ORDER, parse_float=Decimal)["data"]
    saved = order["cart"][0]["configurationId"]
    threekit = MemoryThreekit(
        {order["id"]: {**order, "status": "Complete"}}, {saved: {"variant": {"Seats": "4 seats"}}}
    )
    (event,) = explain_body(ORDER, CONFIGURATION, NOW, threekit=threekit)
    assert event.basis == READ_AGAIN
    assert event.facts["order"]["status"] == "Complete"
    assert event.facts["order"]["lines"][0]["attributes"] == {"Seats": "4 seats"}
    assert {rule.explanation.outcome.verdict for rule in event.rules} == {Verdict.NOT_MATCHED}


def test_a_batch_is_explained_event_by_event() -> None:
    first, second = explain_body(b"[" + SUBMITTED + b"," + SUBMITTED + b"]", CONFIGURATION, NOW)
    assert (first.basis, second.type) == (OWN_PROOF, "configuration.submitted")


def test_an_event_no_rule_listens_to_says_so() -> None:
    body = json.loads(sample("threekit_job_updated.json"))
    (event,) = explain_body(json.dumps({**body, "action": "created"}).encode(), CONFIGURATION, NOW)
    assert event.problem == "no rule listens to threekit.job.created"
    assert event.facts["job"]["failures"] == 1


def test_data_that_is_no_facts_says_where() -> None:
    body = json.loads(ORDER)
    body["data"]["cart"][0]["metadata"]["price"] = "much"
    (event,) = explain_body(json.dumps(body).encode(), CONFIGURATION, NOW)
    assert event.problem == "no facts: order.lines[0].unitPrice: text is no plain decimal number"
    assert event.rules == ()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"5", b"{}", b'{"specversion":"1.0"}', b'{"topic":"orders","topic":"jobs"}']
)
def test_a_body_herald_would_refuse_is_refused_here(body: bytes) -> None:
    with pytest.raises(BodyRefusedError):
        explain_body(body, CONFIGURATION, NOW)


def shown(configuration: Configuration) -> tuple[str, dict[str, Any]]:
    """What is printed of the order, on one line, and the messages of a script by rule."""
    (event,) = explain_body(ORDER, configuration, NOW)
    text = StringIO()
    print_explained(Console(file=text, width=300), event)
    rules = {rule["id"]: rule["messages"] for rule in explained_as_json(event)["rules"]}
    return " ".join(text.getvalue().split()), rules


def test_it_is_shown_in_whose_place_somebody_would_be_told() -> None:
    paul, greta = "paul.okafor@example.com", "greta.sommer@example.com"
    away = Absence(NOW, NOW + timedelta(days=1), greta)
    people = {**CONFIGURATION.people, paul: replace(CONFIGURATION.people[paul], absences=(away,))}
    text, messages = shown(replace(CONFIGURATION, people=people))
    assert f"would tell Greta Sommer <{greta}> in place of Paul Okafor by sms" in text
    (message,) = messages["large-order-to-sales-leadership"]
    assert (message["to"], message["inPlaceOf"]) == ("Greta Sommer", ("Paul Okafor",))


def test_it_is_shown_for_want_of_which_consent_somebody_would_not_be_told() -> None:
    audience = replace(CONFIGURATION.audiences["sales-leadership"], consent="order.customer.consent")
    audiences = {**CONFIGURATION.audiences, audience.name: audience}
    _, messages = shown(replace(CONFIGURATION, audiences=audiences))
    assert [message["problem"] for message in messages["large-order-to-sales-leadership"]] == [""]
    audiences[audience.name] = replace(audience, consent="order.requester.consent")
    text, messages = shown(replace(CONFIGURATION, audiences=audiences))
    assert "did not consent to sms, email" in text
    assert [message["channels"] for message in messages["large-order-to-sales-leadership"]] == [()]
