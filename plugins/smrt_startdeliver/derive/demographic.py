"""The trait `demographic`, from 1 (top spenders) to 5 (semantics.md, demographic)."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from smrt_startdeliver.derive.days import EPOCH, first_instant
from smrt_startdeliver.mapping.number_text import number_texts
from smrt_startdeliver.settings import Settings

RANKS = 5


def spend(orders: pd.DataFrame, end: dt.datetime, settings: Settings) -> pd.DataFrame:
    """What customers spent in the `demographic_days` before `end`'s day, week or month began: user_id, spend.

    `orders`: the Order Created, with id, user_id, time, order_id and value (text). An order of a customer counts once:
    of its rows in the window whose value is a number the earliest, then the first by id; a row without an order_id is
    an order of its own. spend: float64, rounded to 6 decimals; a row each who has such an order.
    """
    until = window_end(end, settings)
    in_window = (orders["time"] >= until - dt.timedelta(days=settings.demographic_days)) & (orders["time"] < until)
    rows = orders[in_window]
    rows = rows.assign(spend=_numbers(rows["value"])).dropna(subset="spend").sort_values(["time", "id"])
    is_repeated = rows["order_id"].notna() & rows.duplicated(["user_id", "order_id"])
    return rows[~is_repeated].groupby("user_id")["spend"].sum().round(6).reset_index()


def demographic(customers: pd.DataFrame, spend: pd.DataFrame, all_spends: npt.NDArray[np.float64]) -> pd.DataFrame:
    """Each customer's rank: user_id, demographic (Int64, 1 to 5).

    `customers`: user_id and, where the warehouse has it, SMRT's own demographic (text), which wins; `spend`: user_id,
    spend; `all_spends`: the spends above 0 of all customers with a row in `users`, these ones among them, in any order.
    Equal spends share the best rank; who spent nothing is in the last fifth.
    """
    spent = customers["user_id"].map(spend.set_index("user_id")["spend"]).to_numpy("float64")
    ours = pd.Series(np.where(spent > 0, fifths(spent, all_spends), RANKS), index=customers.index, dtype="Int64")
    return pd.DataFrame({"user_id": customers["user_id"], "demographic": smrt_demographic(customers).fillna(ours)})


def fifths(spends: npt.NDArray[np.float64], all_spends: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The fifth, 1 to 5, that each spend above 0 is in among all of them, in any order; equal ones share the best."""
    ranked_before = len(all_spends) - np.searchsorted(np.sort(all_spends), spends, side="right")
    return 1 + RANKS * ranked_before // max(len(all_spends), 1)


def window_end(end: dt.datetime, settings: Settings) -> pd.Timestamp:
    """The first instant of `end`'s day, week (from Monday) or month (UTC), so that ranks do not flicker."""
    day = end.astimezone(settings.zone).date()
    if settings.demographic_refresh == "week":
        day -= dt.timedelta(days=day.weekday())
    elif settings.demographic_refresh == "month":
        day = day.replace(day=1)
    return first_instant(pd.Series([(day - EPOCH).days]), settings.zone).iloc[0]


def smrt_demographic(customers: pd.DataFrame) -> pd.Series[int]:
    """SMRT's own value where it is a whole number from 1 to 5, else null (Int64); the index is kept."""
    if "demographic" not in customers:
        return pd.Series(pd.NA, index=customers.index, dtype="Int64")
    numbers = _numbers(customers["demographic"])
    return numbers.where(numbers.isin(range(1, RANKS + 1))).astype("Int64")


def _numbers(texts: pd.Series[str]) -> pd.Series[float]:
    """The texts' finite numbers as float64, NaN where a text is none; the index is kept."""
    return number_texts(texts.astype("str")).astype("float64")
