"""DuckDB: what the pipeline derives in frames, asked in SQL; its rows are left as Parquet files, to be compared."""

from __future__ import annotations

from pathlib import Path

import duckdb
from asked import ASKED, answer

_HERE = Path(__file__).parent
_TABLES = ("visits", "losts", "lapses", "demographic", "computed")

connection = duckdb.connect()
connection.execute("set threads = 2")


def _go() -> int:
    connection.execute((_HERE / "deriving.sql").read_text().format(**ASKED))
    return len(_TABLES)


answer(_go)
for table in _TABLES:
    connection.execute(f"copy {table} to '{ASKED['folder']}/{table}.parquet'")
