"""Who may have moved since the run before, as it was staged."""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.stages.datasets import MOVED
from smrt_startdeliver.stages.job import Job

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
