"""Which of the derived events a run sends (semantics.md, What a run sends; Customer Lost)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.derive.days import day_of
from smrt_startdeliver.plan.raw_events import within
from smrt_startdeliver.rules import Epoch
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import CUSTOMER_BIRTHDAY, CUSTOMER_LOST, CUSTOMER_VISIT


def over_epochs(
    derive: Callable[[Interval, Settings], pd.DataFrame], interval: Interval, epochs: Sequence[Epoch]
) -> pd.DataFrame:
    """What `derive` gives over the interval, each part of it under the settings in force then."""
    parts = []
    for epoch in epochs:
        start, end = max(interval.start, epoch.interval.start), min(interval.end, epoch.interval.end)
        if start < end and epoch.settings.derived_events == "derive":
            parts.append(derive(Interval(start, end), epoch.settings))
    return (
        pd.concat(parts, ignore_index=True)
        if parts
        else derive(Interval(interval.end, interval.end), epochs[-1].settings)
    )


def in_reach(events: pd.DataFrame, window: Interval, late_customers: pd.Series[str]) -> pd.DataFrame:
    """The events whose time is in the window, and older Visits and Lapses of customers whose evidence came late."""
    late = events["name"].isin([CUSTOMER_VISIT, CUSTOMER_LOST]) & events["user_id"].isin(late_customers)
    return events[within(events["time"], window) | late & (events["time"] < window.end)]


def selected(events: pd.DataFrame, epochs: Sequence[Epoch]) -> pd.Series[bool]:
    """Whether the settings in force at an event's time send events of its name."""
    chosen = pd.Series(False, index=events.index)
    for epoch in epochs:
        wanted = epoch.settings.events
        chosen |= within(events["time"], epoch.interval) & (wanted is None or events["name"].isin(wanted or ()))
    return chosen


def stale(events: pd.DataFrame, lost_now: pd.Series[str], end: datetime, settings: Settings) -> pd.Series[bool]:
    """Whether an event no longer speaks of the present: an old Birthday, a Lost whose customer is back by `end`.

    `lost_now`: the customers that are lost as of `end`; of their lapses only the last is the present one.
    """
    today = day_of(pd.Series([pd.Timestamp(end)]).astype("datetime64[us, UTC]"), settings.zone).iloc[0]
    age = today - day_of(events["time"], settings.zone)
    old_birthday = (events["name"] == CUSTOMER_BIRTHDAY) & (age > settings.birthday_max_age_days)
    lost = events["name"] == CUSTOMER_LOST
    latest = events["time"] == events["time"].where(lost).groupby(events["user_id"]).transform("max")
    return old_birthday | lost & ~(events["user_id"].isin(lost_now) & latest)


def lost_before(events: pd.DataFrame, sent: pd.DataFrame, visit_days: pd.DataFrame, zone: ZoneInfo) -> pd.Series[bool]:
    """Whether a Lost repeats one that was sent: while no visit lies between the two, they are one lapse.

    `sent`: id, user_id and time of the Lost events in memory; `visit_days`: user_id and day (days since 1970-01-01).
    """
    ours = events.loc[events["name"] == CUSTOMER_LOST, ["id", "user_id", "time"]]
    ours = ours[ours["user_id"].isin(sent["user_id"])]
    if ours.empty:
        return pd.Series(False, index=events.index)
    ours = ours.assign(visits=_visit_days_before(ours, visit_days, zone))
    theirs = sent.assign(visits=_visit_days_before(sent, visit_days, zone)).rename(columns={"id": "sent_id"})
    pairs = ours.reset_index().merge(theirs[["user_id", "visits", "sent_id"]], on=["user_id", "visits"])
    repeated = pairs.loc[pairs["id"] != pairs["sent_id"], "index"]
    return pd.Series(events.index.isin(repeated), index=events.index)


def _visit_days_before(losts: pd.DataFrame, visit_days: pd.DataFrame, zone: ZoneInfo) -> pd.Series[int]:
    """How many visit days a customer had before the day of each Lost (user_id, time)."""
    lost = losts.assign(lost_day=day_of(losts["time"], zone)).reset_index(names="lost")
    earlier = lost.merge(visit_days, on="user_id").query("day < lost_day")
    return earlier.groupby("lost").size().reindex(losts.index, fill_value=0)
