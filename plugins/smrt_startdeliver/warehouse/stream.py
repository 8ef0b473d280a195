"""Rows of a statement as a stream of Arrow tables: memory grows with the chunk, not with the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.warehouse.engines.warehouse import KindChanged, Warehouse
from smrt_startdeliver.warehouse.failures import NO_COLUMN, NO_TABLE, NOT_ALLOWED, failing_plainly

CHUNK_ROWS = 200_000

_READ_AGAIN = "nothing was sent for what was not read; the next run reads it again"
_CHANGED = (
    "it is not as it was when the run was opened: clear the whole DAG run, from open_run on, or wait for the next run"
)
_ADVICE = {
    NO_TABLE: _CHANGED,
    NO_COLUMN: _CHANGED,
    NOT_ALLOWED: "grant select on it to the login of connection 'smrt_warehouse'",
}


def while_reading() -> AbstractContextManager[None]:
    """What the source's tables fail with, while they are read, as WarehouseError."""
    return failing_plainly("the warehouse broke off while it was read", _ADVICE, _READ_AGAIN)


def stream(
    warehouse: Warehouse,
    statement: sa.TextClause,
    parameters: Mapping[str, Any],
    columns: Mapping[str, Kind],
    *,
    chunk_rows: int = CHUNK_ROWS,
) -> Iterator[pa.Table]:
    """The rows of a statement in chunks; `columns` names its columns in order with their kinds.

    Raises WarehouseError where the warehouse refuses or goes away, or a column no longer is of its kind.
    """
    try:
        with while_reading():
            yield from warehouse.chunks(statement, parameters, columns, chunk_rows)
    except KindChanged as error:
        raise WarehouseError(f"{error}: {_CHANGED}") from None
