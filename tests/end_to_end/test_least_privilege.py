"""The whole job, with the login that the README makes and no right beyond."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop
from tests.repository.grants import granted_login

DAY = timedelta(days=1)
HOURS = timedelta(hours=2)


@pytest.fixture
def ann(shop: Shop, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop with a table of every sort, to which the product comes as the README's login."""
    shop.customer("7", name="Ann")
    shop.event("Order Created", "7", MONDAY - DAY)
    shop.event("Pickup Missed", "7", MONDAY - DAY)
    call = {"id": "text", "user_id": "text", "timestamp": "timestamptz", "received_at": "timestamptz", "name": "text"}
    when = {"timestamp": MONDAY - DAY, "received_at": MONDAY - DAY}
    pipeline.create_table("pages", **call)
    pipeline.insert("pages", id="page", user_id="7", name="Prices", **when)
    pipeline.create_table("groups", **call, group_id="text")
    pipeline.insert("groups", id="group", user_id="7", group_id="7", name="Ann's", **when)
    pipeline.create_table("identifies", **call, last_visit="timestamptz")
    pipeline.insert("identifies", id="call", user_id="7", last_visit=MONDAY - 9 * DAY, **when)
    with granted_login(pipeline.uri) as uri:
        monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", uri)
        yield shop


def test_all_runs_do_with_the_grants_of_the_readme(ann: Shop, pipeline: Pipeline) -> None:
    assert pipeline.run(MONDAY) == "success"
    assert sorted(name for name, _ in pipeline.timeline("7")) == [
        "Customer Visit",
        "Order Created",
        "Pickup Missed",
        "Prices",
    ]

    with psycopg.connect(pipeline.uri) as connection:
        connection.execute("set role segment")  # the loader sees an event for the first time
        columns = "id text, user_id text, timestamp timestamptz, received_at timestamptz"
        connection.execute(f"create table smrt.order_ready ({columns})")
    pipeline.insert("order_ready", id="ready", user_id="7", timestamp=MONDAY, received_at=MONDAY + timedelta(minutes=5))
    pipeline.execute("update smrt.users set name = 'Anna'")
    pipeline.run_as("scheduled", MONDAY + HOURS)

    assert pipeline.users()["7"]["name"] == "Anna"
    assert pipeline.timeline("7")[-1] == ("Order Ready", MONDAY)


def test_the_login_owns_its_own_schema_and_only_reads_the_other(ann: Shop, pipeline: Pipeline) -> None:
    pipeline.run_as("scheduled", MONDAY)

    with psycopg.connect(pipeline.uri) as connection:
        tables = connection.execute("""
            select schemaname, tableowner = 'smrt_startdeliver' as owned, array_agg(distinct privilege_type::text)
            from pg_tables
            join information_schema.table_privileges on table_schema = schemaname and table_name = tablename
            where grantee = 'smrt_startdeliver' group by 1, 2
        """).fetchall()
        role = connection.execute("""
            select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls from pg_roles
            where rolname = 'smrt_startdeliver'
        """).fetchone()
    assert {(schema, owned) for schema, owned, _ in tables} == {("smrt", False), ("startdeliver_sync", True)}
    assert [may for schema, _, may in tables if schema == "smrt"] == [["SELECT"]]
    assert role == (False,) * 5
