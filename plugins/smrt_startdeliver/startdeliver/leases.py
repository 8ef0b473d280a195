"""Moments to send at, leased a few at a time from what all workers share."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from smrt_startdeliver.startdeliver.limit import grant, refused, unused
from smrt_startdeliver.startdeliver.shared import Shared, Store

_LATE_SECONDS = 0.1
"""A moment that has passed by more is not made up for: requests would bunch."""


@dataclass(frozen=True)
class Moment:
    """When one request may be sent, on our clock; `holds` tells apart what was granted before a 429 and after."""

    at: float
    holds: int


@dataclass(frozen=True)
class _Lease:
    """What the store answers, on its clock: how many 429s were heeded, how long the last holds, and new moments."""

    now: float
    holds: int
    held_until: float
    moments: Sequence[float] = ()


class Leases:
    """One worker's moments. `take` is called by one thread at a time, all else by any."""

    def __init__(
        self, store: Store, requests_per_second: float | None, daily_quota: int | None, clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._ceiling = requests_per_second
        self._daily_quota = daily_quota
        self._clock = clock
        self._lock = threading.Lock()  # of what follows; never held while the store is asked
        self._moments: deque[Moment] = deque()
        self._lease_size = 1
        self._holds = 0
        self._held_until = 0.0
        self._unsent = 0
        self._unused = 0
        self._requests: int | None = None

    def take(self) -> Moment:
        """The next moment. Raises WarehouseError where a lease fails."""
        while True:
            with self._lock:
                self._drop_before(self._clock() - _LATE_SECONDS)
                enough = len(self._moments) * 2 >= self._lease_size
            if not enough:  # in time: the next lease is there before the last moment is
                self._lease()
            with self._lock:
                if self._moments:  # a 429 of another thread may have taken them
                    return self._moments.popleft()

    def stands(self, moment: Moment) -> bool:
        """Whether a moment may still be used; one that a 429 has overtaken since may not."""
        with self._lock:
            if moment.at >= self._held_until:
                return True
            self._give_back(moment)
            return False

    def unanswered(self, moment: Moment) -> None:
        """The request of this moment was sent and got no answer."""
        with self._lock:
            self._unused += moment.holds == self._holds

    def refused(self, moment: Moment, retry_after: float) -> None:
        """The request of this moment was answered 429: all workers wait. Raises WarehouseError."""

        def step(shared: Shared, now: float) -> tuple[Shared, _Lease]:
            limit = refused(shared.limit, now, retry_after, moment.holds, self._ceiling)
            return replace(shared, limit=limit), _Lease(now, limit.holds, limit.held_until)

        self._hear(self._store.change(step))

    def quota_left(self) -> int | None:
        """How many requests may still be sent today; None without a quota."""
        if self._daily_quota is None:
            return None
        if self._requests is None:
            self._requests = self._store.change(lambda shared, now: (shared, shared.counted(now).requests))
        with self._lock:
            return max(0, self._daily_quota - self._requests + len(self._moments) + self._unsent)

    def _lease(self) -> None:
        with self._lock:
            holds, unsent, unanswered = self._holds, self._unsent, self._unused
            self._unsent = self._unused = 0

        def step(shared: Shared, now: float) -> tuple[Shared, _Lease]:
            known = unused(shared.limit, unanswered) if holds == shared.limit.holds else shared.limit
            limit, moments = grant(known, now, self._ceiling)
            counted = replace(shared, limit=limit).counted(now, granted=len(moments), given_back=unsent)
            self._requests = counted.requests
            return counted, _Lease(now, limit.holds, limit.held_until, moments)

        lease = self._store.change(step)
        self._lease_size = len(lease.moments)
        self._hear(lease)

    def _hear(self, lease: _Lease) -> None:
        """Take what a lease brings; where it tells of a 429, what was leased before does not stand in its hold."""
        offset = self._clock() - lease.now
        with self._lock:
            if lease.holds > self._holds:
                self._unused = 0
            if lease.holds >= self._holds:
                self._holds, self._held_until = lease.holds, lease.held_until + offset
                self._drop_before(self._held_until)
            self._moments.extend(Moment(at + offset, lease.holds) for at in lease.moments)

    def _drop_before(self, at: float) -> None:
        while self._moments and self._moments[0].at < at:
            self._give_back(self._moments.popleft())

    def _give_back(self, moment: Moment) -> None:
        self._unsent += 1
        self._unused += moment.holds == self._holds
