"""The way from a job to Startdeliver, and what it cost."""

from __future__ import annotations

from typing import get_args

from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.hook import StartdeliverHook
from smrt_startdeliver.startdeliver.request import Purpose
from smrt_startdeliver.state.pace import WarehousePace


def startdeliver(job: Job) -> Startdeliver:
    """Startdeliver through Airflow's connection `startdeliver`, at the pace that all tasks of all runs share."""
    settings = job.run.settings
    before = {row["name"]: int(row["value"]) for row in job.state.rows("requests_before", run=job.run.number)}
    return Startdeliver(
        StartdeliverHook(
            requests_per_second=settings.requests_per_second,
            daily_quota=settings.daily_quota,
            max_in_flight=job.max_in_flight,
            requests_before=sum(before.get(f"requests {purpose}", 0) for purpose in get_args(Purpose)),
            retries_before=before.get("requests retry", 0),
        ).get_conn(WarehousePace(job.state))
    )


def note_requests(job: Job, api: Startdeliver) -> None:
    """Keep what a stage asked of Startdeliver with its account."""
    job.measures.update({f"requests {name}": count for name, count in api.client.requests_made.items()})
