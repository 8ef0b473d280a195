"""Single rows of table `users`, as they are now: nothing else of the warehouse is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.plan.properties import VALUE
from smrt_startdeliver.stages.reading import USER_COLUMNS
from smrt_startdeliver.staging import as_frame
from smrt_startdeliver.vocabulary import USERS
from smrt_startdeliver.warehouse.catalog import Catalog
from smrt_startdeliver.warehouse.engines.warehouse import Warehouse, arrow_schema
from smrt_startdeliver.warehouse.statements import over_rows
from smrt_startdeliver.warehouse.stream import stream


def users_by_id(
    warehouse: Warehouse, catalog: Catalog, user_ids: Sequence[str], columns: Mapping[str, Kind]
) -> pd.DataFrame:
    """user_id (str) and the columns that are asked for, of those ids that have a row. Raises WarehouseError."""
    statement = over_rows("users", catalog, USERS, ("id",), columns, of_customers="id")
    read = {**USER_COLUMNS, **{VALUE + name: kind for name, kind in columns.items()}}
    found = _read(warehouse, statement, {"customers": list(user_ids)}, read)
    return found[["user_id", *columns]].sort_values("user_id", ignore_index=True)


def newest_user(warehouse: Warehouse, catalog: Catalog, forgotten: Iterable[str]) -> str | None:
    """The id of the customer whose row was loaded last, but for who is forgotten. Raises WarehouseError."""
    statement = over_rows("newest_user", catalog, USERS, ("id",), {})
    found = _read(warehouse, statement, {"forgotten": list(forgotten)}, {"user_id": "text"})
    return None if found.empty else str(found["user_id"].iloc[0])


def _read(
    warehouse: Warehouse, statement: sa.TextClause, parameters: Mapping[str, Any], columns: Mapping[str, Kind]
) -> pd.DataFrame:
    chunks = stream(warehouse, statement, parameters, columns)
    return as_frame(pa.concat_tables([arrow_schema(columns).empty_table(), *chunks])).rename(
        columns=lambda name: str(name).removeprefix(VALUE)
    )
