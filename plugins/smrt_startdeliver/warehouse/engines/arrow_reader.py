"""PostgreSQL's rows as Arrow: ADBC copies them in binary, and no value becomes an object of Python's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import adbc_driver_postgresql
import psycopg
import pyarrow as pa
import sqlalchemy as sa
from adbc_driver_manager import AdbcConnection, AdbcDatabase, AdbcStatement
from adbc_driver_manager._reader import AdbcRecordBatchReader
from psycopg.conninfo import make_conninfo

_SETTINGS = ("timezone", "lock_timeout", "statement_timeout")


class ArrowReader:
    """Reads statements, each in a session of its own that is connected and set as those of an engine are."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._known: dict[str, AdbcDatabase] = {}

    def batches(self, statement: sa.TextClause, parameters: Mapping[str, Any]) -> Iterator[pa.RecordBatch]:
        """The rows of a statement, as the server sends them: memory grows with the batch.

        The session ends with the last row that is asked for. What the server refuses is raised as ADBC's Error.
        """
        with self._engine.connect() as like:
            connection: Any = like.connection.driver_connection
            # COPY takes no parameters: they are quoted in the statement.
            text = str(statement.compile(dialect=like.dialect))
            sql = psycopg.ClientCursor(connection).mogrify(text, dict(parameters))
            database = self._database(make_conninfo(connection.info.dsn, password=connection.info.password))
            settings = {name: like.scalar(sa.text(f"show {name}")) for name in _SETTINGS}
        with AdbcConnection(database) as session:
            for name, value in settings.items():
                with AdbcStatement(session) as setting:
                    setting.set_sql_query(f"set {name} = '{value}'")
                    setting.execute_update()
            with AdbcStatement(session) as reading:
                reading.set_sql_query(sql)
                rows, _ = reading.execute_query()
                # pyarrow's own import of a stream would raise errors without their SQLSTATE (apache/arrow-adbc#1523).
                yield from AdbcRecordBatchReader._import_from_c(rows.address)

    def _database(self, connected: str) -> AdbcDatabase:
        """ADBC's view of the server, which holds no session but reads all of its types: six times as long as one
        takes to open. It is made anew where how to connect has changed, as a password that is given out by the hour."""
        if connected not in self._known:
            self._known = {connected: adbc_driver_postgresql.connect(connected)}
        return self._known[connected]
