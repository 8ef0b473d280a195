"""semantics.md, Customer Birthday: once a year."""

from __future__ import annotations

from calendar import isleap
from dataclasses import dataclass
from datetime import date, datetime

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import CUSTOMER_BIRTHDAY

from .birthday_text import birthday_from_text
from .custom_fields import values_of
from .days import day_of, first_instant
from .ids import derived_id
from .records import Customer, PlainEvent


@dataclass(frozen=True)
class Birthday:
    """A birthday that could be read."""

    user_id: str
    month: int
    day: int
    year: int | None
    created_at: datetime | None


def birthdays(customers: list[Customer], settings: Settings) -> tuple[list[Birthday], list[str]]:
    """Rule: The custom field named `birthday_field` (of several the first that can be read). A value that cannot be
    read (broken JSON around it included: nothing is salvaged) is reported as a rejected value.

    The birthdays, and the user ids of those who have a value and none that can be read.
    """
    found, rejected = [], []
    for customer in customers:
        values = values_of(customer, settings.birthday_field)
        created_year = day_of(customer.created_at, settings.zone).year if customer.created_at else None
        texts = [value for value in values if isinstance(value, str)]
        readings = [birthday_from_text(text, created_year, settings.birthday_day_first) for text in texts]
        if readable := [reading for reading in readings if reading]:
            found.append(Birthday(customer.user_id, *readable[0], customer.created_at))
        elif values:
            rejected.append(customer.user_id)
    return found, rejected


def customer_birthday(known: list[Birthday], interval: Interval, settings: Settings) -> list[PlainEvent]:
    """Rule: once a year. Time = the first instant of the birthday. Key: the year, `YYYY`."""
    events = []
    for birthday in known:
        for year in range(interval.start.year - 1, interval.end.year + 2):
            time = first_instant(day_in(year, birthday, settings), settings.zone)
            if is_celebrated(year, birthday, settings) and interval.start <= time < interval.end:
                event_id = derived_id(CUSTOMER_BIRTHDAY, birthday.user_id, f"{year:04}")
                events.append(PlainEvent(event_id, birthday.user_id, CUSTOMER_BIRTHDAY, time, {}))
    return events


def next_birthday(known: list[Birthday], end: datetime, settings: Settings) -> dict[str, str]:
    """Rule: Trait: `nextBirthday`, the next such day on or after `end`'s day."""
    today = day_of(end, settings.zone)
    following = {}
    for birthday in known:
        year = today.year
        while day_in(year, birthday, settings) < today or not is_celebrated(year, birthday, settings):
            year += 1
        following[birthday.user_id] = day_in(year, birthday, settings).isoformat()
    return following


def day_in(year: int, birthday: Birthday, settings: Settings) -> date:
    """Rule: 29 February falls on 28 February in other years (`birthday_leap_day`: feb28 | mar1)."""
    if (birthday.month, birthday.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28) if settings.birthday_leap_day == "feb28" else date(year, 3, 1)
    return date(year, birthday.month, birthday.day)


def is_celebrated(year: int, birthday: Birthday, settings: Settings) -> bool:
    """Rule: Nothing before the instant of `createdAt`, nor in the year of birth."""
    time = first_instant(day_in(year, birthday, settings), settings.zone)
    return year != birthday.year and (birthday.created_at is None or time >= birthday.created_at)
