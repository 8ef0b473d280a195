"""What customers and users should hold: wanted records, staged for loading."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from smrt_startdeliver.mapping.casts import FieldType
from smrt_startdeliver.mapping.customers import customers_by_call
from smrt_startdeliver.mapping.payload import UNKNOWN
from smrt_startdeliver.plan.matching import match_fingerprints, shared_matches
from smrt_startdeliver.stages.datasets import (
    CUSTOMER_CANDIDATES,
    KEPT_PLANNED,
    LINKS,
    REJECTED_CANDIDATES,
    REJECTED_USERS,
    SHARED_MATCHES,
    WANTED,
)
from smrt_startdeliver.stages.history import History
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.moved import matches_of_others
from smrt_startdeliver.stages.plan_customers import plan_customers, said_by_calls, stage_said_by_users
from smrt_startdeliver.stages.plan_users import everybody, needed_by_events, note_rejected, rows_with_traits
from smrt_startdeliver.stages.renamed import keys_may_change
from smrt_startdeliver.stages.users_at_path import users_at_path, values_at_path


def plan_records(job: Job) -> None:
    """Stage the wanted customers and users, those users that are rejected, and the match values that several claim."""
    users, rejected = job.staging.writer(WANTED["user"]), job.staging.writer(REJECTED_USERS)
    candidates, rejected_candidates = map(job.staging.writer, (CUSTOMER_CANDIDATES, REJECTED_CANDIDATES))
    kept, links = job.staging.writer(KEPT_PLANNED), job.staging.writer(LINKS)
    calls = said_by_calls(job, rejected_candidates)
    by_call = customers_by_call(calls)
    matches: list[npt.NDArray[np.int64]] = []
    of_customers: dict[str, FieldType] = {}
    for bucket in range(job.staging.buckets):
        history = History(job, bucket)
        rows = rows_with_traits(job, history)
        if job.run.syncs_customers:
            of_customers |= stage_said_by_users(job, rows, candidates, rejected_candidates)
        wanted = everybody(job, history, rows, by_call) if job.run.syncs_users else needed_by_events(job, history, rows)
        if keys_may_change(job):
            linked = wanted if job.run.syncs_users else everybody(job, history, rows, by_call)
            links.write(linked.records[["key", "customer_key"]], by="key")
        note_rejected(job, wanted, rejected)
        users.write(wanted.records, by="key")
        match = match_fingerprints(wanted.records)
        matches.append(match.to_numpy().astype(np.int64))
        if job.run.keeps_customers:
            kept.write(_kept(wanted.records, match))
    if not job.run.whole:
        matches.append(matches_of_others(job, np.concatenate(matches)))
    at_path = values_at_path(job)
    if len(at_path):
        users.write(users_at_path(job, at_path, np.concatenate(matches)).records, by="key")
    shared = pd.DataFrame({"match": shared_matches(matches)})
    job.staging.writer(SHARED_MATCHES).write(shared.assign(user_id=""), by="user_id")
    if job.run.syncs_customers:
        plan_customers(job, of_customers, calls)


def _kept(users: pd.DataFrame, match: pd.Series[int]) -> pd.DataFrame:
    keys = users["customer_key"].mask(users["customer_key"] == UNKNOWN)
    return pd.DataFrame({"user_id": users["key"], "customer_key": keys, "match": match})
