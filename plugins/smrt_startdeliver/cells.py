"""Frames as Python's own values, for what takes no frame: statements, and the bodies of requests."""

from __future__ import annotations

from typing import Any

import pandas as pd

_NULL: Any = None
"""pandas takes any value for `na_value`; its stubs know of no None."""


def as_cells(values: pd.Series[Any]) -> list[Any]:
    """Each value; None for null."""
    cells: list[Any] = values.to_numpy(dtype=object, na_value=_NULL).tolist()
    return cells


def as_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A dict a row: column -> value, None for null. pandas's `to_dict("records")` takes several times as long."""
    rows: list[dict[str, Any]] = [{} for _ in range(len(frame))]
    for name in frame:
        for row, cell in zip(rows, as_cells(frame[name]), strict=True):
            row[str(name)] = cell
    return rows
