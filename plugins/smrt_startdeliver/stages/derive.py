"""Derive: events and traits of each customer from all of their history, bucket by bucket."""

from __future__ import annotations

from typing import Any

import pandas as pd

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.derive.birthdays import birthdays, customer_birthday
from smrt_startdeliver.derive.due import earliest
from smrt_startdeliver.derive.lapses import customer_lost, visit_days
from smrt_startdeliver.derive.visits import customer_visits
from smrt_startdeliver.engage.due import due_by_windows
from smrt_startdeliver.engage.evaluate import Facts
from smrt_startdeliver.mapping.json_texts import json_texts, object_texts
from smrt_startdeliver.mapping.payload import kind_of_values
from smrt_startdeliver.plan.derived_events import in_reach, lost_before, over_epochs, stale
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.stages.datasets import COMPUTED, DERIVED_EVENTS, KEPT_DERIVED, TRAITS
from smrt_startdeliver.stages.engage import computed, facts_of, is_computed
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.known import Known, known_customers
from smrt_startdeliver.stages.rejecting import reject_values
from smrt_startdeliver.stages.sweep import turned_up_late
from smrt_startdeliver.vocabulary import ORDER_CREATED

_EVENT = ["id", "user_id", "name", "time"]
_LOST = {"id": "str", "user_id": "str", "time": "datetime64[us, UTC]"}


def derive(job: Job) -> None:
    """Stage `derived`, the events that the run may send; `traits`, a row a customer of `users`; and `computed`.

    Beside them what of each customer is kept for the next run.
    """
    writers = {name: job.staging.writer(name) for name in (DERIVED_EVENTS, TRAITS, COMPUTED, KEPT_DERIVED)}
    for known in known_customers(job):
        writers[DERIVED_EVENTS].write(_events(job, known))
        writers[TRAITS].write(_traits(job, known))
        facts = facts_of(job, known) if is_computed(job) else None
        if facts is not None:
            writers[COMPUTED].write(computed(job, facts))
        if job.run.keeps_customers:
            writers[KEPT_DERIVED].write(_kept(job, known, facts))


def _events(job: Job, known: Known) -> pd.DataFrame:
    run, settings, end = job.run, job.run.settings, job.run.interval.end
    seen, told = known.history.evidence, known.last_visits

    def of_history(interval: Interval, rules: Settings) -> pd.DataFrame:
        visits = customer_visits(seen, interval, rules)
        losts = customer_lost(seen, told, interval, rules)
        days = customer_birthday(birthdays(known.customers, rules)[0], interval, rules)
        return pd.concat([_with_properties(found) for found in (visits, losts, days)], ignore_index=True)

    late = pd.concat([_late_customers(job, seen), seen.loc[turned_up_late(job, seen), "user_id"]])
    derived = in_reach(over_epochs(of_history, run.derive_from, run.epochs), run.loaded, late)
    losts = job.state.frame_of_keys("lost_sent", _LOST, derived["user_id"].unique(), argument="user_ids")
    derived["repeats"] = lost_before(derived, losts, visit_days(seen, told, end, settings), settings.zone)
    lost_now = known.lapses.loc[known.lapses["isLost"], "user_id"]
    derived["stale"] = False if run.history_whole else stale(derived, lost_now, end, settings)
    return derived


def _late_customers(job: Job, seen: pd.DataFrame) -> pd.Series[str]:
    """The customers of whom evidence was loaded in the run's window; `seen` is their evidence."""
    names = {ORDER_CREATED} | {name for epoch in job.run.epochs for name in epoch.settings.visit_sources}
    fresh = (seen["loaded_at"] >= job.run.loaded.start) & (seen["loaded_at"] < job.run.loaded.end)
    return seen.loc[fresh & seen["name"].isin(names), "user_id"].drop_duplicates()


def _traits(job: Job, known: Known) -> pd.DataFrame:
    reject_values(job, "users", known.unreadable.rename(columns={"user_id": "key"}))
    frame = known.history.users[["user_id"]]
    for found in known.traits:
        frame = frame.merge(found, on="user_id", how="left")
    return frame


def _kept(job: Job, known: Known, facts: Facts | None) -> pd.DataFrame:
    """What is kept of who has a row in `users` or an event: user_id, row_hash, spend, due."""
    windows = [] if facts is None else [due_by_windows(job.run.declared, facts.events, job.run.interval.end)]
    everybody = pd.concat([known.history.users["user_id"], known.history.customers_of_events]).drop_duplicates()
    frame = pd.DataFrame({"user_id": everybody.astype("str")})
    for found in (known.history.users[["user_id", "row_hash"]], known.spends, earliest([known.due, *windows])):
        frame = frame.merge(found, on="user_id", how="left")
    return frame.astype({"row_hash": "Int64", "spend": "float64"})


def _with_properties(events: pd.DataFrame) -> pd.DataFrame:
    """Events as they are staged: their property columns as one compact JSON text."""
    members = {str(name): _members(events[name]) for name in events if name not in _EVENT}
    return events[_EVENT].assign(properties=object_texts(members, events.index).fillna("{}"))


def _members(values: pd.Series[Any]) -> pd.Series[str]:
    return json_texts(values, kind_of_values(values)).fillna("null")
