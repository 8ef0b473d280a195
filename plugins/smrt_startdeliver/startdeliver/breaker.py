"""Circuit breakers: what goes wrong again and again is no single record's fault, and stops the run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from smrt_startdeliver.startdeliver.errors import CircuitOpen, Unreachable

FAILURES = 20
FAILING_SECONDS = 30.0
"""So many tries of writes that failed in a row, over so long at least, are a server that is not well."""

REFUSALS = 20
"""So many records that were refused in a row for one reason have it in common, as a field that is set up otherwise."""


class ServerBreaker:
    """Opens where try after try of a write fails and none is answered between. Threads may share one."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._first_at = 0.0

    def failed(self, why: str) -> None:
        """A try failed. Raises Unreachable where it is open."""
        with self._lock:
            now = self._clock()
            if not self._failures:
                self._first_at = now
            self._failures += 1
            failures, seconds = self._failures, now - self._first_at
        if failures >= FAILURES and seconds >= FAILING_SECONDS:
            raise Unreachable(
                f"Startdeliver failed at {failures} tries to write in a row, for {seconds:.0f} seconds (the last: "
                f"{why}): see whether it is well; the next try of the task, or the next run, goes on from here"
            )

    def answered(self) -> None:
        """A write was answered, were it with a refusal."""
        with self._lock:
            self._failures = 0


class RefusalBreaker:
    """Opens where record after record is refused for the same reason and none is accepted between.

    Threads may share one. Records that were refused in an earlier run are none of its business: so the next run gets
    past those that opened it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reason: tuple[int, str | None] | None = None
        self._refusals = 0

    def refused(self, status: int, field: str, said: str | None) -> None:
        """A record was refused; `said` shows nobody's data. Raises CircuitOpen where it is open."""
        with self._lock:
            reason = (status, field or said)
            self._refusals = self._refusals + 1 if reason == self._reason else 1
            self._reason = reason
            refusals = self._refusals
        if refusals >= REFUSALS:
            about = f"field '{field}', the last" if field else "the last"
            raise CircuitOpen(
                f"Startdeliver refused {refusals} records in a row for the same reason ({about}: {said}): mend it in "
                "the mapping document or under Settings, Fields in Startdeliver, and start the run again; those that "
                "were refused are remembered, and do not stop it another time"
            )

    def accepted(self) -> None:
        """A record was accepted."""
        with self._lock:
            self._refusals = 0
