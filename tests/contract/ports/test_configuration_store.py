"""The configuration store: immutable versions, one of them active, asked for again once its age is up."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.builders import MovingClock, a_configuration
from tests.contract.ports.aws_resources import Between, counted, create_table, refused_with

from herald.adapters.dynamodb_configuration import DynamoConfigurationStore
from herald.adapters.memory import MemoryConfigurationStore
from herald.domain.errors import ConfigurationError
from herald.ports import ConfigurationStore, StorageError

MAX_AGE = timedelta(seconds=60)
ENGLISH = a_configuration(default_locale="en")
GERMAN = a_configuration(default_locale="de")


@pytest.fixture
def table(dynamodb: Any) -> str:
    return create_table(dynamodb, "ConfigTable")


@pytest.fixture
def store(implementation: str, request: pytest.FixtureRequest, clock: MovingClock) -> ConfigurationStore:
    if implementation == "memory":
        return MemoryConfigurationStore()
    table = request.getfixturevalue("table")
    return DynamoConfigurationStore(request.getfixturevalue("dynamodb"), table, clock, MAX_AGE)


def test_before_anything_is_applied_there_is_no_configuration(store: ConfigurationStore) -> None:
    with pytest.raises(ConfigurationError, match="no active configuration"):
        store.active()
    with pytest.raises(ConfigurationError, match="no configuration cfg_1"):
        store.version("cfg_1")


def test_what_is_applied_is_active_at_once_and_can_be_asked_for_by_name(store: ConfigurationStore) -> None:
    store.apply(ENGLISH)

    assert store.active() == ENGLISH
    assert store.version(ENGLISH.version) == ENGLISH


def test_the_one_before_stays_available(store: ConfigurationStore) -> None:
    store.apply(ENGLISH)
    store.apply(GERMAN)

    assert store.active().version == GERMAN.version
    assert store.version(ENGLISH.version) == ENGLISH


def test_the_one_before_can_be_applied_again(store: ConfigurationStore) -> None:
    for configuration in (ENGLISH, GERMAN, ENGLISH):
        store.apply(configuration)

    assert store.active().version == ENGLISH.version


def test_the_pointers_name_is_no_version(store: ConfigurationStore) -> None:
    store.apply(ENGLISH)

    with pytest.raises(ConfigurationError, match="no configuration active"):
        store.version("active")


# ---------------------------------------------------------------- on DynamoDB


def test_another_process_reads_what_was_applied(dynamodb: Any, table: str, clock: MovingClock) -> None:
    DynamoConfigurationStore(dynamodb, table, clock, MAX_AGE).apply(ENGLISH)

    reader = DynamoConfigurationStore(dynamodb, table, clock, MAX_AGE)
    assert reader.active() == ENGLISH
    assert repr(reader.active().lists) == repr(ENGLISH.lists)


def test_a_new_version_is_seen_when_the_age_is_up(dynamodb: Any, table: str, clock: MovingClock) -> None:
    operator = DynamoConfigurationStore(dynamodb, table, clock, MAX_AGE)
    operator.apply(ENGLISH)
    calls: list[str] = []
    reader = DynamoConfigurationStore(counted(dynamodb, calls), table, clock, MAX_AGE)
    assert reader.active().version == ENGLISH.version
    assert calls == ["get_item"] * 2

    operator.apply(GERMAN)
    clock.advance(MAX_AGE - timedelta(seconds=1))
    assert reader.active().version == ENGLISH.version
    assert len(calls) == 2
    clock.advance(timedelta(seconds=1))
    assert reader.active().version == GERMAN.version
    assert len(calls) == 4

    clock.advance(MAX_AGE)
    assert reader.active().version == GERMAN.version
    assert len(calls) == 5, "a version never changes, so only the pointer is read again"


def test_a_version_is_made_active_without_its_folder(dynamodb: Any, table: str, clock: MovingClock) -> None:
    operator = DynamoConfigurationStore(dynamodb, table, clock, MAX_AGE)
    operator.apply(ENGLISH)
    operator.apply(GERMAN)
    operator.activate(ENGLISH.version)

    assert operator.active().version == ENGLISH.version
    assert DynamoConfigurationStore(dynamodb, table, clock, MAX_AGE).active().version == ENGLISH.version


def test_a_version_that_is_not_stored_is_not_made_active(dynamodb: Any, table: str, clock: MovingClock) -> None:
    operator = DynamoConfigurationStore(dynamodb, table, clock, MAX_AGE)
    operator.apply(ENGLISH)

    with pytest.raises(ConfigurationError, match="no configuration cfg_9"):
        operator.activate("cfg_9")
    assert DynamoConfigurationStore(dynamodb, table, clock, MAX_AGE).active().version == ENGLISH.version


def test_a_version_is_stored_before_it_is_pointed_at(dynamodb: Any, table: str, clock: MovingClock) -> None:
    written: list[str] = []

    def wrap(operation: str, request: dict[str, Any], way_on: Any) -> Any:
        if operation == "put_item":
            written.append(request["Item"]["version"]["S"])
        return way_on(**request)

    DynamoConfigurationStore(Between(dynamodb, wrap), table, clock, MAX_AGE).apply(ENGLISH)  # type: ignore[arg-type]
    assert written == [ENGLISH.version, "active"]


def test_many_versions_do_not_fill_the_process(dynamodb: Any, table: str, clock: MovingClock) -> None:
    store = DynamoConfigurationStore(dynamodb, table, clock, MAX_AGE)
    many = [a_configuration(lists={"of": {"number": number}}) for number in range(20)]
    for configuration in many:
        store.apply(configuration)

    assert store.version(many[0].version) == many[0]
    assert len(store._versions) <= 8


def test_throttling_is_an_error(throttled: ClientError, clock: MovingClock) -> None:
    store = DynamoConfigurationStore(refused_with(throttled), "config", clock, MAX_AGE)

    for attempt in (store.active, lambda: store.version("cfg_1"), lambda: store.apply(a_configuration())):
        with pytest.raises(StorageError, match="ThrottlingException"):
            attempt()
