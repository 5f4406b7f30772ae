"""What is known of items from one scan to the next: kept to the byte, however many there are, and asked for again."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract.ports.aws_resources import Between, counted, create_table, one_at_a_time, refused_with

from herald.adapters.dynamodb_catalog import ATTEMPTS, GETS, WRITES, DynamoItemStates
from herald.adapters.exact_json import dumps
from herald.adapters.memory_catalog import MemoryItemStates
from herald.catalog_ports import ItemStates
from herald.domain.catalog.check import Requirement
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.readiness import Score
from herald.domain.catalog.state import Cellscore, ItemState, state_document
from herald.ports import StorageError

PLAIN = ItemState("item-0", "Sofa", "print", "content", "all", "catalog")
FULL = ItemState(
    id="5eed0005-0000-4000-8000-000000000001",
    name="Söfa \N{COUCH AND LAMP} \ud800\n",
    print="0123456789abcdef",
    content="fedcba9876543210",
    partition="seating",
    steward="anna",
    published_at=datetime(2026, 3, 2, 9, 30, 1, 123456, tzinfo=UTC),
    findings=(
        Finding(
            "missing_price", "item/1", "No price\N{EURO SIGN}", "detail", "pb/EUR",
            {"a": [1, None, True, "x", {"b": "1.50"}], "price": Decimal("1.50"), "$datetime": "no time"}, ("x", "y"),
        ),
        Finding("no_picture", "asset/2", "No picture"),
    ),
    scores={
        "web/EMEA/de-DE": Cellscore(Score(93, {Requirement.TRANSLATION: 0.5, Requirement.PRICE: 0.333}), 70, told=True),
        "web/EMEA/fr-FR": Cellscore(Score(100, {})),
    },
    announced=("EMEA", "APAC"),
    late=("de-DE",),
)  # fmt: skip


def many(count: int) -> list[ItemState]:
    return [replace(PLAIN, id=f"item-{number:04d}", name=f"Item {number}") for number in range(count)]


@pytest.fixture
def on_dynamodb(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., DynamoItemStates]:
    """Make what keeps states in one table, over the client as it is or as ``through`` makes it. It never sleeps."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    table = create_table(dynamodb, "CatalogTable")
    strict = as_strict_as_dynamodb(one_at_a_time(dynamodb))
    return lambda through=lambda client: client: DynamoItemStates(through(strict), table)


def as_strict_as_dynamodb(client: Any) -> Any:
    """A client that refuses one key twice in a request, as DynamoDB does; moto overlooks it where items differ."""

    def wrap(operation: str, request: dict[str, Any], way_on: Callable[..., Any]) -> Any:
        if "RequestItems" not in request:
            return way_on(**request)
        [entries] = request["RequestItems"].values()
        keys = entries["Keys"] if operation == "batch_get_item" else [_key_of(entry) for entry in entries]
        ids = [key["id"]["S"] for key in keys]
        if len(set(ids)) < len(ids):
            error: Any = {"Error": {"Code": "ValidationException", "Message": "keys contain duplicates"}}
            raise ClientError(error, operation)
        assert len(ids) <= (GETS if operation == "batch_get_item" else WRITES)
        return way_on(**request)

    return Between(client, wrap)


def _key_of(entry: Any) -> Any:
    return entry["PutRequest"]["Item"] if "PutRequest" in entry else entry["DeleteRequest"]["Key"]


@pytest.fixture
def states(implementation: str, request: pytest.FixtureRequest) -> ItemStates:
    if implementation == "memory":
        return MemoryItemStates()
    return request.getfixturevalue("on_dynamodb")()  # type: ignore[no-any-return]


def spelt(state: ItemState) -> str:
    return dumps(state_document(state))


def test_what_was_never_kept_is_not_there(states: ItemStates) -> None:
    assert states.load(["item-1", "other"]) == {}


def test_a_state_with_everything_in_it_comes_back_to_the_byte(states: ItemStates) -> None:
    states.keep([FULL, PLAIN])

    loaded = states.load([FULL.id, PLAIN.id])
    assert loaded == {FULL.id: FULL, PLAIN.id: PLAIN}
    assert {identity: spelt(state) for identity, state in loaded.items()} == {
        FULL.id: spelt(FULL), PLAIN.id: spelt(PLAIN),
    }  # fmt: skip
    assert repr(loaded[FULL.id]) == repr(FULL)


def test_a_later_state_replaces_the_one_that_stands(states: ItemStates) -> None:
    states.keep([FULL])
    states.keep([replace(PLAIN, id=FULL.id)])

    assert states.load([FULL.id]) == {FULL.id: replace(PLAIN, id=FULL.id)}


def test_only_what_is_asked_for_is_loaded_and_once(states: ItemStates) -> None:
    states.keep(many(3))

    loaded = states.load(["item-0001", "item-0001", "missing", "item-0002"])
    assert sorted(loaded) == ["item-0001", "item-0002"]


def test_what_is_forgotten_is_gone_and_the_rest_stays(states: ItemStates) -> None:
    states.keep(many(4))
    states.forget(["item-0001", "item-0003", "never-was"])

    assert sorted(states.load([state.id for state in many(4)])) == ["item-0000", "item-0002"]


def test_hundreds_are_kept_loaded_and_forgotten(states: ItemStates) -> None:
    whole = many(2 * GETS + 31)
    states.keep(whole)

    ids = [state.id for state in whole]
    assert states.load([*ids, *(f"missing-{number}" for number in range(150))]) == {one.id: one for one in whole}
    states.forget(ids[:-1])
    assert list(states.load(ids)) == ids[-1:]


@pytest.mark.parametrize("count", [WRITES - 1, WRITES, WRITES + 1])
def test_no_state_is_lost_at_the_edge_of_a_request(states: ItemStates, count: int) -> None:
    states.keep(many(count))
    assert len(states.load([state.id for state in many(count)])) == count


def test_nothing_is_asked_of_where_nothing_is_given(states: ItemStates) -> None:
    states.keep([])
    states.forget([])
    assert states.load([]) == {}


def test_the_same_item_twice_is_kept_as_it_was_last(states: ItemStates) -> None:
    # An export may bring a record twice, when a page of it shifts, and then a segment's states have it twice.
    states.keep([PLAIN, replace(PLAIN, name="later")])
    assert states.load([PLAIN.id])[PLAIN.id].name == "later"


def test_the_same_item_is_forgotten_twice(states: ItemStates) -> None:
    states.keep([PLAIN])
    states.forget([PLAIN.id, PLAIN.id])
    assert states.load([PLAIN.id]) == {}


def test_a_state_is_exchanged_for_another_where_it_stands(states: ItemStates) -> None:
    states.keep([FULL, PLAIN])
    standing = states.load([FULL.id])[FULL.id]
    later = replace(FULL, name="later", scores={})

    assert states.exchange(standing, later) is True
    assert states.load([FULL.id, PLAIN.id]) == {FULL.id: later, PLAIN.id: PLAIN}
    assert states.exchange(standing, replace(FULL, name="too late")) is False
    assert states.load([FULL.id]) == {FULL.id: later}


def test_where_nothing_stands_nothing_is_exchanged(states: ItemStates) -> None:
    assert states.exchange(PLAIN, replace(PLAIN, name="later")) is False
    assert states.load([PLAIN.id]) == {}


@given(
    name=st.text(st.characters(categories=None), max_size=20),
    evidence=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(st.characters(categories=None), max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
    before=st.none() | st.integers(0, 100),
    at=st.none() | st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(fold=0)),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_state_survives(
    states: ItemStates, name: str, evidence: Any, before: int | None, at: datetime | None
) -> None:
    finding = Finding("check", "item/1", name, evidence={"seen": evidence})
    state = replace(
        PLAIN, name=name, findings=(finding,), published_at=at, scores={"c": Cellscore(Score(1, {}), before)}
    )
    states.keep([state])
    assert repr(states.load([state.id])[state.id]) == repr(state)


# ---------------------------------------------------------------- on DynamoDB


def test_requests_are_as_few_as_dynamodb_allows(on_dynamodb: Callable[..., DynamoItemStates]) -> None:
    calls: list[str] = []
    states = on_dynamodb(lambda client: counted(client, calls))

    states.keep([])
    states.forget([])
    states.load([])
    assert calls == []
    states.keep(many(2 * WRITES + 2))
    assert calls == ["batch_write_item"] * 3
    calls.clear()
    states.load([state.id for state in many(GETS + 2)] * 2)
    assert calls == ["batch_get_item"] * 2
    calls.clear()
    states.forget([state.id for state in many(WRITES)])
    assert calls == ["batch_write_item"]


def test_one_item_is_kept_and_loaded_without_batches(on_dynamodb: Callable[..., DynamoItemStates]) -> None:
    # What moves one item of the board is allowed no more than that (template.yaml).
    calls: list[str] = []
    states = on_dynamodb(lambda client: counted(client, calls))
    states.keep([FULL])
    assert states.load([FULL.id, FULL.id]) == {FULL.id: FULL}
    assert states.load(["missing"]) == {}
    assert calls == ["put_item", "get_item", "get_item"]


def leaving_out(client: Any, times: int, seen: list[int]) -> Any:
    """A client that does only the first half of each request, so many times; then whole ones."""
    left = [times]

    def wrap(operation: str, request: dict[str, Any], way_on: Callable[..., Any]) -> Any:
        [(table, asked)] = request["RequestItems"].items()
        entries = asked["Keys"] if operation == "batch_get_item" else asked
        seen.append(len(entries))
        if left[0] <= 0:
            return way_on(**request)
        left[0] -= 1
        half = len(entries) // 2
        done, rest = entries[:half], entries[half:]
        name = "UnprocessedKeys" if operation == "batch_get_item" else "UnprocessedItems"
        put = (lambda some: {"Keys": some}) if operation == "batch_get_item" else (lambda some: some)
        answer = way_on(RequestItems={table: put(done)}) if done else {"Responses": {}}
        return {**answer, name: {table: put(rest)}}

    return Between(client, wrap)


@pytest.mark.parametrize("times", [1, 3, ATTEMPTS - 1])
def test_what_dynamodb_leaves_out_is_asked_for_again(on_dynamodb: Callable[..., DynamoItemStates], times: int) -> None:
    whole = many(20)
    ids = [state.id for state in whole]
    asked: list[int] = []
    on_dynamodb(lambda client: leaving_out(client, times, asked)).keep(whole)
    assert asked[:2] == [20, 10]
    assert len(asked) == times + 1
    assert on_dynamodb(lambda client: leaving_out(client, times, asked)).load(ids) == {one.id: one for one in whole}

    on_dynamodb(lambda client: leaving_out(client, times, asked)).forget(ids)
    assert on_dynamodb().load(ids) == {}


def test_what_is_left_out_again_and_again_is_an_error(on_dynamodb: Callable[..., DynamoItemStates]) -> None:
    attempts: tuple[Callable[[DynamoItemStates], object], ...] = (
        lambda states: states.keep(many(2)),
        lambda states: states.forget([PLAIN.id]),
        lambda states: states.load(["item-0000", "item-0001"]),
    )
    for attempt in attempts:
        asked: list[int] = []
        with pytest.raises(StorageError, match="left some out, again and again"):
            attempt(on_dynamodb(lambda client, asked=asked: leaving_out(client, 1000, asked)))
        assert len(asked) == ATTEMPTS


def test_pauses_grow_and_stay_short(
    on_dynamodb: Callable[..., DynamoItemStates], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(random, "uniform", lambda _least, most: most)

    with pytest.raises(StorageError):
        on_dynamodb(lambda client: leaving_out(client, 1000, [])).keep(many(2))
    assert slept == sorted(slept)
    assert sum(slept) < 20


@pytest.mark.parametrize("count", [1, 2, 3 * GETS])
def test_throttling_is_an_error_that_quotes_nothing(throttled: ClientError, count: int) -> None:
    states = DynamoItemStates(refused_with(throttled), "catalog")
    ids = [state.id for state in many(count)]
    attempts: list[Callable[[], object]] = [
        lambda: states.load(ids),
        lambda: states.keep(many(count)),
        lambda: states.forget(ids),
    ]
    for attempt in attempts:
        with pytest.raises(StorageError, match="ThrottlingException") as caught:
            attempt()
        assert "example.com" not in str(caught.value)


def test_one_part_that_fails_fails_the_whole(
    on_dynamodb: Callable[..., DynamoItemStates], throttled: ClientError
) -> None:
    def third_fails(client: Any) -> Any:
        calls: list[int] = []

        def wrap(_operation: str, request: dict[str, Any], way_on: Callable[..., Any]) -> Any:
            calls.append(1)
            if len(calls) == 3:
                raise throttled
            return way_on(**request)

        return one_at_a_time(Between(client, wrap))

    with pytest.raises(StorageError):
        on_dynamodb(third_fails).keep(many(5 * WRITES))
    with pytest.raises(StorageError):
        on_dynamodb(third_fails).load([state.id for state in many(5 * GETS)])


def test_a_large_state_is_packed(on_dynamodb: Callable[..., DynamoItemStates]) -> None:
    findings = tuple(Finding("check", f"item/{number}", "the same text again " * 20) for number in range(1500))
    large: Mapping[str, ItemState] = {PLAIN.id: replace(PLAIN, findings=findings)}
    assert len(spelt(large[PLAIN.id])) > 500_000
    states = on_dynamodb()
    states.keep(list(large.values()))
    assert states.load([PLAIN.id]) == large


def test_a_large_state_is_exchanged_too(on_dynamodb: Callable[..., DynamoItemStates]) -> None:
    findings = tuple(Finding("check", f"item/{number}", "the same text again " * 20) for number in range(1500))
    states, large = on_dynamodb(), replace(PLAIN, findings=findings)
    states.keep([large])
    assert states.exchange(states.load([PLAIN.id])[PLAIN.id], PLAIN) is True
    assert states.exchange(large, FULL) is False
    assert states.load([PLAIN.id]) == {PLAIN.id: PLAIN}


def test_an_exchange_that_is_throttled_is_an_error(throttled: ClientError) -> None:
    with pytest.raises(StorageError, match="ThrottlingException"):
        DynamoItemStates(refused_with(throttled), "catalog").exchange(PLAIN, FULL)
