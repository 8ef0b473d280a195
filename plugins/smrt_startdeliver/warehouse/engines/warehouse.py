"""What the pipeline asks of a warehouse, whatever its engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import pyarrow as pa
import sqlalchemy as sa

from smrt_startdeliver.mapping.casts import Kind

ARROW_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "number": pa.string(),  # as text NaN, null and every digit survive
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "time": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
}


class KindChanged(Exception):
    """A column does not hold values of the kind that it held when the run was opened."""

    def __init__(self, column: str, kind: Kind) -> None:
        super().__init__(f"column '{column}' does not hold {kind} values")


class Warehouse(Protocol):
    """A warehouse that is open. What its methods fail with is `failing_plainly`'s to tell."""

    def server(self) -> str:
        """Which server it is and who we are there, in words. Raises WarehouseError where it is too old."""

    def kinds(self, schema: str, tables: Sequence[str]) -> Mapping[str, Mapping[str, Kind]] | None:
        """Of the tables those that are there, with their columns in order; None where there is no such schema."""

    def unreadable(self, schema: str, tables: Sequence[str]) -> list[str]:
        """Those of the tables that may not be read, in order of their names."""

    def chunks(
        self, statement: sa.TextClause, parameters: Mapping[str, Any], columns: Mapping[str, Kind], chunk_rows: int
    ) -> Iterator[pa.Table]:
        """The rows of a statement, of which `columns` are the columns in order. Raises KindChanged."""

    def dispose(self) -> None:
        """Leave it."""


def arrow_schema(columns: Mapping[str, Kind]) -> pa.Schema:
    """The columns as Arrow holds them."""
    return pa.schema([(name, ARROW_TYPES[kind]) for name, kind in columns.items()])
