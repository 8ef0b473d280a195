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

    def counted(self, now: float, *, granted: int = 0, given_back: int = 0) -> Shared:
        """As many requests more as moments are granted, and as many fewer as come back unused. A day begins at 0."""
        today = int(now // _SECONDS_A_DAY)
        before = max(0, self.requests - given_back) if self.day == today else 0
        return replace(self, day=today, requests=before + granted)


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
