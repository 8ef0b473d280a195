"""Rows of a statement as a stream of Arrow tables: memory grows with the chunk, not with the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.warehouse.engine import first_line

CHUNK_ROWS = 50_000

ARROW_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "number": pa.string(),  # as text NaN, null and every digit survive
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "time": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
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

    Raises WarehouseError where the warehouse refuses or goes away.
    """
    schema = pa.schema([(name, ARROW_TYPES[kind]) for name, kind in columns.items()])
    try:
        with (
            engine.connect().execution_options(stream_results=True, max_row_buffer=chunk_rows) as connection,
            connection.execute(statement, dict(parameters)) as result,
        ):
            for rows in result.partitions(chunk_rows):
                arrays = [
                    pa.array(values, type=field.type, from_pandas=False)
                    for values, field in zip(zip(*rows, strict=True), schema, strict=True)
                ]
                yield pa.Table.from_arrays(arrays, schema=schema)
    except sa.exc.DBAPIError as error:
        raise WarehouseError(
            f"the warehouse broke off while it was read ({first_line(error)}): nothing was sent for what was not read; "
            "the next run reads it again"
        ) from None
