"""The catalogue side of Threekit: what is asked for, what comes, and what becomes of every way in which it may not."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contract.vendors.clients import IMPATIENT, PATIENT, THREEKIT_SECRET, Secret, at_now

from herald.adapters import json_stream
from herald.adapters.http_client import HttpClient, Timeouts
from herald.adapters.json_stream import members, objects
from herald.adapters.threekit_catalog import ThreekitCatalog
from herald.catalog_ports import Page
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.fates import Break, Call, ruling_for_break, ruling_for_status
from simulators import ThreekitSimulator
from simulators.threekit.generated import Generated
from simulators.threekit.seed import ids

TABLE = ids.DATATABLE_FINISHES
STATUSES = [
    201, 202, 204, 206, 301, 302, 303, 304, 307, 308,
    400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 418, 422, 425, 429, 431, 451,
    500, 501, 502, 503, 504, 507, 511, 520, 599,
]  # fmt: skip
ITEMS = 230


def catalog_at(url: str, *, timeouts: Timeouts = PATIENT) -> ThreekitCatalog:
    """A client of the catalogue."""
    return ThreekitCatalog(HttpClient([url], at_now, timeouts=timeouts), url, Secret(THREEKIT_SECRET))


def exported(catalog: ThreekitCatalog, tag: str | None = None) -> list[tuple[str, dict[str, Any]]]:
    with catalog.export(tag) as records:
        return list(records)


def translated(catalog: ThreekitCatalog, locale: str = "de-DE") -> list[tuple[str, str]]:
    with catalog.translations(locale) as told:
        return list(told)


@pytest.fixture
def generated(threekit: ThreekitSimulator) -> Iterator[ThreekitSimulator]:
    """The simulator with a generated catalogue of some pages."""
    threekit.serve(Generated(1, ITEMS, faults=0.05))
    yield threekit
    threekit.serve(None)


@pytest.fixture(params=["seed", "generated"])
def either(request: pytest.FixtureRequest, threekit: ThreekitSimulator) -> ThreekitSimulator:
    if request.param == "generated":
        request.getfixturevalue("generated")
    return threekit


def plain(value: Any) -> Any:
    """The same with fractions as they are read."""
    return json.loads(json.dumps(value), parse_float=Decimal)


def pages(read: Callable[[int], Page]) -> list[Page]:
    found = [read(1)]
    while len(found[-1].records) == 100:
        found.append(read(len(found) + 1))
    return found


# ---------------------------------------------------------------- what is asked for


@dataclass(frozen=True)
class Asked:
    """A call: its route, the path and query that are asked for, how it is made."""

    route: str
    path: str
    query: dict[str, list[str]]
    make: Callable[[ThreekitCatalog], Any]
    streams: bool = False
    lists: str = ""


CALLS = {
    "organisation": Asked("GET /api/orgs/*", f"/api/orgs/{ids.ORG}", {}, lambda catalog: catalog.organisation(ids.ORG)),
    "pricebooks": Asked(
        "GET /api/orgs/*/pricebooks", f"/api/orgs/{ids.ORG}/pricebooks", {},
        lambda catalog: catalog.pricebooks(ids.ORG), lists="pricebooks",
    ),
    "tags": Asked(
        "GET /api/tags", "/api/tags", {"page": ["1"], "perPage": ["100"]}, lambda catalog: catalog.tags(), lists="tags",
    ),
    "translations": Asked(
        "GET /api/assets/translations", "/api/assets/translations", {"locale": ["de-DE"]}, translated, streams=True,
    ),
    "datatable_rows": Asked(
        "GET /api/datatables/*", f"/api/datatables/{TABLE}/rows", {"all": ["true"]},
        lambda catalog: catalog.datatable_rows(TABLE), lists="rows",
    ),
    "assets_page": Asked(
        "GET /api/assets", "/api/assets", {"page": ["1"], "perPage": ["100"], "sort": ["+createdAt"]},
        lambda catalog: catalog.assets_page(1), lists="assets",
    ),
    "configurations_page": Asked(
        "GET /api/configurations", "/api/configurations", {"page": ["1"], "perPage": ["100"], "sort": ["+createdAt"]},
        lambda catalog: catalog.configurations_page(1), lists="configurations",
    ),
    "export": Asked("GET /api/products/export/json", "/api/products/export/json", {}, exported, streams=True),
    "export of a tag": Asked(
        "GET /api/products/export/json", "/api/products/export/json", {"tags": ["Fabric & Co #1"]},
        lambda catalog: exported(catalog, "Fabric & Co #1"), streams=True,
    ),
    "orders_page": Asked(
        "GET /api/orders", "/api/orders", {"page": ["1"], "perPage": ["100"], "sort": ["-createdAt"]},
        lambda catalog: catalog.orders_page(1, "-createdAt"), lists="orders",
    ),
    "item": Asked("GET /api/assets/*", f"/api/assets/{ids.SOFA}", {}, lambda catalog: catalog.item(ids.SOFA)),
}  # fmt: skip
STREAMS = [name for name, call in CALLS.items() if call.streams]
LISTS = [name for name, call in CALLS.items() if call.lists]


@pytest.mark.parametrize("name", CALLS)
def test_each_call_is_one_request_with_documented_parameters_alone(threekit: ThreekitSimulator, name: str) -> None:
    CALLS[name].make(catalog_at(threekit.url))

    [seen] = threekit.requests
    assert (seen.status, seen.request.method, seen.request.path) == (200, "GET", CALLS[name].path)
    assert seen.request.query == CALLS[name].query
    assert seen.request.headers["authorization"] == f"Bearer {ids.PRIVATE_TOKEN}"


@pytest.mark.parametrize("page", [2, 7, 9999])
def test_the_page_asked_for_is_the_one_wanted(threekit: ThreekitSimulator, page: int) -> None:
    catalog = catalog_at(threekit.url)
    assert list(catalog.assets_page(page).records) == list(catalog.configurations_page(page).records) == []
    assert [seen.request.query["page"] for seen in threekit.requests] == [[str(page)]] * 2


# ---------------------------------------------------------------- what comes


def test_an_organisation_with_its_pricebooks_and_languages(threekit: ThreekitSimulator) -> None:
    catalog = catalog_at(threekit.url)
    assert catalog.organisation(ids.ORG) == plain(threekit.state.org)
    assert catalog.organisation(ids.ORG)["languages"]["defaultValue"] == "en-US"
    assert {one["name"]: one["currencies"] for one in catalog.pricebooks(ids.ORG)} == {
        one["name"]: one["currencies"] for one in threekit.state.pricebooks.values()
    }


@pytest.mark.parametrize("org", ["", "../orders", "a/b", "x" * 65, "?all=true"])
def test_what_is_no_id_is_not_asked_for(threekit: ThreekitSimulator, org: str) -> None:
    catalog = catalog_at(threekit.url)
    reads: tuple[Callable[[str], object], ...] = (
        catalog.organisation, catalog.pricebooks, catalog.datatable_rows, catalog.item,
    )  # fmt: skip
    for read in reads:
        with pytest.raises(CallFailed) as failed:
            read(org)
        assert (failed.value.fate, failed.value.reason) == (Fate.PERMANENT, Reason.NOT_FOUND)
    assert threekit.requests == []


def test_all_assets_come_once_in_pages_with_their_number(either: ThreekitSimulator) -> None:
    found = pages(catalog_at(either.url).assets_page)
    records = [record for page in found for record in page.records]
    assert {page.count for page in found} == {len(records)}
    assert len({record["id"] for record in records}) == len(records) > 20
    assert [record["createdAt"] for record in records] == sorted(record["createdAt"] for record in records)
    assert (len(found) > 1) == (either.generated is not None)


def test_all_configurations_come_once_in_pages_with_their_number(either: ThreekitSimulator) -> None:
    found = pages(catalog_at(either.url).configurations_page)
    records = [record for page in found for record in page.records]
    assert {page.count for page in found} == {len(either.configurations)}
    assert {record["id"]: record for record in records} == plain(either.configurations)


def test_configurations_of_several_pages(threekit: ThreekitSimulator) -> None:
    threekit.serve(Generated(1, 60, configurations=205))
    try:
        found = pages(catalog_at(threekit.url).configurations_page)
    finally:
        threekit.serve(None)
    assert [len(page.records) for page in found] == [100, 100, 5]
    assert len({record["id"] for page in found for record in page.records}) == 205


@pytest.mark.parametrize("count", ["absent", None, "7", 7.5, True, []])
def test_a_number_of_records_that_is_none_is_not_relied_on(threekit: ThreekitSimulator, count: Any) -> None:
    body = {"assets": [{"id": "a"}]} if count == "absent" else {"assets": [{"id": "a"}], "count": count}
    threekit.faults.next("GET /api/assets", status=200, body=body)
    assert catalog_at(threekit.url).assets_page(1) == Page([{"id": "a"}], None)


def test_every_exported_record_comes_as_text_and_as_value(either: ThreekitSimulator) -> None:
    catalog = catalog_at(either.url)
    found = exported(catalog)
    assert [json.loads(text, parse_float=Decimal) for text, _ in found] == [record for _, record in found]
    listed = [record for page in pages(catalog.assets_page) for record in page.records if record["type"] == "item"]
    assert sorted(record["query"]["id"] for _, record in found) == sorted(record["id"] for record in listed)
    assert all(record["product"]["attributes"] is not None for _, record in found)


def test_of_a_tag_only_its_bearers_records_come(either: ThreekitSimulator) -> None:
    catalog = catalog_at(either.url)
    tag = next(one for one in catalog.tags() if one["id"] == ids.TAG_LIGHTING)
    found = {record["query"]["id"] for _, record in exported(catalog, tag["name"])}
    listed = [record for page in pages(catalog.assets_page) for record in page.records if record["type"] == "item"]
    assert found == {record["id"] for record in listed if ids.TAG_LIGHTING in record["tagids"]} != set()
    assert exported(catalog, "nothing bears this") == []


def test_translations_come_as_they_stand_and_unknown_languages_have_none(either: ThreekitSimulator) -> None:
    catalog = catalog_at(either.url)
    found = translated(catalog)
    assert len(dict(found)) == len(found) > 20
    if either.generated is None:
        assert dict(found) == either.state.translations["de-DE"]
    assert translated(catalog, "tlh-QO") == []


def test_a_translation_that_is_no_text_is_left_out(threekit: ThreekitSimulator) -> None:
    body = '{"a": "b", "c": null, "d": 7.5, "e": ["f"], "g": {"h": "i"}, "": ""}'
    threekit.faults.next("GET /api/assets/translations", status=200, body=body)
    assert translated(catalog_at(threekit.url)) == [("a", "b"), ("", "")]


def test_all_rows_of_a_datatable_come(either: ThreekitSimulator) -> None:
    rows = catalog_at(either.url).datatable_rows(TABLE)
    assert len(rows) == (ITEMS if either.generated else len(either.state.datatable_rows[TABLE]))
    assert all(isinstance(row["value"], dict) for row in rows)


def test_a_deleted_item_is_answered_with_when(threekit: ThreekitSimulator) -> None:
    threekit.delete_item(ids.SOFA)
    assert catalog_at(threekit.url).item(ids.SOFA)["deletedAt"]


def tags_page(*names: str) -> dict[str, Any]:
    return {"status": 200, "body": {"tags": [{"id": name} for name in names]}}


HUNDRED = [f"tag-{number}" for number in range(100)]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([tags_page()], []),
        ([tags_page("a", "b")], ["a", "b"]),
        ([tags_page(*HUNDRED), tags_page("a")], [*HUNDRED, "a"]),
        ([tags_page(*HUNDRED), tags_page()], HUNDRED),
        # Where the list is not paged, every page is the whole of it.
        ([tags_page(*HUNDRED), tags_page(*HUNDRED)], HUNDRED),
        ([tags_page(*HUNDRED, "a"), tags_page(*HUNDRED, "a")], [*HUNDRED, "a"]),
    ],
)
def test_tags_are_read_to_the_end_paged_or_not(
    threekit: ThreekitSimulator, answers: list[dict[str, Any]], expected: list[str]
) -> None:
    for answer in answers:
        threekit.faults.next("GET /api/tags", **answer)
    assert [tag["id"] for tag in catalog_at(threekit.url).tags()] == expected
    asked = [seen.request.query for seen in threekit.requests]
    assert asked == [{"page": [str(number)], "perPage": ["100"]} for number in range(1, len(answers) + 1)]


def test_the_tags_of_the_organisation(threekit: ThreekitSimulator) -> None:
    assert {tag["id"] for tag in catalog_at(threekit.url).tags()} == set(threekit.state.tags)


# ---------------------------------------------------------------- every way in which it may not come


def failure_of(name: str, url: str, wait: Timeouts = PATIENT) -> CallFailed:
    with pytest.raises(CallFailed) as failed:
        CALLS[name].make(catalog_at(url, timeouts=wait))
    return failed.value


@pytest.mark.parametrize("name", CALLS)
def test_every_status_ends_in_its_fate_after_one_request(threekit: ThreekitSimulator, name: str) -> None:
    for status in STATUSES:
        threekit.requests.clear()
        threekit.faults.next(CALLS[name].route, status=status, headers={"Retry-After": "7"})
        ruling = ruling_for_status(Call.READ, status)
        assert ruling is not None
        failure = failure_of(name, threekit.url)
        assert (failure.fate, failure.reason, failure.status) == (ruling.fate, ruling.reason, status)
        assert failure.retry_after == (7.0 if failure.fate is Fate.TRANSIENT and status >= 300 else failure.retry_after)
        assert len(threekit.requests) == 1


@pytest.mark.parametrize(
    ("status", "fate", "reason", "retry_after"),
    [
        (401, Fate.TRANSIENT, Reason.AUTHENTICATION, 7.0),
        (403, Fate.TRANSIENT, Reason.AUTHENTICATION, 7.0),
        (404, Fate.PERMANENT, Reason.NOT_FOUND, None),
        (422, Fate.PERMANENT, Reason.REFUSED, None),
        (429, Fate.TRANSIENT, Reason.RATE_LIMITED, 7.0),
        (500, Fate.TRANSIENT, Reason.SERVER_ERROR, 7.0),
        (502, Fate.TRANSIENT, Reason.SERVER_ERROR, 7.0),
        (503, Fate.TRANSIENT, Reason.SERVER_ERROR, 7.0),
        (504, Fate.TRANSIENT, Reason.TIMED_OUT, 7.0),
    ],
)
@pytest.mark.parametrize("name", CALLS)
def test_the_documented_statuses_and_what_they_mean(
    threekit: ThreekitSimulator, name: str, status: int, fate: Fate, reason: Reason, retry_after: float | None
) -> None:
    threekit.faults.next(CALLS[name].route, status=status, headers={"Retry-After": "7"})
    failure = failure_of(name, threekit.url)
    assert (failure.fate, failure.reason, failure.retry_after) == (fate, reason, retry_after)


LOST, LATE, UNREADABLE = Break.ANSWER_LOST, Break.ANSWER_TIMED_OUT, Break.ANSWER_UNREADABLE


@pytest.mark.parametrize(
    ("fault", "where", "wait"),
    [
        ({"reset": "before_body"}, LOST, PATIENT),
        ({"reset": "before_effect"}, LOST, PATIENT),
        ({"reset": "after_effect"}, LOST, PATIENT),
        ({"answer": "truncated"}, LOST, PATIENT),
        ({"hang_seconds": 30.0}, LATE, IMPATIENT),
        ({"answer": "invalid_json"}, UNREADABLE, PATIENT),
        ({"status": 200, "body": ""}, UNREADABLE, PATIENT),
        ({"status": 200, "body": "null"}, UNREADABLE, PATIENT),
        ({"status": 200, "body": '"text"'}, UNREADABLE, PATIENT),
        ({"status": 200, "body": '[{"a": NaN}]'}, UNREADABLE, PATIENT),
        ({"status": 200, "body": '{"a": NaN}'}, UNREADABLE, PATIENT),
        ({"status": 200, "body": '{"a": 1e999999999999999999999}'}, UNREADABLE, PATIENT),
        ({"status": 200, "body": '[{"a": 1e999999999999999999999}]'}, UNREADABLE, PATIENT),
        ({"status": 200, "body": "[" * 5000 + "]" * 5000}, UNREADABLE, PATIENT),
        ({"status": 200, "body": {}, "headers": {"Content-Encoding": "gzip"}}, UNREADABLE, PATIENT),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else None,
)
@pytest.mark.parametrize("name", CALLS)
def test_every_break_ends_in_its_fate_after_one_request(
    threekit: ThreekitSimulator, name: str, fault: dict[str, Any], where: Break, wait: Timeouts
) -> None:
    threekit.faults.next(CALLS[name].route, **fault)
    failure = failure_of(name, threekit.url, wait)
    ruling = ruling_for_break(Call.READ, where)
    assert (failure.fate, failure.reason) == (ruling.fate, ruling.reason)
    assert len(threekit.requests) == 1


@pytest.mark.parametrize("body", ["[]", "{}", '{"%s": null}', '{"%s": {}}', '{"%s": [{}, 7]}', '{"%s": [[]]}'])
@pytest.mark.parametrize("name", LISTS)
def test_an_answer_without_a_list_of_objects_is_unreadable(threekit: ThreekitSimulator, name: str, body: str) -> None:
    threekit.faults.next(CALLS[name].route, status=200, body=body.replace("%s", CALLS[name].lists))
    failure = failure_of(name, threekit.url)
    assert (failure.fate, failure.reason) == (Fate.TRANSIENT, Reason.ANSWER_UNREADABLE)


def test_the_public_token_and_a_secret_without_one(threekit: ThreekitSimulator) -> None:
    for secret, asked in (({"private_token": ids.PUBLIC_TOKEN}, 1), ({}, 0), ({"private_token": "t\N{EURO SIGN}"}, 0)):
        threekit.requests.clear()
        catalog = ThreekitCatalog(HttpClient([threekit.url], at_now, timeouts=PATIENT), threekit.url, Secret(secret))
        with pytest.raises(CallFailed) as failed, catalog.export(None):
            pytest.fail("there is nothing to read")
        assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.AUTHENTICATION)
        assert len(threekit.requests) == asked


# ---------------------------------------------------------------- streams that break in the middle


def streamed(name: str, catalog: ThreekitCatalog, got: list[Any]) -> None:
    context: Any = catalog.export(None) if name == "export" else catalog.translations("de-DE")
    with context as parts:
        for part in parts:
            got.append(part)


def parts_of(name: str, count: int) -> list[str]:
    if name == "export":
        return [f'{{"query":{{"id":"{number}"}},"product":{{"name":"é{"x" * 200}"}}}}' for number in range(count)]
    return [f'"text {number}":"Text é {"x" * 200}"' for number in range(count)]


def whole(name: str, count: int) -> str:
    opening, closing = "[]" if name == "export" else "{}"
    return opening + ",".join(parts_of(name, count)) + closing


@pytest.mark.parametrize(
    ("cut", "reason"),
    [
        (lambda text: text[: len(text) // 2], Reason.ANSWER_UNREADABLE),
        (lambda text: text[:-1], Reason.ANSWER_UNREADABLE),
        (lambda text: text[:-2], Reason.ANSWER_UNREADABLE),
        (lambda text: text + "x", Reason.ANSWER_UNREADABLE),
        (lambda text: text + text, Reason.ANSWER_UNREADABLE),
        (lambda text: text[:-1] + "," + text[-1], Reason.ANSWER_UNREADABLE),
        (lambda text: text[:-1] + " NaN" + text[-1], Reason.ANSWER_UNREADABLE),
        (lambda text: text.replace(",", ";", 3)[:-1], Reason.ANSWER_UNREADABLE),
    ],
)
@pytest.mark.parametrize("name", ["export", "translations"])
def test_a_text_that_goes_astray_in_the_middle_is_unreadable_at_the_end(
    threekit: ThreekitSimulator, name: str, cut: Callable[[str], str], reason: Reason
) -> None:
    threekit.faults.next(CALLS[name].route, status=200, body=cut(whole(name, 40)))
    got: list[Any] = []
    with pytest.raises(CallFailed) as failed:
        streamed(name, catalog_at(threekit.url), got)
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, reason)
    assert len(got) <= 40


@contextmanager
def server_that(answers: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """Takes one connection, reads a request, and leaves the answer to ``answers`` until the test is over."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.recv(65536)
                answers(connection, over)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        thread.join(5)


def reset(connection: socket.socket, over: threading.Event) -> None:
    over.wait(0.2)  # until what was sent is read: a reset takes it away
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang(_connection: socket.socket, over: threading.Event) -> None:
    over.wait(30)


def end_early(connection: socket.socket, _over: threading.Event) -> None:
    connection.shutdown(socket.SHUT_WR)


def send_no_chunk(connection: socket.socket, _over: threading.Event) -> None:
    connection.sendall(b"this is no chunk\r\n")


@pytest.mark.parametrize(
    ("breaks", "reason", "wait"),
    [
        (reset, Reason.CONNECTION_LOST, PATIENT),
        (end_early, Reason.CONNECTION_LOST, PATIENT),
        (send_no_chunk, Reason.CONNECTION_LOST, PATIENT),
        (hang, Reason.TIMED_OUT, IMPATIENT),
    ],
)
@pytest.mark.parametrize("name", ["export", "translations"])
def test_a_connection_that_breaks_in_the_middle_ends_the_stream_in_its_fate(
    name: str, breaks: Callable[[socket.socket, threading.Event], None], reason: Reason, wait: Timeouts
) -> None:
    text = whole(name, 40).encode()
    half = text[: len(text) // 2]

    def answers(connection: socket.socket, over: threading.Event) -> None:
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head + b"%x\r\n%b\r\n" % (len(half), half))
        breaks(connection, over)

    got: list[Any] = []
    with server_that(answers) as url, pytest.raises(CallFailed) as failed:
        streamed(name, catalog_at(url, timeouts=wait), got)
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, reason)
    assert 0 < len(got) < 40


@pytest.mark.parametrize("name", ["export", "translations"])
def test_a_stream_that_is_left_early_leaves_the_client_usable(generated: ThreekitSimulator, name: str) -> None:
    catalog = catalog_at(generated.url)
    for _ in range(3):
        context: Any = catalog.export(None) if name == "export" else catalog.translations("de-DE")
        with context as parts:
            next(parts)
    assert len(exported(catalog)) > ITEMS


# ---------------------------------------------------------------- JSON that comes in pieces

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(["{", "}", "[", "]", ",", '"', "\\", "é", "\N{GRINNING FACE}", "\ud83d", "1.5", "\u2028"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=4) | st.sampled_from(['"', "}", "{"]), VALUES, max_size=4)
SPELLINGS = st.fixed_dictionaries(
    {
        "indent": st.none() | st.integers(0, 2),
        "ensure_ascii": st.booleans(),
        "separators": st.sampled_from([(",", ":"), (" ,\t", "\r\n: ")]),
    }
)
BLANKS = st.text(" \t\r\n", max_size=3)
CUTS = st.lists(st.integers(0, 400), max_size=30)


def spelt(value: Any, how: dict[str, Any]) -> bytes:
    text = json.dumps(value, **how)
    # Half a surrogate pair is no UTF-8: it can only be spelt as an escape.
    return "".join(f"\\u{ord(one):04x}" if "\ud800" <= one <= "\udfff" else one for one in text).encode()


def in_pieces(raw: bytes, cuts: Iterable[int]) -> list[bytes]:
    places = sorted({0, len(raw), *(cut for cut in cuts if cut < len(raw))})
    return [raw[start:end] for start, end in pairwise(places)]


def loaded(text: str | bytes) -> Any:
    return json.loads(text, parse_float=Decimal)


@given(st.lists(OBJECTS, max_size=4), SPELLINGS, BLANKS, BLANKS, CUTS)
def test_any_list_of_objects_is_the_same_wherever_it_is_cut(
    value: list[Any], how: dict[str, Any], before: str, after: str, cuts: list[int]
) -> None:
    raw = before.encode() + spelt(value, how) + after.encode()
    found = list(objects(in_pieces(raw, cuts)))
    assert [part for _, part in found] == loaded(raw)
    assert [loaded(text) for text, _ in found] == loaded(raw)


@given(OBJECTS, SPELLINGS, BLANKS, BLANKS, CUTS)
def test_any_object_is_the_same_wherever_it_is_cut(
    value: dict[str, Any], how: dict[str, Any], before: str, after: str, cuts: list[int]
) -> None:
    raw = before.encode() + spelt(value, how) + after.encode()
    assert list(members(in_pieces(raw, cuts))) == list(loaded(raw).items())


@pytest.mark.parametrize("text", ['{"a": 1.5}', '{"a":1e5 , "b":-2.5E-3}', '{"a":1E+2}', '{"a":-0}', '{"a":12345}'])
def test_a_number_that_is_cut_anywhere_is_read_whole(text: str) -> None:
    raw = text.encode()
    for cut in range(len(raw) + 1):
        assert list(members([raw[:cut], raw[cut:]])) == list(loaded(text).items()), raw[:cut]
    assert list(members(raw[place : place + 1] for place in range(len(raw)))) == list(loaded(text).items())


def read_all(read: Callable[[Iterable[bytes]], Iterator[Any]], raw: bytes, cuts: Iterable[int] = ()) -> list[Any]:
    got: list[Any] = []
    with pytest.raises(CallFailed) as failed:
        got.extend(read(in_pieces(raw, cuts)))
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.ANSWER_UNREADABLE)
    return got


@given(st.lists(OBJECTS, min_size=1, max_size=3), SPELLINGS, st.data())
def test_a_list_that_is_cut_off_is_unreadable(value: list[Any], how: dict[str, Any], data: st.DataObject) -> None:
    raw = spelt(value, how)
    read_all(objects, raw[: data.draw(st.integers(0, len(raw) - 1))], data.draw(CUTS))


@given(OBJECTS, SPELLINGS, st.data())
def test_an_object_that_is_cut_off_is_unreadable(value: Any, how: dict[str, Any], data: st.DataObject) -> None:
    raw = spelt(value, how)
    read_all(members, raw[: data.draw(st.integers(0, len(raw) - 1))], data.draw(CUTS))


@given(st.binary(max_size=60), CUTS)
def test_any_bytes_are_read_or_unreadable_and_nothing_else(raw: bytes, cuts: list[int]) -> None:
    for read in (objects, members):
        with suppress(CallFailed):
            list(read(in_pieces(raw, cuts)))


BROKEN_LISTS = [
    "", " ", "[", "]", "{}", "null", "7", '"[]"', "[}", "[1]", "[[]]", "[null]", '["a"]', "[{},]", "[,{}]", "[{}{}]",
    "[{},,{}]", "[{}] [", "[{}]]", "[]{}", "[] x", '[{"a":}]', '[{"a"}]', "[{a:1}]", "[{'a':1}]", '[{"a":1,}]',
    '[{"a":NaN}]', '[{"a":Infinity}]', '[{"a":01}]', '[{"a":"\n"}]', '[{"a":"\\x"}]', "\ufeff[]", "[{}, 7]",
]  # fmt: skip
BROKEN_OBJECTS = [
    "", " ", "{", "}", "[]", "null", "7", '"{}"', "{]", "{1:2}", '{"a"}', '{"a":}', '{"a":1,}', '{,"a":1}',
    '{"a":1 "b":2}', '{"a" 1}', '{"a":1}}', '{"a":1}{', "{} x", '{"a":1;"b":2}', '{"a":NaN}', '{"a":-Infinity}',
    '{"a":tru}', '{"a":01}', "{'a':1}", '{"a":1.}', '{"a":1e}', '{"a":.5}', '{"a":"\n"}', "\ufeff{}",
]  # fmt: skip


@pytest.mark.parametrize(
    ("read", "text"), [(objects, text) for text in BROKEN_LISTS] + [(members, text) for text in BROKEN_OBJECTS]
)
def test_what_is_no_list_of_objects_and_no_object_is_unreadable_wherever_it_is_cut(read: Any, text: str) -> None:
    raw = text.encode()
    for cut in range(len(raw) + 1):
        read_all(read, raw, [cut])


def test_a_part_comes_as_soon_as_it_is_whole() -> None:
    def chunks() -> Iterator[bytes]:
        yield b'[{"a": 1}'
        raise AssertionError("more was read than the first part needs")

    assert next(objects(chunks())) == ('{"a": 1}', {"a": 1})


@pytest.mark.parametrize(
    ("read", "raw"), [(objects, b'[{"a":"\xff"}]'), (objects, b'[{"a":"\xc3'), (members, b'{"\xed\xa0\x80":1}')]
)
def test_what_is_not_utf8_is_unreadable(read: Any, raw: bytes) -> None:
    read_all(read, raw)


@pytest.mark.parametrize(("read", "opening"), [(objects, b"[{"), (members, b"{")])
def test_a_part_without_end_is_not_read_without_end(read: Any, opening: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MAX_ANSWER_BYTES", 10_000)
    taken: list[int] = []

    def chunks() -> Iterator[bytes]:
        yield opening + b'"a":"'
        for number in range(10_000):
            taken.append(number)
            yield b"x" * 1000

    with pytest.raises(CallFailed) as failed:
        list(read(chunks()))
    assert failed.value.reason is Reason.ANSWER_UNREADABLE
    assert len(taken) < 20
