"""Assets that datatables name and that do not exist."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import asset_id
from herald.domain.catalog.reading import quoted
from herald.domain.catalog.surroundings import Surroundings


def broken_table_references(
    table_id: str, rows: Iterable[Mapping[str, Any]], asset_columns: Sequence[str], surroundings: Surroundings
) -> Iterator[Finding]:
    """Yield a finding for each asset that a table's ``Asset`` columns name in vain (docs/vendor/threekit.md 2.7)."""
    told: set[str] = set()
    for row in rows:
        for column, named in _named(row, asset_columns):
            if named not in told and surroundings.asset(named) is None:
                told.add(named)
                yield Finding(
                    check="broken_reference", cause=f"asset/{named}", detail=f"datatable/{table_id}/{column}",
                    message=f"Datatable column {quoted(column)} names an asset that does not exist: {quoted(named)}.",
                    evidence={"datatable": table_id, "column": column, "row": row.get("id")}, doubt=(named,),
                )  # fmt: skip


def _named(row: Mapping[str, Any], columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    values = row.get("value")
    if isinstance(values, Mapping):
        for column in columns:
            value = values.get(column)
            found = value.strip() if isinstance(value, str) else asset_id(value)
            if found:
                yield column, found
