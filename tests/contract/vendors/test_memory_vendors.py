"""The vendors in memory answer as the simulated ones do, as far as use cases can tell."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.contract.vendors.clients import EMAIL, FAX, SMS, WHATSAPP, opentext_at, threekit_at

from herald.adapters.memory_vendors import MemoryOpenText, MemoryThreekit
from herald.domain.delivery import Channel
from herald.domain.errors import CallFailed
from herald.ports import Threekit
from simulators import OpenTextSimulator, ThreekitSimulator
from simulators.threekit.seed import ids

ORDER_ID, MISSING_ID = ids.seed_id(10, 1), ids.seed_id(10, 0xFFF)


@pytest.fixture
def both(threekit: ThreekitSimulator) -> tuple[Threekit, Threekit]:
    """The same org twice: over the wire, and in memory."""
    for number in range(120):
        threekit.add_order(name=f"order {number}")
    state = json.loads(json.dumps(threekit.snapshot()), parse_float=Decimal)
    by_id = {kind: {one["id"]: one for one in state[kind]} for kind in ("orders", "configurations", "jobs", "assets")}
    memory = MemoryThreekit(
        by_id["orders"], by_id["configurations"], by_id["jobs"], items=by_id["assets"],
        records={key: {"query": {"id": key}, "product": product} for key, product in state["definitions"].items()},
    )  # fmt: skip
    return threekit_at(threekit.url), memory


READS: dict[str, Callable[[Threekit], Any]] = {
    "orders, oldest first": lambda threekit: threekit.orders_page(1, "+createdAt"),
    "orders, newest first": lambda threekit: [one["createdAt"] for one in threekit.orders_page(2, "-createdAt")],
    "orders, after the last": lambda threekit: threekit.orders_page(3, "-createdAt"),
    "jobs": lambda threekit: threekit.jobs_page(1),
    "jobs, after the last": lambda threekit: threekit.jobs_page(2),
    "item": lambda threekit: threekit.item(ids.SOFA),
    "item_record": lambda threekit: threekit.item_record(threekit.item(ids.SOFA)),
}


@pytest.mark.parametrize("name", READS)
def test_what_is_read_is_the_same(both: tuple[Threekit, Threekit], name: str) -> None:
    wired, memory = both
    assert READS[name](memory) == READS[name](wired)


@pytest.mark.parametrize("status", [None, "Complete"])
def test_an_order_is_changed_alike(both: tuple[Threekit, Threekit], status: str | None) -> None:
    for threekit in both:
        threekit.put_order(ORDER_ID, {"a": Decimal("0.10")}, status)
    wired, memory = (threekit.order(ORDER_ID) for threekit in both)
    assert (memory["metadata"], memory["status"]) == (wired["metadata"], wired["status"])


def test_an_item_is_imported_alike(both: tuple[Threekit, Threekit]) -> None:
    row = {"name": "herald_note", "type": "String", "defaultValue": "{}"}
    for threekit in both:
        record = threekit.item_record(threekit.item(ids.SOFA))
        record["product"] |= {"name": "Alder", "metadata": [row]}
        threekit.import_item(record)
    wired, memory = ((one.item(ids.SOFA), one.item_record(one.item(ids.SOFA))) for one in both)
    assert memory[1] == wired[1]
    assert [memory[0][name] for name in ("name", "tags", "metadata")] == ["Alder", ["seating"], {"herald_note": "{}"}]
    assert all(memory[0][name] == wired[0][name] for name in ("name", "tags", "metadata"))


MISSING: dict[str, Callable[[Threekit], Any]] = {
    "order": lambda threekit: threekit.order(MISSING_ID),
    "job": lambda threekit: threekit.job(MISSING_ID),
    "item": lambda threekit: threekit.item(MISSING_ID),
    "item_record": lambda threekit: threekit.item_record({"id": MISSING_ID}),
    "put_order": lambda threekit: threekit.put_order(MISSING_ID, {}),
}


@pytest.mark.parametrize("name", MISSING)
def test_what_is_missing_fails_alike(both: tuple[Threekit, Threekit], name: str) -> None:
    failures = []
    for threekit in both:
        with pytest.raises(CallFailed) as failed:
            MISSING[name](threekit)
        failures.append((failed.value.fate, failed.value.reason))
    assert failures[0] == failures[1]


@pytest.mark.parametrize("message", [EMAIL, SMS, WHATSAPP, FAX], ids=lambda message: message.channel)
def test_the_status_of_a_job_is_what_the_vendor_is_set_to_say(opentext: OpenTextSimulator, message: Any) -> None:
    wired, memory = opentext_at(opentext.url), MemoryOpenText()
    job_id = wired.submit(message)
    mine = memory.submit(message)
    memory.statuses[mine] = opentext.finish(job_id).status()
    assert memory.status(message.channel, mine) == wired.status(message.channel, job_id)


def test_a_job_of_which_nothing_is_said_is_unknown(opentext: OpenTextSimulator) -> None:
    for vendor in (opentext_at(opentext.url), MemoryOpenText()):
        with pytest.raises(CallFailed) as failed:
            vendor.status(Channel.SMS, "xsi-0")
        assert failed.value.status == 404
