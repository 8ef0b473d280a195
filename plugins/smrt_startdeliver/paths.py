"""Where the product's own files are: beside `plugins/`, in a checkout as in the image."""

from __future__ import annotations

from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
SQL = HOME / "sql"
CONFIG = HOME / "config"
