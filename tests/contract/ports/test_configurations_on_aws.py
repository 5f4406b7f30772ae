"""What the configuration store writes: versions that stand for good, and a pointer that says who applied which."""

import json
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.builders import NOW, MovingClock
from tests.contract.ports.aws_resources import Between, counted
from tests.contract.ports.configurations import BUCKET, ENGLISH, GERMAN, PARAMETER, Configurations

from herald.adapters.configuration_bundle import to_bytes, versioned
from herald.domain.errors import ConfigurationError


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
    rules = tuple(
        replace(ENGLISH.rules[0], id=f"rule-{number}", when=f"order.total > {number}.5") for number in range(10_000)
    )
    many = versioned(replace(ENGLISH, rules=rules))
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
