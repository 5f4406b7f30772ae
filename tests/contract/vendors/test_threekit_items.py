"""Catalogue items: read, found in the streamed export, and imported whole (docs/vendor/threekit.md 2.3, 2.4, 6)."""

import copy
import json
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from tests.contract.vendors.clients import THREEKIT_SECRET, Secret, at_now, threekit_at

from herald.adapters import json_stream
from herald.adapters.http_client import HttpClient
from herald.adapters.threekit import ThreekitPlatform
from herald.domain.errors import CallFailed, Fate, Reason
from simulators import ThreekitSimulator
from simulators.threekit.seed import ids

EXPORT = "/api/products/export/json"
ITEM = {"id": ids.SOFA, "tags": ["seating"]}
UNTAGGED = {"id": ids.SOFA, "tags": []}
OTHER = '{"query": {"id": "other"}, "product": {"name": "Lamp"}}'


def with_decimals(value: Any) -> Any:
    return json.loads(json.dumps(value), parse_float=Decimal)


def queries(threekit: ThreekitSimulator) -> list[Any]:
    assert {(seen.request.method, seen.request.path) for seen in threekit.requests} == {("GET", EXPORT)}
    return [seen.request.query for seen in threekit.requests]


def test_an_item_is_read_with_its_metadata_as_a_map(threekit: ThreekitSimulator) -> None:
    item = threekit_at(threekit.url).item(ids.SOFA)
    assert item == with_decimals(threekit.assets[ids.SOFA])
    assert item["metadata"]["SKU"]
    seen = threekit.requests[-1].request
    assert (seen.method, seen.path, seen.query) == ("GET", f"/api/assets/{ids.SOFA}", {})


def test_the_record_of_an_item_is_found_by_one_of_its_tags(threekit: ThreekitSimulator) -> None:
    client = threekit_at(threekit.url)
    item = client.item(ids.SOFA)
    threekit.requests.clear()
    record = client.item_record(item)
    assert record == with_decimals({"query": {"id": ids.SOFA}, "product": threekit.definitions[ids.SOFA]})
    assert queries(threekit) == [{"tags": [item["tags"][0]]}]
    assert threekit.requests[-1].request.headers["authorization"] == f"Bearer {ids.PRIVATE_TOKEN}"


@pytest.mark.parametrize("tags", [[], None, "seating", [7, None, ""], {}], ids=repr)
def test_an_item_without_a_tag_is_looked_for_in_the_whole_export(threekit: ThreekitSimulator, tags: Any) -> None:
    record = threekit_at(threekit.url).item_record({"id": ids.SOFA, "tags": tags})
    assert record["query"] == {"id": ids.SOFA}
    assert queries(threekit) == [{}]


def test_a_tag_that_the_filter_does_not_know_costs_a_second_reading(threekit: ThreekitSimulator) -> None:
    record = threekit_at(threekit.url).item_record({"id": ids.SOFA, "tags": ["#sofa & more+"]})
    assert record["query"] == {"id": ids.SOFA}
    assert queries(threekit) == [{"tags": ["#sofa & more+"]}, {}]


@pytest.mark.parametrize("body", ["[]", '[{"query": {}, "product": {}}, {}, {"query": null}]'])
def test_a_record_that_is_nowhere_is_a_permanent_failure(threekit: ThreekitSimulator, body: str) -> None:
    threekit.faults.next(f"GET {EXPORT}", times=2, status=200, body=body)
    with pytest.raises(CallFailed) as failed:
        threekit_at(threekit.url).item_record(ITEM)
    assert (failed.value.fate, failed.value.reason) == (Fate.PERMANENT, Reason.NOT_FOUND)
    assert queries(threekit) == [{"tags": ["seating"]}, {}]


SOUGHT = f'"query": {{"id": "{ids.SOFA}"}}'
NO_LISTS = ["", "   ", "{}", '"text"', "7", "null", "<html>", "]", f"{OTHER}]", f'{{"item": [{OTHER}]}}']
BROKEN_LISTS = [
    "[",
    f"[{OTHER}",
    f"[{OTHER},",
    f"[{OTHER},]",
    f"[{OTHER} {OTHER}]",
    f"[{OTHER}] more",
    f"\ufeff[{OTHER}]",
]
OTHER_LISTS = ["[7]", "[[]]", f"[[{OTHER}]]", f"[{OTHER},7]", "[" * 5000 + "]" * 5000]
BROKEN_ENTRIES = [
    f"[{{{inside}}}]"
    for inside in (
        '"a": NaN', '"a": 1e999999999999999999999', f'"a": {"9" * 5000}', '"a": "\\ud8"', '"a": "\n"', "7",
        f'"a": {"[" * 5000}{"]" * 5000}', SOUGHT, f'{SOUGHT}, "product": []',
        f'{SOUGHT}, "product": {{"deep": {"[" * 150}{"]" * 150}}}',
    )
]  # fmt: skip


@pytest.mark.parametrize(
    "body", [*NO_LISTS, *BROKEN_LISTS, *OTHER_LISTS, *BROKEN_ENTRIES], ids=lambda body: f"{body[:30]}{len(body)}"
)
def test_an_answer_that_is_no_export_is_unreadable(threekit: ThreekitSimulator, body: str) -> None:
    threekit.faults.next(f"GET {EXPORT}", status=200, body=body)
    with pytest.raises(CallFailed) as failed:
        threekit_at(threekit.url).item_record(UNTAGGED)
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.ANSWER_UNREADABLE)
    assert len(threekit.requests) == 1


class Export(HttpClient):
    """An ``HttpClient`` whose streams are given, and count how far they were read."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        super().__init__(["https://vendor.example"], at_now)
        self._export = chunks
        self.given = 0
        self.closed = False

    @contextmanager
    def stream(self, *_: Any, **__: Any) -> Iterator[Iterator[bytes]]:
        yield self._counted()
        self.closed = True

    def _counted(self) -> Iterator[bytes]:
        for chunk in self._export:
            self.given += len(chunk)
            yield chunk


def platform(export: Export) -> ThreekitPlatform:
    return ThreekitPlatform(export, "https://vendor.example", Secret(THREEKIT_SECRET))


def export_of(records: Iterable[bytes]) -> Iterator[bytes]:
    yield b"["
    for number, record in enumerate(records):
        yield b"," * bool(number) + record
    yield b"]"


def other_records(number: int) -> Iterator[bytes]:
    for one in range(number):
        yield json.dumps({"query": {"id": f"other-{one}"}, "product": {"name": "x" * 10_000}}).encode()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_it_does_not_matter_where_the_export_is_cut_into_chunks(size: int) -> None:
    other = '{"query": {"id": "a"}, "product": {"name": "}]{[\\"\\\\"}}'
    sought = '{"query": {"id": "sofa"}, "product": {"name": "Größe \\ud83d\\ude00\N{GRINNING FACE}", "p": 0.10}}'
    raw = f" [ {other}\n,\t{sought}\r\n] ".encode()
    export = Export(raw[at : at + size] for at in range(0, len(raw), size))
    record = platform(export).item_record({"id": "sofa"})
    assert record == {
        "query": {"id": "sofa"},
        "product": {"name": "Größe " + 2 * "\N{GRINNING FACE}", "p": Decimal("0.10")},
    }


def test_an_answer_that_is_not_utf8_is_unreadable() -> None:
    with pytest.raises(CallFailed) as failed:
        platform(Export([b'[{"a": "\xc3', b'("}]'])).item_record({"id": "sofa"})
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.ANSWER_UNREADABLE)


def test_a_text_that_no_encoding_holds_comes_back_as_it_was() -> None:
    record = platform(Export([b'[{"query": {"id": "sofa"}, "product": {"name": "\\ud800x"}}]'])).item_record(
        {"id": "sofa"}
    )
    assert record["product"] == {"name": "\ud800x"}


def test_nothing_is_read_after_the_record() -> None:
    def records() -> Iterator[bytes]:
        yield from other_records(3)
        yield b'{"query": {"id": "sofa"}, "product": {}}'
        pytest.fail("read on")

    export = Export(export_of(records()))
    assert platform(export).item_record({"id": "sofa"})["product"] == {}
    assert export.closed


def test_an_export_of_two_hundred_megabytes_needs_little_memory() -> None:
    # The last record is the one looked for, so that all of it is read.
    def records() -> Iterator[bytes]:
        yield from other_records(20_000)
        yield b'{"query": {"id": "sofa"}, "product": {}}'

    export = Export(export_of(records()))
    tracemalloc.start()
    try:
        platform(export).item_record({"id": "sofa"})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert export.given > 200_000_000
    assert peak < 2_000_000


def test_one_record_is_not_read_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MAX_ANSWER_BYTES", 100_000)

    def endless() -> Iterator[bytes]:
        yield b'[{"name": "'
        while True:
            yield b"x" * 1000

    export = Export(endless())
    with pytest.raises(CallFailed) as failed:
        platform(export).item_record({"id": "sofa"})
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.ANSWER_UNREADABLE)
    assert export.given < 110_000


def test_a_record_is_imported_whole(threekit: ThreekitSimulator) -> None:
    client = threekit_at(threekit.url)
    before = copy.deepcopy(threekit.definitions[ids.SOFA])
    record = client.item_record(client.item(ids.SOFA))
    row = {"name": "herald_note", "type": "String", "defaultValue": '{"locales":["de-DE"]}'}
    record["product"]["metadata"].append(row)
    client.import_item(record)
    seen = threekit.requests[-1].request
    assert (seen.method, seen.path, seen.query) == ("POST", "/api/products/import", {})
    assert seen.headers["content-type"] == "application/json"
    assert json.loads(seen.body, parse_float=Decimal) == [record]
    assert threekit.definitions[ids.SOFA] == {**before, "metadata": [*before["metadata"], row]}
    assert client.item(ids.SOFA)["metadata"]["herald_note"] == row["defaultValue"]


def test_prices_pass_through_an_import_with_the_digits_they_were_read_with(threekit: ThreekitSimulator) -> None:
    written = '{"name":"Sofa","p":[0.10,12345678901234567890.123456789,1E-12,3,100.0,-0.50]}'
    threekit.faults.next(f"GET {EXPORT}", status=200, body=f'[{{"query":{{"id":"{ids.SOFA}"}},"product":{written}}}]')
    threekit.faults.next("POST /api/products/import", status=200, body={})
    client = threekit_at(threekit.url)
    client.import_item(client.item_record(UNTAGGED))
    assert threekit.requests[-1].request.body.decode() == f'[{{"query":{{"id":"{ids.SOFA}"}},"product":{written}}}]'


def test_an_import_that_threekit_refuses_is_permanent(threekit: ThreekitSimulator) -> None:
    with pytest.raises(CallFailed) as failed:
        threekit_at(threekit.url).import_item({"query": {"id": ids.SOFA}})
    assert (failed.value.fate, failed.value.reason, failed.value.status) == (Fate.PERMANENT, Reason.REFUSED, 422)
