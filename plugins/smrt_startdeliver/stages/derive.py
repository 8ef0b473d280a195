"""Derive: events and traits of each customer from all of their history, bucket by bucket."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import pandas as pd

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.derive.birthdays import birthdays, customer_birthday, next_birthday
from smrt_startdeliver.derive.demographic import demographic, smrt_demographic, spend
from smrt_startdeliver.derive.lapses import customer_lost, lapse_traits, visit_days
from smrt_startdeliver.derive.visits import customer_visits, last_visit
from smrt_startdeliver.mapping.iso_text import days_in, times_in
from smrt_startdeliver.mapping.payload import UNKNOWN
from smrt_startdeliver.plan.derived_events import in_reach, lost_before, over_epochs, stale
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.stages import engage, history
from smrt_startdeliver.stages.datasets import COMPUTED, DERIVED_EVENTS, TRAITS
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.last_visits import all_last_visits, own_last_visits
from smrt_startdeliver.stages.rejecting import reject_values
from smrt_startdeliver.stages.sweep import turned_up_late
from smrt_startdeliver.staging import BucketWriter

_EVENT = ["id", "user_id", "name", "time"]
_LOST = {"id": "str", "user_id": "str", "time": "datetime64[us, UTC]"}


def derive(job: Job) -> None:
    """Stage `derived`, the events that the run may send, `traits`, a row a customer of `users`, and `computed`."""
    spends = [_spend(job, bucket) for bucket in range(job.staging.buckets)]
    ranked = np.concatenate([found["spend"].to_numpy() for found in spends if found is not None] or [np.empty(0)])
    events, traits, computed = map(job.staging.writer, (DERIVED_EVENTS, TRAITS, COMPUTED))
    for bucket, spent in enumerate(spends):
        derived = _derive_bucket(job, bucket, spent, ranked, events, traits)
        if engage.is_computed(job):
            computed.write(engage.computed(job, bucket, derived))


def _spend(job: Job, bucket: int) -> pd.DataFrame | None:
    """The spend of the bucket's customers that are ranked: those with a row in `users` and a spend above 0."""
    orders = history.orders(job, bucket)
    if orders is None:
        return None
    spent = spend(orders, job.run.interval.end, job.run.settings)
    return spent[spent["user_id"].isin(history.users(job, bucket)["user_id"]) & (spent["spend"] > 0)]


def _derive_bucket(
    job: Job,
    bucket: int,
    spent: pd.DataFrame | None,
    ranked: npt.NDArray[np.float64],
    events: BucketWriter,
    traits: BucketWriter,
) -> engage.Derived:
    run, settings, end = job.run, job.run.settings, job.run.interval.end
    seen = history.evidence(job, bucket)
    users = history.users(job, bucket)
    customers = as_customers(users)
    own = own_last_visits(users)
    told = all_last_visits(job, bucket, own, pd.concat([seen["user_id"], users["user_id"]]))

    def of_history(interval: Interval, rules: Settings) -> pd.DataFrame:
        visits = customer_visits(seen, interval, rules)
        losts = customer_lost(seen, told, interval, rules)
        days = customer_birthday(birthdays(customers, rules)[0], interval, rules)
        return pd.concat([_with_properties(found) for found in (visits, losts, days)], ignore_index=True)

    late = pd.concat([history.late_customers(job, seen), seen.loc[turned_up_late(job, seen), "user_id"]])
    lapses = lapse_traits(seen, told, end, settings)
    derived = in_reach(over_epochs(of_history, run.derive_from, run.epochs), run.loaded, late)
    losts = job.state.frame_of_keys("lost_sent", _LOST, derived["user_id"].unique(), argument="user_ids")
    derived["repeats"] = lost_before(derived, losts, visit_days(seen, told, end, settings), settings.zone)
    lost_now = lapses.loc[lapses["isLost"], "user_id"]
    derived["stale"] = False if run.history_whole else stale(derived, lost_now, end, settings)
    events.write(derived)

    born, unreadable = birthdays(customers, settings)
    reject_values(job, "users", unreadable.rename(columns={"user_id": "key"}))
    known = [last_visit(seen, own, end, settings), lapses, own_or_ranked(customers, spent, ranked)]
    if any(str(column).startswith("custom_fields") for column in customers):
        known.append(next_birthday(born, end, settings))
    frame = users[["user_id"]]
    for found in known:
        frame = frame.merge(found, on="user_id", how="left")
    if "nextBirthday" in frame:  # what cannot be read is not known: it takes nothing away
        frame["nextBirthday"] = frame["nextBirthday"].mask(frame["user_id"].isin(unreadable["user_id"]), UNKNOWN)
    traits.write(frame)
    return engage.Derived(users, known, seen, told, born)


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


def _with_properties(events: pd.DataFrame) -> pd.DataFrame:
    """Events as they are staged: their property columns as one compact JSON text."""
    names = [name for name in events if name not in _EVENT]
    rows = zip(*(events[name].astype(object) for name in names), strict=True)
    texts = [json.dumps(dict(zip(names, row, strict=True)), separators=(",", ":")) for row in rows]
    properties = pd.Series(texts if names else "{}", index=events.index, dtype="str")
    return events[_EVENT].assign(properties=properties)
