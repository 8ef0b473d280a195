"""The operators of conditions over a column (declarations.md: comparing, dates, null)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from smrt_startdeliver.derive.days import day_of_instant
from smrt_startdeliver.engage.columns import NO_DAY, Bools, Column, Integers
from smrt_startdeliver.engage.conditions import Op
from smrt_startdeliver.mapping.iso_text import first_instants_in, times_in
from smrt_startdeliver.mapping.number_text import canonical_number


def holds(column: Column, op: Op, value: Any, end: datetime) -> Bools:
    """Where `<column> <op> <value>` holds; `end`'s day is today. The value is one that a declaration may hold.

    Where both sides read as numbers they are compared as numbers, exactly; else as text, case-sensitive, by code point.
    Null satisfies only not_exists, not_equals and not_contains.
    """
    if op == "exists":
        return ~column.is_null
    if op == "not_exists":
        return column.is_null
    if op.startswith("not_"):
        return ~_POSITIVE[op.removeprefix("not_")](column, value, end)
    return _POSITIVE[op](column, value, end)


def _equals(column: Column, value: Any, _: datetime) -> Bools:
    return _is(_sign(column, value) == 0)


def _less(column: Column, value: Any, _: datetime) -> Bools:
    return _is(_sign(column, value) == -1)


def _greater(column: Column, value: Any, _: datetime) -> Bools:
    return _is(_sign(column, value) == 1)


def _less_or_equal(column: Column, value: Any, _: datetime) -> Bools:
    return np.isin(_sign(column, value), (-1, 0))


def _greater_or_equal(column: Column, value: Any, _: datetime) -> Bools:
    return np.isin(_sign(column, value), (0, 1))


def _any_of(column: Column, values: Sequence[Any], end: datetime) -> Bools:
    return _is(np.logical_or.reduce([_equals(column, value, end) for value in values]))


def _contains(column: Column, value: Any, end: datetime) -> Bools:
    """A list is asked for a member, any other text for a part of it."""
    found = column.texts.str.contains(_text(value), regex=False, na=False).to_numpy(dtype=bool, copy=True)
    lists = column.texts[column.texts.str.lstrip().str.startswith("[", na=False)]
    if column.kind != "text" or lists.empty:
        return found
    members = lists.map({text: _members(text) for text in lists.unique()}).dropna().explode()
    texts = members.dropna().astype("str")
    same = _equals(Column(texts, "text", column.zone), value, end)
    found[members.index] = False
    found[texts.index[same]] = True
    return found


def _starts_with(column: Column, value: Any, _: datetime) -> Bools:
    return column.texts.str.startswith(_text(value), na=False).to_numpy(dtype=bool)


def _ends_with(column: Column, value: Any, _: datetime) -> Bools:
    return column.texts.str.endswith(_text(value), na=False).to_numpy(dtype=bool)


def _before(column: Column, value: str, _: datetime) -> Bools:
    return (column.instants < _instant(column, value)).to_numpy(dtype=bool)


def _after(column: Column, value: str, _: datetime) -> Bools:
    return (column.instants > _instant(column, value)).to_numpy(dtype=bool)


def _within_last_days(column: Column, days: int, end: datetime) -> Bools:
    today = day_of_instant(end, column.zone)
    return _between(column.days, today - days, today)


def _within_next_days(column: Column, days: int, end: datetime) -> Bools:
    today = day_of_instant(end, column.zone)
    return _between(column.days, today, today + days)


_POSITIVE: dict[str, Callable[[Column, Any, datetime], Bools]] = {
    "equals": _equals,
    "less": _less,
    "greater": _greater,
    "less_or_equal": _less_or_equal,
    "greater_or_equal": _greater_or_equal,
    "any_of": _any_of,
    "contains": _contains,
    "starts_with": _starts_with,
    "ends_with": _ends_with,
    "before": _before,
    "after": _after,
    "within_last_days": _within_last_days,
    "within_next_days": _within_next_days,
}

_NULL = -2
Scalar = str | bool | int | float | Decimal


def _sign(column: Column, value: Any) -> Integers:
    """How each value compares with another one: -1, 0 or 1; -2 for null."""
    text = _text(value)
    sign = np.where(column.texts < text, -1, np.where(column.texts == text, 0, 1)).astype(np.int64)
    number = None if isinstance(value, bool) else canonical_number(text)
    if number is not None:
        is_number = ~np.isnan(column.numbers)
        above, below = column.numbers > float(number), column.numbers < float(number)
        sign = np.where(is_number, above.astype(np.int64) - below, sign)
        tied = np.flatnonzero(is_number & (sign == 0))  # floats that are equal may be numbers that are not
        texts = column.texts.iloc[tied]
        exact = {each: _compared(canonical_number(each) or "0", number) for each in texts.unique()}
        sign[tied] = texts.map(exact).to_numpy(dtype=np.int64)
    return np.where(column.is_null, _NULL, sign)


def _compared(number: str, other: str) -> int:
    return int(Decimal(number).compare(Decimal(other)))


def _text(value: Scalar) -> str:
    """The canonical text of a value that a declaration holds, or that stands in a JSON list."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else canonical_number(str(value)) or str(value)


def _members(text: str) -> list[str] | None:
    """The members of a text that is a JSON array, as texts; None where it is none."""
    try:
        document = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return [_text(member) for member in document if isinstance(member, Scalar)] if isinstance(document, list) else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _instant(column: Column, text: str) -> pd.Timestamp:
    texts = pd.Series([text.strip()], dtype="str")
    return times_in(texts).fillna(first_instants_in(texts, column.zone)).iloc[0]


def _between(days: Integers, first: int, last: int) -> Bools:
    return _is((days != NO_DAY) & (days >= first) & (days <= last))


def _is(mask: Any) -> Bools:
    return np.asarray(mask, dtype=np.bool_)
