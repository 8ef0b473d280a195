"""What all who send share: the limit that was found, and the requests of the day."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from smrt_startdeliver.startdeliver.limit import Limit

T = TypeVar("T")

_SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Shared:
    """`requests` are those of `day`, counted in UTC from 1970-01-01."""

    limit: Limit = field(default_factory=Limit)
    day: int = 0
    requests: int = 0

    def counted(self, now: float, requests: int) -> Shared:
        """With so many requests more, or fewer where granted moments come back unused. A new day begins at none."""
        today = int(now // _SECONDS_A_DAY)
        before = self.requests if self.day == today else 0
        return replace(self, day=today, requests=max(0, before + requests))


class Store(Protocol):
    """Keeps it, and has the clock that counts."""

    def change(self, step: Callable[[Shared, float], tuple[Shared, T]]) -> T:
        """Put what `step` makes of it in its place, nobody coming between; the second it gives is the answer.

        `step` gets what is kept and the time in seconds: since 1970-01-01 in UTC, where days are to be told.
        """
        ...


class InProcess:
    """A store for a process that sends a few requests by itself, with no schema to share through."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._shared = Shared()
        self._lock = threading.Lock()

    def change(self, step: Callable[[Shared, float], tuple[Shared, T]]) -> T:
        """As the protocol says."""
        with self._lock:
            self._shared, answer = step(self._shared, self._clock())
            return answer
