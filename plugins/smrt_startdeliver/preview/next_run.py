"""What the next run would do: its stages, in their dry form, on a run that nobody opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from smrt_startdeliver.mapping.document import Entity
from smrt_startdeliver.plan.fates import check_sums
from smrt_startdeliver.preview.accounts import (
    EventsPlan,
    Reasons,
    RecordsPlan,
    VanishedPlan,
    events_plans,
    records_plans,
    values_left_out,
    vanished_plans,
)
from smrt_startdeliver.preview.cost import Cost, cost_of
from smrt_startdeliver.preview.rehearsal import Rehearsal
from smrt_startdeliver.preview.samples import Sample, Samples
from smrt_startdeliver.stages.audiences import AUDIENCE
from smrt_startdeliver.stages.datasets import NAMES, VANISHED
from smrt_startdeliver.stages.derive import derive
from smrt_startdeliver.stages.extract import extract
from smrt_startdeliver.stages.guard import tripped_by
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.load_events import send_events
from smrt_startdeliver.stages.load_records import record_sender, send_records
from smrt_startdeliver.stages.plan import plan
from smrt_startdeliver.stages.progress import Unseen
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.api import Startdeliver

STEPS = ("extract", "derive", "plan", "guard", "customers", "users", "events")
"""What is gone through, in this order."""


@dataclass(frozen=True)
class AudiencePlan:
    """How an audience would change. `held`: so many enter and leave that the run would leave it as it is."""

    key: str
    name: str
    members: int
    entered: int
    left: int
    held: int


@dataclass(frozen=True)
class NextRun:
    """What the next run would do.

    It reads what was loaded in [`read_from`, `window_end`). `looked_up`: Startdeliver was asked whom it has already;
    where not, all who are not known count as new. `guards`: what each that would stop it found. `left_open`: events of
    earlier runs that would be tried again.
    """

    window_start: datetime
    window_end: datetime
    read_from: datetime
    looked_up: bool
    records: dict[str, RecordsPlan]
    events: dict[str, EventsPlan]
    left_open: int
    values_left_out: dict[str, Reasons]
    vanished: dict[str, VanishedPlan]
    audiences: list[AudiencePlan]
    guards: list[str]
    cost: Cost
    samples: list[Sample]


class NobodyAsked(Startdeliver):
    """In Startdeliver's place where it is not to be asked: it finds nobody, and counts what would be asked."""

    def __init__(self) -> None:
        self.lookups = 0

    def find(self, *_: Any, **__: Any) -> list[wire.Json]:
        """Nobody."""
        self.lookups += 1
        return []


def next_run(
    rehearsal: Rehearsal, api: Startdeliver | None, shown: int, began: Callable[[str], None] = lambda _: None
) -> NextRun:
    """What the run of a rehearsal would do, with `shown` records of each entity that would change.

    `api`: asked whom it has; None: nobody is. `began` hears of each of the STEPS. Raises ConfigurationError,
    WarehouseError, StartdeliverError, and AccountingError where the sums do not meet.
    """
    with rehearsal.at_work() as job:
        samples = Samples(shown)
        for step, stage in {"extract": extract, "derive": derive, "plan": plan}.items():
            began(step)
            stage(job)
        began("guard")
        guards = [str(one) for one in tripped_by(job)]
        asked = api or NobodyAsked()
        may_go_on = _always if api is None else lambda: not asked.client.quota_spent()
        for entity in ("customer", "user"):
            began(NAMES[entity])
            _send_dryly(job, entity, asked, may_go_on, samples)
        began("events")
        if "events" in job.run.entities:
            send_events(job, asked, may_go_on, lambda: None, Unseen())
        _account_for_vanished(job)
        check_sums((entity, fate, rows) for (entity, fate, _), rows in job.fates.counts.items())
        lookups = asked.lookups if isinstance(asked, NobodyAsked) else asked.client.requests_made["lookup"]
        return _told(job, api is not None, guards, lookups, samples.found)


def _always() -> bool:
    return True


def _send_dryly(job: Job, entity: Entity, api: Startdeliver, may_go_on: Callable[[], bool], samples: Samples) -> None:
    """Give each record its fate; where nobody is asked, the fields that are only filled count as empty."""
    sender = record_sender(job, entity, api, may_go_on, lambda: None)
    if isinstance(api, NobodyAsked):
        sender = replace(sender, fill_empty=frozenset())
    send_records(job, sender, Unseen(), lambda records: samples.add(entity, sender, records))


def _account_for_vanished(job: Job) -> None:
    """As the run would, if nothing of it is refused."""
    for entity, dataset in VANISHED.items():
        name = f"vanished {NAMES[entity]}"
        for bucket in range(job.staging.buckets):
            for chunk in job.staging.chunks(dataset, bucket):
                job.fates.add(name, "deleted", int((chunk["action"] == "delete").sum()))
                job.fates.add(name, "updated", int((chunk["action"] == "deactivate").sum()))
                job.fates.add(name, "skipped", int((chunk["action"] == "").sum()), "vanished")


def _told(job: Job, looked_up: bool, guards: list[str], lookups: int, samples: list[Sample]) -> NextRun:
    (waiting,) = job.state.rows("status/events") if "events" in job.run.entities else [{"intended": 0, "rejected": 0}]
    return NextRun(
        window_start=job.run.interval.start,
        window_end=job.run.interval.end,
        read_from=job.run.loaded.start,
        looked_up=looked_up,
        records=records_plans(job.fates),
        events=events_plans(job.fates),
        left_open=waiting["intended"] + waiting["rejected"],
        values_left_out=values_left_out(job.fates),
        vanished=vanished_plans(job.fates),
        audiences=[
            AudiencePlan(
                key=one.key,
                name=one.name,
                **{what: int(job.measures[f"{AUDIENCE} {one.key} {what}"]) for what in ("members", "entered", "left")},
                held=int(job.measures.get(f"{AUDIENCE} {one.key} held", 0)),
            )
            for one in job.run.declared.audiences
            if f"{AUDIENCE} {one.key} members" in job.measures
        ],
        guards=guards,
        cost=cost_of(job, lookups, waiting["intended"], waiting["rejected"]),
        samples=samples,
    )
