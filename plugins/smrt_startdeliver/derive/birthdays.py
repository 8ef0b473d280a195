"""Customer Birthday, once a year, and the trait `nextBirthday` (semantics.md, Customer Birthday).

`birthdays` finds out who has which; event and trait are made from its frame: user_id (str), month, day (int64), year
(Int64, null where none is known), created_at (datetime64[us, UTC], NaT where it is not known).
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.derive.birthday_text import UNREADABLE, read_birthday, shape
from smrt_startdeliver.derive.custom_fields import CUSTOM_FIELDS, field_values
from smrt_startdeliver.derive.days import day_of, day_of_instant, first_instant, iso_day
from smrt_startdeliver.derive.ids import derived_ids
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import CUSTOMER_BIRTHDAY

UNREADABLE_DATE = "unreadable_date"
BROKEN_JSON = "broken_json"

_LAST_YEAR_OF_NONE = 1900
_A_LEAP_YEAR = 2000


def birthdays(customers: pd.DataFrame, settings: Settings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Who has which birthday, and whose cannot be read.

    `customers`: user_id and, where the warehouse has them, created_at, custom_fields and `custom_fields_<name>`.
    Returns the frame of birthdays (see above), and rejections: user_id, field (the setting `birthday_field`, or
    `custom_fields` where its JSON is broken), reason (`unreadable_date` or `broken_json`), shape (all str), and the
    value's fingerprint (int64), by which a changed value is told from the same one. Of several values the first that
    can be read counts; where none can, the first is the one that is rejected.
    """
    values = field_values(customers, settings.birthday_field).merge(_creation(customers), on="user_id")
    values = values.join(_read(values["text"], day_first=settings.birthday_day_first))
    values["year"] = _believed_year(values, settings.zone)
    values["can_be_read"] = ~values["is_broken"] & _is_day(values)

    first = values.sort_values("can_be_read", ascending=False, kind="stable").drop_duplicates("user_id")
    first = first.sort_values("user_id", ignore_index=True)
    rejected = first[~first["can_be_read"]].reset_index(drop=True)
    rejections = pd.DataFrame(
        {
            "user_id": rejected["user_id"],
            "field": rejected["is_broken"].map({True: CUSTOM_FIELDS, False: settings.birthday_field}).astype("str"),
            "reason": rejected["is_broken"].map({True: BROKEN_JSON, False: UNREADABLE_DATE}).astype("str"),
            "shape": rejected["text"].map(shape).astype("str"),
            "fingerprint": pd.util.hash_array(rejected["text"].to_numpy(dtype=object)).view(np.int64),
        }
    )
    found = first.loc[first["can_be_read"], ["user_id", "month", "day", "year", "created_at"]]
    return found.reset_index(drop=True), rejections


def customer_birthday(birthdays: pd.DataFrame, interval: Interval, settings: Settings) -> pd.DataFrame:
    """The Customer Birthdays whose time lies in the interval: id, user_id, name (str), time (UTC).

    None before the instant of `created_at`, none in the year of birth.
    """
    first_year, last_year = (instant.astimezone(settings.zone).year for instant in (interval.start, interval.end))
    years = [_birthdays_in(year, birthdays, interval, settings) for year in range(first_year, last_year + 1)]
    return pd.concat(years).sort_values(["user_id", "time"], ignore_index=True)


def next_birthday(birthdays: pd.DataFrame, end: datetime, settings: Settings) -> pd.DataFrame:
    """The trait `nextBirthday` as of `end`: user_id, nextBirthday (str, `YYYY-MM-DD`), a row each who has a birthday.

    The next day, `end`'s own included, that can be a Customer Birthday: not before `created_at`, nor in the year of
    birth.
    """
    earliest = _first_whole_day(birthdays["created_at"], settings.zone).reindex(birthdays.index, fill_value=0)
    earliest = earliest.clip(lower=day_of_instant(end, settings.zone))
    years = earliest.to_numpy().astype("datetime64[D]").astype("datetime64[Y]").astype("int64") + 1970
    year = pd.Series(years, index=birthdays.index)
    year += _day_in_year(birthdays, year, settings) < earliest
    year += birthdays["year"].eq(year).fillna(False).astype("int64")
    return pd.DataFrame(
        {"user_id": birthdays["user_id"], "nextBirthday": iso_day(_day_in_year(birthdays, year, settings))}
    )


def _creation(customers: pd.DataFrame) -> pd.DataFrame:
    """user_id and created_at: NaT where the warehouse has no such column."""
    if "created_at" in customers:
        return customers[["user_id", "created_at"]]
    return customers[["user_id"]].assign(created_at=pd.Series(pd.NaT, customers.index, dtype="datetime64[us, UTC]"))


def _read(texts: pd.Series[str], *, day_first: bool) -> pd.DataFrame:
    """year (Int64), month, day (int64) as the texts say them, whether there is such a day or not; the index is kept."""
    places, distinct = pd.factorize(texts)
    dates = pd.DataFrame(
        [read_birthday(text, day_first=day_first) or UNREADABLE for text in distinct], columns=list(UNREADABLE._fields)
    )
    return dates.astype({"year": "Int64", "month": "int64", "day": "int64"}).take(places).set_index(texts.index)


def _believed_year(values: pd.DataFrame, zone: ZoneInfo) -> pd.Series[int]:
    """The year of birth, or null: systems write years up to 1900 where a person gave none, and nobody is a customer
    before being born."""
    year_created = values["created_at"].dt.tz_convert(zone).dt.year.astype("Int64")
    known = (values["year"] > _LAST_YEAR_OF_NONE) & (values["year"] <= year_created).fillna(True)
    return values["year"].where(known.fillna(False))


def _is_day(dates: pd.DataFrame) -> pd.Series[bool]:
    """Whether there is such a day in that year; without a year, in a leap year."""
    year = dates["year"].fillna(_A_LEAP_YEAR).astype("int64")
    days_in_month = _first_of_month(year, dates["month"] + 1) - _first_of_month(year, dates["month"])
    return dates["month"].between(1, 12) & dates["day"].between(1, days_in_month)


def _first_of_month(year: pd.Series[int], month: pd.Series[int]) -> pd.Series[int]:
    """The day, since 1970-01-01, with which a month starts; month 13 is January of the next year."""
    months = ((year - 1970) * 12 + month - 1).to_numpy("int64").astype("datetime64[M]")
    return pd.Series(months.astype("datetime64[D]").astype("int64"), index=month.index)


def _day_in_year(birthdays: pd.DataFrame, year: pd.Series[int], settings: Settings) -> pd.Series[int]:
    """The day, since 1970-01-01, on which each birthday falls in a year.

    Counted from the first of February, the 29th of an ordinary year is the first of March, a day beyond its month.
    """
    days = _first_of_month(year, birthdays["month"]) + birthdays["day"] - 1
    beyond_month = days >= _first_of_month(year, birthdays["month"] + 1)
    return days - beyond_month if settings.birthday_leap_day == "feb28" else days


def _birthdays_in(year: int, birthdays: pd.DataFrame, interval: Interval, settings: Settings) -> pd.DataFrame:
    """`customer_birthday` for one year."""
    days = _day_in_year(birthdays, pd.Series(year, index=birthdays.index), settings)
    time = first_instant(days, settings.zone)
    is_due = (time >= interval.start) & (time < interval.end) & ~(time < birthdays["created_at"])
    is_due &= birthdays["year"].ne(year).fillna(True).astype("bool")
    user_ids = birthdays.loc[is_due, "user_id"]
    return pd.DataFrame(
        {
            "id": derived_ids(CUSTOMER_BIRTHDAY, user_ids, pd.Series(f"{year:04d}", user_ids.index, dtype="str")),
            "user_id": user_ids,
            "name": pd.Series(CUSTOMER_BIRTHDAY, user_ids.index, dtype="str"),
            "time": time[is_due],
        }
    )


def _first_whole_day(created_at: pd.Series[pd.Timestamp], zone: ZoneInfo) -> pd.Series[int]:
    """The first day that began no earlier than each instant; no row for NaT."""
    instants = created_at.dropna()
    days = day_of(instants, zone).astype("int64")
    return days + (first_instant(days, zone) < instants)
