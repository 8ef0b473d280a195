"""The spends that customers are ranked by, of whom a run looks at and of all others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from smrt_startdeliver.derive.demographic import fifths, spend
from smrt_startdeliver.stages.history import History
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.moved import staged_moved
from smrt_startdeliver.state.customers import ranked_by

Spends = npt.NDArray[np.float64]


def spends_of(job: Job, bucket: int) -> pd.DataFrame | None:
    """user_id, spend of the bucket's customers that are ranked: those with a row in `users` and a spend above 0.

    None where no amounts are known.
    """
    history = History(job, bucket)
    if history.orders is None:
        return None
    spent = spend(history.orders, job.run.interval.end, job.run.settings)
    return spent[spent["user_id"].isin(history.users["user_id"]) & (spent["spend"] > 0)]


def spends_of_others(job: Job) -> Spends:
    """The spends of all whom the run does not look at, in order: as they are kept."""
    return np.empty(0) if job.run.whole else _without(_kept_spends(job), _moved_spends(job))


def ranked_anew(job: Job) -> pd.Series[str]:
    """Whom the run does not look at so far, though their rank is another one by what those spent whom it does."""
    spends = [spends_of(job, bucket) for bucket in range(job.staging.buckets)]
    now = np.sort(np.concatenate([np.empty(0), *(one["spend"].to_numpy() for one in spends if one is not None)]))
    before = np.sort(_moved_spends(job))
    if np.array_equal(now, before):
        return pd.Series(dtype="str")
    everybody = _kept_spends(job)
    others = _without(everybody, before)
    distinct = np.unique(others)
    changed = fifths(distinct, everybody) != fifths(distinct, np.concatenate([others, now]))
    return ranked_by(job.state, distinct[changed].tolist())


def _kept_spends(job: Job) -> Spends:
    (kept,) = job.state.rows("customers/spends")
    return np.repeat(np.array(kept["spends"] or (), dtype=np.float64), kept["customers"] or 0)


def _moved_spends(job: Job) -> Spends:
    return staged_moved(job)["spend"].dropna().to_numpy("float64")


def _without(all_spends: Spends, some: Spends) -> Spends:
    """All but some of them, one for one; both are among the first, which is sorted."""
    some = np.sort(some)
    place_among_equals = np.arange(len(some)) - np.searchsorted(some, some)
    return np.delete(all_spends, np.searchsorted(all_spends, some) + place_among_equals)
