"""How long a run may go on sending, how far it is, and how long the rest will take."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from smrt_startdeliver.stages.job import Job

log = logging.getLogger(__name__)

_SECONDS_BETWEEN_LINES = 10.0


class SendingTime:
    """The time in which a run may send (`run_budget_minutes`), and the requests that a day allows (`daily_quota`).

    It begins when the run's first stage that sends does. `quota_spent` says whether the day's requests are used up.
    """

    def __init__(self, job: Job, quota_spent: Callable[[], bool], *, clock: Callable[[], float] = time.monotonic):
        self._job = job
        self._quota_spent = quota_spent
        self._clock = clock
        spent = job.state.rows("begin_sending", run=job.run.number)[0]["seconds"]
        self._ends = clock() + job.run.settings.run_budget_minutes * 60 - float(spent)
        self._over = False

    def is_left(self) -> bool:
        """Whether one more may be sent; when it is over, the run is marked: its window has to be read again."""
        if not self._over and (self._clock() >= self._ends or self._quota_spent()):
            self._over = True
            why = "the day's requests are used up" if self._quota_spent() else "the run's sending time is over"
            log.warning("%s: what is left goes out in the next run", why)
            if not self._job.run.dry_run:
                self._job.state.write("defer_run", [{"run": self._job.run.number}])
        return not self._over


class Progress:
    """Says now and then how many of how many are done, how fast it goes, and how long the rest will take."""

    def __init__(self, name: str, total: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._total = total
        self._done = 0
        self._clock = clock
        self._began = self._said = clock()

    def add(self, rows: int) -> None:
        """So many more are done."""
        self._done += rows
        now = self._clock()
        if now - self._said >= _SECONDS_BETWEEN_LINES or (self._done >= self._total and rows):
            self._said = now
            log.info("%s", self.line())

    def line(self) -> str:
        """As `users: 1,200 of 20,000 (6 %), 9.8 a second, 32 min left`."""
        rate = self._done / max(self._clock() - self._began, 0.001)
        share = f"{self._done:,} of {self._total:,} ({self._done * 100 // max(self._total, 1)} %)"
        if self._done >= self._total:
            return f"{self._name}: {share}, {rate:,.1f} a second"
        minutes = (self._total - self._done) / max(rate, 0.001) / 60
        left = f"{minutes:,.0f} min" if minutes >= 1 else "under a minute"
        return f"{self._name}: {share}, {rate:,.1f} a second, {left} left"
