"""Frames as the derivations take them, written down the way a person tells a history."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.vocabulary import ORDER_CREATED

LOS_ANGELES = "America/Los_Angeles"
SAO_PAULO = "America/Sao_Paulo"

_UTC = "datetime64[us, UTC]"


def at(text: str) -> datetime:
    """`2024-01-05` or `2024-01-05T10:00`, in UTC."""
    return datetime.fromisoformat(text + ("" if "T" in text else "T00:00") + "+00:00")


def between(start: str, end: str) -> Interval:
    return Interval(at(start), at(end))


ALL_TIME = between("2000-01-01", "2030-01-01")


def evidence(*events: tuple[str, str, str]) -> pd.DataFrame:
    """Events as (user id, name, time in UTC)."""
    times = pd.Series([at(time) for _, _, time in events], dtype=_UTC)
    return pd.DataFrame(
        {
            "id": pd.Series([f"event-{number}" for number in range(len(events))], dtype="str"),
            "user_id": pd.Series([user_id for user_id, _, _ in events], dtype="str"),
            "name": pd.Series([name for _, name, _ in events], dtype="str"),
            "time": times,
            "loaded_at": times,
        }
    )


def orders_on(user_id: str, *days: str) -> list[tuple[str, str, str]]:
    """An Order Created at noon (UTC) of each day."""
    return [(user_id, ORDER_CREATED, f"{day}T12:00") for day in days]


def last_visits(*values: tuple[str, str]) -> pd.DataFrame:
    """SMRT's own `last_visit` as (user id, time in UTC)."""
    return pd.DataFrame(
        {
            "user_id": pd.Series([user_id for user_id, _ in values], dtype="str"),
            "time": pd.Series([at(time) for _, time in values], dtype=_UTC),
        }
    )


def times(frame: pd.DataFrame, column: str = "time") -> list[str]:
    """The times of a derived frame, in UTC, to the minute."""
    return list(frame[column].dt.strftime("%Y-%m-%dT%H:%M"))
