"""Rows of a statement as a stream of Arrow tables: memory grows with the chunk, not with the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pyarrow as pa
import sqlalchemy as sa

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.warehouse.failures import NO_COLUMN, NO_TABLE, NOT_ALLOWED, failing_plainly

CHUNK_ROWS = 50_000

_READ_AGAIN = "nothing was sent for what was not read; the next run reads it again"
_CHANGED = (
    "it is not as it was when the run was opened: clear the whole DAG run, from open_run on, or wait for the next run"
)
_ADVICE = {
    NO_TABLE: _CHANGED,
    NO_COLUMN: _CHANGED,
    NOT_ALLOWED: "grant select on it to the login of connection 'smrt_warehouse'",
}

ARROW_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "number": pa.string(),  # as text NaN, null and every digit survive
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "time": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
}


_SQL_TYPES: dict[Kind, tuple[str, ...]] = {
    "text": ("text",),
    "number": ("text",),
    "integer": ("int2", "int4", "int8"),
    "boolean": ("bool",),
    "time": ("timestamptz",),
    "date": ("date",),
}


def stream(
    engine: sa.Engine,
    statement: sa.TextClause,
    parameters: Mapping[str, Any],
    columns: Mapping[str, Kind],
    *,
    chunk_rows: int = CHUNK_ROWS,
) -> Iterator[pa.Table]:
    """The rows of a statement in chunks; `columns` names its columns in order with their kinds.

    Raises WarehouseError where the warehouse refuses or goes away, or a column no longer is of its kind.
    """
    schema = pa.schema([(name, ARROW_TYPES[kind]) for name, kind in columns.items()])
    with (
        failing_plainly("the warehouse broke off while it was read", _ADVICE, _READ_AGAIN),
        engine.connect().execution_options(stream_results=True, max_row_buffer=chunk_rows) as connection,
        connection.execute(statement, dict(parameters)) as result,
    ):
        _see_that_kinds_are_the_same(result, columns)
        for rows in result.partitions(chunk_rows):
            arrays = [
                pa.array(values, type=field.type, from_pandas=False)
                for values, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            yield pa.Table.from_arrays(arrays, schema=schema)


def _see_that_kinds_are_the_same(result: sa.CursorResult[Any], columns: Mapping[str, Kind]) -> None:
    """Before a value is read: Arrow would cut the fraction of what was an integer, and quote what it cannot read."""
    cursor: Any = result.cursor
    for (name, kind), column in zip(columns.items(), cursor.description, strict=True):
        found = psycopg.postgres.types.get(column.type_code)
        if found is None or found.name not in _SQL_TYPES[kind]:
            raise WarehouseError(f"column '{name}' does not hold {kind} values: {_CHANGED}")
