"""The configuration store: immutable versions, one of them active, asked for again once its age is up."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.builders import NOW, MovingClock, a_configuration
from tests.contract.ports.aws_resources import Between, counted, refused_with
from tests.contract.ports.configurations import BUCKET, PARAMETER, Configurations

from herald.adapters import s3_configurations
from herald.adapters.aws_configuration import PAUSE
from herald.adapters.configuration_bundle import to_bytes, versioned
from herald.adapters.memory import MemoryConfigurationStore
from herald.domain.configuration import Activation, Configuration
from herald.domain.errors import ConfigurationError
from herald.ports import ConfigurationStore, StorageError

MAX_AGE = timedelta(seconds=60)
ENGLISH = a_configuration(default_locale="en")
GERMAN = a_configuration(default_locale="de")
FRENCH = a_configuration(default_locale="fr")


@pytest.fixture
def kept(emulated_aws: None, clock: MovingClock) -> Configurations:
    return Configurations(clock).made()


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


# ---------------------------------------------------------------- on AWS: what is written


def test_a_version_is_stored_before_it_is_pointed_at(kept: Configurations) -> None:
    calls: list[str] = []
    replace(kept, s3=counted(kept.s3, calls), ssm=counted(kept.ssm, calls)).store().apply(ENGLISH)

    assert calls == ["put_object", "put_parameter"]


def test_a_version_is_never_written_again(kept: Configurations) -> None:
    kept.store().apply(ENGLISH)
    key = f"configurations/{ENGLISH.version}"
    first = kept.s3.head_object(Bucket=BUCKET, Key=key)
    asked: list[dict[str, Any]] = []

    def wrap(operation: str, request: dict[str, Any], way_on: Any) -> Any:
        if operation == "put_object":
            asked.append(request)
        return way_on(**request)

    replace(kept, s3=Between(kept.s3, wrap)).store().apply(ENGLISH)
    assert [one["IfNoneMatch"] for one in asked] == ["*"], "which the bucket's policy asks of whoever writes"
    assert kept.s3.head_object(Bucket=BUCKET, Key=key)["LastModified"] == first["LastModified"]


def test_the_same_content_packed_otherwise_is_the_same_version(kept: Configurations) -> None:
    import zlib  # noqa: PLC0415

    content = zlib.decompress(to_bytes(ENGLISH))
    body = zlib.compress(content, level=1)
    assert body != to_bytes(ENGLISH)
    kept.s3.put_object(Bucket=BUCKET, Key=f"configurations/{ENGLISH.version}", Body=body)
    kept.store().apply(ENGLISH)

    assert kept.store().active() == ENGLISH


def test_what_stands_in_the_way_of_a_version_is_named(kept: Configurations) -> None:
    kept.s3.put_object(Bucket=BUCKET, Key=f"configurations/{ENGLISH.version}", Body=to_bytes(GERMAN))

    with pytest.raises(ConfigurationError, match=f"s3://{BUCKET}/configurations/{ENGLISH.version} is deleted"):
        kept.store().apply(ENGLISH)
    assert list(kept.store().history()) == []


def test_an_item_of_the_table_of_before_is_an_object_of_today(kept: Configurations) -> None:
    """Older releases kept bundles in a table: copied under their names, work begun under them goes on."""
    bundle = to_bytes(GERMAN)
    kept.s3.put_object(Bucket=BUCKET, Key=f"configurations/{GERMAN.version}", Body=bundle, IfNoneMatch="*")

    assert kept.store().version(GERMAN.version) == GERMAN


def test_ten_thousand_rules_are_stored(kept: Configurations) -> None:
    base: Configuration = ENGLISH
    rules = tuple(
        replace(base.rules[0], id=f"rule-{number}", when=f"order.total > {number}.5") for number in range(10_000)
    )
    many = versioned(replace(base, rules=rules))
    kept.store().apply(many)

    assert kept.store().active() == many


# ---------------------------------------------------------------- on AWS: the pointer


def test_the_pointer_is_json_that_says_who_and_why(kept: Configurations, clock: MovingClock) -> None:
    kept.store().apply(ENGLISH, "ann", "because")
    parameter = kept.ssm.get_parameter(Name=PARAMETER)["Parameter"]

    assert parameter["Type"] == "String"
    assert json.loads(parameter["Value"]) == {
        "version": ENGLISH.version, "at": NOW.isoformat(), "by": "ann", "comment": "because",
    }  # fmt: skip


@pytest.mark.parametrize("value", ["{version}", " {version}\n"])
def test_a_pointer_put_by_hand_is_a_version_alone(kept: Configurations, value: str) -> None:
    kept.store().apply(ENGLISH, "ann")
    kept.store().apply(GERMAN, "ann")
    value = value.format(version=ENGLISH.version)
    kept.ssm.put_parameter(Name=PARAMETER, Value=value, Type="String", Overwrite=True)

    assert kept.store().active() == ENGLISH
    by_hand, before = list(kept.store().history())[:2]
    assert (by_hand.version, before.version) == (ENGLISH.version, GERMAN.version)
    assert abs(datetime.now(UTC) - by_hand.at) < timedelta(days=1), "as Parameter Store has it"


@pytest.mark.parametrize("value", ["{}", "[]", "{", '{"version": 1}', '{"version": "cfg_1", "at": "noon"}', "null"])
def test_a_pointer_that_says_nothing_is_told_apart_from_none(kept: Configurations, value: str) -> None:
    kept.store().apply(ENGLISH)
    kept.ssm.put_parameter(Name=PARAMETER, Value=value, Type="String", Overwrite=True)

    with pytest.raises(ConfigurationError, match="has no configuration"):
        kept.store().active()
    assert [one.version for one in kept.store().history()] == [value, ENGLISH.version]


def test_two_braces_never_stand_in_the_pointer(kept: Configurations) -> None:
    """Parameter Store takes them for the name of another parameter, and refuses the value."""
    comment = "{{ssm:secret}} {{{ }} {"
    kept.store().apply(ENGLISH, "{{ann}}", comment)

    assert "{{" not in kept.ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    [one] = kept.store().history()
    assert (one.by, one.comment) == ("{{ann}}", comment)


def test_a_comment_that_does_not_fit_is_refused_and_nothing_becomes_active(kept: Configurations) -> None:
    kept.store().apply(ENGLISH)

    with pytest.raises(ConfigurationError, match="use fewer words"):
        kept.store().apply(GERMAN, "ann", "ä" * 2048)
    assert kept.store().active() == ENGLISH


def test_the_history_is_read_to_its_end(kept: Configurations, clock: MovingClock) -> None:
    store = kept.store()
    for number in range(60):
        clock.advance(timedelta(minutes=1))
        store.apply((ENGLISH, GERMAN)[number % 2], f"ann-{number}")

    assert [one.by for one in store.history()] == [f"ann-{number}" for number in reversed(range(60))]
