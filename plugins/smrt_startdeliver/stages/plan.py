"""Plan: what is wanted, against what was acknowledged."""

from __future__ import annotations

from smrt_startdeliver.stages.audiences import plan_audiences
from smrt_startdeliver.stages.compare import compare
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.plan_events import plan_events
from smrt_startdeliver.stages.plan_records import plan_records
from smrt_startdeliver.stages.renamed import find_renamed
from smrt_startdeliver.stages.vanished import find_vanished


def plan(job: Job) -> None:
    """Stage the events that go out, the records that differ and who vanished; every other row has its fate."""
    plan_audiences(job)
    plan_events(job)
    plan_records(job)
    find_renamed(job)
    compare(job)
    find_vanished(job)
