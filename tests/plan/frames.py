"""Frames as the plan takes them, written down short."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.rules import Epoch
from smrt_startdeliver.settings import Settings

TIME = "datetime64[us, UTC]"


def at(text: str) -> datetime:
    """`2026-01-05` or `2026-01-05T10:00`, in UTC."""
    return datetime.fromisoformat(text + ("" if "T" in text else "T00:00") + "+00:00")


def between(start: str, end: str) -> Interval:
    return Interval(at(start), at(end))


ALWAYS = between("2000-01-01", "2100-01-01")


def epochs(*settings: Settings, changes: tuple[str, ...] = ()) -> list[Epoch]:
    """One epoch a settings, each from a change to the next."""
    moments = [ALWAYS.start, *map(at, changes), ALWAYS.end]
    return [
        Epoch(Interval(start, end), each) for start, end, each in zip(moments[:-1], moments[1:], settings, strict=True)
    ]


def texts(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype="str")


def times(*values: str | None) -> pd.Series:
    return pd.Series([None if value is None else at(value) for value in values], dtype=TIME)


def events(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Derived events as (user id, name, time); their ids are numbered."""
    return pd.DataFrame(
        {
            "id": texts(*(f"event-{number}" for number in range(len(rows)))),
            "user_id": texts(*(user for user, _, _ in rows)),
            "name": texts(*(name for _, name, _ in rows)),
            "time": times(*(time for _, _, time in rows)),
        }
    )
