"""The sweep: what turned up inside windows that completed runs had already read (semantics.md, What a run sends)."""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.plan.raw_events import within
from smrt_startdeliver.stages.job import Job


def turned_up_late(job: Job, rows: pd.DataFrame) -> pd.Series[bool]:
    """Which accepted rows (id, loaded_at) were loaded in a window that was read before and are not in the memory.

    Rows of the run's own window are not among them: they go out anyway. Without a sweep, none is.
    """
    if not job.run.sweep or rows.empty:
        return pd.Series(False, index=rows.index)
    read_before = pd.Series(False, index=rows.index)
    for window in _completed_windows(job):
        read_before |= within(rows["loaded_at"], window)
    late = read_before & ~within(rows["loaded_at"], job.run.loaded)
    unknown = job.state.frame_of_keys("unknown_events", {"id": "str"}, rows.loc[late, "id"], argument="ids")
    return late & rows["id"].isin(unknown["id"])


def _completed_windows(job: Job) -> list[Interval]:
    windows = job.state.rows("completed_windows")[0]["windows"]
    return [Interval(window.lower, window.upper) for window in windows or ()]
