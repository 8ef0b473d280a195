"""A warehouse in a real PostgreSQL, of a database whose own time zone is not UTC; each test has a schema of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from psycopg import sql

from demo.postgres import Postgres
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.stages.reading import EVENT_COLUMNS, GROUP_COLUMNS, USER_COLUMNS
from smrt_startdeliver.warehouse.catalog import Catalog, read_catalog
from smrt_startdeliver.warehouse.engine import warehouse_engine
from smrt_startdeliver.warehouse.engines.postgres import Postgres as PostgresWarehouse
from smrt_startdeliver.warehouse.engines.warehouse import arrow_schema
from smrt_startdeliver.warehouse.statements import over_rows
from smrt_startdeliver.warehouse.stream import stream

_NUMBERS = itertools.count(1)
READ_FROM = datetime(2026, 1, 10, tzinfo=UTC)
READ_UNTIL = datetime(2026, 1, 12, tzinfo=UTC)


def at(text: str) -> datetime:
    """`2026-01-11` or `2026-01-11T10:00`, in UTC."""
    return datetime.fromisoformat(text + ("" if "T" in text else "T00:00") + "+00:00")


class Warehouse:
    """A schema of the warehouse."""

    def __init__(self, engine: sa.Engine, schema: str) -> None:
        self.engine = engine
        self.source = PostgresWarehouse(engine)
        self.schema = schema

    def table(self, table: str, *rows: Sequence[str | None], **columns: str) -> None:
        """Create a table of these columns and types, with rows whose cells are texts that the types can read."""
        name = sql.Identifier(self.schema, table)
        kinds = [sql.SQL(kind) for kind in columns.values()]
        listed = [
            sql.SQL("{} {}").format(sql.Identifier(column), kind) for column, kind in zip(columns, kinds, strict=True)
        ]
        with self.engine.begin() as connection, connection.connection.cursor() as cursor:
            cursor.execute(sql.SQL("create table {} ({})").format(name, sql.SQL(", ").join(listed)))
            for row in rows:
                cells = [
                    sql.SQL("{}::{}").format(sql.Literal(cell), kind) for cell, kind in zip(row, kinds, strict=True)
                ]
                cursor.execute(sql.SQL("insert into {} values ({})").format(name, sql.SQL(", ").join(cells)))

    def catalog(self) -> Catalog:
        return read_catalog(self.source, self.schema)

    def events(self, table: str, values: Mapping[str, Kind] | None = None, **parameters: Any) -> list[dict[str, Any]]:
        """What the extract reads of a table of events, without what is null, in order of id and load time."""
        asked = {
            "read_from": READ_FROM,
            "read_until": READ_UNTIL,
            "max_clock_skew": timedelta(hours=24),
            "min_event_time": datetime(2000, 1, 1, tzinfo=UTC),
        }
        return self._read("events", table, ("id", "user_id", "name"), EVENT_COLUMNS, values or {}, asked | parameters)

    def users(self, values: Mapping[str, Kind] | None = None) -> list[dict[str, Any]]:
        rows = self._read("users", "users", ("id",), USER_COLUMNS, values or {}, {})
        return [{name: value for name, value in row.items() if name != "row_hash"} for row in rows]

    def row_hashes(self, values: Mapping[str, Kind]) -> dict[str, int]:
        rows = self._read("users", "users", ("id",), USER_COLUMNS, values, {})
        return {row["user_id"]: row["row_hash"] for row in rows}

    def groups(self, values: Mapping[str, Kind] | None = None) -> list[dict[str, Any]]:
        return self._read("groups", "groups", ("id", "user_id", "group_id"), GROUP_COLUMNS, values or {}, {})

    def last_visits(self, kind: Kind) -> list[dict[str, Any]]:
        return self._read("last_visits", "identifies", ("user_id",), {"user_id": "text"}, {"last_visit": kind}, {})

    def _read(
        self,
        statement: str,
        table: str,
        keys: tuple[str, ...],
        columns: Mapping[str, Kind],
        values: Mapping[str, Kind],
        parameters: Mapping[str, Any],
    ) -> list[dict[str, Any]]:
        # The catalog by hand where a name is none that the catalog looks for.
        with self.engine.connect() as connection:
            present = {column["name"] for column in sa.inspect(connection).get_columns(table, self.schema)}
        catalog = Catalog(self.schema, {table: dict.fromkeys(present, "text")})
        everything = {**columns, **{f"value_{name}": kind for name, kind in values.items()}}
        tables = stream(self.source, over_rows(statement, catalog, table, keys, values), parameters, everything)
        rows = pa.concat_tables([*tables, arrow_schema(everything).empty_table()]).to_pylist()
        for row in rows:
            row.update({name: value.replace(tzinfo=UTC) for name, value in row.items() if isinstance(value, datetime)})
        return sorted(
            ({name: value for name, value in row.items() if value is not None} for row in rows),
            key=lambda row: (str(row.get("id", row.get("user_id"))), str(row.get("loaded_at"))),
        )


@pytest.fixture(scope="package")
def uri(postgres: Postgres) -> str:
    uri = postgres.create_database("warehouse")
    engine = sa.create_engine(uri.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sa.text("alter database warehouse set timezone to 'America/New_York'"))
    engine.dispose()
    return uri


@pytest.fixture(scope="package")
def engine(uri: str) -> Iterator[sa.Engine]:
    """The engine of Airflow's connection `smrt_warehouse`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", uri)
        engine = warehouse_engine()
        yield engine
        engine.dispose()


@pytest.fixture
def warehouse(engine: sa.Engine) -> Warehouse:
    return new_schema(engine, f"smrt_{next(_NUMBERS)}")


def new_schema(engine: sa.Engine, name: str) -> Warehouse:
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema(name))
    return Warehouse(engine, name)
