"""How long a run may go on sending."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from smrt_startdeliver.stages.job import Job

log = logging.getLogger(__name__)


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
