"""How fast we may ask: a fixed ceiling, or the pace that the server's 429s teach.

One `Pace` is shared by all threads of a task. Without a ceiling it starts unbounded; a 429 holds everybody for what
`Retry-After` says and sets the pace a little below the rate that was answered well; from there it probes upwards.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

_SEEN_SECONDS = 5.0
"""The answered rate is measured over this long."""

_BACK_OFF = 0.9
_PROBE_PER_SECOND = 1.01
"""After a 429 the pace is the answered rate times the first, and grows by the second each second without a 429."""

_PROBED_SECONDS = 3_600.0
"""By then it has grown beyond any limit; a float would not hold what it were after a day."""


class Pace:
    """Hands out moments to send at. `requests_per_second` is a fixed ceiling (settings.md), None where none is set."""

    def __init__(
        self,
        requests_per_second: float | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ceiling = requests_per_second
        self._found: float | None = None
        self._found_at = 0.0
        self._next = 0.0
        self._held_until = 0.0
        self._answered: deque[float] = deque()
        self._lock = threading.Lock()
        self._clock = clock
        self._sleep = sleep

    def wait(self) -> None:
        """Return when the next request may be sent."""
        with self._lock:
            now = self._clock()
            at = max(now, self._next, self._held_until)
            rate = self._rate(now)
            self._next = at + (1.0 / rate if rate else 0.0)
        if at > now:
            self._sleep(at - now)
            if self._clock() < self._held_until:  # a 429 came while we slept
                self.wait()

    def answered(self) -> None:
        """A request was answered with anything but 429."""
        with self._lock:
            now = self._clock()
            self._answered.append(now)
            while self._answered[0] < now - _SEEN_SECONDS:
                self._answered.popleft()

    def too_many(self, retry_after: float) -> None:
        """A 429: hold everybody for `retry_after` seconds, and slow down."""
        with self._lock:
            now = self._clock()
            if now < self._held_until:  # answers to what was already under way say nothing new
                return
            recent = [at for at in self._answered if at >= now - _SEEN_SECONDS]
            span = max(now - recent[0], 0.1) if recent else 1.0
            self._found = max(_BACK_OFF * len(recent) / span, 0.5)
            self._found_at = now + retry_after
            self._held_until = now + retry_after
            self._answered.clear()

    def _rate(self, now: float) -> float | None:
        if self._found is None:
            return self._ceiling
        probed = min(max(now - self._found_at, 0.0), _PROBED_SECONDS)
        found: float = self._found * _PROBE_PER_SECOND**probed
        return min(found, self._ceiling) if self._ceiling else found
