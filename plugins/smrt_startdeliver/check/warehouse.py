"""The warehouse: the source that is read, and the memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import sqlalchemy as sa

from smrt_startdeliver.check.finding import Finding, Findings, attempt, listed
from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.engage.files import renamed_lines
from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.declarations import synced_declarations
from smrt_startdeliver.vocabulary import EVENT_TABLES, GROUPS, IDENTIFIES, USERS
from smrt_startdeliver.warehouse.catalog import Catalog, count_users, read_catalog
from smrt_startdeliver.warehouse.engine import CONNECTION_ID
from smrt_startdeliver.warehouse.engines.warehouse import Warehouse
from smrt_startdeliver.warehouse.failures import failing_plainly

SMRT_TABLES = (USERS, IDENTIFIES, GROUPS, *(table.table for table in EVENT_TABLES))


def check_server(warehouse: Warehouse) -> Findings[None]:
    """Which server it is, and who we are there."""

    def look() -> str:
        with _looking():
            return warehouse.server()

    yield from attempt("warehouse", look, lambda server: server)


def check_source(warehouse: Warehouse, settings: Settings) -> Findings[None]:
    """SMRT's tables: which are there, which are not, and whether all that are there may be read."""
    schema = settings.source_schema
    catalog = yield from attempt(
        "source schema",
        lambda: read_catalog(warehouse, schema),
        lambda found: (
            f"{schema} has {len(found.tables)} of SMRT's {len(SMRT_TABLES)} tables: "
            f"{listed([table for table in SMRT_TABLES if table in found.tables])}"
        ),
    )
    if catalog is None:
        return
    missing = [table for table in SMRT_TABLES if table not in catalog.tables]
    if missing:
        yield Finding("source schema", "note", f"not there, so nothing of it is sent: {listed(missing)}")
    readable = yield from attempt(
        "rights to the source",
        lambda: _see_that_all_is_readable(warehouse, catalog),
        lambda _: "each table may be read",
    )
    if readable:
        customers = yield from attempt(
            "customers", lambda: count_users(warehouse, schema), lambda rows: f"{rows:,} in table {USERS}"
        )
        if customers == 0:
            yield Finding("customers", "note", f"table {schema}.{USERS} is empty: a run would send nothing")


def check_memory(
    connect: Callable[[str | None], sa.Engine], settings: Settings, folder: Path, declared: Declared | None
) -> Findings[None]:
    """The memory: whether a run may make and use it; it is made, looked at, and taken back in one transaction."""
    schema = settings.state_schema
    renamed: list[str] = []

    def rehearse() -> bool:
        engine = connect(settings.state_connection)
        try:
            state = State(engine, schema)
            with state.taken_back() as connection:
                there = sa.inspect(connection).has_schema(schema)
                state.create()
                unusable = [row["table"] for row in state.rows("unusable_tables", schema=schema)]
                if unusable:
                    raise WarehouseError(
                        f"tables of schema '{schema}' are not ours to write ({listed(unusable)}): the login of "
                        f"connection '{settings.state_connection or CONNECTION_ID}' must own them"
                    )
                renamed.extend(renamed_lines(folder, declared, synced_declarations(state)) if declared else [])
            return there
        finally:
            engine.dispose()

    done = yield from attempt(
        "memory",
        rehearse,
        lambda there: f"schema {schema} is ours" if there else f"schema {schema} is made by the first run",
    )
    if done is None:
        yield Finding("renamed declarations", "unknown", "not looked at: the memory knows what was synced")
    elif declared is None:
        yield Finding("renamed declarations", "unknown", "not looked at: the declarations cannot be read")
    else:
        yield from (Finding("renamed declarations", "wrong", line) for line in renamed)
        if not renamed:
            yield Finding("renamed declarations", "ok", "none")


def _see_that_all_is_readable(warehouse: Warehouse, catalog: Catalog) -> bool:
    with _looking():
        unreadable = warehouse.unreadable(catalog.schema, [*catalog.tables])
    if unreadable:
        raise WarehouseError(
            f"in schema '{catalog.schema}' may not be read: {listed(unreadable)}. Grant usage on the schema, and "
            f"select on them, to the login of connection '{CONNECTION_ID}'"
        )
    return True


def _looking() -> AbstractContextManager[None]:
    return failing_plainly("the warehouse failed while it was looked at", {}, "see its own log")
