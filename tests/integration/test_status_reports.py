"""OpenText's reports: late, repeated, out of order, about nobody. States move forward or not at all."""

import random
from typing import Any

import pytest
from tests.integration.house import House

from herald.domain.delivery import Channel, DeliveryState
from herald.domain.errors import Reason
from simulators.threekit.seed import ids

ORDER = ids.ORDER_BOSTON_HOTEL_NEW


def all_reports(house: House) -> list[dict[str, Any]]:
    """Play every job to its end and return each report on the way, unsent."""
    reports = []
    for job_id, job in house.opentext.jobs.items():
        while not job.finished:
            house.opentext.advance(job_id)
            reports.append(house.status_of(job_id))
    return reports


@pytest.mark.parametrize("seed", range(5))
def test_in_whatever_order_and_however_often_reports_come_the_end_is_the_same(house: House, seed: int) -> None:
    house.vendor_plays = False
    event_id = house.order_created(ORDER)["json"]["id"]
    house.settle()
    reports = all_reports(house) * 2
    random.Random(seed).shuffle(reports)  # noqa: S311
    for report in reports:
        assert house.call_back(report)["statusCode"] in (200, 202)
        house.settle()
    final = {
        (record.notification.rule_id, delivery.channel): delivery.state
        for record in house.trace(event_id).notifications
        for delivery in record.deliveries
    }
    assert final == {
        ("new-order", Channel.EMAIL): DeliveryState.SENT,
        ("large-order", Channel.SMS): DeliveryState.DELIVERED,
    }
    assert house.trace(event_id).broken_at is None


def test_a_late_report_is_recorded_and_not_applied(house: House) -> None:
    house.vendor_plays = False
    event_id = house.order_created(ORDER)["json"]["id"]
    house.settle()
    reports = all_reports(house)
    for report in reversed(reports):
        house.call_back(report)
        house.settle()
    assert "delivery.late_report" in house.actions(event_id)


def test_a_report_about_a_job_that_was_never_ours_is_accepted_and_noted(house: House) -> None:
    body = {
        "job_id": "xsi-999",
        "job_state": ["Complete"],
        "deliveries": [{"sms": "0015550100", "delivery_attempts": [{"state": "Sent"}]}],
    }
    answer = house.call_back(body)
    assert answer["statusCode"] == 202
    house.settle()
    (entry,) = [e for e in house.audit.entries(answer["json"]["id"]) if e.record.action == "callback.unmatched"]
    assert entry.record.outcome == Reason.NOT_OURS


def test_a_report_that_claims_our_reference_under_another_job_is_not_believed(house: House) -> None:
    house.vendor_plays = False
    event_id = house.order_created(ORDER)["json"]["id"]
    house.settle()
    job_id = next(iter(house.opentext.jobs))
    forged = {**house.status_of(job_id), "job_id": "xsi-424242"}
    forged["deliveries"][0]["delivery_attempts"] = [{"state": "Error"}]
    house.call_back(forged)
    house.settle()
    states = {d.state for record in house.trace(event_id).notifications for d in record.deliveries}
    assert states == {DeliveryState.SUBMITTED}


def test_a_delivery_that_opentext_fails_moves_on_to_the_next_channel(house: House) -> None:
    house.opentext.outcomes.set("00*", "error")
    event_id = house.order_created(ORDER)["json"]["id"]
    house.settle()
    large = next(r for r in house.trace(event_id).notifications if r.notification.rule_id == "large-order")
    assert large.delivery(Channel.SMS).state is DeliveryState.FAILED
    assert large.delivery(Channel.SMS).reason is Reason.VENDOR_REPORTED_FAILURE
    assert large.delivery(Channel.EMAIL).state is DeliveryState.SENT
