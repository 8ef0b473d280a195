"""Snowflake, by Airflow's connection type `snowflake`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.warehouse.engines.dbapi import DbApiWarehouse
from smrt_startdeliver.warehouse.failures import NO_COLUMN, NO_TABLE, NOT_ALLOWED, TIMED_OUT

_MEANS = {904: NO_COLUMN, 2003: NO_TABLE, 2043: NO_TABLE, 3001: NOT_ALLOWED, 604: TIMED_OUT, 630: TIMED_OUT}
"""Numbers of errors; 2003 and 2043 are also what is said of an object that may not be seen."""


class Snowflake(DbApiWarehouse):
    """Names that nobody quoted are in upper case; those are read, and known here in lower case."""

    dialect = "snowflake"
    name = "Snowflake"
    server_sql = "select current_version(), current_database(), current_user()"
    kinds_of_types: Sequence[tuple[str, Kind]] = (
        ("boolean", "boolean"),
        ("number", "integer"),  # with a scale it is a number
        ("float", "number"),
        ("timestamp", "time"),
        ("date", "date"),
        ("text", "text"),
        ("variant", "text"),
        ("time", "text"),
    )

    def connect(self) -> Any:
        """See DbApiWarehouse. What the connection itself says of the session stays, but for these."""
        given = self.hook.get_connection(self.hook.get_conn_id()).extra_dejson.get("session_parameters") or {}
        patience = {} if self.statement_timeout is None else {"STATEMENT_TIMEOUT_IN_SECONDS": self.statement_timeout}
        self.hook.session_parameters = {**given, "TIMEZONE": "UTC", **patience}
        return self.hook.get_conn()

    def columns_sql(self, schema: str) -> str:
        """See DbApiWarehouse."""
        return (
            "select table_name, column_name, data_type, numeric_scale "  # noqa: S608  # nosec B608
            f"from information_schema.columns where table_schema = '{schema.upper()}' "
            "and column_name = upper(column_name) order by table_name, ordinal_position"
        )

    def sqlstate(self, error: Exception) -> str | None:
        """See DbApiWarehouse."""
        from snowflake.connector import Error  # noqa: PLC0415 (installed where such a warehouse is)

        return _MEANS.get(error.errno, "") if isinstance(error, Error) else None
