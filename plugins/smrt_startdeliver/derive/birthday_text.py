"""Reading a birthday that a person typed (semantics.md, Customer Birthday: what is accepted)."""

from __future__ import annotations

import re
from typing import NamedTuple


class WrittenDate(NamedTuple):
    """A date as it is written: a month may be 13, a day 31 in April. `year` is None where none is given."""

    year: int | None
    month: int
    day: int


UNREADABLE = WrittenDate(None, 0, 0)
"""What stands for a text in no accepted form: there is no such day."""

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH_OF = {name: number for number, month in enumerate(_MONTHS, start=1) for name in (month, month[:3])}

_MONTH = rf"(?P<month>{'|'.join(_MONTH_OF)})"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:(?:\s*,\s*|\s+)(?P<year>[0-9]{4}))?"
_FLAGS = re.ASCII | re.IGNORECASE | re.DOTALL

_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?:[T ][0-9]{1,2}:[0-9]{2}.*)?", _FLAGS)
_NUMBERS = re.compile(r"(?P<first>[0-9]{1,2})(?P<mark>[/-])(?P<second>[0-9]{1,2})(?:(?P=mark)(?P<year>[0-9]{4}))?")
_MONTH_FIRST = re.compile(rf"{_MONTH}\s+{_DAY}{_YEAR}", _FLAGS)
_DAY_FIRST = re.compile(rf"{_DAY}\s+{_MONTH}{_YEAR}", _FLAGS)


def read_birthday(text: str, *, day_first: bool) -> WrittenDate | None:
    """The date that a text says; None where it is in no accepted form.

    Accepted are ISO dates, a time after them ignored; MM/DD/YYYY, MM/DD, MM-DD-YYYY and MM-DD, of one digit or two
    (`day_first` turns day and month round); English months, whole or three letters, before or after the day, with or
    without ordinal or year. Years have four digits. Letters' case and surrounding space do not matter.
    """
    text = text.strip()
    if date := _ISO.fullmatch(text):
        return WrittenDate(_year(date), int(date["month"]), int(date["day"]))
    if date := _NUMBERS.fullmatch(text):
        first, second = int(date["first"]), int(date["second"])
        month, day = (second, first) if day_first else (first, second)
        return WrittenDate(_year(date), month, day)
    if date := _MONTH_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text):
        return WrittenDate(_year(date), _MONTH_OF[date["month"].lower()], int(date["day"]))
    return None


def shape(text: str) -> str:
    """How the first 40 characters look, not what they say: letters are `a`, digits `9`, other than ASCII `?`."""
    letters_hidden = re.sub(r"[^\W\d_]", "a", text[:40])
    return re.sub(r"[^ -~]", "?", re.sub(r"\d", "9", letters_hidden))


def _year(date: re.Match[str]) -> int | None:
    return int(date["year"]) if date["year"] else None
