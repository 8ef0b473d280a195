"""Who may have moved since the run before, as it was staged, and who of all others matches on the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from smrt_startdeliver.stages.datasets import MOVED
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.state.customers import holders_of

_COLUMNS = {
    "user_id": "str",
    "customer_key": "str",
    "match": "Int64",
    "spend": "float64",
    "rejected": "str",
    "kept": "bool",
}


def staged_moved(job: Job) -> pd.DataFrame:
    """user_id, and customer_key, match, spend, rejected as they were kept; a row each who may have moved.

    kept: whether they were kept at all.
    """
    nobody = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _COLUMNS.items()})
    chunks = [chunk for bucket in range(job.staging.buckets) for chunk in job.staging.chunks(MOVED, bucket)]
    return pd.concat([nobody, *(chunk.astype(_COLUMNS) for chunk in chunks)], ignore_index=True)


def matches_of_others(job: Job, matches: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Which of these are also matches of users whom the run does not look at; each once."""
    holders = holders_of(job.state, np.unique(matches).tolist())
    others = holders[~holders["user_id"].isin(staged_moved(job)["user_id"])]
    return others["match"].unique().astype(np.int64)
