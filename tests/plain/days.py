"""semantics.md, opening: a day is a calendar day in the business's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """Rule: "Day" is a calendar day in `timezone`."""
    return instant.astimezone(zone).date()


def first_instant(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of that day.

    Midnight, and of a midnight that the clock shows twice the first. Where daylight saving skips midnight, the day
    begins with the first minute after the gap: from an instant of the day, walk back while it is still that day.
    """
    instant = datetime.combine(day, time.min, tzinfo=zone).replace(fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != datetime.combine(day, time.min):
        while day_of(instant - timedelta(minutes=1), zone) >= day:
            instant -= timedelta(minutes=1)
    return instant
