"""Pages of orders and jobs: asked for with documented parameters only (docs/vendor/threekit.md 2.1, 2.9 and 4)."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.contract.vendors.clients import threekit_at

from herald.adapters.threekit import ThreekitPlatform
from herald.domain.errors import CallFailed, Fate, Reason
from simulators import ThreekitSimulator

Read = Callable[[ThreekitPlatform, int], list[dict[str, Any]]]
READS: dict[str, Read] = {
    "orders": lambda client, page: client.orders_page(page, "-createdAt"),
    "jobs": lambda client, page: client.jobs_page(page),
}


def with_decimals(records: list[dict[str, Any]]) -> Any:
    return json.loads(json.dumps(records), parse_float=Decimal)


def test_the_request_for_orders(threekit: ThreekitSimulator) -> None:
    threekit_at(threekit.url).orders_page(2, "-createdAt")
    seen = threekit.requests[-1].request
    assert (seen.method, seen.path) == ("GET", "/api/orders")
    assert seen.query == {"page": ["2"], "perPage": ["100"], "sort": ["-createdAt"]}


def test_the_request_for_jobs(threekit: ThreekitSimulator) -> None:
    threekit_at(threekit.url).jobs_page(3)
    seen = threekit.requests[-1].request
    assert (seen.method, seen.path) == ("GET", "/api/jobs")
    assert seen.query == {"status": ["stopped"], "page": ["3"], "perPage": ["100"], "sort": ["-createdAt"]}


@pytest.mark.parametrize("sort", ["+createdAt", "-createdAt"])
def test_orders_come_as_they_stand_in_the_order_asked_for(threekit: ThreekitSimulator, sort: str) -> None:
    found = threekit_at(threekit.url).orders_page(1, sort)
    assert threekit.requests[-1].request.query["sort"] == [sort]
    ordered = sorted(threekit.orders.values(), key=lambda order: order["createdAt"], reverse=sort == "-createdAt")
    assert found == with_decimals(ordered)


def test_a_field_that_orders_do_not_sort_by_is_refused_for_good(threekit: ThreekitSimulator) -> None:
    with pytest.raises(CallFailed) as failed:
        threekit_at(threekit.url).orders_page(1, "-updatedAt")
    assert (failed.value.fate, failed.value.reason, failed.value.status) == (Fate.PERMANENT, Reason.REFUSED, 422)


def test_pages_of_a_hundred_hold_every_order_once(threekit: ThreekitSimulator) -> None:
    for number in range(201 - len(threekit.orders)):
        threekit.add_order(name=f"order {number}")
    client = threekit_at(threekit.url)
    pages = [client.orders_page(page, "+createdAt") for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [100, 100, 1, 0]
    assert {order["id"] for page in pages for order in page} == set(threekit.orders)


def test_only_stopped_jobs_come_and_the_newest_first(threekit: ThreekitSimulator) -> None:
    threekit.complete_job(threekit.add_job()["id"])
    threekit.add_job()
    found = threekit_at(threekit.url).jobs_page(1)
    stopped = [job for job in threekit.jobs.values() if job["status"] == "stopped"]
    assert found == with_decimals(sorted(stopped, key=lambda job: job["createdAt"], reverse=True))
    assert 0 < len(found) < len(threekit.jobs)


@pytest.mark.parametrize(
    "body",
    ["[]", '"text"', "null", "{}", '{"%s": null}', '{"%s": {}}', '{"%s": "text"}', '{"%s": [{}, 7]}', '{"%s": [[]]}'],
)
@pytest.mark.parametrize("kind", READS)
def test_an_answer_without_a_list_of_objects_is_unreadable(threekit: ThreekitSimulator, kind: str, body: str) -> None:
    threekit.faults.next("GET /api/*", status=200, body=body.replace("%s", kind))
    with pytest.raises(CallFailed) as failed:
        READS[kind](threekit_at(threekit.url), 1)
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.ANSWER_UNREADABLE)


@pytest.mark.parametrize("kind", READS)
def test_the_rest_of_the_envelope_is_not_relied_on(threekit: ThreekitSimulator, kind: str) -> None:
    threekit.faults.next("GET /api/*", status=200, body={kind: [{"id": "x", "price": 1}]})
    assert READS[kind](threekit_at(threekit.url), 1) == [{"id": "x", "price": 1}]
