"""Keep what was found of each customer, so that the next run has to look only at those who may have moved."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pandas as pd

from smrt_startdeliver.cells import as_cells
from smrt_startdeliver.stages.audiences import AUDIENCE
from smrt_startdeliver.stages.compare import beside_acknowledged, is_acknowledged
from smrt_startdeliver.stages.datasets import (
    DIFFERING,
    HELD_USERS,
    KEPT_DERIVED,
    KEPT_PLANNED,
    REJECTED_USERS,
    VANISHED,
)
from smrt_startdeliver.stages.extract import MOVED_CUSTOMERS
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.moved import staged_moved
from smrt_startdeliver.stages.reach import configuration
from smrt_startdeliver.state.customers import keep_loaded

log = logging.getLogger(__name__)

_COLUMNS = ["user_id", "row_hash", "customer_key", "match", "spend", "due", "rejected", "settled"]
_LEFT = {"key": "str", "vanished": "bool"}
_COUNTED = "counted "


def keep_customers(job: Job) -> None:
    """Keep all customers, or those that the run looked at; with the end of the run, in one transaction.

    Nothing may be built on a run that left something of customers undone that no next one would find by itself: then
    the next one looks at everybody. A run that is not regular, or had no time for all, changes nothing of what is kept.
    """
    if not job.run.keeps_customers or job.state.rows("run", run=job.run.number)[0]["deferred"]:
        return
    with job.state.transaction():
        if _is_undone(job):
            job.state.write("customers/forget_as_of", [{}])
            return
        job.state.write("customers/empty_now", [{}])
        for frame in _found(job):
            job.state.write("customers/add", [{name: as_cells(frame[name]) for name in _COLUMNS}])
        moved = staged_moved(job)["user_id"].tolist()
        _count_repaired(job, moved)
        job.state.write("customers/drop_others", [{"moved": None if job.run.whole else moved}])
        job.state.write("customers/keep", [{}])
        job.state.write("customers/empty_now", [{}])
        keep_loaded(job.state)
        _note_as_of(job)


def _is_undone(job: Job) -> bool:
    """Whether an audience is held, or one that vanished could not be acted on."""
    held = any(name.startswith(f"{AUDIENCE} ") and name.endswith(" held") for name in job.measured)
    return held or any(_is_left(job, entity) for entity in VANISHED)


def _is_left(job: Job, entity: str) -> bool:
    chunks = (chunk for bucket in range(job.staging.buckets) for chunk in job.staging.chunks(VANISHED[entity], bucket))
    lefts = (job.state.frame_of_keys("vanished", _LEFT, chunk["key"], entity=entity) for chunk in chunks)
    return any(not left["vanished"].all() for left in lefts)


def _found(job: Job) -> Iterator[pd.DataFrame]:
    """A row a customer, bucket by bucket."""
    for bucket in range(job.staging.buckets):
        derived = job.staging.read(KEPT_DERIVED, bucket)
        if derived is None:
            continue
        planned = job.staging.read(KEPT_PLANNED, bucket)
        frame = derived if planned is None else derived.merge(planned, on="user_id", how="left")
        frame = frame.reindex(columns=_COLUMNS)
        reasons = pd.concat([_no_reasons(), *job.staging.chunks(REJECTED_USERS, bucket)])
        held = pd.concat([_no_reasons(), *job.staging.chunks(HELD_USERS, bucket)])
        frame["rejected"] = frame["user_id"].map(pd.concat([reasons, held]).set_index("key")["reason"])
        frame["settled"] = ~frame["user_id"].isin([*held["key"], *_left_to_do(job, bucket)])
        yield frame


def _left_to_do(job: Job, bucket: int) -> pd.Series[str]:
    """Users of whom Startdeliver does not hold all that it should, after all was sent."""
    differed = job.staging.read(DIFFERING["user"], bucket)
    if differed is None:
        return pd.Series(dtype="str")
    linked = beside_acknowledged(job, "user", differed)
    return linked.loc[~is_acknowledged(linked), "key"]


def _count_repaired(job: Job, moved: list[str]) -> None:
    """A run that looks at everybody proves what was kept of those who had not moved."""
    if not job.run.whole or MOVED_CUSTOMERS not in job.measured:
        return
    repaired = job.state.rows("customers/repaired", moved=moved)[0]["customers"]
    job.measures["repaired customers"] = repaired
    if repaired:
        log.warning("%s customers had changed though nothing had said that they might have", f"{repaired:,}")


def _note_as_of(job: Job) -> None:
    counted = {
        name.removeprefix(_COUNTED): int(count) for name, count in job.measured.items() if name.startswith(_COUNTED)
    }
    job.state.write("customers/forget_as_of", [{}])
    job.state.write(
        "customers/note_as_of",
        [
            {
                "run": job.run.number,
                "window_end": job.run.interval.end,
                "configuration": configuration(job.run),
                "counted_before": job.run.loaded.start,
                "counted": json.dumps(counted),
            }
        ],
    )


def _no_reasons() -> pd.DataFrame:
    return pd.DataFrame({"key": pd.Series(dtype="str"), "reason": pd.Series(dtype="str")})
