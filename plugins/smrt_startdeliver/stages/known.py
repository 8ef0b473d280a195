"""What is known of a bucket's customers: their rows, the evidence of their visits, and the traits derived from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from smrt_startdeliver.derive.birthdays import birthdays, next_birthday
from smrt_startdeliver.derive.demographic import demographic, smrt_demographic
from smrt_startdeliver.derive.due import due_by_birthdays, due_by_lapses, due_by_times, earliest
from smrt_startdeliver.derive.lapses import lapse_traits
from smrt_startdeliver.derive.visits import last_visit
from smrt_startdeliver.mapping.iso_text import days_in, times_in
from smrt_startdeliver.mapping.payload import UNKNOWN
from smrt_startdeliver.stages.history import History
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.last_visits import all_last_visits, own_last_visits
from smrt_startdeliver.stages.moved import staged_moved
from smrt_startdeliver.stages.ranking import spends_of, spends_of_others


@dataclass(frozen=True)
class Known:
    """What is known of the customers of one bucket, as of the run's end.

    history: their staged rows. customers: the columns of `users` that rules read. last_visits: SMRT's own.
    lapses: isLost, visitCadenceDays. birthdays, unreadable: who has which birthday, and whose cannot be read.
    traits: frames of user_id and derived traits; of who has a row in none of them nothing is known.
    spends: who is ranked by which spend; due: when the clock alone next changes something derived of each.
    """

    history: History
    customers: pd.DataFrame
    last_visits: pd.DataFrame
    lapses: pd.DataFrame
    birthdays: pd.DataFrame
    unreadable: pd.DataFrame
    traits: Sequence[pd.DataFrame]
    spends: pd.DataFrame
    due: pd.DataFrame


def known_customers(job: Job) -> Iterator[Known]:
    """What is known of the customers of each bucket worked on here, one after the other.

    Ranks only where everybody's are known: by the spends in all buckets, whoever works on them.
    """
    if not job.run.whole and staged_moved(job).empty:  # then everybody's spends need not be read either
        return
    spends = [spends_of(job, bucket) if job.only is None else None for bucket in range(job.staging.buckets)]
    staged = [found["spend"].to_numpy() for found in spends if found is not None]
    ranked = np.concatenate([spends_of_others(job), *staged])
    for bucket in job.staging.mine:
        yield _known(job, bucket, spends[bucket], ranked)


def _known(job: Job, bucket: int, spent: pd.DataFrame | None, ranked: npt.NDArray[np.float64]) -> Known:
    settings, end = job.run.settings, job.run.interval.end
    history = History(job, bucket)
    seen, users = history.evidence, history.users
    customers = as_customers(users)
    own = own_last_visits(users)
    told = all_last_visits(job, bucket, own, pd.concat([seen["user_id"], users["user_id"]]))
    lapses = lapse_traits(seen, told, end, settings)
    born, unreadable = birthdays(customers, settings)
    traits = [
        last_visit(seen, own, end, settings),
        lapses.drop(columns="lost_at"),
        own_or_ranked(customers, spent, ranked),
    ]
    next_ = next_birthday(born, end, settings)
    if any(str(column).startswith("custom_fields") for column in customers):
        # What cannot be read is not known: it takes nothing away.
        not_known = pd.DataFrame({"user_id": unreadable["user_id"].drop_duplicates(), "nextBirthday": UNKNOWN})
        traits.append(pd.concat([next_, not_known], ignore_index=True))
    ahead = [due_by_times(times, end) for times in (history.events_ahead, told)]
    due = earliest([*ahead, due_by_lapses(lapses, end), due_by_birthdays(next_, end, settings)])
    spends = pd.DataFrame({"user_id": pd.Series(dtype="str"), "spend": 0.0}) if spent is None else spent
    return Known(history, customers, told, lapses, born, unreadable, traits, spends, due)


def own_or_ranked(customers: pd.DataFrame, spent: pd.DataFrame | None, ranked: npt.NDArray[np.float64]) -> pd.DataFrame:
    """user_id, demographic (Int64): without amounts of orders only SMRT's own value is known."""
    if spent is not None:
        return demographic(customers, spent, ranked)
    return pd.DataFrame({"user_id": customers["user_id"], "demographic": smrt_demographic(customers)})


def as_customers(users: pd.DataFrame) -> pd.DataFrame:
    """The columns of `users` that rules read, in the types that they read: see `derive`."""
    columns = [name for name in users if name == "demographic" or str(name).startswith("custom_fields")]
    customers = users[["user_id", *columns]].astype("str")
    if "created_at" in users:
        created = users["created_at"]
        if not isinstance(created.dtype, pd.DatetimeTZDtype):
            texts = created.astype("str")
            created = times_in(texts).fillna(days_in(texts).dt.tz_localize("UTC"))
        customers["created_at"] = created
    return customers
