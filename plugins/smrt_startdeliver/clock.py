"""The one notion of time that a run has: the interval that it derives for (semantics.md, One clock)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Interval:
    """`[start, end)`, two aware instants in UTC: `start` belongs to it, `end` does not. Equal ones hold nothing.

    Raises ValueError where one of the two has no zone, or `start` is after `end`.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for name, instant in (("start", self.start), ("end", self.end)):
            if instant.utcoffset() is None:
                raise ValueError(f"an interval's {name} needs a time zone, {instant.isoformat()} has none")
        if self.start > self.end:
            raise ValueError(
                f"an interval starts before it ends, not {self.start.isoformat()} to {self.end.isoformat()}"
            )
