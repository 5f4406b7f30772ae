"""The configuration store: immutable versions, one of them active, asked for again once its age is up."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.builders import NOW, MovingClock, a_configuration
from tests.contract.ports.aws_resources import counted, refused_with
from tests.contract.ports.configurations import BUCKET, ENGLISH, FRENCH, GERMAN, PARAMETER, Configurations

from herald.adapters import s3_configurations
from herald.adapters.aws_configuration import PAUSE
from herald.adapters.configuration_bundle import to_bytes
from herald.adapters.memory import MemoryConfigurationStore
from herald.domain.configuration import Activation
from herald.domain.errors import ConfigurationError
from herald.ports import ConfigurationStore, StorageError

MAX_AGE = timedelta(seconds=60)


@pytest.fixture
def store(implementation: str, request: pytest.FixtureRequest, clock: MovingClock) -> ConfigurationStore:
    if implementation == "memory":
        return MemoryConfigurationStore(clock=clock)
    kept: Configurations = request.getfixturevalue("kept")
    return kept.store(MAX_AGE)


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


def test_a_version_is_made_active_without_its_folder(store: ConfigurationStore) -> None:
    store.apply(ENGLISH)
    store.apply(GERMAN)
    store.activate(ENGLISH.version)

    assert store.active() == ENGLISH


def test_a_version_that_is_not_stored_is_not_made_active(store: ConfigurationStore) -> None:
    store.apply(ENGLISH)

    with pytest.raises(ConfigurationError, match="no configuration cfg_9"):
        store.activate("cfg_9")
    assert store.active() == ENGLISH
    assert len(store.history()) == 1


def test_the_history_tells_when_and_by_whom_newest_first(store: ConfigurationStore, clock: MovingClock) -> None:
    assert list(store.history()) == []
    store.apply(ENGLISH, "ann", 'Berlin has moved, "Hauptstraße" {{ 1 }}')
    clock.advance(timedelta(hours=1))
    store.apply(GERMAN, by="bo")
    clock.advance(timedelta(hours=1))
    store.activate(ENGLISH.version, "ann")

    assert list(store.history()) == [
        Activation(ENGLISH.version, NOW + timedelta(hours=2), "ann", ""),
        Activation(GERMAN.version, NOW + timedelta(hours=1), "bo", ""),
        Activation(ENGLISH.version, NOW, "ann", 'Berlin has moved, "Hauptstraße" {{ 1 }}'),
    ]


def test_what_is_applied_again_is_told_again(store: ConfigurationStore) -> None:
    store.apply(ENGLISH, "ann")
    store.apply(ENGLISH, "bo")

    assert [(one.version, one.by) for one in store.history()] == [(ENGLISH.version, "bo"), (ENGLISH.version, "ann")]


def test_the_pointers_name_is_no_version(store: ConfigurationStore) -> None:
    store.apply(ENGLISH)

    with pytest.raises(ConfigurationError, match="no configuration active"):
        store.version("active")


# ---------------------------------------------------------------- on AWS: what is asked when


def test_another_process_reads_what_was_applied(kept: Configurations) -> None:
    kept.store().apply(ENGLISH)

    reader = kept.store(MAX_AGE)
    assert reader.active() == ENGLISH
    assert repr(reader.active().lists) == repr(ENGLISH.lists)


def test_a_new_version_is_seen_when_the_age_is_up(kept: Configurations, clock: MovingClock) -> None:
    operator = kept.store()
    operator.apply(ENGLISH)
    calls: list[str] = []
    reader = replace(kept, s3=counted(kept.s3, calls), ssm=counted(kept.ssm, calls)).store(MAX_AGE)
    assert reader.active().version == ENGLISH.version
    assert calls == ["get_parameter", "get_object"]

    operator.apply(GERMAN)
    clock.advance(MAX_AGE - timedelta(seconds=1))
    assert reader.active().version == ENGLISH.version
    assert len(calls) == 2
    clock.advance(timedelta(seconds=1))
    assert reader.active().version == GERMAN.version
    assert calls[2:] == ["get_parameter", "get_object"]

    clock.advance(MAX_AGE)
    assert reader.active().version == GERMAN.version
    assert reader.version(ENGLISH.version) == ENGLISH
    assert calls[4:] == ["get_parameter"], "a version never changes, so only the pointer is read again"


def test_a_client_is_asked_for_only_by_what_needs_it(kept: Configurations) -> None:
    """So a function that reads versions by name has no client of Parameter Store, nor a right on it."""
    kept.store().apply(ENGLISH)

    assert replace(kept, ssm=None).store().version(ENGLISH.version) == ENGLISH


def test_versions_asked_for_last_are_kept_as_far_as_they_fit(
    kept: Configurations, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [a_configuration(lists={"of": {"text": "x" * 10_000, "number": number}}) for number in range(4)]
    for configuration in many:
        kept.store().apply(configuration)
    monkeypatch.setattr(s3_configurations, "KEPT_CONTENT", 25_000)
    calls: list[str] = []
    reader = s3_configurations.S3Configurations(lambda: counted(kept.s3, calls), BUCKET)
    asked = [reader.version(many[number].version) for number in (0, 1, 0, 2, 0, 2, 1)]

    assert asked == [many[number] for number in (0, 1, 0, 2, 0, 2, 1)]
    assert len(calls) == 4, "the one that nobody had asked for the longest went"


def test_a_version_larger_than_all_that_is_kept_is_kept_alone(
    kept: Configurations, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.store().apply(ENGLISH)
    monkeypatch.setattr(s3_configurations, "KEPT_CONTENT", 10)
    calls: list[str] = []
    reader = s3_configurations.S3Configurations(lambda: counted(kept.s3, calls), BUCKET)

    assert reader.version(ENGLISH.version) is reader.version(ENGLISH.version)
    assert len(calls) == 1


# ---------------------------------------------------------------- on AWS: what cannot be read


def let_fail(kept: Configurations, what: str, throttled: ClientError) -> None:
    """Put something in the way of the next refresh."""
    if what == "parameter throttled":
        kept.ssm = refused_with(throttled)
    elif what == "parameter gone":
        kept.ssm.delete_parameter(Name=PARAMETER)
    elif what == "body throttled":
        kept.store().apply(GERMAN)
        kept.s3 = refused_with(throttled)
    elif what == "body gone":
        kept.store().apply(GERMAN)
        kept.s3.delete_object(Bucket=BUCKET, Key=f"configurations/{GERMAN.version}")
    elif what == "body damaged":
        kept.store().apply(GERMAN)
        kept.s3.put_object(Bucket=BUCKET, Key=f"configurations/{GERMAN.version}", Body=to_bytes(GERMAN)[:-3])


FAILURES = ("parameter throttled", "parameter gone", "body throttled", "body gone", "body damaged")


@pytest.mark.parametrize("what", FAILURES)
def test_a_refresh_that_fails_leaves_the_last_good_version_and_is_tried_again_after_a_pause(
    kept: Configurations, clock: MovingClock, throttled: ClientError, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    kept.store().apply(ENGLISH)
    reader, s3, ssm = kept.store(MAX_AGE), kept.s3, kept.ssm
    reader.active()
    clock.advance(MAX_AGE)
    let_fail(kept, what, throttled)

    with caplog.at_level(logging.WARNING):
        assert reader.active() == ENGLISH
        clock.advance(PAUSE - timedelta(seconds=1))
        assert reader.active() == ENGLISH
    [line] = caplog.records
    assert (line.message, line.__dict__["serving"]) == ("configuration.refresh_failed", ENGLISH.version)
    assert "example.com" not in line.__dict__["error"]
    assert kept.counts == {"ConfigurationRefreshesFailed": 1}

    kept.s3, kept.ssm = s3, ssm
    kept.store().apply(FRENCH)
    clock.advance(timedelta(seconds=1))
    assert reader.active() == FRENCH
    assert kept.counts == {"ConfigurationRefreshesFailed": 1}


def test_the_pause_is_never_longer_than_the_age(
    kept: Configurations, clock: MovingClock, throttled: ClientError
) -> None:
    kept.store().apply(ENGLISH)
    reader = kept.store(timedelta(seconds=5))
    reader.active()
    for _ in range(3):
        clock.advance(timedelta(seconds=5))
        kept.ssm = refused_with(throttled)
        reader.active()
    assert kept.counts == {"ConfigurationRefreshesFailed": 3}


@pytest.mark.parametrize(
    ("what", "error", "says"),
    [
        ("parameter throttled", StorageError, "reading /herald-test/configuration/active: ThrottlingException"),
        ("parameter gone", ConfigurationError, "no active configuration: apply one with `herald config apply`"),
        ("body throttled", StorageError, "reading configuration cfg_.*: ThrottlingException"),
        ("body gone", ConfigurationError, "has no configuration cfg_.*: apply it again from its folder"),
        ("body damaged", ConfigurationError, "holds another content|cannot be read"),
    ],
)
def test_without_a_version_that_ever_was_good_it_is_said_what_is_wrong(
    kept: Configurations, throttled: ClientError, what: str, error: type[Exception], says: str
) -> None:
    kept.store().apply(ENGLISH)
    let_fail(kept, what, throttled)

    with pytest.raises(error, match=says):
        kept.store(MAX_AGE).active()
    assert kept.counts == {}


def test_who_may_not_list_is_told_that_it_may_not_be_there(kept: Configurations) -> None:
    """Functions may read objects by name and list none, to whom S3 says *AccessDenied* of what is missing."""
    denied: Any = {"Error": {"Code": "AccessDenied", "Message": "no"}}
    kept.s3 = refused_with(ClientError(denied, "GetObject"))

    with pytest.raises(StorageError, match="cfg_1: AccessDenied, which S3 also says of one that is not there"):
        kept.store().version("cfg_1")


def test_throttling_is_an_error(kept: Configurations, throttled: ClientError) -> None:
    store = replace(kept, s3=refused_with(throttled), ssm=refused_with(throttled)).store()

    for attempt in (
        store.active, lambda: store.version("cfg_1"), lambda: store.apply(ENGLISH), lambda: store.activate("cfg_1"),
    ):  # fmt: skip
        with pytest.raises(StorageError, match="ThrottlingException"):
            attempt()
