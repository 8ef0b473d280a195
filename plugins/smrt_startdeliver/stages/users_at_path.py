"""Users that events name at `segment_override_matching_field`, and that nobody else is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from smrt_startdeliver.mapping.document import ExternalField
from smrt_startdeliver.mapping.records import Wanted, match_alone
from smrt_startdeliver.plan.matching import match_fingerprints
from smrt_startdeliver.stages.datasets import OUTGOING_RAW
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.moved import matches_of_others

AT_PATH = "at path: "
"""Begins the keys of these users."""


def values_at_path(job: Job) -> pd.Series[str]:
    """What the events that are sent say there, each once."""
    chunks = [
        chunk["at_path"].dropna()
        for bucket in range(job.staging.buckets)
        for chunk in job.staging.chunks(OUTGOING_RAW, bucket)
    ]
    values: pd.Series[str] = pd.concat([pd.Series(dtype="str"), *chunks]).drop_duplicates()
    return values[values != ""]


def users_at_path(job: Job, values: pd.Series[str], known: npt.NDArray[np.int64]) -> Wanted:
    """Those of the users with these values that nobody else is, by the match field alone.

    `known`: the matches of all whom the run looks at, and of others who share one with those.
    """
    wanted = match_at_path(job, values)
    match = match_fingerprints(wanted.records)
    new = ~match.isin(known)
    if not job.run.whole:
        new &= ~match.isin(matches_of_others(job, match.to_numpy().astype(np.int64)))
    records = wanted.records[new].assign(key=lambda found: AT_PATH + found["key"])
    job.fates.add("users", "extracted", len(records))
    return Wanted(records, wanted.types, wanted.rejections)


def match_at_path(job: Job, values: pd.Series[str]) -> Wanted:
    """The users that values at the override path match, the value being each one's key."""
    by_value = job.run.document.model_copy(update={"external_matching_field": ExternalField(field="userId")})
    return match_alone(values.reset_index(drop=True), by_value, job.run.settings)
