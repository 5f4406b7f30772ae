"""Writes every file that is generated from the code: ``python -m herald_cli.published``."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from herald_cli.event_schemas import published_schemas
from herald_cli.openapi import ROOT, openapi_document

COMMAND = "python -m herald_cli.published"
DOCS = ROOT / "docs"


def published_files() -> Mapping[Path, str]:
    """Return what each published file must hold."""
    documents = {DOCS / "schemas" / name: schema for name, schema in published_schemas().items()}
    return {
        path: _pretty(document) for path, document in {DOCS / "openapi.json": openapi_document(), **documents}.items()
    }


def publish() -> list[Path]:
    """Write the files, remove schemas that are no longer published, and return what changed."""
    files = published_files()
    changed = [
        path for path, content in files.items() if not path.exists() or path.read_text(encoding="utf-8") != content
    ]
    for path in changed:
        path.parent.mkdir(exist_ok=True)
        path.write_text(files[path], encoding="utf-8")
    gone = [path for path in (DOCS / "schemas").glob("*.json") if path not in files]
    for path in gone:
        path.unlink()
    return [*changed, *gone]


def _pretty(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for written in publish():
        print(written.relative_to(ROOT))  # noqa: T201
