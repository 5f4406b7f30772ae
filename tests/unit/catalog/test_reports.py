"""A steward's report: every issue in it, safe to open in a spreadsheet, and readable for a program."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.domain.catalog.reports import COLUMNS, as_csv, as_json

AT = datetime(2026, 3, 2, 9, 30, 1, 999_999, tzinfo=UTC)
ISSUE: dict[str, Any] = {
    "severity": "high", "check": "no_picture", "message": 'No "picture", really', "state": "open", "since": AT,
    "items": 2, "names": ["Söfa", "Bench"], "openOrders": 1, "configurations": 0, "markets": [], "cause": "item/1",
    "link": "https://t",
    "value": [{"currency": "EUR", "amount": Decimal("1.50")}, {"currency": "JPY", "amount": Decimal(7)}], "id": "iss_1",
    "evidence": [{"item": "1", "price": Decimal("0.10")}],
}  # fmt: skip


def rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content[3:].decode("utf-8"), newline="")))


def test_a_report_for_a_spreadsheet() -> None:
    heads, row = rows(as_csv([ISSUE]))
    assert tuple(heads) == COLUMNS
    assert dict(zip(heads, row, strict=True)) == {
        "severity": "high", "check": "no_picture", "message": 'No "picture", really', "state": "open",
        "since": "2026-03-02T09:30:01+00:00", "items": "2", "names": "Söfa; Bench", "openOrders": "1",
        "configurations": "0", "value": "1.50 EUR; 7 JPY", "markets": "", "cause": "item/1", "expectedUntil": "",
        "link": "https://t", "id": "iss_1",
    }  # fmt: skip


def test_a_report_of_nothing_has_its_columns() -> None:
    assert rows(as_csv([])) == [list(COLUMNS)]
    assert json.loads(as_json([], {"run": "scan_1"})) == {"run": "scan_1", "issues": []}


DANGEROUS = ["=1+1", '=HYPERLINK("https://evil")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=", "-"]


@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("column", ["message", "names", "cause", "link"])
def test_no_cell_begins_a_formula(text: str, column: str) -> None:
    value = [text, "and more"] if column == "names" else text
    [_, row] = rows(as_csv([{**ISSUE, column: value}]))
    cell = row[COLUMNS.index(column)]
    assert cell.startswith(f"'{text.strip()}")


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(COLUMNS), st.text(st.characters(categories=None)) | st.lists(st.text()) | st.integers()
        )
    )
)
def test_whatever_items_are_called_each_issue_is_one_row_of_harmless_cells(issues: list[dict[str, Any]]) -> None:
    found = rows(as_csv(issues))
    assert len(found) == len(issues) + 1
    for row in found:
        assert len(row) == len(COLUMNS)
        # A spreadsheet may part a line at other signs than commas.
        parts = [part.strip() for cell in row for part in re.split("[;,|]", cell)]
        assert not any(part.startswith(("=", "+", "-", "@", "\t", "\r")) for part in parts)


def test_a_report_for_a_program() -> None:
    told = json.loads(as_json([ISSUE, {"id": "iss_2", "message": "half: \ud83d"}], {"run": "scan_1", "began": AT}))
    assert (told["run"], told["began"]) == ("scan_1", "2026-03-02T09:30:01+00:00")
    assert told["issues"][0] == {
        **ISSUE, "since": "2026-03-02T09:30:01+00:00", "evidence": [{"item": "1", "price": "0.10"}],
        "value": [{"currency": "EUR", "amount": "1.50"}, {"currency": "JPY", "amount": "7"}],
    }  # fmt: skip
    assert told["issues"][1] == {"id": "iss_2", "message": "half: ?"}
    assert "Söfa".encode() in as_json([ISSUE], {})
