"""A steward's report: every open issue, as CSV for a spreadsheet and as JSON for a program."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

COLUMNS = (
    "severity", "check", "message", "state", "since", "items", "names", "openOrders", "configurations", "value",
    "markets", "cause", "expectedUntil", "link", "id",
)  # fmt: skip
_FORMULA = re.compile(r"""(^|[;,|]['"\s]*)([=+@-])""")
"""What a spreadsheet may take for the beginning of a formula: there, too, where it parts cells at semicolons."""


def as_csv(issues: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the issues as CSV in UTF-8 with a mark, as spreadsheets open it; no cell begins a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for issue in issues:
        writer.writerow([_cell(issue.get(column)) for column in COLUMNS])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def as_json(issues: Sequence[Mapping[str, Any]], about: Mapping[str, Any]) -> bytes:
    """Return the issues as JSON, with what the report is about."""
    content = {**about, "issues": list(issues)}
    return json.dumps(content, default=_spelt, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _cell(value: Any) -> str:
    if isinstance(value, list):
        value = "; ".join(
            f"{entry['amount']} {entry['currency']}" if isinstance(entry, Mapping) else str(entry) for entry in value
        )
    text = "" if value is None else _spelt(value) if isinstance(value, datetime) else str(value)
    return _FORMULA.sub(r"\1'\2", " ".join(text.split()))


def _spelt(value: Any) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
