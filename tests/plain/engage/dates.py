"""declarations.md, dates: what is read as an instant, or as a day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from tests.plain.days import day_of, first_instant

DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME = DAY + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-5][0-9])?)?"
FIRST = datetime(1, 1, 3, tzinfo=UTC)
LAST = datetime(9999, 12, 29, tzinfo=UTC)


def instant_of(value: object, zone: ZoneInfo) -> datetime | None:
    """Rule: ISO dates or times (a date is the first instant of the business's day). warehouse.md: timestamps may lack a
    zone (then UTC).

    In UTC; None where the value is neither. Space around a text's date or time is allowed.
    """
    if isinstance(value, datetime):
        return utc(value)
    if (day := as_date(value)) is not None:
        return beginning(day, zone)
    if isinstance(value, str) and re.fullmatch(TIME, value.strip()):
        try:
            instant = utc(datetime.fromisoformat(value.strip()))
        except (ValueError, OverflowError):
            return None
        return instant if FIRST <= instant <= LAST else None
    return None


def day_in(value: object, zone: ZoneInfo) -> date | None:
    """Rule: a day on the business's calendar: a date itself, or the day of a time; None where the value is neither."""
    if (day := as_date(value)) is not None:
        return day
    instant = instant_of(value, zone)
    return None if instant is None else day_of(instant, zone)


def as_date(value: object) -> date | None:
    """The date that a value is, or that it says as `2025-01-31`."""
    if isinstance(value, str) and re.fullmatch(DAY, value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            return None
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def beginning(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of the day; of one that begins before the year 1 in UTC, the first that there is."""
    try:
        return first_instant(day, zone)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def utc(time: datetime) -> datetime:
    """Rule (warehouse.md): timestamps may lack a zone (then UTC)."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def iso_text(value: date | datetime) -> str:
    """2025-01-31, or 2025-01-31T08:00:00.000Z, in UTC, truncated."""
    if isinstance(value, datetime):
        return utc(value).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    return value.isoformat()
