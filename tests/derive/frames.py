"""From the plain records to the frames that the derivations take, and back from the frames that they give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from tests.plain.records import Customer, Evidence, LastVisit, Order, PlainEvent

TEXT, TIME = "str", "datetime64[us, UTC]"


def _frame(rows: Sequence[Any], dtypes: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {column: pd.Series([getattr(row, column) for row in rows], dtype=dtype) for column, dtype in dtypes.items()}
    )


def evidence_frame(evidence: Sequence[Evidence]) -> pd.DataFrame:
    return _frame(evidence, {"id": TEXT, "user_id": TEXT, "name": TEXT, "time": TIME, "loaded_at": TIME})


def last_visits_frame(last_visits: Sequence[LastVisit]) -> pd.DataFrame:
    return _frame(last_visits, {"user_id": TEXT, "time": TIME})


def orders_frame(orders: Sequence[Order]) -> pd.DataFrame:
    return _frame(orders, {"id": TEXT, "user_id": TEXT, "time": TIME, "order_id": TEXT, "value": TEXT})


def customers_frame(customers: Sequence[Customer]) -> pd.DataFrame:
    """Flattened columns stand in the frame where any customer has them."""
    frame = _frame(customers, {"user_id": TEXT, "created_at": TIME, "demographic": TEXT, "custom_fields": TEXT})
    for column in {column: None for customer in customers for column in customer.extra}:
        frame[column] = pd.Series([customer.extra.get(column) for customer in customers], dtype=TEXT)
    return frame


def events(frame: pd.DataFrame) -> list[PlainEvent]:
    """The rows of a derived event frame, by id."""
    properties = [column for column in frame.columns if column not in ("id", "user_id", "name", "time")]
    rows = [
        PlainEvent(
            row["id"],
            row["user_id"],
            row["name"],
            row["time"].to_pydatetime(),
            {key: value(row[key]) for key in properties},
        )
        for row in frame.to_dict("records")
    ]
    return by_id(rows)


def by_id(rows: list[PlainEvent]) -> list[PlainEvent]:
    return sorted(rows, key=lambda event: event.id)


def values(frame: pd.DataFrame, *columns: str) -> dict[str, Any]:
    """User id -> the value of the column, or a tuple of the values of several; a user id stands once in the frame."""
    assert frame["user_id"].is_unique
    rows = frame.to_dict("records")
    return {row["user_id"]: _one([value(row[column]) for column in columns]) for row in rows}


def value(cell: Any) -> Any:
    """A cell as Python's own value, None for any null."""
    if pd.isna(cell):
        return None
    return cell.to_pydatetime() if isinstance(cell, pd.Timestamp) else cell


def _one(cells: list[Any]) -> Any:
    return cells[0] if len(cells) == 1 else tuple(cells)
