"""A version's name is its content's, and a bundle gives back what was put in."""

import zlib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.configuration.folders import GOOD, SHIPPED, made_bad

from herald.adapters.configuration_bundle import (
    LARGEST_BUNDLE,
    LARGEST_CONTENT,
    from_bytes,
    to_bytes,
    to_document,
    versioned,
)
from herald.adapters.exact_json import dumps
from herald.domain.canonical import short_id
from herald.domain.configuration import Configuration, FaxSending, StatusReading, WhatsAppSending
from herald.domain.errors import ConfigurationError
from herald_cli.configuration_folder import read_folder

EMPTY = Configuration(version="", rules=(), lists={}, audiences={}, mapping={}, templates={})
VALUES = st.recursive(
    st.text(max_size=5) | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("folder", [GOOD / "minimal", SHIPPED], ids=["minimal", "shipped"])
def test_a_folder_survives_its_bundle(folder: Path) -> None:
    configuration = read_folder(folder)
    assert from_bytes(configuration.version, to_bytes(configuration)) == configuration


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.dictionaries(st.text(max_size=5), VALUES, max_size=3), max_size=3))
def test_any_lists_survive_the_bundle_with_every_digit(lists: dict[str, dict[str, object]]) -> None:
    configuration = versioned(replace(EMPTY, lists=lists))
    restored = from_bytes(configuration.version, to_bytes(configuration))
    assert restored.lists == lists
    assert versioned(restored).version == configuration.version


def test_the_same_content_has_the_same_version_wherever_it_lies(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    assert read_folder(made_bad(tmp_path / "case", tmp_path)).version == read_folder(GOOD / "minimal").version


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("lists.yaml", "5000.10", "5000.11"),
        ("rules/orders.yaml", "severity: high", "severity: low"),
        ("audiences.yaml", "Order desk", "Order office"),
        ("mapping.yaml", "metadata.sku", "metadata.SKU"),
        ("templates/approval-request/en/sms.txt", "needed", "wanted"),
    ],
)
def test_any_change_is_another_version(file: str, before: str, after: str, tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    folder = made_bad(tmp_path / "case", tmp_path)
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    assert read_folder(folder).version != read_folder(GOOD / "minimal").version


def test_a_number_and_its_text_are_different_contents() -> None:
    number = versioned(replace(EMPTY, lists={"a": {"EUR": Decimal("5000.1")}}))
    text = versioned(replace(EMPTY, lists={"a": {"EUR": "5000.1"}}))
    assert number.version != text.version


def test_a_bundle_that_is_too_large_names_the_fix() -> None:
    # Text without repetition packs to no less than half its size.
    noise = Random(1).randbytes(LARGEST_BUNDLE + 1).hex()  # noqa: S311 - no secret
    with pytest.raises(ConfigurationError, match="remove templates that are not used"):
        to_bytes(replace(EMPTY, templates={"a/en/body.txt": noise}))


def test_what_no_function_could_unpack_is_refused_however_small_it_packs() -> None:
    large = replace(EMPTY, templates={"a/en/body.txt": "x" * LARGEST_CONTENT})
    with pytest.raises(ConfigurationError, match="remove templates that are not used"):
        to_bytes(large)
    content = dumps(to_document(large))
    with pytest.raises(ConfigurationError):
        from_bytes(short_id("cfg", content), zlib.compress(content.encode("ascii")))


def test_naming_a_version_keeps_nothing_of_it() -> None:
    """The ids of other things are remembered by what they are made of, which here is megabytes."""
    short_id.cache_clear()
    versioned(EMPTY)
    assert short_id.cache_info().currsize == 0


@pytest.mark.parametrize("raw", [b"", b"no zlib", zlib.compress(b"[]"), zlib.compress(b"{"), zlib.compress(b"\xff")])
def test_bytes_that_are_no_bundle_are_a_configuration_error(raw: bytes) -> None:
    with pytest.raises(ConfigurationError, match="apply it again"):
        from_bytes("cfg_x", raw)


def test_a_bundle_under_another_name_is_refused() -> None:
    configuration = versioned(EMPTY)
    with pytest.raises(ConfigurationError, match="another content"):
        from_bytes("cfg_other", to_bytes(configuration))


def test_a_bundle_of_before_there_was_whatsapp_is_read_as_it_was_stored() -> None:
    document = to_document(EMPTY)
    del document["whatsapp"], document["status"]["whatsapp_events"]
    content = dumps(document)
    version = short_id("cfg", content)
    stored = from_bytes(version, zlib.compress(content.encode("ascii")))
    assert (stored.version, stored.whatsapp, stored.status) == (version, WhatsAppSending(), StatusReading())


def test_a_bundle_cut_short_is_refused() -> None:
    configuration = versioned(EMPTY)
    with pytest.raises(ConfigurationError):
        from_bytes(configuration.version, to_bytes(configuration)[:-3])


def test_a_bundle_of_before_there_was_fax_is_read_as_it_was_stored() -> None:
    document = to_document(EMPTY)
    del document["fax"]
    content = dumps(document)
    version = short_id("cfg", content)
    stored = from_bytes(version, zlib.compress(content.encode("ascii")))
    assert (stored.version, stored.fax) == (version, FaxSending())
