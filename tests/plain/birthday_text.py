"""semantics.md, Customer Birthday: the texts that are read as a birthday."""

from __future__ import annotations

import re
from calendar import monthrange

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
LEAP_YEAR = 2000

TIME = r"[T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*([ap]m)?\s*(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?)?"
ISO = rf"(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}})({TIME})?"
ORDINAL = r"(st|nd|rd|th)?"
YEAR = r"((\s*,\s*|\s+)(?P<year>\d{4}))?"
MONTH_FIRST = rf"(?P<month>[A-Za-z]+)\s+(?P<day>\d{{1,2}}){ORDINAL}{YEAR}"
DAY_FIRST = rf"(?P<day>\d{{1,2}}){ORDINAL}\s+(?P<month>[A-Za-z]+){YEAR}"
SLASHES = r"(?P<first>\d{1,2})/(?P<second>\d{1,2})(/(?P<year>\d{4}))?"
DASHES = r"(?P<first>\d{1,2})-(?P<second>\d{1,2})(-(?P<year>\d{4}))?"


def birthday_from_text(text: str, created_year: int | None, day_first: bool) -> tuple[int, int, int | None] | None:
    """Rule: Accepts ISO dates (a time after them is ignored), `MM/DD/YYYY`, `MM/DD`, `MM-DD-YYYY`, `MM-DD` (one digit
    or two), and names of months, English, whole or three letters, with or without a year or ordinal.
    `birthday_day_first` (false) turns slashes and dashes round.

    Month, day and, where there is one, year; None for what is unreadable.
    """
    for pattern in (ISO, MONTH_FIRST, DAY_FIRST, SLASHES, DASHES):
        if match := re.fullmatch(pattern, text.strip(), re.ASCII | re.IGNORECASE):
            parts = match.groupdict()
            if "first" in parts:
                month, day = (parts["second"], parts["first"]) if day_first else (parts["first"], parts["second"])
            else:
                month, day = parts["month"], parts["day"]
            return checked(month_number(month), int(day), known_year(parts["year"], created_year))
    return None


def month_number(text: str) -> int:
    """Rule: names of months, English, whole or three letters. 0 is no month."""
    if text.isdigit():
        return int(text)
    word = text.lower()
    return next((number for number, name in enumerate(MONTHS, 1) if word in (name, name[:3])), 0)


def known_year(text: str | None, created_year: int | None) -> int | None:
    """Rule: A year up to 1900, or later than `createdAt`'s, counts as none."""
    if text is None or int(text) <= 1900:
        return None
    return None if created_year is not None and int(text) > created_year else int(text)


def checked(month: int, day: int, year: int | None) -> tuple[int, int, int | None] | None:
    """Rule: (A year counts as none) before the day is checked. Anything else, impossible days included, is unreadable.

    So 29 February is a day where there is no year.
    """
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year or LEAP_YEAR, month)[1]:
        return None
    return month, day, year
