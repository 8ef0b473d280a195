"""What a run would cost: requests, and the time that they take at the pace that was found so far."""

from __future__ import annotations

from dataclasses import dataclass

from smrt_startdeliver.mapping.document import required_fields
from smrt_startdeliver.plan.fates import Fate
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.startdeliver.limit import found_rate
from smrt_startdeliver.startdeliver.wire import PAGE_SIZE
from smrt_startdeliver.state.pace import WarehousePace

_WRITES: tuple[Fate, ...] = ("created", "updated", "deleted", "sent")


@dataclass(frozen=True)
class Cost:
    """Requests by what they are for. `a_second`: the pace last found; None, as `seconds` then, where nothing was sent.

    `budget_seconds`: so long a run may send (`run_budget_minutes`). `quota_left`: how many requests `daily_quota`
    leaves for today; None without one.
    """

    check: int
    lookup: int
    write: int
    requests: int
    a_second: float | None
    seconds: float | None
    budget_seconds: int
    quota_left: int | None


def cost_of(job: Job, lookups: int, unknown: int, rejected: int) -> Cost:
    """The cost of a run whose account is complete. `unknown`, `rejected`: events that earlier runs left open."""
    settings = job.run.settings
    check = 1 + sum(bool(fields) for fields in required_fields(job.run.document).values())
    lookup = lookups + -(-unknown // PAGE_SIZE)
    write = sum(rows for (_, fate, _), rows in job.fates.counts.items() if fate in _WRITES) + unknown + rejected
    pace = WarehousePace(job.state).known()
    a_second = found_rate(pace.limit, settings.requests_per_second)
    requests = check + lookup + write
    return Cost(
        check=check,
        lookup=lookup,
        write=write,
        requests=requests,
        a_second=a_second,
        seconds=requests / a_second if a_second else None,
        budget_seconds=settings.run_budget_minutes * 60,
        quota_left=None if settings.daily_quota is None else max(0, settings.daily_quota - pace.requests),
    )
