"""Rows as a stream: memory grows with the chunk, not with the table."""

from __future__ import annotations

import psycopg
import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.warehouse.engines.postgres import Postgres
from smrt_startdeliver.warehouse.stream import stream

COLUMNS: dict[str, Kind] = {"n": "integer", "name": "text", "time": "time", "even": "boolean"}
NUMBERED = sa.text("""
    select n, nullif('name ' || n, 'name 3'), timestamptz '2026-01-01 00:00Z' + n * interval '1 second', n % 2 = 0
    from generate_series(1, :rows) as n
""")


def chunks(engine: sa.Engine, rows: int, chunk_rows: int) -> list[pa.Table]:
    return list(stream(Postgres(engine), NUMBERED, {"rows": rows}, COLUMNS, chunk_rows=chunk_rows))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 40), st.integers(1, 50))
def test_the_rows_are_the_same_whatever_the_size_of_a_chunk_and_no_chunk_is_larger(
    engine: sa.Engine, rows: int, chunk_rows: int
) -> None:
    found = chunks(engine, rows, chunk_rows)
    assert [len(chunk) for chunk in found] == [min(chunk_rows, rows - start) for start in range(0, rows, chunk_rows)]
    together = [row for chunk in found for row in chunk.to_pylist()]
    assert [row["n"] for row in together] == list(range(1, rows + 1))
    assert [row["name"] for row in together] == [None if n == 3 else f"name {n}" for n in range(1, rows + 1)]


def test_every_chunk_has_the_types_of_its_kinds_whatever_its_rows(engine: sa.Engine) -> None:
    (chunk,) = {str(chunk.schema) for chunk in chunks(engine, 7, 1)}
    assert chunk == "n: int64\nname: string\ntime: timestamp[us, tz=UTC]\neven: bool"


def test_what_nobody_reads_on_is_not_fetched(engine: sa.Engine) -> None:
    """Of a billion rows ten are read: the rest is never made, and the connection is given back."""
    statement = sa.text("select generate_series(1, 1000000000)")
    rows = stream(Postgres(engine), statement, {}, {"n": "integer"}, chunk_rows=10)
    assert len(next(rows)) == 10
    rows.close()
    assert engine.pool.checkedout() == 0


def test_a_warehouse_that_refuses_says_so_in_one_line_without_what_was_asked_for(engine: sa.Engine) -> None:
    statement = sa.text("select 1 from nowhere where email = :email")
    with pytest.raises(WarehouseError) as error:
        list(stream(Postgres(engine), statement, {"email": "ann@example.com"}, {"n": "integer"}))
    message = str(error.value)
    assert 'relation "nowhere" does not exist' in message
    assert "\n" not in message
    assert "ann@example.com" not in message


def test_a_warehouse_that_goes_away_in_between_says_so(engine: sa.Engine) -> None:
    statement = sa.text("select 10 / (5000000 - n) from generate_series(1, 5000001) as n")
    rows = stream(Postgres(engine), statement, {}, {"n": "integer"}, chunk_rows=10)
    assert len(next(rows)) == 10
    with pytest.raises(WarehouseError, match="the next run reads it again"):
        list(rows)


def test_a_password_that_changes_while_a_task_reads_is_taken_up_with_the_next_statement(
    engine: sa.Engine, uri: str
) -> None:
    """As those are that IAM gives out: what was read of the server by the old one does not keep it."""
    password = "first"
    name = f"{make_url(uri).database}_reader"

    def connect() -> psycopg.Connection:
        return psycopg.connect(uri, user=name, password=password)

    def give(new: str) -> None:
        with engine.begin() as connection:
            connection.execute(sa.text(f"alter role {name} password '{new}'"))

    with engine.begin() as connection:
        connection.execute(sa.text(f"create role {name} login"))
    give(password)
    reading = sa.create_engine("postgresql+psycopg://", creator=connect, poolclass=sa.NullPool)
    warehouse = Postgres(reading)
    statement = sa.text("select 1")
    try:
        assert len(list(stream(warehouse, statement, {}, {"n": "integer"}))) == 1
        password = "second"
        give(password)
        assert len(list(stream(warehouse, statement, {}, {"n": "integer"}))) == 1
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text(f"drop role {name}"))
