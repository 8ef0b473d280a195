"""A small warehouse by hand: the tables that a test needs, and rows in few words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from smrt_startdeliver.vocabulary import snake_case
from tests.end_to_end.pipeline import Pipeline

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""The first run's end in most tests."""

CALL = {"id": "text", "user_id": "text", "timestamp": "timestamptz", "received_at": "timestamptz"}
ORDER = CALL | {"order_id": "text", "value": "numeric", "agent": "text"}


class Shop:
    """Writes rows as Segment would; an event is loaded an hour after it happened unless it says otherwise."""

    def __init__(self, pipeline: Pipeline, **user_columns: str) -> None:
        self.pipeline = pipeline
        self._tables: set[str] = set()
        self._ids = count(1)
        columns = {"id": "text", "received_at": "timestamptz", "name": "text", "email": "text"} | user_columns
        pipeline.create_table("users", **columns)

    def customer(
        self, user_id: str | None, *, received_at: datetime = MONDAY - timedelta(days=1), **traits: Any
    ) -> None:
        """A row of `users`."""
        self.pipeline.insert("users", id=user_id, received_at=received_at, **traits)

    def event(
        self, name: str, user_id: str | None, at: datetime | None, *, loaded: datetime | None = None, **values: Any
    ) -> str:
        """A row of an event's table, which is made with its first; the row's id."""
        table = snake_case(name)
        if table not in self._tables:
            self._tables.add(table)
            self.pipeline.create_table(table, **(ORDER if name.startswith("Order") else CALL | {"driver": "text"}))
        row = {"id": f"{table}-{next(self._ids)}", "user_id": user_id, "timestamp": at}
        loaded = loaded or (at or MONDAY) + timedelta(hours=1)
        self.pipeline.insert(table, **(row | {"received_at": loaded} | values))
        return str((row | values)["id"])
