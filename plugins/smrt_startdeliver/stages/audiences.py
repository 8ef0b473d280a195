"""Which computed traits and audiences a run syncs, and which it holds back: one that is held stops no other."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from smrt_startdeliver.engage.membership import Change, as_before, change_of, changes
from smrt_startdeliver.engage.sources import gone
from smrt_startdeliver.stages.datasets import CHANGES, COMPUTED, LET_THROUGH, SYNCED
from smrt_startdeliver.stages.engage import is_computed
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.moved import staged_moved
from smrt_startdeliver.state.customers import measures_of_basis
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.declarations import synced_keys
from smrt_startdeliver.state.runs import Run

log = logging.getLogger(__name__)

MEMBERSHIP = {"user_id": "str", "audience": "str", "member": "bool", "change": "int64"}
_WAY_OUT = "it goes on once that is back, or taken out of the declaration"
AUDIENCE = "audience"
"""Begins the names of what is measured of an audience: `audience <key> members`, and so on."""


def plan_audiences(job: Job) -> None:
    """Stage what is to be synced of what was computed, and who enters and leaves; measure each audience.

    A trait of which a source is gone is not known: nothing is said of it. An audience is held, that is, stays as it
    was, where a source of it is gone, or where more of it changes than `guard_max_change` allows.
    """
    if not is_computed(job):
        return
    unknown = gone_sources(job.state, job.run, job.measured)
    held = {key: f"the warehouse has no {what} any more; {_WAY_OUT}" for key, what in unknown.items()}
    guarded = set() if job.run.force else synced_keys(job.state)  # never at an audience's first sync
    for key, change in _changes(job).items():
        if key not in held and key in guarded and change.is_too_large(job.run.settings.guard_max_change):
            held[key] = (
                f"{change.entered:,} would enter and {change.left:,} leave an audience of {change.before:,}, beyond "
                f"guard_max_change ({job.run.settings.guard_max_change:g}): if this is meant, trigger with force"
            )
        _measure(job, key, change, is_held=key in held)
    for key, why in held.items():
        log.warning("%s is held, all else goes on: %s", key, why)
    _stage(job, set(unknown), set(held))


def gone_sources(state: State, run: Run, measured: Mapping[str, float]) -> dict[str, str]:
    """What a declaration reads that an earlier run could read and this one cannot, by its key.

    `measured`: what the run counted, by name.
    """
    earlier = [{table: dict(columns) for table, columns in row["catalog"].items()} for row in state.rows("catalogs")]
    had_rows = {row["name"] for row in state.rows("tables_with_rows", run=run.number)}

    def is_empty(table: str) -> bool:
        rows = f"rows {table}"
        return not run.force and rows in had_rows and measured.get(rows, 0) == 0

    return gone(run.declared, earlier, run.catalog.tables, is_empty)


def _changes(job: Job) -> dict[str, Change]:
    """Stage who enters and leaves each audience; the change of each."""
    keys = [audience.key for audience in job.run.declared.audiences]
    total: dict[str, Change] = defaultdict(Change)
    writer = job.staging.writer(CHANGES)
    for bucket in range(job.staging.buckets):
        computed = job.staging.read(COMPUTED, bucket)
        if computed is None:
            continue
        known = job.state.frame_of_keys(
            "memberships", MEMBERSHIP, computed["user_id"], argument="user_ids", audiences=keys
        )
        changed = changes(_plain(computed), known, keys)
        for key in keys:
            total[key].add(change_of(computed[key], changed[changed["audience"] == key]))
        writer.write(changed)
    if not job.run.whole:
        for key, others in _members_among_others(job, keys).items():
            total[key].add(Change(before=others, now=others))
    return dict(total)


def _members_among_others(job: Job, keys: list[str]) -> dict[str, int]:
    """Whom the run does not look at is a member of what they were a member of: all members but who moved."""
    before = measures_of_basis(job.state)
    moved = staged_moved(job)["user_id"].tolist()
    of_moved = {row["audience"]: row["members"] for row in job.state.rows("customers/members", moved=moved)}
    return {key: int(before.get(f"{AUDIENCE} {key} members", 0)) - of_moved.get(key, 0) for key in keys}


def _measure(job: Job, key: str, change: Change, *, is_held: bool) -> None:
    counts = {"members": change.now, "entered": change.entered, "left": change.left}
    if is_held:
        counts = {"members": change.before, "entered": 0, "left": 0, "held": change.entered + change.left}
    job.measures.update({f"{AUDIENCE} {key} {what}": count for what, count in counts.items()})


def _stage(job: Job, unknown: set[str], held: set[str]) -> None:
    synced, let_through = job.staging.writer(SYNCED), job.staging.writer(LET_THROUGH)
    audiences = {audience.key for audience in job.run.declared.audiences}
    for bucket in range(job.staging.buckets):
        computed = job.staging.read(COMPUTED, bucket)
        if computed is None:
            continue
        changed = job.staging.read(CHANGES, bucket)
        computed = _plain(computed).drop(columns=sorted(unknown - audiences))
        if changed is not None:
            let_through.write(changed[~changed["audience"].isin(held)])
            computed = computed.assign(**{key: as_before(computed, changed, key) for key in held & audiences})
        synced.write(computed)


def _plain(computed: pd.DataFrame) -> pd.DataFrame:
    """Staged booleans as numpy's: none of them is null."""
    booleans: dict[Any, Any] = {name: "bool" for name in computed if computed[name].dtype == "boolean"}
    return computed.astype(booleans)
