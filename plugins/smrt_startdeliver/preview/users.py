"""Single rows of table `users`, as they are now: nothing else of the warehouse is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.plan.properties import VALUE
from smrt_startdeliver.staging import as_frame
from smrt_startdeliver.vocabulary import USERS
from smrt_startdeliver.warehouse.catalog import Catalog
from smrt_startdeliver.warehouse.statements import over_rows
from smrt_startdeliver.warehouse.stream import ARROW_TYPES, stream


def users_by_id(
    engine: sa.Engine, catalog: Catalog, user_ids: Sequence[str], columns: Mapping[str, Kind]
) -> pd.DataFrame:
    """user_id (str) and the columns that are asked for, of those ids that have a row. Raises WarehouseError."""
    return _read(engine, catalog, "users_by_id", columns, {"user_ids": list(user_ids)})


def newest_user(engine: sa.Engine, catalog: Catalog, forgotten: Iterable[str]) -> str | None:
    """The id of the customer whose row was loaded last, but for who is forgotten. Raises WarehouseError."""
    found = _read(engine, catalog, "newest_user", {}, {"forgotten": list(forgotten)})
    return None if found.empty else str(found["user_id"].iloc[0])


def _read(
    engine: sa.Engine, catalog: Catalog, statement: str, values: Mapping[str, Kind], parameters: Mapping[str, Any]
) -> pd.DataFrame:
    columns: dict[str, Kind] = {"user_id": "text", **{VALUE + name: kind for name, kind in values.items()}}
    schema = pa.schema([(name, ARROW_TYPES[kind]) for name, kind in columns.items()])
    chunks = stream(engine, over_rows(statement, catalog, USERS, ("id",), values), parameters, columns)
    return as_frame(pa.concat_tables([schema.empty_table(), *chunks])).rename(
        columns=lambda name: str(name).removeprefix(VALUE)
    )
