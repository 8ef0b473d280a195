"""Numbers as canonical text: one text a number, which a JSON reader reads back."""

from __future__ import annotations

import re
from decimal import Decimal

import pandas as pd

_CANONICAL_INTEGER = r"0|-?[1-9][0-9]{0,17}"
_PLAIN_DECIMAL = r"(0|-?[1-9][0-9]{0,17})\.[0-9]{1,17}"
"""Canonical but for zeros at its end, as warehouses write money."""
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_LARGEST_EXPONENT = 307
"""JSON readers hold a number as a double: beyond this power of ten they would make it infinite or nothing."""


def number_texts(texts: pd.Series[str]) -> pd.Series[str]:
    """Each text's number as `canonical_number` gives it; null where it is none, or null."""
    canonical = texts.str.fullmatch(_CANONICAL_INTEGER, na=False)
    decimal = texts.str.fullmatch(_PLAIN_DECIMAL, na=False)
    others = texts.mask(canonical | decimal).map(canonical_number, na_action="ignore").astype("str")
    return others.mask(canonical, texts).mask(decimal, texts.str.rstrip("0").str.rstrip("."))


def canonical_number(text: str) -> str | None:
    """The number that a text is (19.50, ' 7 ', 1E+3, .5) in plain digits (19.5, 7, 1000, 0.5); None where it is none.

    NaN, the infinities and what a double cannot hold are none, nor are texts with signs of money or thousands.
    """
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    if not number:
        return "0"
    if abs(number.adjusted()) > _LARGEST_EXPONENT:
        return None
    digits = format(number, "f").removeprefix("+")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
