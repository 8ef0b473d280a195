"""Extract: the tables of the warehouse, in chunks, into the staged buckets of customers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from smrt_startdeliver.stages.accounts_moved import accounts_moved
from smrt_startdeliver.stages.buckets import buckets_for
from smrt_startdeliver.stages.datasets import ACCOUNTS_MOVED, MOVED
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.ranking import ranked_anew
from smrt_startdeliver.stages.reach import reach_of
from smrt_startdeliver.stages.reading import Reading
from smrt_startdeliver.state.customers import kept, users_of
from smrt_startdeliver.state.runs import UNOPENED
from smrt_startdeliver.vocabulary import USERS
from smrt_startdeliver.warehouse.catalog import count_users

log = logging.getLogger(__name__)

MOVED_CUSTOMERS = "moved customers"
"""How many may have moved, by this name among the measures of a run; absent where that is not known."""


def extract(job: Job) -> dict[str, int]:
    """Stage the rows of everybody, or only of those who may have moved; how many by table. Raises WarehouseError."""
    if job.only is not None:
        return dict(_read_only(job, job.only).rows)
    reach = reach_of(job)
    if reach.moved is None or reach.because is not None:
        log.info("everybody is looked at: %s", reach.because)
        job.run = replace(job.run, whole=True)
        reading = Reading(job)
        reading.users()
        reading.groups()
        reading.calls()
        rows = dict(reading.rows)
        _note_moved(job, reach.moved)
    else:
        log.info("only those %s customers are looked at who may have moved", f"{len(reach.moved):,}")
        reading = _read_moved(job, reach.moved, reach.of_nobody)
        rows = {**reach.rows, USERS: count_users(job.warehouse, job.catalog.schema)}
    if reach.moved is not None:
        job.measures[MOVED_CUSTOMERS] = len(reach.moved)
    job.measures.update({f"rows {table}": count for table, count in rows.items()})
    if job.run.number != UNOPENED:
        decided = {"whole": job.run.whole, "because": reach.because, "buckets": job.staging.buckets}
        job.state.write("note_reach", [{"run": job.run.number, **decided}])
    return dict(reading.rows)


def _read_only(job: Job, user_ids: Sequence[str]) -> Reading:
    """Read these users alone, and all Group calls: any of them may speak of anybody's customer."""
    reading = Reading(job)
    some = pd.Series(user_ids, dtype="str")
    reading.users(some, nobodys=False)
    reading.groups()
    reading.calls(some)
    return reading


def _read_moved(job: Job, moved: pd.Series[str], of_nobody: frozenset[str]) -> Reading:
    """Read those who may have moved, and whom that moves: who shares an account with them, and who is ranked anew."""
    buckets = buckets_for(len(moved), job.run.settings.partitions)
    job.run = replace(job.run, whole=False, buckets=buckets)
    job.staging = job.staging.in_buckets(buckets)
    reading = Reading(job)
    reading.groups()
    reading.users(moved)
    reading.calls(moved, of_nobody=of_nobody)
    _note_moved(job, moved)

    ranked = ranked_anew(job)
    accounts = pd.concat([accounts_moved(job, moved), kept(job.state, ranked)["customer_key"].dropna()])
    along = pd.concat([ranked, users_of(job.state, accounts.drop_duplicates())["user_id"]])
    along = along[~along.isin(moved)].drop_duplicates()
    if len(along):
        reading.users(along, nobodys=False)
        reading.calls(along)
        _note_moved(job, pd.concat([moved, along]))
    job.staging.writer(ACCOUNTS_MOVED).write(pd.DataFrame({"key": accounts.drop_duplicates()}), by="key")
    return reading


def _note_moved(job: Job, moved: pd.Series[str] | None) -> None:
    """Stage who may have moved, as they were kept so far; none where that is not known."""
    ids = pd.Series(dtype="str") if moved is None else moved
    before = kept(job.state, ids).assign(kept=True)
    frame = pd.DataFrame({"user_id": ids.astype("str")}).merge(before, on="user_id", how="left")
    frame["kept"] = frame["kept"].notna()
    job.staging.writer(MOVED).write(frame)
