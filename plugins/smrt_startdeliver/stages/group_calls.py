"""The Group calls that are staged, and what they say of customers."""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.mapping.customers import group_candidates
from smrt_startdeliver.mapping.records import Wanted
from smrt_startdeliver.plan.properties import VALUE
from smrt_startdeliver.stages.columns import traits
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.vocabulary import GROUPS

_COLUMNS = {
    "id": "str",
    "user_id": "str",
    "group_id": "str",
    "time": "datetime64[us, UTC]",
    "loaded_at": "datetime64[us, UTC]",
    "copies": "Int64",
}


def group_calls(job: Job) -> pd.DataFrame:
    """All Group calls: id, user_id, group_id, time, loaded_at, copies, and their traits by the columns' names."""
    chunks = [chunk for bucket in range(job.staging.buckets) for chunk in job.staging.chunks(GROUPS, bucket)]
    nobody = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _COLUMNS.items()})
    return pd.concat([nobody, *chunks], ignore_index=True).rename(columns=lambda name: name.removeprefix(VALUE))


def said_by(job: Job, calls: pd.DataFrame) -> Wanted:
    """What calls say of customers; they are few, and any of them may speak of any customer."""
    kinds = traits(job.catalog.columns(GROUPS))
    return group_candidates(calls, kinds, job.run.document, job.run.settings)
