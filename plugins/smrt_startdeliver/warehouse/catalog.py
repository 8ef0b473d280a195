"""What is in the warehouse: its tables and columns, and what kind of values each holds.

A table exists only once its event was seen, a column only once it had a value (warehouse.md, Tables): what is missing
is no error, but for the table `users`, the keys and the times.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.vocabulary import EVENT_TABLES, GROUPS, IDENTIFIES, USERS
from smrt_startdeliver.warehouse.engines.warehouse import Warehouse
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


def read_catalog(warehouse: Warehouse, schema: str) -> Catalog:
    """What the source schema holds.

    Raises WarehouseError that names what is missing: the schema, the table `users`, a key or time column of a table.
    """
    with _looking_around():
        tables = warehouse.kinds(schema, [USERS, IDENTIFIES, GROUPS, *(table.table for table in EVENT_TABLES)])
    if tables is None:
        raise WarehouseError(
            f"the warehouse has no schema '{schema}': set source_schema in settings.yaml, and grant usage on it"
        )
    catalog = Catalog(schema, tables)
    _require_keys(catalog)
    return catalog


def count_users(warehouse: Warehouse, schema: str) -> int:
    """The rows of table `users`. Raises WarehouseError."""
    count = sa.select(sa.func.count().label("rows")).select_from(sa.table(USERS, schema=schema))
    statement = sa.text(str(count.compile(dialect=postgresql.dialect())))  # type: ignore[no-untyped-call]
    with _looking_around():
        (rows,) = warehouse.chunks(statement, {}, {"rows": "integer"}, 1)
        return int(rows["rows"][0].as_py())


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
