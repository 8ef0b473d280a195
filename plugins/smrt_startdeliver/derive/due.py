"""When the clock alone next changes what is derived of a customer.

A run that ends after a customer's `due` must derive them anew, even where the source says nothing new of them; until
then all that was derived holds (semantics.md, One clock: keeping derived state between runs is allowed).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pandas as pd

from smrt_startdeliver.derive.days import EPOCH, first_instant
from smrt_startdeliver.settings import Settings

_A_MOMENT = timedelta(microseconds=1)


def due_by_times(times: pd.DataFrame, end: datetime) -> pd.DataFrame:
    """What lies at or after `end` counts once a run ends later: user_id, due, of frames user_id, time (UTC)."""
    ahead = times.loc[times["time"] >= end, ["user_id", "time"]]
    return ahead.rename(columns={"time": "due"})


def due_by_lapses(lapses: pd.DataFrame, end: datetime) -> pd.DataFrame:
    """Who is not lost yet will be: user_id, due, of `lapse_traits`."""
    return due_by_times(lapses.rename(columns={"lost_at": "time"}), end)


def due_by_birthdays(next_birthdays: pd.DataFrame, end: datetime, settings: Settings) -> pd.DataFrame:
    """A birthday is an event on its day, and over on the next: user_id, due, of `next_birthday`."""
    days = pd.to_datetime(next_birthdays["nextBirthday"], format="%Y-%m-%d") - pd.Timestamp(EPOCH)
    day = days.dt.days.astype("int64")
    event = first_instant(day, settings.zone)
    over = first_instant(day + 1, settings.zone) - _A_MOMENT  # a run that ends with the next day sees it pass
    return pd.DataFrame({"user_id": next_birthdays["user_id"], "due": event.where(event >= end, over)})


def earliest(dues: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The first of all moments of each customer: user_id, due (datetime64[us, UTC]), a row each who has one."""
    nobody = pd.DataFrame({"user_id": pd.Series(dtype="str"), "due": pd.Series(dtype="datetime64[us, UTC]")})
    everything = pd.concat([nobody, *(due.astype({"due": "datetime64[us, UTC]"}) for due in dues)])
    return everything.groupby("user_id")["due"].min().reset_index()
