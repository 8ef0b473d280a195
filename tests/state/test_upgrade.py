"""A memory that an earlier release made gets what it lacks, and keeps what it has."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from smrt_startdeliver.state.database import State
from tests.state.conftest import engine_of

FIRST_RELEASE = (Path(__file__).parent / "first_release.sql").read_text()
A_RUN = """
    insert into {schema}.runs (
        dag_run_id, kind, window_start, window_end, read_from, derive_from, dry_run, complete, watermark, history_whole,
        sends_traits, swept, full_resync, entities, settings, rules, mapping
    )
    values (
        'a', 'scheduled', now(), now(), now(), now(), false, true, true, false, true, false, false, '{}', '{}', '{}', ''
    )
"""
COLUMNS = sa.text("""
    select table_name, column_name, data_type, is_nullable, column_default, is_identity
    from information_schema.columns where table_schema = :schema
""")


def columns(engine: sa.Engine, schema: str) -> set[tuple[str, ...]]:
    with engine.connect() as connection:
        return {tuple(row) for row in connection.execute(COLUMNS, {"schema": schema})}


def keys(engine: sa.Engine, schema: str) -> dict[str, set[str]]:
    """Table -> the columns of its primary key."""
    found = sa.inspect(engine).get_multi_pk_constraint(schema=schema)
    return {str(table): set(key["constrained_columns"]) for (_, table), key in found.items() if key}


@pytest.fixture
def first(engine: sa.Engine, schema: str) -> str:
    """A schema as the first release left it, with a run."""
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema(schema))
        for statement in [*FIRST_RELEASE.split(";")[:-1], A_RUN]:
            connection.execute(sa.text(statement.replace("{schema}", schema)))
    return schema


def test_a_memory_of_the_first_release_gets_the_columns_of_a_new_one_and_keeps_its_rows(
    engine: sa.Engine, first: str
) -> None:
    new = f"{first}_new"
    State(engine, new).create()
    assert columns(engine, first) < columns(engine, new)

    State(engine, first).create()

    assert columns(engine, first) == columns(engine, new)
    assert keys(engine, first) == keys(engine, new)
    (run,) = State(engine, first).rows("run", run=1)
    assert (run["dag_run_id"], run["force"], run["guard"], run["catalog"]) == ("a", False, None, {})


def test_a_memory_that_lacks_nothing_is_opened_while_somebody_reads_it(uri: str, engine: sa.Engine, first: str) -> None:
    State(engine, first).create()
    impatient = engine_of(f"{uri}?options=-c%20lock_timeout%3D2000")
    try:
        with engine.connect() as reading:
            reading.execute(sa.text(f"select * from {first}.runs, {first}.records"))
            State(impatient, first).create()
    finally:
        impatient.dispose()
