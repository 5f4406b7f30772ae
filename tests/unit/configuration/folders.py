"""The corpus: a good folder, and bad ones that differ from it in the files they hold."""

import shutil
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
GOOD = CORPUS / "good"
BAD = CORPUS / "bad"
SHIPPED = Path(__file__).parents[3] / "config"


def made_bad(case: Path, into: Path) -> Path:
    """Lay a case over the good folder: its files replace those of the same name, ``removed.txt`` names missing ones."""
    folder = into / "config"
    shutil.copytree(GOOD / "minimal", folder)
    shutil.copytree(case, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.txt", "removed.txt"))
    removed = case / "removed.txt"
    for name in removed.read_text(encoding="utf-8").split() if removed.exists() else ():
        (folder / name).unlink()
    return folder
