"""The state store: documents that several change together, each write guarded by the version that was read."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import MovingClock
from tests.contract.ports.aws_resources import (
    Between,
    answer_lost_once,
    counted,
    create_table,
    in_small_pages,
    incompressible,
    one_at_a_time,
    refused_with,
    silent_about_what_stands,
)

from herald.adapters.dynamodb_state import DynamoStateStore
from herald.adapters.memory import MemoryStateStore
from herald.domain.errors import PoisonError
from herald.ports import StaleStateError, StateStore, StorageError, Stored

KEEP = timedelta(hours=1)


@pytest.fixture
def store(implementation: str, request: pytest.FixtureRequest, clock: MovingClock) -> StateStore:
    if implementation == "memory":
        return MemoryStateStore(clock)
    return request.getfixturevalue("on_dynamodb")(one_at_a_time)  # type: ignore[no-any-return]


@pytest.fixture
def on_dynamodb(dynamodb: Any, clock: MovingClock) -> Callable[..., DynamoStateStore]:
    """Make stores on one table, each over the client as it is or as ``through`` makes it."""
    table = create_table(dynamodb, "StateTable")
    return lambda through=lambda client: client: DynamoStateStore(through(dynamodb), table, clock)


def test_what_was_never_saved_is_not_there(store: StateStore) -> None:
    assert store.load("gate", "opentext") is None
    assert dict(store.every("gate")) == {}


def test_a_document_comes_back_as_it_was_with_its_version(store: StateStore) -> None:
    document = {
        "total": Decimal("5000.50"), "limit": Decimal("5000"), "large": Decimal("1E+3"), "count": 3, "none": None,
        "since": datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC), "open": True, "states": ["sent", {"$at": 1}],
    }  # fmt: skip
    store.save("incident", "sms", document, version=0, keep=KEEP)

    stored = store.load("incident", "sms")
    assert stored == Stored(document, 1)
    assert repr(stored.document) == repr(document)
    assert store.every("incident") == {"sms": stored}


def test_every_write_counts(store: StateStore) -> None:
    for number in range(5):
        store.save("gate", "opentext", {"number": number}, version=number, keep=KEEP)
        assert store.load("gate", "opentext") == Stored({"number": number}, number + 1)


def test_kinds_and_ids_are_kept_apart(store: StateStore) -> None:
    places = [("gate", "a"), ("gate", "b"), ("sweep", "a"), ("gate#a", "b")]
    for kind, identity in places:
        store.save(kind, identity, {"at": [kind, identity]}, version=0, keep=KEEP)

    for kind, identity in places:
        assert store.load(kind, identity) == Stored({"at": [kind, identity]}, 1)
    assert set(store.every("gate")) == {"a", "b"}
    assert set(store.every("sweep")) == {"a"}


@pytest.mark.parametrize("version", [-1, 0, 1, 3])
def test_only_the_version_that_stands_may_be_replaced(store: StateStore, version: int) -> None:
    store.save("gate", "opentext", {"number": 1}, version=0, keep=KEEP)
    store.save("gate", "opentext", {"number": 2}, version=1, keep=KEEP)

    with pytest.raises(StaleStateError, match=f"kind gate is no longer at version {version}"):
        store.save("gate", "opentext", {"number": 3}, version=version, keep=KEEP)
    assert store.load("gate", "opentext") == Stored({"number": 2}, 2)


def test_where_nothing_stands_only_a_first_version_is_written(store: StateStore) -> None:
    with pytest.raises(StaleStateError):
        store.save("gate", "opentext", {}, version=1, keep=KEEP)
    assert store.load("gate", "opentext") is None


def test_a_stale_write_does_not_tell_whose_document_it_was(store: StateStore) -> None:
    store.save("opt-out", "anna@example.com", {}, version=0, keep=KEEP)

    with pytest.raises(StaleStateError) as caught:
        store.save("opt-out", "anna@example.com", {}, version=0, keep=KEEP)
    assert "example.com" not in str(caught.value)


def test_nobody_can_change_what_is_stored_from_outside(store: StateStore) -> None:
    document = {"states": ["sent"]}
    store.save("gate", "opentext", document, version=0, keep=KEEP)
    document["states"].append("delivered")
    loaded = store.load("gate", "opentext")
    assert loaded is not None
    loaded.document["states"].append("failed")
    store.every("gate")["opentext"].document["states"].append("expired")

    assert store.load("gate", "opentext") == Stored({"states": ["sent"]}, 1)


def test_what_has_no_exact_form_is_refused_and_not_written(store: StateStore) -> None:
    for refused in ({1, 2}, Decimal("NaN"), float("inf")):
        with pytest.raises((TypeError, ValueError)):
            store.save("gate", "opentext", {"it": refused}, version=0, keep=KEEP)
    assert store.load("gate", "opentext") is None


@pytest.mark.parametrize("version", [0, 1])
def test_of_equal_writes_at_the_same_instant_one_wins(store: StateStore, version: int) -> None:
    for number in range(version):
        store.save("gate", "opentext", {}, version=number, keep=KEEP)
    together = Barrier(4)

    def take(_worker: int) -> bool:
        together.wait(timeout=10)
        try:
            store.save("gate", "opentext", {"taken": True}, version=version, keep=KEEP)
        except StaleStateError:
            return False
        return True

    with ThreadPoolExecutor(4) as workers:
        assert sorted(workers.map(take, range(4))) == [False, False, False, True]
    assert store.load("gate", "opentext") == Stored({"taken": True}, version + 1)


def test_what_has_expired_counts_as_absent_though_nobody_removed_it_yet(store: StateStore, clock: MovingClock) -> None:
    store.save("gate", "opentext", {"number": 1}, version=0, keep=KEEP)
    store.save("gate", "other", {"number": 1}, version=0, keep=2 * KEEP)

    clock.advance(KEEP - timedelta(seconds=1))
    assert store.load("gate", "opentext") == Stored({"number": 1}, 1)
    with pytest.raises(StaleStateError):
        store.save("gate", "opentext", {"number": 2}, version=0, keep=KEEP)

    clock.advance(timedelta(seconds=1))
    assert store.load("gate", "opentext") is None
    assert set(store.every("gate")) == {"other"}
    with pytest.raises(StaleStateError):
        store.save("gate", "opentext", {"number": 2}, version=1, keep=KEEP)
    store.save("gate", "opentext", {"number": 2}, version=0, keep=KEEP)
    assert store.load("gate", "opentext") == Stored({"number": 2}, 1)
    with pytest.raises(StaleStateError):
        store.save("gate", "opentext", {"number": 3}, version=0, keep=KEEP)


def test_every_write_begins_the_time_anew(store: StateStore, clock: MovingClock) -> None:
    for number in range(3):
        store.save("gate", "opentext", {"number": number}, version=number, keep=KEEP)
        clock.advance(KEEP - timedelta(seconds=1))

    assert store.load("gate", "opentext") == Stored({"number": 2}, 3)


KEYS = st.text(max_size=5) | st.sampled_from(["$datetime", "$$", "$"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(categories=None), max_size=20)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(fold=0)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
)  # fmt: skip
IN_ONE_FIXTURE = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(document=st.dictionaries(KEYS, VALUES, max_size=5))
@IN_ONE_FIXTURE
def test_any_document_comes_back_in_its_very_types(store: StateStore, document: dict[str, Any]) -> None:
    kind = f"kind-{uuid4()}"  # the store is the same for all examples
    store.save(kind, "one", document, version=0, keep=KEEP)

    loaded = store.load(kind, "one")
    assert loaded is not None
    assert repr(loaded.document) == repr(document)


@given(steps=st.lists(st.integers(min_value=0, max_value=3) | st.sampled_from(["pass", "expire"]), max_size=12))
@IN_ONE_FIXTURE
def test_whoever_writes_in_what_order_only_the_version_that_stands_is_replaced(
    store: StateStore, clock: MovingClock, steps: list[int | str]
) -> None:
    kind = f"kind-{uuid4()}"  # the store is the same for all examples
    standing, left = 0, timedelta(0)
    for number, step in enumerate(steps):
        if isinstance(step, str):
            passes = KEEP if step == "expire" else KEEP / 3
            clock.advance(passes)
            left -= passes
            standing = standing if left > timedelta(0) else 0
            continue
        try:
            store.save(kind, "one", {"number": number}, version=step, keep=KEEP)
        except StaleStateError:
            assert step != standing
        else:
            assert step == standing
            standing, left = step + 1, KEEP
            assert store.load(kind, "one") == Stored({"number": number}, standing)

    loaded = store.load(kind, "one")
    assert (loaded.version if loaded else 0) == standing
    assert len(store.every(kind)) == int(standing > 0)


# ---------------------------------------------------------------- on DynamoDB


def test_all_documents_of_a_kind_are_read_from_every_page(on_dynamodb: Callable[..., DynamoStateStore]) -> None:
    store = on_dynamodb(in_small_pages)
    for number in range(9):
        keep = KEEP if number % 3 else timedelta(0)
        store.save("sweep", f"page-{number}", {"number": number}, version=0, keep=keep)
        store.save("gate", f"page-{number}", {}, version=0, keep=KEEP)

    assert store.every("sweep") == {
        f"page-{number}": Stored({"number": number}, 1) for number in range(9) if number % 3
    }


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("quiet", [False, True])
def test_a_write_whose_answer_was_lost_is_no_stale_write(
    on_dynamodb: Callable[..., DynamoStateStore], version: int, quiet: bool
) -> None:
    for number in range(version):
        on_dynamodb().save("gate", "opentext", {}, version=number, keep=KEEP)
    store = on_dynamodb(
        lambda client: answer_lost_once(silent_about_what_stands(client) if quiet else client, "put_item")
    )

    store.save("gate", "opentext", {"number": 1}, version=version, keep=KEEP)
    assert store.load("gate", "opentext") == Stored({"number": 1}, version + 1)
    with pytest.raises(StaleStateError):
        store.save("gate", "opentext", {"number": 1}, version=version, keep=KEEP)


def test_an_expired_document_is_replaced_though_the_first_answer_was_lost(
    on_dynamodb: Callable[..., DynamoStateStore], clock: MovingClock
) -> None:
    on_dynamodb().save("gate", "opentext", {"number": 1}, version=0, keep=KEEP)
    clock.advance(KEEP)
    store = on_dynamodb(lambda client: answer_lost_once(client, "put_item"))

    store.save("gate", "opentext", {"number": 2}, version=0, keep=KEEP)
    assert store.load("gate", "opentext") == Stored({"number": 2}, 1)


def test_a_document_removed_meanwhile_is_a_stale_write(on_dynamodb: Callable[..., DynamoStateStore]) -> None:
    calls: list[str] = []
    store = on_dynamodb(lambda client: counted(silent_about_what_stands(client), calls))

    with pytest.raises(StaleStateError):
        store.save("gate", "opentext", {}, version=3, keep=KEEP)
    assert calls == ["put_item", "get_item"]


def test_a_write_costs_one_request_and_so_does_a_stale_one(on_dynamodb: Callable[..., DynamoStateStore]) -> None:
    calls: list[str] = []
    store = on_dynamodb(lambda client: counted(client, calls))

    store.save("gate", "opentext", {}, version=0, keep=KEEP)
    assert calls == ["put_item"]
    with pytest.raises(StaleStateError):
        store.save("gate", "opentext", {}, version=0, keep=KEEP)
    assert calls == ["put_item"] * 2


def test_a_document_is_read_consistently(on_dynamodb: Callable[..., DynamoStateStore]) -> None:
    requests: list[dict[str, Any]] = []

    def noting(_operation: str, request: dict[str, Any], way_on: Any) -> Any:
        requests.append(request)
        return way_on(**request)

    on_dynamodb(lambda client: Between(client, noting)).load("gate", "opentext")
    assert [request["ConsistentRead"] for request in requests] == [True]


def test_the_item_tells_the_removal_when_it_may_go(
    on_dynamodb: Callable[..., DynamoStateStore], dynamodb: Any, clock: MovingClock
) -> None:
    on_dynamodb().save("gate", "opentext", {"number": 1}, version=0, keep=KEEP)

    [item] = dynamodb.scan(TableName="StateTable")["Items"]
    assert item.pop("write_token")
    assert item == {
        "kind": {"S": "gate"}, "id": {"S": "opentext"}, "document": {"S": '{"number":1}'}, "version": {"N": "1"},
        "expires_at": {"N": str(int((clock() + KEEP).timestamp()))},
    }  # fmt: skip


def test_a_long_document_fits_and_one_that_cannot_is_poison(on_dynamodb: Callable[..., DynamoStateStore]) -> None:
    calls: list[str] = []
    store = on_dynamodb(lambda client: counted(client, calls))
    long = {"text": incompressible(300_000).hex()}
    store.save("gate", "opentext", long, version=0, keep=KEEP)
    assert store.load("gate", "opentext") == Stored(long, 1)

    calls.clear()
    with pytest.raises(PoisonError, match=r"a document of kind gate has .* bytes when compressed"):
        store.save("gate", "opentext", {"text": incompressible(600_000).hex()}, version=1, keep=KEEP)
    assert calls == []


def test_throttling_is_an_error_that_quotes_nothing_and_never_a_stale_write(
    clock: MovingClock, throttled: ClientError
) -> None:
    store = DynamoStateStore(refused_with(throttled), "state", clock)
    attempts: list[Callable[[], object]] = [
        lambda: store.load("gate", "approvals.dach@example.com"),
        lambda: store.save("gate", "approvals.dach@example.com", {}, version=0, keep=KEEP),
        lambda: store.every("gate"),
    ]
    for attempt in attempts:
        with pytest.raises(StorageError, match="ThrottlingException") as caught:
            attempt()
        assert "example.com" not in str(caught.value)
