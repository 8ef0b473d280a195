"""Days on the business's calendar, as integers: days since 1970-01-01 (semantics.md: what a day is)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

EPOCH = dt.date(1970, 1, 1)

# No zone is further than this from UTC, the longest jump of a clock (a day, at the date line) included.
_FAR_FROM_UTC_SECONDS = 48 * 3600


def day_of(times: pd.Series[pd.Timestamp], zone: ZoneInfo) -> pd.Series[int]:
    """The calendar day in `zone` of each instant (datetime64[us, UTC], no nulls), as int32; the index is kept."""
    wall_clock = times.dt.tz_convert(zone).dt.tz_localize(None)
    days = wall_clock.to_numpy().astype("datetime64[D]").astype("int32")
    return pd.Series(days, index=times.index)


def day_of_instant(instant: dt.datetime, zone: ZoneInfo) -> int:
    """`day_of` for one aware datetime."""
    return (instant.astimezone(zone).date() - EPOCH).days


def first_instant(days: pd.Series[int], zone: ZoneInfo) -> pd.Series[pd.Timestamp]:
    """The first instant of each day in `zone`, as datetime64[us, UTC]; the index is kept.

    It is midnight; of a midnight that the clock shows twice, the first; for one that the clock skips, the first
    instant after it (in Sao Paulo, 2018-11-04 began at 01:00).
    """
    distinct, position = np.unique(days.to_numpy("int64"), return_inverse=True)
    midnights = pd.DatetimeIndex(distinct.astype("datetime64[D]")).as_unit("us")
    instants = midnights.tz_localize(zone, ambiguous=np.ones(len(midnights), dtype=bool), nonexistent="NaT")
    instants = instants.tz_convert("UTC")
    if instants.hasnans:
        instants = instants.where(instants.notna(), _first_after_skipped(midnights, zone))
    return pd.Series(instants[position], index=days.index)


def iso_day(days: pd.Series[int]) -> pd.Series[str]:
    """Each day as `YYYY-MM-DD`; the index is kept."""
    texts = np.datetime_as_string(days.to_numpy("int64").astype("datetime64[D]"))
    return pd.Series(texts, index=days.index, dtype="str")


def _first_after_skipped(midnights: pd.DatetimeIndex, zone: ZoneInfo) -> pd.DatetimeIndex:
    """The instant (UTC) at which the clock first shows each wall-clock time or a later one, found by halving.

    pandas's own `nonexistent="shift_forward"` is an hour off where the clock changes twice within two days, or jumps
    over a whole day (Pacific/Apia, 2010-09-26 and 2011-12-30).
    """
    wanted = midnights.as_unit("s").asi8
    before, reached = wanted - _FAR_FROM_UTC_SECONDS, wanted + _FAR_FROM_UTC_SECONDS
    while (reached - before).max() > 1:
        middle = (before + reached) // 2
        wall_clock = pd.DatetimeIndex(middle.astype("datetime64[s]"), tz="UTC").tz_convert(zone).tz_localize(None)
        shows_it = wall_clock.asi8 >= wanted
        before, reached = np.where(shows_it, before, middle), np.where(shows_it, middle, reached)
    return pd.DatetimeIndex(reached.astype("datetime64[s]"), tz="UTC").as_unit("us")
