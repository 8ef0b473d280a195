"""Customers with birthdays: every form that is accepted, what is close to one and is none, and intervals of years."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import strategies as st

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.settings import Settings
from tests.derive.strategies import FIRST_DAYS, TIMES_OF_DAY, instant, interval_ends, settings_for
from tests.plain.days import first_instant
from tests.plain.records import Customer

MONTH_NAMES = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip
ORDINALS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
UNREADABLE = [
    "tomorrow", "3", "03", "1980", "03/1980", "March", "March 1980", "Marc 5", "Sept 9", "mars 5", "0/0", "00/10",
    "13/13/1980", "04/31", "June 31", "2/30", "30 Feb", "2/29/1981", "1981-02-29", "3/5/80", "3-5-80",
    "March 5, 80", "5 Mar 80", "03/05-1980", "1980/03/05", "1980-13-01", "03.05.1980", "2 3/5", "- 3/5", "3/5/",
    "/3/5", "3/5/19800", "1980-03-05x", "March five", "0 March", "🎂", "March 5 🎂", "03/05/1980 or so",
]  # fmt: skip


NOTABLE_DAYS = [(2, 28), (3, 1), (1, 1), (12, 31), (3, 31), (10, 15), (11, 4)]
DAYS = st.one_of(
    st.just((2, 29)),
    st.sampled_from(NOTABLE_DAYS),
    st.tuples(st.integers(1, 12), st.integers(1, 31)),
)
"""Month and day; some are impossible, some are days on which clocks change at midnight."""
YEARS = st.sampled_from([1, 1899, 1900, 1901, 1980, 1984, 2015, 2016, 2017, 2018, 2023, 2024, 2025, 2031])


@st.composite
def written_days(draw: st.DrawFn) -> str:
    """A day in every form that is accepted."""
    month, day = draw(DAYS)
    year = draw(YEARS)
    name, nth = MONTH_NAMES[month - 1], f"{day}{ORDINALS.get(day, 'th')}"
    iso = f"{year:04}-{month:02}-{day:02}"
    forms = [
        iso, f"{iso}T00:00:00.000Z", f"{iso} 23:59", f"{iso}T23:59:59+02:00", f" {iso} ",
        f"{month:02}/{day:02}/{year:04}", f"{month}/{day}/{year:04}", f"{month:02}/{day:02}", f"{month}/{day}",
        f"{month:02}-{day:02}-{year:04}", f"{month}-{day}-{year:04}", f"{month:02}-{day:02}", f"{month}-{day}",
        f"{day}/{month}/{year:04}", f"{day}-{month}", f"{day:02}-{month:02}-{year:04}", f"{month}/{day}\n",
        f"{name} {day}", f"{name[:3]} {nth}", f"{name.upper()} {day}, {year:04}", f"{name[:3].lower()} {nth} {year:04}",
        f"{day} {name}", f"{nth} {name[:3]}", f"{day} {name[:3].upper()} {year:04}", f" {nth} {name.lower()} {year:04}",
    ]  # fmt: skip
    return forms[draw(st.integers(0, len(forms) - 1))]


TEXTS = st.one_of(written_days(), written_days(), written_days(), st.sampled_from(UNREADABLE))
FIELD_NAMES = st.sampled_from(["Birthday", "Birthday", "Birthday", "birthday", " BIRTHDAY ", "Birthdays", "Starch"])
FIELD_VALUES = st.one_of(TEXTS, TEXTS, TEXTS, st.sampled_from([None, "", 5, {"a": "3/5"}]))
FIELDS = st.lists(st.tuples(FIELD_NAMES, FIELD_VALUES), min_size=1, max_size=3)

CUSTOM_FIELDS = st.one_of(
    FIELDS.map(lambda fields: json.dumps([{"name": name, "value": value} for name, value in fields])),
    FIELDS.map(lambda fields: json.dumps([{"name": name, "value": value} for name, value in fields])),
    FIELDS.map(lambda fields: json.dumps([f"{name}: {value}" for name, value in fields], ensure_ascii=False)),
    FIELDS.map(lambda fields: json.dumps(dict(fields))),
    st.sampled_from([None, "", "[]", "{}"]),
    st.sampled_from(['[{"name": "Birthday", "value": "03/05"}', "Birthday: 03/05", '{"Birthday": "03/05",}']),  # broken
)
"""The column `custom_fields` in its forms: both arrays, an object, not there, broken."""

FLATTENED = st.fixed_dictionaries({
    "custom_fields_birthday": st.one_of(st.none(), TEXTS),
    "custom_fields_starch": st.one_of(st.none(), TEXTS),
})  # fmt: skip
CREATED_ON = st.sampled_from(
    [date(year, month, day) for year in (2017, 2018, 2023, 2024) for month, day in NOTABLE_DAYS]
)
CREATED = st.one_of(st.none(), st.tuples(CREATED_ON, TIMES_OF_DAY))
CUSTOMERS = st.lists(
    st.tuples(CREATED, CUSTOM_FIELDS, st.one_of(st.just({}), st.just({}), FLATTENED)), min_size=1, max_size=4
)
BIRTHDAY_SETTINGS = st.fixed_dictionaries({
    "birthday_day_first": st.booleans(),
    "birthday_leap_day": st.sampled_from(["feb28", "mar1"]),
    "birthday_field": st.sampled_from(["Birthday", "Birthday", " birthday"]),
})  # fmt: skip
INTERVAL_ENDS = interval_ends(1500)


@st.composite
def birthday_histories(draw: st.DrawFn) -> tuple[Settings, list[Customer], Interval]:
    """Settings, customers with birthdays of all sorts, and an interval of up to four years about a clock change."""
    timezone, first_day = draw(FIRST_DAYS)
    settings = settings_for(timezone=timezone, **draw(BIRTHDAY_SETTINGS))
    customers = [
        Customer(
            f"c{number}", created and first_instant(created[0], settings.zone) + created[1], None, fields, flattened
        )
        for number, (created, fields, flattened) in enumerate(draw(CUSTOMERS))
    ]
    start, end = (instant(first_day, *at, settings.zone) for at in draw(INTERVAL_ENDS))
    return settings, customers, Interval(start, end)
