"""Columns, and the events of one name, written down short."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa

from smrt_startdeliver.engage.columns import Column
from smrt_startdeliver.engage.occurrences import Events, Occurrences
from smrt_startdeliver.mapping.casts import Kind

UTC_ZONE = ZoneInfo("UTC")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")

END = datetime(2026, 3, 10, 12, tzinfo=UTC)

DTYPES: dict[Kind, Any] = {
    "text": "str",
    "number": "str",
    "integer": "Int64",
    "boolean": "boolean",
    "time": "datetime64[us, UTC]",
    "date": pd.ArrowDtype(pa.date32()),
}
"""How a column of each kind is held."""


def column(*values: object, kind: Kind = "text", zone: ZoneInfo = UTC_ZONE) -> Column:
    return Column(pd.Series(values, dtype=DTYPES[kind]), kind, zone)


def happened(
    *rows: tuple[str, datetime], kinds: dict[str, Kind] | None = None, **properties: Sequence[object]
) -> Events:
    """Events of (user id, time), with ids in the order of the rows, and columns of properties."""
    kinds = dict.fromkeys(properties, "text") | (kinds or {})
    frame = pd.DataFrame(
        {
            "id": pd.Series([f"event-{number:03}" for number in range(len(rows))], dtype="str"),
            "user_id": pd.Series([user for user, _ in rows], dtype="str"),
            "time": pd.Series([time for _, time in rows], dtype="datetime64[us, UTC]"),
        }
        | {path: pd.Series(values, dtype=DTYPES[kinds[path]]) for path, values in properties.items()}
    )
    return Events(frame, {path: kinds[path] for path in properties})


def occurrences(events: Events, *customers: str, end: datetime = END, zone: ZoneInfo = UTC_ZONE) -> Occurrences:
    return Occurrences(events, pd.Index(customers, dtype="str"), end, zone)
