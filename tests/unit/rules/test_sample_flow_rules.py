"""Every rule about milestones, failures and launches that ships, event after event."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from tests.unit.rules.memory import Memory, at
from tests.unit.rules.orders import CONFIGURATION, NOW, an_event_of

from herald.domain.audience import resolve
from herald.domain.event import Event, Identity
from herald.domain.facts import SourceObjects
from simulators.threekit.seed import ids

CUSTOMER, SERVICE, ACCOUNT = "milestone-to-customer", "milestone-to-customer-service", "shipped-to-account-team"


def a_milestone(name: str, order_id: str = ids.ORDER_BERLIN_SOFA_NEW) -> Event:
    data = {"orderId": order_id, "milestone": name}
    event = an_event_of("order.milestone.reached", data, f"order/{order_id}")
    return replace(event, identity=Identity.of_sender_id("/opentext/workflow", name))


def a_signal(event_type: str, time: datetime, system: str = "pim") -> Event:
    event = an_event_of(event_type, {"system": system}, f"system/{system}")
    return replace(event, identity=Identity.of_sender_id("/threekit/pim", f"{event_type} {time}"), time=time)


def a_job(failures: int, updated_at: str, status: str = "stopped") -> tuple[Event, SourceObjects]:
    job = {
        "id": "job-1", "title": "Export", "type": "export", "status": status, "taskResultFailures": failures,
        "updatedAt": updated_at,
    }  # fmt: skip
    event = an_event_of("threekit.job.updated", job, "job/job-1")
    return replace(event, identity=Identity.of_sender_id("/threekit/main", updated_at)), SourceObjects(job=job)


@pytest.mark.parametrize(
    ("milestone", "rules"),
    [
        ("received", {CUSTOMER}),
        ("validated", set()),
        ("in_production", {CUSTOMER, SERVICE}),
        ("quality_passed", {CUSTOMER}),
        ("shipped", {CUSTOMER, SERVICE, ACCOUNT}),
    ],
)
def test_a_milestone_is_told_to_those_it_concerns(milestone: str, rules: set[str]) -> None:
    assert Memory().hear(a_milestone(milestone)).matched == rules


def test_milestones_come_in_order_once_and_never_after_a_later_one() -> None:
    memory = Memory()
    first, shipped = memory.hear(a_milestone("received")), memory.hear(a_milestone("shipped"))
    assert first.matched == {CUSTOMER}
    assert shipped.matched == {CUSTOMER, SERVICE, ACCOUNT}
    assert shipped.facts["milestone"]["previous"] == "received"
    assert memory.hear(a_milestone("in_production")).skip == "overtaken"
    again = replace(a_milestone("shipped"), identity=Identity.of_sender_id("/opentext/workflow", "another"))
    assert memory.hear(again).skip == "already_reached"


@pytest.mark.parametrize(
    ("order_id", "customer", "account_team"),
    [
        (ids.ORDER_BERLIN_SOFA_NEW, "jonas.brandt@example.com", "tilda.berg@example.com"),
        (ids.ORDER_BOSTON_HOTEL_NEW, "nora.feldman@example.org", "rosa.delgado@example.com"),
        ("tokDesk5", "haruka.sato@example.net", "key.accounts@example.com"),
    ],
)
def test_it_reaches_the_orders_own_customer_and_the_account_team_of_its_region(
    order_id: str, customer: str, account_team: str
) -> None:
    facts = Memory().hear(a_milestone("shipped", order_id)).facts
    reached = {name: resolve(CONFIGURATION.audiences[name], facts)[0].email for name in ("customer", "account-team")}
    assert reached == {"customer": customer, "account-team": account_team}


def test_an_incident_is_told_when_it_opens_and_when_it_closes() -> None:
    memory = Memory()
    said = [
        memory.hear(a_signal("sync.recovered", at(7))),
        memory.hear(a_signal("sync.failed", at(8))),
        memory.hear(a_signal("sync.failed", at(9))),
        memory.hear(a_signal("sync.failed", at(9), system="erp")),
        memory.hear(a_signal("sync.recovered", at(10))),
        memory.hear(a_signal("sync.failed", at(9, 30))),
        memory.hear(a_signal("sync.failed", at(11))),
    ]
    assert [sorted(one.matched) or one.skip for one in said] == [
        "no_incident",
        ["sync-failed-to-it"],
        "incident_open",
        ["sync-failed-to-it"],
        ["sync-recovered-to-it"],
        "overtaken",
        ["sync-failed-to-it"],
    ]
    assert said[4].facts["incident"]["failures"] == 2


def test_a_threekit_job_that_failed_opens_an_incident_and_one_that_went_well_closes_it() -> None:
    memory = Memory()
    tellings = [
        a_job(2, "2026-03-02T07:00:00Z"),
        a_job(1, "2026-03-02T08:00:00Z"),
        a_job(0, "2026-03-02T09:00:00Z"),
    ]
    said = [memory.hear(*telling) for telling in tellings]
    assert [sorted(one.matched) or one.skip for one in said] == [
        ["sync-failed-to-it"],
        "incident_open",
        ["sync-recovered-to-it"],
    ]
    assert said[0].facts["incident"]["system"] == "threekit-export"


@pytest.mark.parametrize(("failures", "status"), [(0, "stopped"), (0, "running"), (2, "running")])
def test_a_threekit_job_without_an_incident_is_told_to_nobody(failures: int, status: str) -> None:
    assert Memory().hear(*a_job(failures, "2026-03-02T06:00:00Z", status)).skip == "no_rule_matched"


@pytest.mark.parametrize(
    ("event_type", "data", "rule", "address"),
    [
        ("localization.completed", {"locale": "fr-FR"}, "localization-done", "content.team@example.com"),
        (
            "regional.approval.completed",
            {"region": "EMEA", "outcome": "approved"},
            "region-approved",
            "content.team@example.com",
        ),
        (
            "regional.approval.completed",
            {"region": "EMEA", "outcome": "rejected"},
            "region-rejected",
            "product.management@example.com",
        ),
    ],
)
def test_what_becomes_of_an_item_is_told_to_those_who_go_on_from_there(
    event_type: str, data: dict[str, Any], rule: str, address: str
) -> None:
    said = Memory().hear(an_event_of(event_type, {"itemId": ids.SIDEBOARD, **data}, f"item/{ids.SIDEBOARD}"))
    assert said.matched == {rule}
    (then,) = (one.then for one in CONFIGURATION.rules if one.id == rule)
    assert then is not None
    assert [one.email for one in resolve(CONFIGURATION.audiences[then.audience], said.facts)] == [address]
    assert said.facts["now"] == NOW
