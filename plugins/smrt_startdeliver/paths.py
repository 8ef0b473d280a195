"""Where the product's own files are: beside `plugins/`, in a checkout as in the image."""

from __future__ import annotations

from functools import cache
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
SQL = HOME / "sql"
CONFIG = HOME / "config"


@cache
def sql_file(name: str) -> str:
    """The text of a file of `sql/`, named by its path below it without `.sql`."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
