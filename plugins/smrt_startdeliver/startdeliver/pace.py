"""How fast we may ask: each thread waits for its moment, one limit for all tasks and workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from smrt_startdeliver.startdeliver.errors import Unreachable
from smrt_startdeliver.startdeliver.leases import Leases
from smrt_startdeliver.startdeliver.shared import InProcess, Store


class Pace:
    """Lets threads send, one after the other, as fast as the server is found to allow (`limit.py`).

    `requests_per_second` is a fixed ceiling and `daily_quota` the most requests a UTC day (settings.md); None is none.
    Whoever has the same `store` has the same pace; without one it is this object's own. Where the store is the
    warehouse, `wait` and `too_many` raise WarehouseError. `longest_wait_seconds`: who would wait longer for their turn
    does not, and `wait` raises Unreachable; None: whoever comes waits.
    """

    def __init__(
        self,
        requests_per_second: float | None = None,
        *,
        daily_quota: int | None = None,
        longest_wait_seconds: float | None = None,
        store: Store | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._leases = Leases(store or InProcess(clock), requests_per_second, daily_quota, clock)
        self._longest_wait = longest_wait_seconds
        self._clock = clock
        self._sleep = sleep
        self._turn = threading.Lock()
        self._threads = threading.local()  # the moment of the request that each has under way

    def wait(self) -> None:
        """Return when the next request may be sent. A quota that is spent holds nobody: who begins looks at it."""
        under_way = getattr(self._threads, "moment", None)
        if under_way is not None:
            self._leases.unanswered(under_way)
        with self._turn:
            while True:
                moment = self._leases.take()
                seconds = moment.at - self._clock()
                if self._longest_wait is not None and seconds > self._longest_wait:
                    raise Unreachable(
                        f"Startdeliver lets nobody ask it for another {seconds:,.0f} seconds, as runs ask it as often "
                        "as it allows: try again after that"
                    )
                if seconds > 0:
                    self._sleep(seconds)
                if self._leases.stands(moment):
                    break
        self._threads.moment = moment

    def answered(self) -> None:
        """This thread's request was answered with anything but 429."""
        self._threads.moment = None

    def too_many(self, retry_after: float) -> None:
        """This thread's request was answered 429: hold everybody for `retry_after` seconds, and learn from it."""
        self._leases.refused(self._threads.moment, retry_after)
        self._threads.moment = None

    def quota_left(self) -> int | None:
        """How many requests are left of the day's; None without a quota."""
        return self._leases.quota_left()

    @property
    def quota_spent(self) -> bool:
        """Whether none is left of the day's requests."""
        return self.quota_left() == 0
