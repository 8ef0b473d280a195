"""Redshift, by Airflow's connection type `redshift`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.warehouse.engines.dbapi import DbApiWarehouse


class Redshift(DbApiWarehouse):
    """Its client keeps all rows of an answer in memory, so that rows are fetched from a cursor of the server's."""

    dialect = "redshift"
    name = "Redshift"
    server_sql = "select split_part(version(), 'Redshift ', 2), current_database(), current_user"
    kinds_of_types: Sequence[tuple[str, Kind]] = (
        ("boolean", "boolean"),
        ("smallint", "integer"),
        ("integer", "integer"),
        ("bigint", "integer"),
        ("numeric", "number"),
        ("real", "number"),
        ("double", "number"),
        ("timestamp", "time"),
        ("date", "date"),
        ("character", "text"),
        ("time", "text"),
    )

    def connect(self) -> Any:
        """See DbApiWarehouse."""
        connection = self.hook.get_conn()
        with connection.cursor() as cursor:
            cursor.execute("set timezone to 'UTC'")
            if self.statement_timeout is not None:
                cursor.execute(f"set statement_timeout to {self.statement_timeout * 1000}")
        connection.commit()
        return connection

    def columns_sql(self, schema: str) -> str:
        """See DbApiWarehouse. Views that are bound late are in svv_columns alone."""
        return (
            "select table_name, column_name, data_type, numeric_scale from svv_columns "  # noqa: S608  # nosec B608
            f"where table_schema = '{schema.lower()}' order by table_name, ordinal_position"
        )

    def fetched(
        self, cursor: Any, sql: str, parameters: Mapping[str, Any], chunk_rows: int
    ) -> Iterator[Sequence[Sequence[Any]]]:
        """See DbApiWarehouse."""
        cursor.paramstyle = "pyformat"
        try:
            cursor.execute(f"declare smrt_rows cursor for {sql}", parameters or None)
            while True:
                cursor.execute(f"fetch forward {chunk_rows} from smrt_rows")
                rows = cursor.fetchall()
                if not rows:
                    return
                yield rows
        finally:
            self._connection.rollback()  # the cursor ends with its transaction

    def sqlstate(self, error: Exception) -> str | None:
        """See DbApiWarehouse."""
        from redshift_connector import Error  # noqa: PLC0415 (installed where such a warehouse is)

        if not isinstance(error, Error):
            return None
        said = error.args[0] if error.args else None
        return str(said.get("C", "")) if isinstance(said, dict) else ""
