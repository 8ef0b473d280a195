"""Rows into PostgreSQL: the tables made, and filled by COPY."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql

from demo.warehouse.schema import COLUMNS, EVENT_TABLES, TRACK

Row = dict[str, Any]
"""Column -> value; a column that is not there is null."""


def create_tables(connection: psycopg.Connection[Any], schema: str) -> None:
    """Make the schema and its empty tables. An existing schema is an error: nobody's warehouse is overwritten."""
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    for table, columns in COLUMNS.items():
        definitions = (sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(type_)) for c, type_ in columns.items())
        connection.execute(
            sql.SQL("CREATE TABLE {} ({})").format(sql.Identifier(schema, table), sql.SQL(", ").join(definitions))
        )


def copy_rows(connection: psycopg.Connection[Any], schema: str, rows: Mapping[str, Sequence[Row]]) -> None:
    """Append rows to their tables."""
    with connection.cursor() as cursor:
        for table, its_rows in rows.items():
            columns = list(COLUMNS[table])
            command = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(schema, table), sql.SQL(", ").join(map(sql.Identifier, columns))
            )
            with cursor.copy(command) as copy:
                for row in its_rows:
                    copy.write_row([row.get(column) for column in columns])


def fill_tracks(connection: psycopg.Connection[Any], schema: str) -> None:
    """Add to `tracks` what it lacks: one row an id of the event tables, the common columns alone."""
    columns = sql.SQL(", ").join(map(sql.Identifier, TRACK))
    events = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} FROM {}").format(columns, sql.Identifier(schema, table)) for table in EVENT_TABLES
    )
    connection.execute(
        sql.SQL(
            "INSERT INTO {tracks} SELECT DISTINCT ON (id) * FROM ({events}) AS event"
            " WHERE NOT EXISTS (SELECT FROM {tracks} AS track WHERE track.id = event.id) ORDER BY id, uuid_ts"
        ).format(tracks=sql.Identifier(schema, "tracks"), events=events)
    )


def analyze(connection: psycopg.Connection[Any], schema: str) -> None:
    """Give the planner its statistics: a warehouse has had time to gather them."""
    connection.execute("SET LOCAL default_statistics_target = 10")  # a sample of 3,000 rows a table will do
    for table in COLUMNS:
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(schema, table)))
