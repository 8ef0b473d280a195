"""Dates and times that stand in texts, in the forms of ISO 8601 that warehouses write."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pandas as pd

from smrt_startdeliver.derive.days import first_instant

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = _DAY + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"

# Farther from year 1 and year 9999 than any zone is from UTC: a day is a four-digit year's in every zone.
_FIRST = pd.Timestamp("0001-01-03", tz="UTC").as_unit("us")
_LAST = pd.Timestamp("9999-12-29", tz="UTC").as_unit("us")


def days_in(texts: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    """Each text that is a date (`2025-01-31`) as that day's midnight, datetime64[us] without a zone; NaT elsewhere."""
    days = texts.where(texts.str.fullmatch(_DAY, na=False))
    return pd.to_datetime(days, format="ISO8601", errors="coerce").astype("datetime64[us]")


def times_in(texts: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    """Each text that is a time (`2025-01-31T08:00:00.000Z`, `2025-01-31 08:00+01`), datetime64[us, UTC]; NaT elsewhere.

    A time without a zone is UTC (warehouse.md, Traps).
    """
    times = texts.where(texts.str.fullmatch(_TIME, na=False))
    times = times.str.replace(r"(\.[0-9]{6})[0-9]+", r"\1", regex=True)  # more digits would make pandas count in ns
    instants = pd.to_datetime(times, format="ISO8601", utc=True, errors="coerce").astype("datetime64[us, UTC]")
    return instants.where(instants.between(_FIRST, _LAST))


def first_instants_in(texts: pd.Series[str], zone: ZoneInfo) -> pd.Series[pd.Timestamp]:
    """Each text that is a date as the first instant of that day in `zone`, datetime64[us, UTC]; NaT elsewhere."""
    known = days_in(texts).dropna()
    days = pd.Series(known.to_numpy().astype("datetime64[D]").astype("int64"), index=known.index)
    return first_instant(days, zone).reindex(texts.index)
