"""The adapter of Snowflake on fakesnow, which executes Snowflake's statements in a DuckDB: the same rows are found.

A real Snowflake cannot be had here. Airflow's hook is stood in for by what is asked of it: a connection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import fakesnow
import pyarrow as pa
import pytest
import snowflake.connector
from airflow.sdk import Connection

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.warehouse.catalog import count_users, read_catalog
from smrt_startdeliver.warehouse.engines.dbapi import _as_array
from smrt_startdeliver.warehouse.engines.snowflake import Snowflake
from smrt_startdeliver.warehouse.engines.warehouse import KindChanged
from smrt_startdeliver.warehouse.engines.warehouse import Warehouse as OpenWarehouse
from smrt_startdeliver.warehouse.stream import stream
from tests.warehouse.asked import CATALOG, COLUMNS, PARAMETERS, STATEMENTS
from tests.warehouse.conftest import Warehouse, new_schema

TYPES = {
    "text": ("text", "text"),
    "number": ("numeric(12, 2)", "number(12, 2)"),
    "integer": ("bigint", "number(38, 0)"),
    "boolean": ("boolean", "boolean"),
    "time": ("timestamptz", "timestamp_tz"),
    "date": ("date", "date"),
}
"""Kind -> the type of PostgreSQL, and that of Snowflake, as Segment's loaders make them."""
_VALUES = ("20.50", "3", "true", "2026-01-11T10:00:00+02:00", "1990-02-28", "it's 5 %")
_NOTHING = (None,) * 6
ROWS: dict[str, list[tuple[str | None, ...]]] = {
    "users": [
        ("ann", "Ann@Example.com ", "+1 (555) 123-4567", "2026-01-01T00:00:00Z", *_VALUES),
        ("ann", "ann@example.com", None, "2026-01-09T00:00:00Z", *_NOTHING),
        ("bob", "bob@example.com", "0049 30 1234567", "2026-01-11T00:00:00Z", *_VALUES),
        ("it's %(a)s \\ :b", None, None, None, *_NOTHING),
        (None, "nobody@example.com", None, "2026-01-11T00:00:00Z", *_NOTHING),
        ("", None, None, "2026-01-11T12:00:00Z", *_NOTHING),
    ],
    "identifies": [
        ("ann", "2025-12-24", "2026-01-01T00:00:00Z"),
        ("ann", "2025-12-24", "2026-01-02T00:00:00Z"),
        ("bob", None, "2026-01-02T00:00:00Z"),
        (None, "2025-12-24", "2026-01-02T00:00:00Z"),
    ],
    "groups": [
        ("g1", "ann", "2026-01-10T01:00:00Z", "2026-01-10T02:00:00Z", "home"),
        ("g1", "ann", None, "2026-01-11T02:00:00Z", "away"),
        ("g2", None, None, None, "home"),
    ],
    "order_created": [
        ("e1", "ann", "2026-01-10T01:00:00Z", "2026-01-10T02:00:00Z", *_VALUES),
        ("e1", "ann", "2026-01-10T01:00:00Z", "2026-01-11T02:00:00Z", *_NOTHING),
        ("e2", "bob", "2026-01-11T01:00:00Z", "2026-01-11T01:00:01Z", *_VALUES),
        ("e3", None, "2026-01-11T01:00:00Z", "2026-01-11T01:00:01Z", *_NOTHING),
        (None, "ann", "2026-01-11T01:00:00Z", "2026-01-11T01:00:01Z", *_NOTHING),
        (None, "", "2026-01-11T01:00:00Z", "2026-01-01T01:00:01Z", *_NOTHING),
        ("e4", "ann", None, "2026-01-11T01:00:01Z", *_NOTHING),
        ("e5", "ann", "2026-01-11T01:00:00Z", None, *_NOTHING),
        ("e6", "ann", "2026-01-12T01:00:02Z", "2026-01-11T01:00:01Z", *_NOTHING),
        ("e7", "ann", "2026-01-12T01:00:01Z", "2026-01-11T01:00:01Z", *_NOTHING),
        ("e8", "it's %(a)s \\ :b", "1999-12-31T23:59:59Z", "2026-01-11T01:00:01Z", *_NOTHING),
    ],
}


pytestmark = pytest.mark.filterwarnings("ignore:Arrow output on a DB-API result")
"""DuckDB's, of what fakesnow does."""


class Hook:
    """What is asked of Airflow's."""

    session_parameters: Mapping[str, Any] | None = None

    def get_conn_id(self) -> str:
        return "smrt_warehouse"

    def get_connection(self, conn_id: str) -> Connection:
        return Connection(conn_id=conn_id, conn_type="snowflake", extra='{"session_parameters": {"QUERY_TAG": "ours"}}')

    def get_conn(self) -> Any:
        return snowflake.connector.connect(database="segment_events", schema="smrt")


@pytest.fixture(scope="module")
def fake() -> Iterator[Snowflake]:
    with fakesnow.patch():
        warehouse = Snowflake(Hook())
        with warehouse._cursor() as cursor:
            for table, rows in ROWS.items():
                columns = CATALOG.columns(table)
                listed = ", ".join(f'"{name.upper()}" {TYPES[kind][1]}' for name, kind in columns.items())
                cursor.execute(f"create table smrt.{table} ({listed})")
                for row in rows:
                    cursor.execute(f"insert into smrt.{table} values ({', '.join(['%s'] * len(row))})", row)
        yield warehouse
        warehouse.dispose()


@pytest.fixture(scope="module")
def real(engine: Any) -> Warehouse:
    warehouse = new_schema(engine, CATALOG.schema)
    for table, rows in ROWS.items():
        warehouse.table(table, *rows, **{name: TYPES[kind][0] for name, kind in CATALOG.columns(table).items()})
    return warehouse


def found(warehouse: OpenWarehouse, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    columns = COLUMNS[name]
    chunks = stream(warehouse, STATEMENTS[name], parameters, columns, chunk_rows=2)
    rows = [row for chunk in chunks for row in chunk.to_pylist()]
    for row in rows:
        row.pop("row_hash", None)  # there is none where it cannot be compared
    return sorted(rows, key=repr)


@pytest.mark.parametrize(("name", "asked"), [(name, asked) for name, all_ in PARAMETERS.items() for asked in all_])
def test_each_statement_finds_the_rows_that_postgresql_finds(
    fake: Snowflake, real: Warehouse, name: str, asked: Mapping[str, Any]
) -> None:
    rows = found(real.source, name, asked)
    assert found(fake, name, asked) == rows
    assert rows or asked == {"customers": []}


def test_the_catalog_is_what_postgresql_has(fake: Snowflake, real: Warehouse) -> None:
    assert read_catalog(fake, "smrt") == read_catalog(real.source, "smrt") == CATALOG
    assert count_users(fake, "smrt") == count_users(real.source, "smrt") == len(ROWS["users"])


def test_columns_that_somebody_quoted_are_not_read(fake: Snowflake) -> None:
    with fake._cursor() as cursor:
        cursor.execute('create table smrt.pages ("name" text, "ID" text)')
        assert fake.kinds("smrt", ["pages"]) == {"pages": {"id": "text"}}
        cursor.execute("drop table smrt.pages")


def test_a_schema_that_is_not_there_is_named(fake: Snowflake) -> None:
    with pytest.raises(WarehouseError, match="no schema 'nowhere': set source_schema"):
        read_catalog(fake, "nowhere")


def test_what_cannot_be_read_is_found(fake: Snowflake) -> None:
    assert fake.unreadable("smrt", ["users", "pages"]) == ["pages"]


def test_a_table_that_is_gone_is_told_plainly(fake: Snowflake) -> None:
    with pytest.raises(WarehouseError) as error:
        count_users(fake, "elsewhere")
    assert "(Snowflake: ProgrammingError): " in str(error.value)
    assert "\n" not in str(error.value)


def test_it_says_who_we_are(fake: Snowflake) -> None:
    assert fake.server().startswith("Snowflake ")
    assert "database SEGMENT_EVENTS" in fake.server()


def test_a_column_that_holds_something_else_is_refused_without_its_values(fake: Snowflake) -> None:
    for values in (["Ann"], [1.5]):
        with pytest.raises(KindChanged, match=r"^column 'seats' does not hold integer values$"):
            _as_array(values, "seats", "integer", pa.int64())


def test_a_session_is_in_utc_and_has_a_time_out_and_keeps_what_the_connection_says_of_it(fake: Snowflake) -> None:
    hook = Hook()
    Snowflake(hook, statement_timeout=20).reach()
    assert hook.session_parameters == {"QUERY_TAG": "ours", "TIMEZONE": "UTC", "STATEMENT_TIMEOUT_IN_SECONDS": 20}
