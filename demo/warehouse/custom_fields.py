"""Custom fields as businesses really fill them in: several shapes, and birthdays in every hand.

Shapes: warehouse.md, SMRT's traits. Ways to write a birthday: semantics.md, Customer Birthday.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from demo.warehouse.names import HAND_OVER_NOTES, REFERRAL_SOURCES, STARCH

_ORDINALS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}

READABLE_BIRTHDAYS: tuple[Callable[[date], str], ...] = (
    lambda day: day.isoformat(),
    lambda day: f"{day.isoformat()}T00:00:00.000Z",
    lambda day: f"{day:%m/%d/%Y}",
    lambda day: f"{day.month}/{day.day}/{day.year}",
    lambda day: f"{day:%m/%d}",
    lambda day: f"{day.month}/{day.day}",
    lambda day: f"{day:%m-%d-%Y}",
    lambda day: f"{day.month}-{day.day}",
    lambda day: f"{day:%B} {day.day}",
    lambda day: f"{day:%b} {day.day}, {day.year}",
    lambda day: f"{day.day}{_ORDINALS.get(day.day, 'th')} {day:%b} {day.year}",
    lambda day: f"{day:%B} {day.day}{_ORDINALS.get(day.day, 'th')}, {day.year}",
)
RARE_BIRTHDAYS = (
    "02/29/1988",
    "2/29",
    "07/14/1900",  # a year that means none
    "Mar 3, 2031",  # and one that must: born after signing up
)
UNREADABLE_BIRTHDAYS = ("3/5/84", "02/30/1980", "13/25", "soon", "in March", "n/a", "1980")


def custom_fields(rng: Random) -> dict[str, object]:
    """Columns of one customer's custom fields: `custom_fields`, or flattened ones, or none at all."""
    fields = _fields(rng)
    if not fields:
        return {}
    shape = rng.choices(("objects", "texts", "object", "flattened", "broken"), (56, 22, 12, 8, 2))[0]
    if shape == "flattened":
        by_name = {name.strip().lower(): value for name, value in fields}
        return {
            "custom_fields_birthday": by_name.get("birthday"),
            "custom_fields_referral_source": by_name.get("referral source"),
        }
    objects = json.dumps([{"name": name, "value": value} for name, value in fields])
    texts = json.dumps([f"{name}: {value}" for name, value in fields])
    written = {"objects": objects, "texts": texts, "object": json.dumps(dict(fields)), "broken": objects[:-3]}
    return {"custom_fields": written[shape]}


def _fields(rng: Random) -> list[tuple[str, str]]:
    """Names and values in the order in which they were filled in."""
    fields = []
    if rng.random() < 0.5:
        fields.append(("Referral Source", rng.choice(REFERRAL_SOURCES)))
    if rng.random() < 0.3:
        fields.append(("Starch", rng.choice(STARCH)))
    if rng.random() < 0.35:
        if rng.random() < 0.03:
            fields.append(("Birthday", ""))  # asked twice, answered the second time
        name = rng.choices(("Birthday", "birthday", " BIRTHDAY "), (90, 6, 4))[0]
        fields.append((name, _birthday(rng)))
    if rng.random() < 0.1:
        fields.append(("Hand-over", rng.choice(HAND_OVER_NOTES)))
    return fields


def _birthday(rng: Random) -> str:
    kind = rng.random()
    if kind < 0.06:
        return rng.choice(UNREADABLE_BIRTHDAYS)
    if kind < 0.10:
        return rng.choice(RARE_BIRTHDAYS)
    day = date(1942, 1, 1) + timedelta(days=rng.randrange(62 * 365))
    return rng.choice(READABLE_BIRTHDAYS)(day)
