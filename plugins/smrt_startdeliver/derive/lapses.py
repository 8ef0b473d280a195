"""Customer Lost, once a lapse, and the traits `isLost` and `visitCadenceDays` (semantics.md, Customer Lost)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import numpy as np
import pandas as pd

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.derive.cadence import Floats, cadences
from smrt_startdeliver.derive.customer_days import Integers, customer_of, day_in, days_until_next, pack
from smrt_startdeliver.derive.days import day_of, first_instant, iso_day
from smrt_startdeliver.derive.ids import derived_ids
from smrt_startdeliver.derive.visits import visit_names_but_signup
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import CUSTOMER_LOST, ORDER_CREATED, PICKUP_COMPLETED


def customer_lost(
    evidence: pd.DataFrame, last_visits: pd.DataFrame, interval: Interval, settings: Settings
) -> pd.DataFrame:
    """The Customer Losts whose time lies in the interval, as of all history before its end.

    `evidence`: user_id, name, time; `last_visits`: user_id, time, every value of SMRT's own `last_visit`.
    Columns: id, user_id, name (str), time (UTC), lastVisitDay (str, `YYYY-MM-DD`), cadenceDays (Float64, null
    where there is none), thresholdDays (int64).
    """
    history = _history(evidence, last_visits, interval.end, settings)
    days_to_next_visit = days_until_next(history.visit_days)
    stayed_away = days_to_next_visit > settings.lost_min_days  # no threshold is less; most visits need no cadence
    lapses = _lapses(history, history.visit_days[stayed_away], settings)
    lapses = lapses[days_to_next_visit[stayed_away] > lapses["threshold"]]
    lapses = lapses[(lapses["lost_at"] >= interval.start) & (lapses["lost_at"] < interval.end)].reset_index(drop=True)

    last_visit_day = iso_day(lapses["visit_day"])
    return pd.DataFrame(
        {
            "id": derived_ids(CUSTOMER_LOST, lapses["user_id"], last_visit_day),
            "user_id": lapses["user_id"],
            "name": pd.Series(CUSTOMER_LOST, index=lapses.index, dtype="str"),
            "time": lapses["lost_at"],
            "lastVisitDay": last_visit_day,
            "cadenceDays": lapses["cadence"].astype("Float64"),
            "thresholdDays": lapses["threshold"],
        }
    )


def lapse_traits(evidence: pd.DataFrame, last_visits: pd.DataFrame, end: datetime, settings: Settings) -> pd.DataFrame:
    """The traits as of `end`: user_id, isLost (boolean), visitCadenceDays (Int64), a row each who has visited before.

    Beside them lost_at (UTC): when each is lost, if no other visit follows. Frames as for `customer_lost`. No visit
    follows a customer's last, so its lost instant alone says who is lost.
    """
    history = _history(evidence, last_visits, end, settings)
    is_last = np.diff(customer_of(history.visit_days), append=-1) != 0
    lapses = _lapses(history, history.visit_days[is_last], settings)
    return pd.DataFrame(
        {
            "user_id": lapses["user_id"],
            "isLost": (lapses["lost_at"] < end).astype("boolean"),
            "visitCadenceDays": np.floor(lapses["cadence"]).astype("Int64"),
            "lost_at": lapses["lost_at"],
        }
    )


def visit_days(evidence: pd.DataFrame, last_visits: pd.DataFrame, end: datetime, settings: Settings) -> pd.DataFrame:
    """The days before `end` on which customers came: user_id, day (int64, days since 1970-01-01). Frames as above."""
    history = _history(evidence, last_visits, end, settings)
    customers = history.user_ids[customer_of(history.visit_days)]
    return pd.DataFrame({"user_id": customers, "day": day_in(history.visit_days)})


@dataclass(frozen=True)
class _History:
    """The days before an `end` on which customers visited, ordered and had a pickup, packed as in `customer_days`.

    A customer's number there is their place in `user_ids`, which is sorted.
    """

    user_ids: pd.Index[str]
    visit_days: Integers
    order_days: Integers
    pickup_days: Integers


def _history(evidence: pd.DataFrame, last_visits: pd.DataFrame, end: datetime, settings: Settings) -> _History:
    """SMRT's own `last_visit` counts as a visit without a name; orders and pickups count for the cadence whether or
    not they are visits by `visit_sources`."""
    names = visit_names_but_signup(settings)
    wanted = evidence["name"].isin({*names, ORDER_CREATED, PICKUP_COMPLETED}) & (evidence["time"] < end)
    events = evidence.loc[wanted, ["user_id", "time", "name"]]
    rows = pd.concat([events, last_visits.loc[last_visits["time"] < end, ["user_id", "time"]]])
    days = day_of(rows["time"], settings.zone).to_numpy()
    customers, user_ids = pd.factorize(rows["user_id"], sort=True)

    def days_of(chosen: pd.Series[bool]) -> Integers:
        return pack(customers[chosen], days[chosen])

    return _History(
        user_ids=user_ids,
        visit_days=days_of(rows["name"].isna() | rows["name"].isin(names)),
        order_days=days_of(rows["name"] == ORDER_CREATED),
        pickup_days=days_of(rows["name"] == PICKUP_COMPLETED),
    )


def _lapses(history: _History, visit_days: Integers, settings: Settings) -> pd.DataFrame:
    """When each visit, if none followed, makes a customer lost.

    Columns: user_id (str), visit_day (int64), cadence (float64, NaN where there is none), threshold (int64),
    lost_at (UTC): the first instant of the first day more than the threshold after the visit.
    """
    cadence = cadences(visit_days, history.order_days, history.pickup_days, settings)
    threshold = _thresholds(cadence, settings)
    day = day_in(visit_days)
    return pd.DataFrame(
        {
            "user_id": history.user_ids[customer_of(visit_days)],
            "visit_day": day,
            "cadence": cadence,
            "threshold": threshold,
            "lost_at": first_instant(pd.Series(day + threshold + 1), settings.zone),
        }
    )


def _thresholds(cadence: Floats, settings: Settings) -> Integers:
    """floor(`lost_multiplier` x cadence) between `lost_min_days` and `lost_max_days`; exact: 1.15 x 100 is 115."""
    or_default = np.nan_to_num(cadence, nan=settings.lost_default_cadence_days)
    distinct, position = np.unique(or_default, return_inverse=True)
    multiplier = Fraction(settings.lost_multiplier)
    thresholds = [math.floor(multiplier * Fraction(days)) for days in distinct]
    return np.clip(np.array(thresholds, dtype=np.int64), settings.lost_min_days, settings.lost_max_days)[position]
