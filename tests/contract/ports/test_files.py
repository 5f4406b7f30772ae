"""Files of scans: written, read and listed whole, and no error that quotes what was in them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, IncompleteReadError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract.ports.aws_resources import Between, incompressible, refused_with

from herald.adapters.memory_catalog import MemoryFiles
from herald.adapters.s3_files import CHUNK, S3Files
from herald.catalog_ports import Files
from herald.ports import StorageError

BUCKET = "catalog-of-tests"
KEY = "runs/scan_1/approvals.dach@example.com"


@pytest.fixture
def s3(emulated_aws: None) -> Any:
    """An S3 with the one bucket, which nobody has written to."""
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return client


@pytest.fixture
def files(implementation: str, request: pytest.FixtureRequest) -> Files:
    if implementation == "memory":
        return MemoryFiles()
    return S3Files(request.getfixturevalue("s3"), BUCKET)


@pytest.mark.parametrize("content", [b"", b"text", bytes(range(256)), b"\x1f\x8b\x08 as if packed"])
def test_a_file_comes_back_as_it_was_written(files: Files, content: bytes) -> None:
    files.put("runs/a/one", content, "text/csv; charset=utf-8")

    assert files.get("runs/a/one") == content


def test_what_stands_is_replaced_and_nothing_else(files: Files) -> None:
    files.put("runs/a", b"first and longer")
    files.put("runs/ab", b"other")
    files.put("runs/a", b"second")

    assert (files.get("runs/a"), files.get("runs/ab")) == (b"second", b"other")
    assert files.names("runs/") == ["runs/a", "runs/ab"]


def test_what_was_never_written_is_not_there(files: Files, tmp_path: Path) -> None:
    assert files.get("runs/a") is None
    assert files.download("runs/a", tmp_path / "a") is False
    assert not (tmp_path / "a").exists()
    assert list(files.names("")) == []


NAMES = [
    "runs/b/2",
    "runs/b/10",
    "runs/b/1",
    "runs/a/z",
    "runs/bb",
    "runs/B/1",
    "runs/ü/1",
    "runs/a b/+&%=?",
    "catalog",
]


@pytest.mark.parametrize(
    "prefix", ["", "runs/", "runs/b/", "runs/b", "runs/b/1", "runs/ü", "runs/a b/+", "runs/c", "/"]
)
def test_names_are_those_that_begin_with_the_prefix_in_order(files: Files, prefix: str) -> None:
    for name in NAMES:
        files.put(name, b"x")

    assert list(files.names(prefix)) == sorted(name for name in NAMES if name.startswith(prefix))


def test_more_than_a_thousand_names_are_all_told(files: Files) -> None:
    written = [f"runs/one/{number:06d}" for number in range(1003)]
    for name in reversed(written):
        files.put(name, b"")
    files.put("runs/two/000001", b"")

    assert list(files.names("runs/one/")) == written


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, 2 * CHUNK + 17])
def test_a_file_from_the_disk_comes_back_to_the_disk(files: Files, tmp_path: Path, size: int) -> None:
    content = incompressible(size)
    (tmp_path / "up").write_bytes(content)
    (tmp_path / "down").write_bytes(b"what stood there before, and was longer than nothing")

    files.upload("runs/book", tmp_path / "up")

    assert files.download("runs/book", tmp_path / "down") is True
    assert (tmp_path / "down").read_bytes() == files.get("runs/book") == content


def test_what_was_uploaded_and_what_was_put_lie_side_by_side(files: Files, tmp_path: Path) -> None:
    (tmp_path / "up").write_bytes(b"new")
    files.put("runs/book", b"old")
    files.upload("runs/book", tmp_path / "up")
    files.put("runs/page", b"page")

    assert files.get("runs/book") == b"new"
    assert files.download("runs/page", tmp_path / "down")
    assert (tmp_path / "down").read_bytes() == b"page"


PARTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=8)


@given(written=st.dictionaries(PARTS.map(lambda name: f"p/{name}"), st.binary(max_size=20), max_size=5), prefix=PARTS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_names_are_told_apart(files: Files, written: dict[str, bytes], prefix: str) -> None:
    for name, content in written.items():
        files.put(name, content)

    assert all(files.get(name) == content for name, content in written.items())
    listed = list(files.names("p/"))
    assert listed == sorted(listed)
    assert set(written) <= set(listed)
    assert list(files.names(f"p/{prefix}")) == [name for name in listed if name.startswith(f"p/{prefix}")]


# ---------------------------------------------------------------- on S3


def test_a_report_bears_the_type_it_was_given_and_workings_none_in_particular(s3: Any) -> None:
    files = S3Files(s3, BUCKET)
    files.put("reports/a.csv", b"", "text/csv; charset=utf-8")
    files.put("runs/a", b"")

    types = [s3.head_object(Bucket=BUCKET, Key=key)["ContentType"] for key in ("reports/a.csv", "runs/a")]
    assert types == ["text/csv; charset=utf-8", "application/octet-stream"]


ATTEMPTS: dict[str, Callable[[S3Files, Path], object]] = {
    "put": lambda files, _: files.put(KEY, b"approvals.dach@example.com"),
    "get": lambda files, _: files.get(KEY),
    "names": lambda files, _: files.names(KEY),
    "upload": lambda files, path: files.upload(KEY, path),
    "download": lambda files, path: files.download(KEY, path),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_throttling_is_an_error_that_quotes_nothing(attempt: str, throttled: ClientError, tmp_path: Path) -> None:
    (tmp_path / "book").write_bytes(b"content")
    client: Any = refused_with(throttled)
    if attempt == "names":
        client = Between(None, lambda *_: None)
        client.__dict__["get_paginator"] = lambda _: refused_with(throttled)

    with pytest.raises(StorageError, match="ThrottlingException") as caught:
        ATTEMPTS[attempt](S3Files(client, BUCKET), tmp_path / "book")
    assert "example.com" not in str(caught.value)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_bucket_that_is_not_there_is_an_error_and_no_absent_file(attempt: str, s3: Any, tmp_path: Path) -> None:
    (tmp_path / "book").write_bytes(b"content")

    with pytest.raises(StorageError, match="NoSuchBucket"):
        ATTEMPTS[attempt](S3Files(s3, "no-such-bucket"), tmp_path / "book")


class _CutShort:
    def read(self, *_: Any) -> bytes:
        raise IncompleteReadError(actual_bytes=3, expected_bytes=9)

    def iter_chunks(self, _size: int) -> Any:
        yield b"abc"
        raise IncompleteReadError(actual_bytes=3, expected_bytes=9)


@pytest.mark.parametrize("attempt", ["get", "download"])
def test_a_body_that_breaks_off_is_an_error(attempt: str, tmp_path: Path) -> None:
    client: Any = Between(None, lambda *_: None)
    client.__dict__["get_object"] = lambda **_: {"Body": _CutShort()}

    with pytest.raises(StorageError, match="IncompleteReadError"):
        ATTEMPTS[attempt](S3Files(client, BUCKET), tmp_path / "book")
