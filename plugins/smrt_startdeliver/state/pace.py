"""The pace that all runs on all workers share, in the warehouse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import TypeVar

from smrt_startdeliver.startdeliver.limit import Limit
from smrt_startdeliver.startdeliver.shared import Shared
from smrt_startdeliver.state.database import State

T = TypeVar("T")

_LIMIT = [column.name for column in fields(Limit)]


class WarehousePace:
    """A store for a `Pace`: one row of our schema, at the time of the database's clock, in seconds since 1970.

    A change is a short transaction, never in one of the caller's: the row stays locked until it ends.
    """

    def __init__(self, state: State) -> None:
        self._state = state

    def known(self) -> Shared:
        """What is known now; the requests are those of today."""
        return self.change(lambda shared, now: (shared, shared.counted(now)))

    def change(self, step: Callable[[Shared, float], tuple[Shared, T]]) -> T:
        """Put what `step` makes of the row in its place. Raises WarehouseError."""
        with self._state.transaction():
            row = self._state.rows("lock_pace")[0]
            kept = Shared(Limit(**{name: row[name] for name in _LIMIT}), row["day"], row["requests"])
            shared, answer = step(kept, row["now"])
            if shared != kept:
                parameters = {**asdict(shared.limit), "day": shared.day, "requests": shared.requests}
                self._state.write("keep_pace", [parameters])
            return answer
