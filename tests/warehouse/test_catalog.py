"""What is in the warehouse, and what every warehouse must have."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.warehouse.catalog import read_catalog
from smrt_startdeliver.warehouse.engines.postgres import Postgres
from tests.warehouse.conftest import Warehouse

USERS = {"id": "text", "received_at": "timestamptz"}
EVENTS = {"id": "text", "user_id": "text", "timestamp": "timestamptz", "received_at": "timestamptz"}


def refused(warehouse: Warehouse) -> str:
    with pytest.raises(WarehouseError) as error:
        warehouse.catalog()
    message = str(error.value)
    assert "\n" not in message
    return message.replace(warehouse.schema, "SCHEMA")


def test_users_alone_are_a_warehouse(warehouse: Warehouse) -> None:
    warehouse.table("users", **USERS)
    catalog = warehouse.catalog()
    assert dict(catalog.tables) == {"users": {"id": "text", "received_at": "time"}}
    assert catalog.columns("order_created") == {}


def test_the_columns_of_known_tables_are_known_in_their_order_and_other_tables_are_not_looked_at(
    warehouse: Warehouse,
) -> None:
    warehouse.table("users", **USERS, email="text")
    warehouse.table("order_created", **EVENTS, value="numeric")
    warehouse.table("something_else", value="numeric")
    catalog = warehouse.catalog()
    assert set(catalog.tables) == {"users", "order_created"}
    assert list(catalog.columns("users")) == ["id", "received_at", "email"]
    assert catalog.columns("order_created")["value"] == "number"


def test_a_view_is_a_table(warehouse: Warehouse, engine: sa.Engine) -> None:
    warehouse.table("users_of_all_shops", **USERS)
    with engine.begin() as connection:
        connection.execute(
            sa.text(f"create view {warehouse.schema}.users as table {warehouse.schema}.users_of_all_shops")
        )
    assert list(warehouse.catalog().columns("users")) == ["id", "received_at"]


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("text", "text"),
        ("varchar(20)", "text"),
        ("char(2)", "text"),
        ("jsonb", "text"),
        ("uuid", "text"),
        ("text[]", "text"),
        ("interval", "text"),
        ("time", "text"),
        ("boolean", "boolean"),
        ("smallint", "integer"),
        ("integer", "integer"),
        ("bigint", "integer"),
        ("numeric", "number"),
        ("numeric(10,2)", "number"),
        ("real", "number"),
        ("double precision", "number"),
        ("timestamp", "time"),
        ("timestamptz", "time"),
        ("date", "date"),
    ],
)
def test_a_column_holds_the_kind_of_its_type(warehouse: Warehouse, column: str, kind: str) -> None:
    warehouse.table("users", **USERS, x=column)
    assert warehouse.catalog().columns("users")["x"] == kind


def test_a_schema_that_is_missing_is_named_with_the_setting(engine: sa.Engine) -> None:
    with pytest.raises(WarehouseError, match="no schema 'nowhere': set source_schema"):
        read_catalog(Postgres(engine), "nowhere")


def test_a_warehouse_without_users_says_so(warehouse: Warehouse) -> None:
    warehouse.table("order_created", **EVENTS)
    assert "no table 'SCHEMA.users': set source_schema" in refused(warehouse)


@pytest.mark.parametrize(
    ("table", "columns", "missing"),
    [
        ("users", USERS, "id"),
        ("order_created", EVENTS, "id"),
        ("order_created", EVENTS, "user_id"),
        ("order_created", EVENTS, "timestamp"),
        ("pages", EVENTS, "timestamp"),
        ("identifies", {"user_id": "text", "last_visit": "timestamp"}, "user_id"),
        ("groups", {"id": "text", "received_at": "timestamp"}, "id"),
    ],
)
def test_a_key_column_that_is_missing_is_named(
    warehouse: Warehouse, table: str, columns: dict[str, str], missing: str
) -> None:
    if table != "users":
        warehouse.table("users", **USERS)
    warehouse.table(table, **{name: kind for name, kind in columns.items() if name != missing})
    assert refused(warehouse) == f"column 'SCHEMA.{table}.{missing}' is missing: every row needs it"


@pytest.mark.parametrize("table", ["users", "order_created"])
def test_a_table_without_any_load_time_is_named_with_those_it_may_have(warehouse: Warehouse, table: str) -> None:
    tables = {"users": USERS, "order_created": EVENTS}
    tables[table] = {name: kind for name, kind in tables[table].items() if name != "received_at"}
    for name, columns in tables.items():
        warehouse.table(name, **columns)
    assert f"table 'SCHEMA.{table}' has none of the columns loaded_at, uuid_ts, received_at" in refused(warehouse)


@pytest.mark.parametrize(("column", "kind", "holds"), [("timestamp", "text", "text"), ("uuid_ts", "bigint", "integer")])
def test_a_time_column_that_holds_no_times_is_named(warehouse: Warehouse, column: str, kind: str, holds: str) -> None:
    warehouse.table("users", **USERS)
    warehouse.table("order_created", **{**EVENTS, column: kind})
    assert refused(warehouse) == (
        f"column 'SCHEMA.order_created.{column}' holds {holds} values: it must be a timestamp"
    )
