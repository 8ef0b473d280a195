"""The events of one name as arrays, and which of them a declaration looks at (declarations.md: windows, where)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from smrt_startdeliver.engage.columns import Bools, Column, Integers
from smrt_startdeliver.engage.conditions import EventCondition, Where
from smrt_startdeliver.engage.operators import holds
from smrt_startdeliver.mapping.casts import Kind


@dataclass(frozen=True)
class Events:
    """All that the warehouse holds of the events of one name.

    rows: id, user_id (str), time (datetime64[us, UTC]), and a column a property by its path (`address.city`).
    kinds: what the columns of properties hold; a property without a column was never there: it is null.
    """

    rows: pd.DataFrame
    kinds: Mapping[str, Kind]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_EVENTS = Events(
    pd.DataFrame(
        {
            "id": pd.Series(dtype="str"),
            "user_id": pd.Series(dtype="str"),
            "time": pd.Series(dtype="datetime64[us, UTC]"),
        }
    ),
    {},
)


class Occurrences:
    """The events of one name that customers had before `end`, in order of time, then id; each read once."""

    def __init__(self, events: Events, customers: pd.Index[str], end: datetime, zone: ZoneInfo) -> None:
        rows = events.rows.reset_index(drop=True)
        owners = customers.get_indexer(pd.Index(rows["user_id"]))
        mine = (owners >= 0) & (rows["time"] < end).to_numpy(dtype=bool)
        rows = rows[mine].sort_values(["time", "id"])
        self._rows = rows.reset_index(drop=True)
        self._kinds = events.kinds
        self._zone = zone
        self._end = end.astimezone(UTC)  # on other calendars a day may have 23 hours
        self._columns: dict[str, Column] = {}
        self._held: dict[tuple[str, str, str], Bools] = {}
        self.customer: Integers = owners[rows.index].astype(np.int64)
        """Whose each is: a place among the customers."""
        self.customers = len(customers)

    def __len__(self) -> int:
        return len(self.customer)

    def column(self, path: str) -> Column:
        """The values of a property."""
        if path not in self._columns:
            kind = self._kinds.get(path)
            values = self._rows[path] if kind else pd.Series(None, index=self._rows.index, dtype="str")
            self._columns[path] = Column(values, kind or "text", self._zone)
        return self._columns[path]

    def chosen(self, where: Sequence[Where], window_days: int | None) -> Bools:
        """Those in `[end - window_days x 24 h, end)` for which all of `where` holds."""
        return self._all_of(where) & self._since(window_days)

    def chosen_by(self, condition: EventCondition) -> Bools:
        """Those that a condition counts: `between_days: [x, y]` is `[end - y x 24 h, end - x x 24 h)`."""
        chosen = self.chosen(condition.where, condition.within_days)
        if condition.between_days is not None:
            until, since = condition.between_days
            chosen &= self._since(since) & ~self._since(until)
        return chosen

    def count(self, chosen: Bools) -> Integers:
        """How many of these each customer had."""
        return np.bincount(self.customer[chosen], minlength=self.customers).astype(np.int64)

    @cached_property
    def _microseconds(self) -> Integers:
        return np.asarray(self._rows["time"].astype("datetime64[us, UTC]").astype("int64"), dtype=np.int64)

    def _since(self, days: int | None) -> Bools:
        if days is None:
            return np.ones(len(self), dtype=bool)
        first = (self._end - timedelta(days=days) - _EPOCH) // timedelta(microseconds=1)
        return np.asarray(self._microseconds >= first, dtype=np.bool_)

    def _all_of(self, where: Sequence[Where]) -> Bools:
        chosen = np.ones(len(self), dtype=bool)
        for condition in where:
            chosen &= self._where(condition.property, condition)
        return chosen

    def _where(self, path: str, condition: Where) -> Bools:
        key = (path, condition.op, repr(condition.value))
        if key not in self._held:
            self._held[key] = holds(self.column(path), condition.op, condition.value, self._end)
        return self._held[key]
