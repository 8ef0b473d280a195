"""docs/warehouse.md: its grants for PostgreSQL are enough, its connection connects, and its other statements work."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from demo.postgres import Postgres
from tests.cli.conftest import Ask
from tests.docs.conftest import Do
from tests.docs.reading import blocks_run_by
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop
from tests.repository import ROOT
from tests.repository.grants import statements_of

PAGE = ROOT / "docs/warehouse.md"
GRANTS = statements_of(blocks_run_by("grants", PAGE)[0].text)


@pytest.fixture
def administrator(shop: Shop, pipeline: Pipeline) -> Iterator[psycopg.Connection]:
    """Of a warehouse with a customer, into which the role `segment` loads."""
    shop.customer("7", name="Ann")
    shop.event("Order Created", "7", MONDAY, value=20)
    with psycopg.connect(pipeline.uri, autocommit=True) as connection:
        connection.execute("create role segment")
        yield connection
        for role in ("smrt_startdeliver", "segment"):
            if connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
                connection.execute(sql.SQL("drop owned by {} cascade").format(sql.Identifier(role)))
                connection.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))


def execute(administrator: psycopg.Connection, statements: list[str]) -> None:
    for statement in statements:
        administrator.execute(sql.SQL(statement))


def check(ask: Ask, do: Do, monkeypatch: pytest.MonkeyPatch) -> str:
    """What `check` prints with the page's connection."""
    words = []
    for block in blocks_run_by("connection", PAGE):
        asked = do(block.text)
        for name, value in asked.variables.items():
            monkeypatch.setenv(name, value)
        words += asked.of("python", "-m", "smrt_startdeliver")
    assert words == [["check"]]
    return ask("check").stdout


def test_the_grants_are_those_of_the_readme() -> None:
    (block,) = blocks_run_by("grants", ROOT / "README.md")
    assert statements_of(block.text) == GRANTS


def test_with_these_grants_alone_the_check_is_green(
    administrator: psycopg.Connection, ask: Ask, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(administrator, GRANTS)
    said = check(ask, do, monkeypatch)
    assert said.endswith("A run can start.\n")
    assert "as smrt_startdeliver" in said
    assert "✓ memory: schema startdeliver_sync is ours" in said


@pytest.mark.parametrize("left_out", range(1, len(GRANTS)))
def test_each_of_them_is_needed(
    left_out: int, administrator: psycopg.Connection, ask: Ask, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(administrator, [statement for number, statement in enumerate(GRANTS) if number != left_out])
    administrator.execute("grant create on schema smrt to segment")
    administrator.execute("set role segment")
    administrator.execute("create table smrt.pickup_missed (id text, user_id text, timestamp timestamptz)")
    administrator.execute("reset role")
    assert not check(ask, do, monkeypatch).endswith("A run can start.\n")


def test_a_login_that_may_create_schemas_needs_none_to_be_made(
    administrator: psycopg.Connection, ask: Ask, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    (block,) = blocks_run_by("grants to create", PAGE)
    database = administrator.info.dbname
    execute(administrator, [*GRANTS[:-1], block.text.replace("database warehouse", f"database {database}")])
    said = check(ask, do, monkeypatch)
    assert said.endswith("A run can start.\n")
    assert "✓ memory: schema startdeliver_sync is made by the first run" in said


def test_the_login_can_be_given_time_and_taken_away(administrator: psycopg.Connection) -> None:
    execute(administrator, [*GRANTS, *statements_of(blocks_run_by("grants after", PAGE)[0].text)])
    set_for = administrator.execute(
        "select setconfig from pg_db_role_setting where setrole = 'smrt_startdeliver'::regrole"
    )
    assert set_for.fetchone() == (["statement_timeout=1h"],)
    execute(administrator, statements_of(blocks_run_by("revoke", PAGE)[0].text))
    assert administrator.execute("select 1 from pg_roles where rolname = 'smrt_startdeliver'").fetchone() is None
    assert administrator.execute("select 1 from pg_namespace where nspname = 'startdeliver_sync'").fetchone() is None


def test_the_memory_can_be_elsewhere(
    administrator: psycopg.Connection,
    pipeline: Pipeline,
    postgres: Postgres,
    ask: Ask,
    do: Do,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uri = postgres.create_database("memory_of_the_page")
    with psycopg.connect(uri, autocommit=True) as there:
        execute(there, statements_of(blocks_run_by("memory elsewhere", PAGE)[0].text))
    try:
        text = blocks_run_by("memory connection", PAGE)[0].text
        asked = do(text.replace("HOST:5432/DATABASE?sslmode=require", uri.rpartition("@")[2]))
        for name, value in asked.variables.items():
            monkeypatch.setenv(name, value)
        pipeline.configure(settings="timezone: UTC\n" + blocks_run_by("memory setting", PAGE)[0].text)
        said = ask("check").stdout
        assert said.endswith("A run can start.\n")
        assert "✓ memory: schema startdeliver_sync is ours" in said
    finally:
        with psycopg.connect(uri, autocommit=True) as there:
            execute(there, ["drop owned by smrt_startdeliver_memory", "drop role smrt_startdeliver_memory"])
