"""The statements of `sql/state/` over our own schema."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from smrt_startdeliver.paths import SQL, sql_file
from smrt_startdeliver.state.lock import Lock, holding, turn_of
from smrt_startdeliver.warehouse.failures import NO_COLUMN, NO_TABLE, NOT_ALLOWED, failing_plainly
from smrt_startdeliver.warehouse.stream import while_reading

_KEYS_A_QUERY = 10_000
_LOCK_NAME = "smrt_startdeliver"
_NOT_OURS = (
    "the login of its connection ('smrt_warehouse', or state_connection) must own it, or be allowed to create schemas"
)
_NOT_MADE = "the next run of DAG smrt_to_startdeliver makes what is missing: trigger it, or wait for it"
_SENT_ONCE = "the run can be started again: what was acknowledged is not sent twice"


class _TakenBack(Exception):
    """Ends a transaction that was only tried."""


class State:
    """Our schema, in the warehouse or elsewhere.

    Each call is a transaction of its own, but for those within `transaction()`.
    """

    def __init__(self, engine: sa.Engine, schema: str) -> None:
        self._engine = engine
        self._schema = schema
        self._threads = threading.local()  # a transaction belongs to the thread that opened it

    def create(self) -> None:
        """Create the schema and what it lacks of its tables and their columns."""
        with self.transaction() as connection:
            # Two first runs at once would both find nothing and both create. A lock of its own: no run is opened later
            # because another one is sending.
            key = {"name": f"{self._lock_name}:create"}
            connection.execute(sa.text("select pg_advisory_xact_lock(hashtext(:name))"), key)
            if not sa.inspect(connection).has_schema(self._schema):
                connection.execute(sa.schema.CreateSchema(self._schema))
            for file in self._missing_columns(connection):
                connection.execute(self._statement(f"columns/{file.stem}"))
            for file in sorted((SQL / "state" / "tables").glob("*.sql")):
                connection.execute(self._statement(f"tables/{file.stem}"))

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """All calls within are one transaction.

        Raises WarehouseError for whatever the database refuses, without the statement's parameters.
        """
        if getattr(self._threads, "open", None) is not None:
            yield self._threads.open
            return
        try:
            with self._failing_plainly(), self._engine.begin() as self._threads.open:
                yield self._threads.open
        finally:
            self._threads.open = None

    @contextmanager
    def taken_back(self) -> Iterator[sa.Connection]:
        """All calls within are one transaction of which nothing stays. Raises WarehouseError as of `transaction`."""
        with suppress(_TakenBack), self.transaction() as connection:
            yield connection
            raise _TakenBack

    @contextmanager
    def lock(self, group: str | None = None, member: int = 0) -> Iterator[Lock]:
        """The right to write to Startdeliver: held alone, or side by side by the members of one group.

        It has a session of its own: it dies with its holder, wherever that ran. Raises WarehouseError, also at its end,
        where the session was lost and another task may have written meanwhile.
        """
        with (
            self._failing_plainly(),
            self._engine.connect() as connection,
            holding(connection, self._lock_name, group, member) as waited,
        ):
            one_at_a_time = threading.Lock()

            def check() -> None:
                """Asked now and then, by any thread, it also keeps firewalls from taking the session for a dead one."""
                with one_at_a_time, self._failing_plainly():
                    connection.execute(sa.text("select 1"))
                    connection.commit()

            yield Lock(waited, check)

    def lock_state(self) -> sa.RowMapping:
        """Whether tasks have that right now (`held`), and how many wait for it (`waiting`)."""
        return self.rows("status/lock", lock=self._lock_name, turn=turn_of(self._lock_name))[0]

    def rows(self, name: str, **parameters: Any) -> Sequence[sa.RowMapping]:
        """The rows of a statement."""
        with self.transaction() as connection:
            return connection.execute(self._statement(name), parameters).mappings().all()

    def frame(self, name: str, columns: Mapping[str, str], *, source: str = "", **parameters: Any) -> pd.DataFrame:
        """The rows of a statement as a frame; `columns` names its columns and their dtypes.

        `source`: the rows of the source's that it compares ours with, a subselect. What is wrong with those is told as
        that, not as a failure of the memory.
        """
        with self.transaction() as connection, while_reading() if source else nullcontext():
            result = connection.execute(self._statement(name, source), parameters)
            names, rows = list(result.keys()), result.all()
        cells = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
        return pd.DataFrame({column: _series(cells[column], dtype) for column, dtype in columns.items()})

    def frame_of_keys(
        self, name: str, columns: Mapping[str, str], keys: Iterable[Any], *, argument: str = "keys", **parameters: Any
    ) -> pd.DataFrame:
        """Like `frame`, for a statement that takes a list of keys: asked in bounded pieces, for no keys never."""
        wanted = list(keys)
        if not wanted:
            return pd.DataFrame({column: _series((), dtype) for column, dtype in columns.items()})
        starts = range(0, len(wanted), _KEYS_A_QUERY)
        pieces = [parameters | {argument: wanted[at : at + _KEYS_A_QUERY]} for at in starts]
        return pd.concat([self.frame(name, columns, **piece) for piece in pieces], ignore_index=True)

    def write(self, name: str, rows: Sequence[Mapping[str, Any]], *, source: str = "") -> None:
        """Execute a statement once for each row of parameters. `source`: as of `frame`."""
        if rows:
            with self.transaction() as connection, while_reading() if source else nullcontext():
                connection.execute(self._statement(name, source), [dict(row) for row in rows])

    def write_all(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute a statement once for all rows (JSON values and times), its `:rows`; no two of them have one key."""
        if rows:
            with self.transaction() as connection:
                connection.execute(self._statement(name), {"rows": json.dumps(rows, default=datetime.isoformat)})

    def _failing_plainly(self) -> AbstractContextManager[None]:
        what = f"the memory in schema '{self._schema}' failed"
        advice = {NOT_ALLOWED: _NOT_OURS, NO_TABLE: _NOT_MADE, NO_COLUMN: _NOT_MADE}
        return failing_plainly(what, advice, _SENT_ONCE)

    def _missing_columns(self, connection: sa.Connection) -> list[Path]:
        """The files `columns/<table>.<column>.sql` of which the table is there, and not the column.

        Looked up, as `add column if not exists` would wait for whoever writes to the table.
        """
        tables = sa.inspect(connection).get_multi_columns(schema=self._schema)
        columns = {str(table): {column["name"] for column in listed} for (_, table), listed in tables.items()}
        found = []
        for file in sorted((SQL / "state" / "columns").glob("*.sql")):
            table, column = file.stem.split(".")
            if column not in columns.get(table, {column}):
                found.append(file)
        return found

    @property
    def _lock_name(self) -> str:
        return f"{_LOCK_NAME}:{self._schema}"

    def _statement(self, name: str, source: str = "") -> sa.TextClause:
        quote = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]
        text = sql_file(f"state/{name}").replace("{schema}", quote(self._schema))
        return sa.text(text.replace("{rows}", source))


def _series(cells: Sequence[Any], dtype: str) -> pd.Series[Any]:
    """A column in its type at once: by way of floats, integers beside nulls would lose digits."""
    # Texts by way of Arrow, which pandas would otherwise look at one by one.
    return pd.Series(pa.array(cells, pa.string()) if dtype == "str" else list(cells), dtype=dtype)
