"""SMRT's own `last_visit`: each value that `users` or `identifies` holds, or that an earlier run saw."""

from __future__ import annotations

from typing import Any

import pandas as pd

from smrt_startdeliver.mapping.iso_text import days_in, times_in
from smrt_startdeliver.plan.properties import VALUE
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.vocabulary import IDENTIFIES

COLUMN = "last_visit"
_COLUMNS = {"user_id": "str", "time": "datetime64[us, UTC]"}


def has_last_visits(job: Job) -> bool:
    """Whether `identifies` tells of last visits; nothing else is read of it."""
    return COLUMN in job.catalog.columns(IDENTIFIES)


def own_last_visits(users: pd.DataFrame) -> pd.DataFrame:
    """The last_visit that each customer's row in `users` holds: user_id, time; what cannot be read is left out."""
    if COLUMN not in users:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _COLUMNS.items()})
    return _readable(users["user_id"], users[COLUMN])


def all_last_visits(job: Job, bucket: int, own: pd.DataFrame, customers: pd.Series[Any]) -> pd.DataFrame:
    """Every last_visit known of these customers: user_id, time. New ones are remembered (not by a dry run)."""
    staged = job.staging.read("last_visits", bucket)
    identified = [] if staged is None else [_readable(staged["user_id"], staged[VALUE + COLUMN])]
    held = pd.concat([own, *identified], ignore_index=True).drop_duplicates()
    names = pd.concat([customers, held["user_id"]]).dropna().unique()
    remembered = job.state.frame_of_keys("last_visits", _COLUMNS, names, argument="user_ids")
    everything = pd.concat([remembered, held], ignore_index=True)
    if not job.run.dry_run:
        new = everything[~everything.duplicated() & (everything.index >= len(remembered))]
        job.state.write(
            "remember_last_visits",
            [
                {"user_id": user, "time": time.to_pydatetime()}
                for user, time in zip(new["user_id"], new["time"], strict=True)
            ],
        )
    return everything.drop_duplicates(ignore_index=True)


def _readable(user_ids: pd.Series[str], values: pd.Series[Any]) -> pd.DataFrame:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        times = values
    else:
        texts = values.astype("str")
        times = times_in(texts).fillna(days_in(texts).dt.tz_localize("UTC"))
    frame = pd.DataFrame({"user_id": user_ids, "time": times.astype("datetime64[us, UTC]")})
    return frame.dropna().reset_index(drop=True)
