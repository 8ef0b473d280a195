"""Guard: stop a run whose change is too large to be meant, before it writes anything."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import sqlalchemy as sa

from smrt_startdeliver.errors import GuardTripped
from smrt_startdeliver.mapping.document import Entity
from smrt_startdeliver.plan.guards import Counts, Tripped, tripped_guards
from smrt_startdeliver.stages.compare import is_synced
from smrt_startdeliver.stages.datasets import NAMES
from smrt_startdeliver.stages.job import Job

log = logging.getLogger(__name__)

_ENTITIES: tuple[Entity, ...] = ("customer", "user")


def guard(job: Job) -> None:
    """Note which guards trip with the run. Raises GuardTripped, unless the run is forced, or dry and writes nothing."""
    tripped = tripped_by(job)
    if not tripped:
        log.info("no guard trips")
        return
    job.state.write("note_guard", [{"run": job.run.number, "guard": ", ".join(one.guard for one in tripped)}])
    found = "; ".join(map(str, tripped))
    if job.run.force:
        log.warning("forced past %s", found)
    elif job.run.dry_run:
        log.warning("this run is dry, another one would be stopped by %s", found)
    else:
        raise GuardTripped(
            f"stopped before anything was written, by {found}. If this is meant, trigger the DAG with force"
        )


def tripped_by(job: Job) -> list[Tripped]:
    """The guards that trip with what the run has counted."""
    synced = [entity for entity in _ENTITIES if is_synced(job, entity)]
    usual = _of(synced, _counts(job.state.rows("usual", run=job.run.number)))
    return tripped_guards(_measured(job, synced), usual, _undone(job, synced), job.run.settings)


def _measured(job: Job, synced: list[Entity]) -> Counts:
    """What this run counted. A first sync is as large as it is: its new records are not looked at."""
    now = _of(synced, job.measured)
    for entity in synced:
        if not job.state.rows("first_synced", entity=entity)[0]["synced"]:
            now.pop(f"{NAMES[entity]} new", None)
    return now


def _undone(job: Job, synced: list[Entity]) -> Counts:
    names = [NAMES[entity] for entity in synced]
    return _of(
        synced,
        _counts(row for name in names for row in job.state.rows("undone", run=job.run.number, entity=name)),
    )


def _counts(rows: Iterable[sa.RowMapping]) -> Counts:
    return {row["name"]: row["value"] for row in rows}


def _of(synced: list[Entity], counts: Counts) -> dict[str, float]:
    """The counts of tables, and of the entities that the run syncs: of others it creates whom an event needs."""
    subjects = {"rows", *(NAMES[entity] for entity in synced)}
    return {name: value for name, value in counts.items() if name.partition(" ")[0] in subjects}
