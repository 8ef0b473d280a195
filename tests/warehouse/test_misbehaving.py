"""The warehouse misbehaves: one line that says what it was and what to do, and no value of a row in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.warehouse import failures
from smrt_startdeliver.warehouse.catalog import count_users, read_catalog
from smrt_startdeliver.warehouse.engine import warehouse_engine
from smrt_startdeliver.warehouse.engines.postgres import Postgres
from smrt_startdeliver.warehouse.stream import stream
from tests.warehouse.conftest import Warehouse

SLOW = sa.text("select n, pg_sleep(0.01)::text from generate_series(1, 1000) as n")
COLUMNS: dict[str, Kind] = {"n": "integer", "slept": "text"}


def failure(read: Callable[[], object]) -> str:
    with pytest.raises(WarehouseError) as error:
        read()
    message = str(error.value)
    assert "\n" not in message
    return message


@pytest.fixture
def own(uri: str, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., sa.Engine]]:
    """Engines of a test's own, made when they are asked for."""
    engines: list[sa.Engine] = []

    def make(options: str = "") -> sa.Engine:
        monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", uri + options)
        engines.append(warehouse_engine())
        return engines[-1]

    yield make
    for each in engines:
        each.dispose()


def test_a_connection_that_drops_while_it_is_read_says_that_the_next_run_reads_it_again(
    engine: sa.Engine, own: Callable[..., sa.Engine]
) -> None:
    reading = own("?application_name=reading")
    long = sa.text("select n from generate_series(1, 100000000) as n")
    rows = stream(Postgres(reading), long, {}, {"n": "integer"}, chunk_rows=10)
    assert len(next(rows)) == 10
    with engine.begin() as connection:
        ended = connection.execute(
            sa.text(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'reading' and state = 'active'"
            )
        ).all()
    assert ended == [(True,)]
    assert "the next run reads it again" in failure(lambda: list(rows))
    assert len(next(stream(Postgres(reading), long, {}, {"n": "integer"}, chunk_rows=10))) == 10


def test_a_statement_time_out_says_that_it_was_one_and_where_to_give_more_time(own: Callable[..., sa.Engine]) -> None:
    hasty = own("?options=-c%20statement_timeout%3D200")
    said = failure(lambda: list(stream(Postgres(hasty), SLOW, {}, COLUMNS)))
    assert "canceling statement due to statement timeout" in said
    assert "alter role smrt_startdeliver set statement_timeout" in said


@pytest.mark.parametrize("what", ["read", "count"])
def test_a_table_that_the_loader_has_locked_is_not_waited_for_for_ever(
    warehouse: Warehouse,
    engine: sa.Engine,
    own: Callable[..., sa.Engine],
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    warehouse.table("users", id="text", received_at="timestamptz")
    monkeypatch.setattr(failures, "LOCK_TIMEOUT_SECONDS", 1)
    waiting = own()
    with engine.begin() as loader:
        loader.execute(sa.text(f"lock table {warehouse.schema}.users in access exclusive mode"))
        if what == "read":
            rows = sa.text(f"select id from {warehouse.schema}.users")
            said = failure(lambda: list(stream(Postgres(waiting), rows, {}, {"id": "text"})))
        else:
            said = failure(lambda: count_users(Postgres(waiting), warehouse.schema))
    assert "lock timeout" in said
    assert "another session, as the loader's, has it locked" in said
    assert count_users(Postgres(waiting), warehouse.schema) == 0


@pytest.mark.parametrize("select", ["select gone from users", "select id from vanished"])
def test_what_went_while_the_run_was_under_way_is_named_with_what_to_do(engine: sa.Engine, select: str) -> None:
    statement = sa.text(f"with users as (select 1 as id) {select}")
    said = failure(lambda: list(stream(Postgres(engine), statement, {}, {"id": "integer"})))
    assert "does not exist" in said
    assert "clear the whole DAG run, from open_run on, or wait for the next run" in said


@pytest.mark.parametrize(
    ("kind", "select"),
    [
        ("integer", "'Ann of Main Street'"),
        ("integer", "12345.75"),
        ("integer", "98765432109876543210"),
        ("boolean", "'Ann of Main Street'"),
        ("boolean", "12345"),
        ("time", "'Ann of Main Street'"),
        ("date", "'Ann of Main Street'"),
    ],
)
def test_a_column_that_changed_its_type_meanwhile_is_named_and_none_of_its_values(
    engine: sa.Engine, kind: Kind, select: str
) -> None:
    said = failure(lambda: list(stream(Postgres(engine), sa.text(f"select {select}"), {}, {"value_agent": kind})))
    assert said.startswith(f"column 'value_agent' does not hold {kind} values")
    assert "clear the whole DAG run, from open_run on, or wait for the next run" in said
    assert not any(value in said for value in ("Ann", "12345", "98765"))


def test_a_value_that_the_database_stumbles_on_is_not_shown(engine: sa.Engine) -> None:
    statement = sa.text("select cast(name as timestamptz) from (select text 'Ann of Main Street' as name) as users")
    said = failure(lambda: list(stream(Postgres(engine), statement, {}, {"value_agent": "time"})))
    assert "InvalidDatetimeFormat" in said
    assert "Ann" not in said


def test_a_table_that_may_not_be_read_says_what_to_grant(
    warehouse: Warehouse, engine: sa.Engine, own: Callable[..., sa.Engine]
) -> None:
    warehouse.table("users", id="text", received_at="timestamptz")
    with engine.begin() as connection:
        connection.execute(sa.text("create role nobody_in_particular"))
        connection.execute(sa.text(f"grant usage on schema {warehouse.schema} to nobody_in_particular"))
    stranger = own("?options=-c%20role%3Dnobody_in_particular")
    try:
        assert set(read_catalog(Postgres(stranger), warehouse.schema).tables) == {"users"}
        ids = sa.text(f"select id from {warehouse.schema}.users")
        for read in (
            lambda: count_users(Postgres(stranger), warehouse.schema),
            lambda: list(stream(Postgres(stranger), ids, {}, {"id": "text"})),
        ):
            said = failure(read)
            assert "permission denied for table users" in said
            assert "grant select on it" in said
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text("drop owned by nobody_in_particular"))
            connection.execute(sa.text("drop role nobody_in_particular"))
