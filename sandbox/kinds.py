"""The types of fields: which JSON values each accepts, and what else can be done with them in a search."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

LARGEST_WHOLE = 2**53  # beyond it a JSON number loses digits in most languages
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_FIRST_MILLISECOND = 10**11  # 1973; a time in seconds stays below it for three thousand years
_LAST_MILLISECOND = 253_402_300_799_999  # the end of the year 9999


@dataclass(frozen=True)
class Kind:
    """A type of field.

    `says` completes "must be ..."; `accepts` judges a JSON value other than null; `read` makes a value of the text of
    a search's short form (ValueError or KeyError: it is none). `ordered` allows gt, gte, lt, lte and sorting;
    `item` is the kind of a list's items (a write gives the list, a search asks for items); `searchable` allows a
    filter.
    """

    says: str
    accepts: Callable[[Any], bool]
    read: Callable[[str], Any] = str
    ordered: bool = True
    item: Kind | None = None
    searchable: bool = True


def json_type(value: Any) -> str:
    """What people call the type of a JSON value: text, number, boolean, list, object, null."""
    if isinstance(value, bool):
        return "boolean"
    names = {str: "text", int: "number", float: "number", list: "list", dict: "object"}
    return names.get(type(value), "null")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return _is_whole(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_WHOLE


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _is_date(value: Any) -> bool:
    if not (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


def _is_milliseconds(value: Any) -> bool:
    return _is_whole(value) and _FIRST_MILLISECOND <= value <= _LAST_MILLISECOND


def _list_of(item: Kind, says: str) -> Kind:
    return Kind(
        says,
        lambda value: isinstance(value, list) and all(item.accepts(each) for each in value),
        item.read,
        ordered=False,
        item=item,
    )


_TEXT = Kind("text", _is_text)
_NUMBER = Kind(f"a number (finite; whole ones up to {LARGEST_WHOLE})", _is_number, json.loads)

KINDS = {
    "text": _TEXT,
    "number": _NUMBER,
    "date": Kind("a date, as 2025-01-31", _is_date),
    "boolean": Kind("true or false", _is_boolean, {"true": True, "false": False}.__getitem__, ordered=False),
    "select": Kind("one of its options", _is_text, ordered=False),
    "id": Kind("the numeric id of an object", _is_whole, int),
    "time": Kind("a time, as 2025-01-31T08:00:00.000Z", _is_time),
    "milliseconds": Kind("a time in milliseconds since 1970, a whole number (not seconds)", _is_milliseconds, int),
    "key": Kind("text or a number", lambda value: _is_text(value) or _is_number(value)),
    "texts": _list_of(_TEXT, "a list of texts"),
    "numbers": _list_of(_NUMBER, "a list of numbers"),
    "object": Kind("an object", lambda value: isinstance(value, dict), ordered=False, searchable=False),
}

CUSTOM_TYPES = ("text", "number", "date", "boolean", "select")
