"""What is in the warehouse: its tables and columns, and what kind of values each holds.

A table exists only once its event was seen, a column only once it had a value (warehouse.md, Tables): what is missing
is no error, but for the table `users`, the keys and the times.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.reflection import ObjectKind

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.vocabulary import EVENT_TABLES, GROUPS, IDENTIFIES, USERS
from smrt_startdeliver.warehouse.failures import NOT_ALLOWED, failing_plainly

LOAD_TIMES = ("loaded_at", "uuid_ts", "received_at")
_EVENT_KEYS = ("id", "user_id", "timestamp")
_TIMES = ("timestamp", *LOAD_TIMES)


@dataclass(frozen=True)
class Catalog:
    """The source schema: per table that exists, its columns in order and their kinds."""

    schema: str
    tables: Mapping[str, Mapping[str, Kind]]

    def columns(self, table: str) -> Mapping[str, Kind]:
        """The columns of a table with their kinds; empty where the table does not exist."""
        return self.tables.get(table, {})


def read_catalog(engine: sa.Engine, schema: str) -> Catalog:
    """What the source schema holds.

    Raises WarehouseError that names what is missing: the schema, the table `users`, a key or time column of a table.
    """
    with _looking_around():
        inspector = sa.inspect(engine)
        if schema not in inspector.get_schema_names():
            raise WarehouseError(
                f"the warehouse has no schema '{schema}': set source_schema in settings.yaml, and grant usage on it"
            )
        wanted = [USERS, IDENTIFIES, GROUPS, *(table.table for table in EVENT_TABLES)]
        reflected = inspector.get_multi_columns(schema=schema, filter_names=wanted, kind=ObjectKind.ANY)
    tables = {
        name: {column["name"]: kind_of(column["type"]) for column in columns}
        for (_, name), columns in reflected.items()
        if columns
    }
    catalog = Catalog(schema, tables)
    _require_keys(catalog)
    return catalog


def count_users(engine: sa.Engine, schema: str) -> int:
    """The rows of table `users`. Raises WarehouseError."""
    rows = sa.select(sa.func.count()).select_from(sa.table(USERS, schema=schema))
    with _looking_around(), engine.connect() as connection:
        return int(connection.execute(rows).scalar_one())


def kind_of(column_type: sa.types.TypeEngine[Any]) -> Kind:
    """The kind of values that a column of this type holds; what is none of the kinds is read as text."""
    kinds: tuple[tuple[type[sa.types.TypeEngine[Any]], Kind], ...] = (
        (sa.Boolean, "boolean"),
        (sa.Integer, "integer"),
        (sa.Numeric, "number"),
        (sa.Float, "number"),
        (sa.DateTime, "time"),
        (sa.Date, "date"),
    )
    return next((kind for kind_type, kind in kinds if isinstance(column_type, kind_type)), "text")


def _looking_around() -> AbstractContextManager[None]:
    return failing_plainly(
        "the warehouse failed before anything was read",
        {NOT_ALLOWED: "grant select on it to the login of connection 'smrt_warehouse'"},
        "the run can be started again",
    )


def _require_keys(catalog: Catalog) -> None:
    if USERS not in catalog.tables:
        raise WarehouseError(
            f"the warehouse has no table '{catalog.schema}.{USERS}': set source_schema in settings.yaml to the "
            "schema of the Segment source, and grant select on its tables"
        )
    for table, columns in catalog.tables.items():
        keys = {USERS: ("id",), IDENTIFIES: ("user_id",), GROUPS: ("id",)}.get(table, _EVENT_KEYS)
        for key in keys:
            if key not in columns:
                raise WarehouseError(f"column '{catalog.schema}.{table}.{key}' is missing: every row needs it")
        if table != IDENTIFIES and not any(time in columns for time in LOAD_TIMES):
            raise WarehouseError(
                f"table '{catalog.schema}.{table}' has none of the columns {', '.join(LOAD_TIMES)}: "
                "one must say when a row was loaded"
            )
        for time in _TIMES:
            if columns.get(time) not in (None, "time", "date"):
                raise WarehouseError(
                    f"column '{catalog.schema}.{table}.{time}' holds {columns[time]} values: it must be a timestamp"
                )
