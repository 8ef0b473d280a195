"""What each of these programs is asked for, and how it answers."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

ASKED: dict[str, Any] = json.loads(os.environ.get("BENCH_ASKED", "{}"))
"""`uri`, `tables` and `rows`: so many rows of each table go into a null sink. `url` and `bodies`: they are sent, one a
request."""


def rows(table: str) -> Iterator[dict[str, Any]]:
    """The first rows of a table of the warehouse, streamed."""
    with psycopg.connect(ASKED["uri"], row_factory=dict_row) as connection, connection.cursor("rows") as cursor:
        cursor.itersize = 5_000
        yield from cursor.execute(
            sql.SQL("select * from {} limit {}").format(sql.Identifier("smrt", table), ASKED["rows"])
        )


def bodies() -> list[dict[str, Any]]:
    """What is to be sent."""
    with open(ASKED["bodies"]) as file:  # noqa: PTH123
        return [json.loads(line) for line in file]


def answer(done: Callable[[], int]) -> None:
    """Do it, and say in the last line how many and how long."""
    began = time.perf_counter()
    count = done()
    sys.stdout.write(f"\n{json.dumps({'count': count, 'seconds': time.perf_counter() - began})}\n")
