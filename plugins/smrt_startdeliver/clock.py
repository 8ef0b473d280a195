"""The one notion of time that a run has: the interval that it derives for (semantics.md, One clock)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from dateutil.parser import isoparse


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


def parse_moment(text: str) -> datetime:
    """The moment, in UTC, that an ISO 8601 text names; without a zone it is UTC. Raises ValueError where it is none."""
    time = isoparse(text)
    return utc(time if time.tzinfo else time.replace(tzinfo=UTC))


def utc(time: datetime) -> datetime:
    """An aware time as a plain `datetime` in UTC, whatever its class and zone."""
    return datetime.fromtimestamp(time.timestamp(), UTC)
