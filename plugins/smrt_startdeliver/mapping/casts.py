"""Casts of warehouse values to a Startdeliver field's type, as canonical text.

Rules: startdeliver-api.md, The mapping document. Canonical text is one text a value: what is equal in Startdeliver is
equal text here, so that change is found by comparing texts. A number reads as JSON, a boolean is `true` or `false`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from smrt_startdeliver.derive.days import day_of, iso_day
from smrt_startdeliver.mapping.iso_text import days_in, first_instants_in, times_in
from smrt_startdeliver.mapping.number_text import number_texts

Kind = Literal["text", "number", "integer", "boolean", "time", "date"]
"""What a column holds. A `number` is carried as text ('19.99', 'NaN'), so that NaN, null and every digit survive."""

FieldType = Literal["text", "number", "date", "boolean"]
"""What a field of Startdeliver holds."""

REASONS: dict[FieldType, str] = {
    "text": "not_a_number",  # everything has a text, but for the NaN and the infinities of a column of numbers
    "number": "not_a_number",
    "date": "not_a_date",
    "boolean": "not_a_boolean",
}
_BOOLEANS = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}


@dataclass(frozen=True)
class Cast:
    """What came of a column: two `str` series with its index.

    values: canonical text; null where there is no value, or it was rejected.
    reasons: why a value was rejected (`REASONS`); null where it was not.
    """

    values: pd.Series[str]
    reasons: pd.Series[str]


def cast(column: pd.Series[Any], kind: Kind, target: FieldType, zone: ZoneInfo) -> Cast:
    """Cast a column of a kind to a field's type; `zone` is the business's, which says what day a time is.

    text: numbers without trailing zeros, `true` / `false`, times as `2025-01-31T08:00:00.000Z`, dates as `2025-01-31`.
    number: whole ones as integers; times, and texts that are ISO times, as ms since 1970, truncated; a date is the
    first instant of the business's day. Booleans, NaN and infinity are rejected.
    date: `YYYY-MM-DD`; of a time, and of a text that is an ISO time, the business's day.
    boolean: true, false, yes, no in any case, 1, 0.
    A text of nothing but space is null. Nothing raises.
    """
    blank = column.astype("str").str.strip() == "" if kind == "text" else False
    present = (column.notna() & ~blank).to_numpy(dtype=bool)
    source = column[present].reset_index(drop=True)
    values = _CASTS[target](source.astype("str") if kind in ("text", "number") else source, kind, zone)
    reasons = pd.Series(REASONS[target], index=source.index, dtype="str").where(values.isna())
    return Cast(_spread(values, present, column.index), _spread(reasons, present, column.index))


def _spread(values: pd.Series[str], present: np.ndarray, index: pd.Index) -> pd.Series[str]:
    """The values at the positions where something was present, null elsewhere."""
    places = np.where(present, np.cumsum(present) - 1, -1)
    return pd.Series(values.astype("str").array.take(places, allow_fill=True), index=index)


# The casts of one target type each. They are given what is present, and leave null what they cannot cast.


def _to_text(values: pd.Series[Any], kind: Kind, _: ZoneInfo) -> pd.Series[str]:
    if kind == "number":
        return number_texts(values)
    if kind == "boolean":
        return values.astype("boolean").map({True: "true", False: "false"})
    if kind == "time":
        wall_clock = values.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
        return pd.Series(np.datetime_as_string(wall_clock, unit="ms"), index=values.index, dtype="str") + "Z"
    return values.astype("str")


def _to_number(values: pd.Series[Any], kind: Kind, zone: ZoneInfo) -> pd.Series[str]:
    if kind == "boolean":
        return _none(values)
    if kind == "time":
        return _milliseconds(values)
    if kind == "date":
        return _milliseconds(first_instants_in(values.astype("str"), zone))
    texts = values.astype("str").str.strip()
    numbers = number_texts(texts)
    if kind == "text":
        times = times_in(texts).fillna(first_instants_in(texts, zone))
        return numbers.fillna(_milliseconds(times))
    return numbers


def _to_date(values: pd.Series[Any], kind: Kind, zone: ZoneInfo) -> pd.Series[str]:
    if kind == "time":
        return _days(values, zone)
    if kind == "date":
        return values.astype("str")
    if kind == "text":
        texts = values.str.strip()
        return texts.where(days_in(texts).notna(), _days(times_in(texts), zone))
    return _none(values)


def _to_boolean(values: pd.Series[Any], kind: Kind, zone: ZoneInfo) -> pd.Series[str]:
    if kind in ("time", "date"):
        return _none(values)
    return _to_text(values, kind, zone).str.strip().str.lower().map(_BOOLEANS)


_CASTS: dict[FieldType, Callable[[pd.Series[Any], Kind, ZoneInfo], pd.Series[str]]] = {
    "text": _to_text,
    "number": _to_number,
    "date": _to_date,
    "boolean": _to_boolean,
}


def _none(values: pd.Series[Any]) -> pd.Series[str]:
    return pd.Series(None, index=values.index, dtype="str")


def _days(times: pd.Series[pd.Timestamp], zone: ZoneInfo) -> pd.Series[str]:
    known = times.dropna()
    return iso_day(day_of(known, zone)).reindex(times.index)


def _milliseconds(times: pd.Series[pd.Timestamp]) -> pd.Series[str]:
    known = times.dropna()
    milliseconds = known.astype("datetime64[us, UTC]").astype("int64") // 1_000
    return milliseconds.astype("str").reindex(times.index)
