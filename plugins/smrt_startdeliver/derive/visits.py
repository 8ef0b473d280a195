"""Customer Visit, at most once a customer and day, and the trait `lastVisit` (semantics.md)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.derive.days import day_of, iso_day
from smrt_startdeliver.derive.ids import derived_ids
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import CUSTOMER_VISIT, NEW_CUSTOMER_SIGNUP

# Even with the clock set back, a day is over sooner: earlier evidence shares no day with the interval's.
_LONGER_THAN_A_DAY = timedelta(hours=48)


def customer_visits(evidence: pd.DataFrame, interval: Interval, settings: Settings) -> pd.DataFrame:
    """The Customer Visits whose time lies in the interval: id, user_id, name, time, source (str; time UTC).

    They are `visits`, as events.
    """
    found = visits(evidence, interval, settings)
    return pd.DataFrame(
        {
            "id": derived_ids(CUSTOMER_VISIT, found["user_id"], iso_day(found["day"])),
            "user_id": found["user_id"],
            "name": pd.Series(CUSTOMER_VISIT, index=found.index, dtype="str"),
            "time": found["time"],
            "source": found["source"],
        }
    )


def visits(evidence: pd.DataFrame, interval: Interval, settings: Settings) -> pd.DataFrame:
    """The visits whose time lies in the interval: user_id, day (days since 1970-01-01), time (UTC), source (str).

    `evidence`: user_id, name, time, of all history. A visit's time is the day's first evidence, `source` the name of
    that evidence; of equal times the name that comes first in `visit_sources`. Sorted by customer, then time.
    """
    sources = {name: place for place, name in enumerate(settings.visit_sources)}
    near = (evidence["time"] + _LONGER_THAN_A_DAY > interval.start) & (evidence["time"] < interval.end)
    rows = evidence.loc[near & evidence["name"].isin(list(sources)), ["user_id", "name", "time"]]
    rows = rows.assign(day=day_of(rows["time"], settings.zone), place=rows["name"].map(sources))
    first_of_day = rows.sort_values(["time", "place"]).drop_duplicates(["user_id", "day"])
    found = first_of_day[first_of_day["time"] >= interval.start].sort_values(["user_id", "time"], ignore_index=True)
    return found[["user_id", "day", "time", "name"]].rename(columns={"name": "source"})


def last_visit(evidence: pd.DataFrame, last_visits: pd.DataFrame, end: datetime, settings: Settings) -> pd.DataFrame:
    """The trait `lastVisit` as of `end`: user_id, lastVisit (datetime64[us, UTC]), a row each who has one.

    `evidence`: user_id, name, time; `last_visits`: user_id, time, every value of SMRT's own `last_visit`.
    """
    came = evidence["name"].isin(visit_names_but_signup(settings)) & (evidence["time"] < end)
    known = last_visits["time"] < end
    columns = ["user_id", "time"]
    times = pd.concat([evidence.loc[came, columns], last_visits.loc[known, columns]])
    return times.groupby("user_id")["time"].max().rename("lastVisit").reset_index()


def visit_names_but_signup(settings: Settings) -> list[str]:
    """The events of `visit_sources` by which a customer came: who signed up and never came has not visited."""
    return [name for name in settings.visit_sources if name != NEW_CUSTOMER_SIGNUP]
