"""Rows as a CSV file to download."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from fastapi import Response
from sqlalchemy import RowMapping

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would compute what begins so: a ' before it keeps it a text."""


def csv_file(name: str, columns: Sequence[str], rows: Iterable[RowMapping]) -> Response:
    """An answer with some columns of the rows; times are ISO 8601."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text.getvalue(), media_type="text/csv", headers=headers)


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
