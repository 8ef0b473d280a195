"""The way from a job to Startdeliver."""

from __future__ import annotations

from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.hook import StartdeliverHook


def startdeliver(job: Job) -> Startdeliver:
    """Startdeliver through Airflow's connection `startdeliver`, at the pace that the settings allow."""
    settings = job.run.settings
    return Startdeliver(
        StartdeliverHook(
            requests_per_second=settings.requests_per_second, max_in_flight=settings.max_in_flight
        ).get_conn()
    )
