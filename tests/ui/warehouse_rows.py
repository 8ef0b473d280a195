"""The table `users` of a warehouse that the pages look at."""

from __future__ import annotations

import psycopg
from psycopg import sql


def create_users(uri: str, *rows: tuple[str | None, ...], **columns: str) -> None:
    """`smrt.users` with rows of id, received_at and these further columns."""
    kinds = {"id": "text", "received_at": "timestamptz", **columns}
    listed = sql.SQL(", ").join(sql.SQL(f"{{}} {kind}").format(sql.Identifier(name)) for name, kind in kinds.items())
    places = sql.SQL(", ").join(sql.Placeholder() * len(kinds))
    with psycopg.connect(uri) as connection, connection.cursor() as cursor:
        cursor.execute("create schema smrt")
        cursor.execute(sql.SQL("create table smrt.users ({})").format(listed))
        cursor.executemany(sql.SQL("insert into smrt.users values ({})").format(places), rows)
