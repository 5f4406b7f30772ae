"""Where books of scans lie: whoever goes on finds what was put aside, and the disk of a function stays small."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.builders import NOW
from tests.contract.ports.scan_rows import BENCH, SOFA, a_configuration, an_asset

from herald.adapters.memory_catalog import MemoryFiles
from herald.adapters.scan_books import LONG_BOOK, SqliteScanBooks
from herald.catalog_ports import ScanBook, ScanBooks
from herald.domain.catalog.plan import CatalogPlan
from herald.ports import StorageError


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    place = tmp_path / "disk"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def library(files: MemoryFiles) -> SqliteScanBooks:
    """The books as another process sees them."""
    return SqliteScanBooks(files, lambda run: NOW if run == "run-1" else NOW.replace(day=3))


def read_into(books: ScanBooks, run: str, *configurations: int) -> ScanBook:
    book = books.reading(run)
    book.keep_assets([an_asset(SOFA)])
    book.keep_configurations([a_configuration(number) for number in configurations])
    book.turned("assets", 5)
    return book


def finished(books: SqliteScanBooks, run: str, seen: Sequence[str], *configurations: int) -> None:
    read_into(books, run, *configurations).complete(CatalogPlan())
    books.completed(run)
    complete = books.complete(run)
    complete.seen(run, "all", seen)
    complete.scanned(run, "all")
    complete.note_for_next("told", run)
    books.carried_on(run)


def test_whoever_goes_on_reads_on_where_the_book_was_put_aside(disk: Path) -> None:
    files = MemoryFiles()
    books = library(files)
    book = read_into(books, "run-1", 1, 2)
    books.put_aside("run-1")
    book.keep_assets([an_asset(BENCH)])
    book.turned("assets", 6)

    for again in (books.reading("run-1"), library(files).reading("run-1")):
        assert (again.progress("assets"), again.assets(), again.configurations()) == ((5, False), 1, 2)
        assert again.now == NOW
    assert files.get(LONG_BOOK) is None


def test_what_was_kept_and_not_turned_is_put_aside_too(disk: Path) -> None:
    files = MemoryFiles()
    books = library(files)
    books.reading("run-1").note("org", "o")
    books.put_aside("run-1")
    assert library(files).reading("run-1").noted("org") == "o"


def test_a_reading_that_was_never_put_aside_begins_anew(disk: Path) -> None:
    files = MemoryFiles()
    read_into(library(files), "run-1", 1)
    again = library(files).reading("run-1")
    assert (again.progress("assets"), again.configurations()) == ((1, False), 0)


def test_a_complete_book_is_the_same_in_every_process_and_kept_open_in_one(disk: Path) -> None:
    files = MemoryFiles()
    books = library(files)
    read_into(books, "run-1", 1).complete(CatalogPlan())
    books.completed("run-1")

    mine, others = books.complete("run-1"), library(files).complete("run-1")
    assert (mine.assets(), others.assets(), others.configurations()) == (1, 1, 1)
    assert mine.context_print() == others.context_print()
    assert books.complete("run-1") is mine


def test_the_next_scan_knows_what_is_carried_on_and_nothing_else(disk: Path) -> None:
    files = MemoryFiles()
    finished(library(files), "run-1", [SOFA, BENCH], 1, 2, 3)

    books = library(files)
    book = books.reading("run-2")
    assert (book.configurations(), book.had("all"), book.assets(), book.progress("assets")) == (3, True, 0, (1, False))
    assert (book.now, book.noted_before("told"), book.noted("told")) == (NOW.replace(day=3), "run-1", None)
    book.complete(CatalogPlan())
    books.completed("run-2")
    complete = books.complete("run-2")
    complete.seen("run-2", "all", [SOFA])
    assert list(complete.vanished("run-2", ["all"])) == [BENCH]


def test_what_a_scan_that_was_given_up_saw_is_not_carried_on(disk: Path) -> None:
    files = MemoryFiles()
    books = library(files)
    read_into(books, "run-1", 1).complete(CatalogPlan())
    books.completed("run-1")
    books.complete("run-1").scanned("run-1", "all")

    book = library(files).reading("run-2")
    assert (book.had("all"), book.configurations()) == (False, 0)


def test_closing_again_in_another_process_carries_the_same_on(disk: Path) -> None:
    files = MemoryFiles()
    finished(library(files), "run-1", [SOFA], 1)
    again = library(files)
    assert not again.complete("run-1").had("all")
    again.complete("run-1").scanned("run-1", "all")
    again.carried_on("run-1")

    assert library(files).reading("run-2").had("all")


def test_only_one_folder_is_left_on_the_disk_whatever_was_opened(disk: Path) -> None:
    files = MemoryFiles()
    books = library(files)
    for number in range(3):
        finished(books, f"run-{number}", [SOFA], number)
        books.reading(f"other-{number}")
        assert len(list(disk.iterdir())) == 1
    [folder] = disk.iterdir()
    assert {file.name for file in folder.iterdir()} <= {"book", "long", "book-journal", "long-journal"}


def test_a_book_that_is_not_open_or_not_there_is_an_error(disk: Path) -> None:
    books = library(MemoryFiles())
    attempts: list[Callable[[], object]] = [
        lambda: books.put_aside("run-1"), lambda: books.completed("run-1"), lambda: books.carried_on("run-1"),
        lambda: books.complete("run-1"),
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(StorageError):
            attempt()
    books.reading("run-1")
    for attempt in (*attempts[2:], lambda: books.put_aside("run-2")):
        with pytest.raises(StorageError):
            attempt()


@pytest.mark.parametrize("attempt", ["reading", "complete"])
def test_a_bucket_that_fails_half_way_leaves_no_folders_behind(disk: Path, attempt: str) -> None:
    class Failing(MemoryFiles):
        def download(self, key: str, path: Path) -> bool:
            if "long" in key:
                raise StorageError("reading the bucket: SlowDown")
            return super().download(key, path)

    files = Failing()
    for name in ("reading", "complete"):
        files.put(f"runs/run-1/{name}.sqlite", b"x" * 100_000)
    books = library(files)
    for _ in range(3):
        with pytest.raises(StorageError):
            getattr(books, attempt)("run-1")
    assert len(list(disk.iterdir())) <= 1


def test_the_long_book_is_stored_before_the_book_that_counts_on_it(disk: Path) -> None:
    class Ordered(MemoryFiles):
        keys: list[str]

        def upload(self, key: str, path: Path) -> None:
            self.keys.append(key)
            super().upload(key, path)

    files = Ordered()
    files.keys = []
    books = library(files)
    books.reading("run-1").complete(CatalogPlan())
    books.put_aside("run-1")
    books.completed("run-1")
    assert files.keys == [
        "runs/run-1/reading-long.sqlite", "runs/run-1/reading.sqlite",
        "runs/run-1/complete-long.sqlite", "runs/run-1/complete.sqlite",
    ]  # fmt: skip
