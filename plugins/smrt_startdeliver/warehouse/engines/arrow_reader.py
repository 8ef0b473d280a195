"""PostgreSQL's rows as Arrow: ADBC copies them in binary, and no value becomes an object of Python's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import adbc_driver_postgresql.dbapi
import psycopg
import pyarrow as pa
import sqlalchemy as sa
from adbc_driver_manager._reader import AdbcRecordBatchReader
from psycopg.conninfo import make_conninfo

_SETTINGS = ("timezone", "lock_timeout", "statement_timeout")


def arrow_batches(
    engine: sa.Engine, statement: sa.TextClause, parameters: Mapping[str, Any]
) -> Iterator[pa.RecordBatch]:
    """The rows of a statement, as the server sends them: memory grows with the batch.

    They are read in a session of their own, connected and set as those of the engine are; it ends with the last row
    that is asked for. What the server refuses is raised as ADBC's Error.
    """
    with engine.connect() as like:
        connection: Any = like.connection.driver_connection
        # COPY takes no parameters: they are quoted in the statement.
        sql = psycopg.ClientCursor(connection).mogrify(str(statement.compile(dialect=like.dialect)), dict(parameters))
        connected = make_conninfo(connection.info.dsn, password=connection.info.password)
        settings = {name: like.scalar(sa.text(f"show {name}")) for name in _SETTINGS}
    with adbc_driver_postgresql.dbapi.connect(connected, autocommit=True) as session, session.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute(f"set {name} = '{value}'")
        cursor.execute(sql)
        # What `fetch_record_batch` gives would raise errors without their SQLSTATE (apache/arrow-adbc#1523).
        rows = cursor.fetch_arrow()
        yield from AdbcRecordBatchReader._import_from_c(rows.address)
