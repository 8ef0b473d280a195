"""declarations.md, comparing, `property` and null: what a value is read as."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import NoReturn

from .dates import iso_text

NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?"
LARGEST_EXPONENT = 307


def at_path(values: dict[str, object], path: str) -> object:
    """Rule: path with dots (`address.city`, `accountDiscount.value`).

    None where nothing stands there. What has names of its own below it is no value.
    """
    value: object = values
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return None if isinstance(value, dict) else value


def is_null(value: object) -> bool:
    """Whether nothing is there: None, a text of nothing but space, a number that no reader would hold."""
    return text_of(value) is None


def text_of(value: object) -> str | None:
    """The value as text; None where it is null.

    A text as it stands, booleans `true` and `false`, numbers in plain digits without trailing zeros, times as
    `2025-01-31T08:00:00.000Z` (truncated), dates as `2025-01-31`.
    Rule: a unique list goes as compact JSON.
    """
    match value:
        case str():
            return value if value.strip() else None
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            number = number_of(value)
            return None if number is None else plain_digits(number)
        case date():
            return iso_text(value)
        case list():
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        case _:
            return None


def plain_digits(number: Decimal) -> str:
    """19.50 as 19.5, 7.0 as 7, 1E+3 as 1000, -0 as 0."""
    digits = format(number, "f") if number else "0"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def number_of(value: object) -> Decimal | None:
    """Rule: as numbers where both sides read as numbers (text too; booleans never).

    Space around a text's number is allowed. NaN, the infinities and what a double cannot hold are none, nor are texts
    with signs of money or thousands.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    text = str(value).strip()
    if not re.fullmatch(NUMBER, text):
        return None
    number = Decimal(text)
    return number if not number or abs(number.adjusted()) <= LARGEST_EXPONENT else None


def members_of(value: object) -> list[object] | None:
    """The members of a list, or of a text that is a JSON array; None where the value is neither."""
    if isinstance(value, list):
        return value
    if not isinstance(value, str):
        return None
    try:
        document = json.loads(value, parse_int=Decimal, parse_float=Decimal, parse_constant=no_constant)
    except (ValueError, ArithmeticError, RecursionError):
        return None
    return document if isinstance(document, list) else None


def no_constant(name: str) -> NoReturn:
    """NaN and the infinities are no JSON."""
    raise ValueError(name)
