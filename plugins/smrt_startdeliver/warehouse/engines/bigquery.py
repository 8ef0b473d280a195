"""BigQuery, by Airflow's connection type `gcpbigquery` (or `google_cloud_platform`). A schema is a dataset there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.warehouse.engines.dbapi import DbApiWarehouse
from smrt_startdeliver.warehouse.failures import NO_TABLE, NOT_ALLOWED, TIMED_OUT


class BigQuery(DbApiWarehouse):
    """Times without a zone are UTC there, so that no session is asked to be."""

    dialect = "bigquery"
    name = "BigQuery"
    server_sql = "select 'GoogleSQL', @@project_id, session_user()"
    kinds_of_types: Sequence[tuple[str, Kind]] = (
        ("bool", "boolean"),
        ("int64", "integer"),
        ("float64", "number"),
        ("numeric", "number"),
        ("bignumeric", "number"),
        ("timestamp", "time"),
        ("datetime", "time"),
        ("date", "date"),
        ("string", "text"),
        ("time", "text"),
    )

    def connect(self) -> Any:
        """See DbApiWarehouse. Its own cursor binds parameters at the server; that of Airflow's hook writes them in."""
        from google.cloud.bigquery import QueryJobConfig  # noqa: PLC0415 (installed where such a warehouse is)
        from google.cloud.bigquery.dbapi import Connection  # noqa: PLC0415

        client = self.hook.get_client(project_id=self.hook.project_id, location=self.hook.location)
        if self.statement_timeout is not None:
            client.default_query_job_config = QueryJobConfig(job_timeout_ms=self.statement_timeout * 1000)
        return Connection(client, prefer_bqstorage_client=False)

    def columns_sql(self, schema: str) -> str:
        """See DbApiWarehouse."""
        return (
            "select table_name, column_name, data_type, null "  # noqa: S608  # nosec B608
            f"from `{schema}`.INFORMATION_SCHEMA.COLUMNS order by table_name, ordinal_position"
        )

    def fetched(
        self, cursor: Any, sql: str, parameters: Mapping[str, Any], chunk_rows: int
    ) -> Iterator[Sequence[Sequence[Any]]]:
        """See DbApiWarehouse."""
        cursor.arraysize = chunk_rows  # pages of this size are asked for
        yield from super().fetched(cursor, sql, parameters, chunk_rows)

    def placeholder(self, name: str, value: Any) -> str:
        """How a parameter is written; of a null BigQuery cannot tell the type."""
        return f"%({name}:STRING)s" if value is None else f"%({name})s"

    def sqlstate(self, error: Exception) -> str | None:
        """See DbApiWarehouse. A column that is not there is one bad request of many."""
        from google.api_core.exceptions import GoogleAPIError  # noqa: PLC0415 (installed where such a warehouse is)
        from google.cloud.bigquery.dbapi import Error  # noqa: PLC0415

        if not isinstance(error, (GoogleAPIError, Error)):
            return None
        cause = error.args[0] if error.args and isinstance(error.args[0], GoogleAPIError) else error
        return {404: NO_TABLE, 403: NOT_ALLOWED, 408: TIMED_OUT}.get(getattr(cause, "code", None) or 0, "")
