"""Where the books of scans lie: in the bucket, and on the disk of whoever works with them."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir

from herald.adapters.scan_book import SqliteScanBook
from herald.catalog_ports import Files
from herald.ports import StorageError

LONG_BOOK = "catalog/long.sqlite"
PREFIX = "herald-scan-"


@dataclass
class SqliteScanBooks:
    """Implements ``catalog_ports.ScanBooks``. A process keeps the one book it worked with last."""

    files: Files
    began_at: Callable[[str], datetime]
    _open: tuple[str, SqliteScanBook, Path] | None = field(default=None, init=False)

    def reading(self, run: str) -> SqliteScanBook:
        """Return the book that a run is reading into, begun if there is none. Raises ``StorageError``."""
        folder = self._folder()
        if not self.files.download(f"runs/{run}/reading.sqlite", folder / "book"):
            self.files.download(LONG_BOOK, folder / "long")
        else:
            self.files.download(f"runs/{run}/reading-long.sqlite", folder / "long")
        return self._opened(f"reading {run}", run, folder)

    def put_aside(self, run: str) -> None:
        """Store the book as it is now; the long one first, so that it never knows less. Raises ``StorageError``."""
        self._stored(run, "reading")

    def completed(self, run: str) -> None:
        """Store the book as complete. Raises ``StorageError``."""
        self._stored(run, "complete")

    def complete(self, run: str) -> SqliteScanBook:
        """Return the complete book of a run. Raises ``StorageError``."""
        name = f"complete {run}"
        if self._open is not None and self._open[0] == name:
            return self._open[1]
        folder = self._folder()
        for key, file in ((f"runs/{run}/complete.sqlite", "book"), (f"runs/{run}/complete-long.sqlite", "long")):
            if not self.files.download(key, folder / file):
                raise StorageError(f"the bucket holds no {key}")
        return self._opened(name, run, folder)

    def carried_on(self, run: str) -> None:
        """Store what is carried on to the next scan. Raises ``StorageError``."""
        book, folder = self._present(f"complete {run}")
        book.save()
        self.files.upload(LONG_BOOK, folder / "long")

    def _stored(self, run: str, how: str) -> None:
        book, folder = self._present(f"reading {run}")
        book.save()
        self.files.upload(f"runs/{run}/{how}-long.sqlite", folder / "long")
        self.files.upload(f"runs/{run}/{how}.sqlite", folder / "book")

    def _present(self, name: str) -> tuple[SqliteScanBook, Path]:
        if self._open is None or self._open[0] != name:
            raise StorageError(f"{name}: the book is not open")
        return self._open[1], self._open[2]

    def _opened(self, name: str, run: str, folder: Path) -> SqliteScanBook:
        book = SqliteScanBook(folder / "book", folder / "long", self.began_at(run))
        self._open = (name, book, folder)
        return book

    def _folder(self) -> Path:
        """Return an empty folder, the same each time: the disk of a function is small.

        What was open is closed; what a process that is gone left behind is removed.
        """
        if self._open is not None:
            self._open[1].close()
            self._open = None
        for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
            if not _alive(folder.name.removeprefix(PREFIX).partition("-")[0]):
                rmtree(folder, ignore_errors=True)
        mine = Path(gettempdir()) / f"{PREFIX}{os.getpid()}-{id(self):x}"
        rmtree(mine, ignore_errors=True)
        mine.mkdir()
        return mine


def _alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
