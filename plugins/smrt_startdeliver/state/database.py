"""The statements of `sql/state/` over our own schema."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.paths import SQL
from smrt_startdeliver.warehouse.engine import first_line
from smrt_startdeliver.warehouse.statements import sql_file

_KEYS_A_QUERY = 10_000
_LOCK_NAME = "smrt_startdeliver"
_INSUFFICIENT_PRIVILEGE = "42501"


class State:
    """Our schema in the warehouse. Each call is a transaction of its own, but for those within `transaction()`."""

    def __init__(self, engine: sa.Engine, schema: str) -> None:
        self._engine = engine
        self._schema = schema
        self._threads = threading.local()  # a transaction belongs to the thread that opened it

    def create(self) -> None:
        """Create the schema and what it lacks of its tables."""
        with self.transaction() as connection:
            # Two first runs at once would both find nothing and both create. A lock of its own: no run is opened later
            # because another one is sending.
            key = {"name": f"{self._lock_name}:create"}
            connection.execute(sa.text("select pg_advisory_xact_lock(hashtext(:name))"), key)
            if not sa.inspect(connection).has_schema(self._schema):
                connection.execute(sa.schema.CreateSchema(self._schema))
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
    def lock(self) -> Iterator[bool]:
        """The right to write to Startdeliver, held by one task at a time; yields whether it had to be waited for.

        An advisory lock of its own session: it dies with its holder, wherever that ran. Raises WarehouseError, also
        at its end, where the session was lost and another task may have written meanwhile.
        """
        with self._failing_plainly(), self._engine.connect() as connection:
            key = {"name": self._lock_name}
            free = connection.execute(sa.text("select pg_try_advisory_lock(hashtext(:name))"), key).scalar_one()
            if not free:
                connection.execute(sa.text("select pg_advisory_lock(hashtext(:name))"), key)
            connection.commit()
            try:
                yield not free
            finally:
                connection.execute(sa.text("select pg_advisory_unlock(hashtext(:name))"), key)
                connection.commit()

    def rows(self, name: str, **parameters: Any) -> Sequence[sa.RowMapping]:
        """The rows of a statement."""
        with self.transaction() as connection:
            return connection.execute(self._statement(name), parameters).mappings().all()

    def frame(self, name: str, columns: Mapping[str, str], **parameters: Any) -> pd.DataFrame:
        """The rows of a statement as a frame; `columns` names its columns and their dtypes."""
        rows = self.rows(name, **parameters)
        # Each column in its type at once: by way of floats, integers beside nulls would lose digits.
        return pd.DataFrame(
            {column: pd.Series([row[column] for row in rows], dtype=dtype) for column, dtype in columns.items()}
        )

    def frame_of_keys(
        self, name: str, columns: Mapping[str, str], keys: Iterable[Any], *, argument: str = "keys", **parameters: Any
    ) -> pd.DataFrame:
        """Like `frame`, for a statement that takes a list of keys: asked in pieces of bounded size."""
        wanted = list(keys)
        pieces = [wanted[at : at + _KEYS_A_QUERY] for at in range(0, len(wanted), _KEYS_A_QUERY)] or [[]]
        return pd.concat(
            [self.frame(name, columns, **parameters, **{argument: piece}) for piece in pieces], ignore_index=True
        )

    def write(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute a statement once for each row of parameters."""
        if rows:
            with self.transaction() as connection:
                connection.execute(self._statement(name), [dict(row) for row in rows])

    @contextmanager
    def _failing_plainly(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as error:
            advice = (
                "the login of connection 'smrt_warehouse' must own it, or be allowed to create schemas"
                if getattr(error.orig, "sqlstate", None) == _INSUFFICIENT_PRIVILEGE
                else "the run can be started again: what was acknowledged is not sent twice"
            )
            raise WarehouseError(
                f"the memory in schema '{self._schema}' of the warehouse failed ({first_line(error)}): {advice}"
            ) from None

    @property
    def _lock_name(self) -> str:
        return f"{_LOCK_NAME}:{self._schema}"

    def _statement(self, name: str) -> sa.TextClause:
        quote = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]
        return sa.text(sql_file(f"state/{name}").replace("{schema}", quote(self._schema)))
