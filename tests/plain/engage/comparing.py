"""declarations.md, op: what each asks of a value."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.plain.days import day_of

from .dates import day_in, instant_of
from .values import is_null, members_of, number_of, text_of

SATISFIED_BY_NULL = ("not_exists", "not_equals", "not_contains")
ORDERS = {
    "equals": [0],
    "less": [-1],
    "greater": [1],
    "less_or_equal": [-1, 0],
    "greater_or_equal": [0, 1],
}
"""The answers of `order` that satisfy an op."""


def holds(op: str, value: object, declared: object, end: datetime, zone: ZoneInfo) -> bool:
    """Rule: null satisfies only `not_exists`, `not_equals` and `not_contains`.

    Of what is no null, `not_` asks the contrary.
    """
    if is_null(value):
        return op in SATISFIED_BY_NULL
    if op.startswith("not_"):
        return not holds(op.removeprefix("not_"), value, declared, end, zone)
    if op in ORDERS:
        return order(value, declared) in ORDERS[op]
    if op in ("before", "after"):
        return compares_instants(op, value, declared, zone)
    if op in ("within_last_days", "within_next_days"):
        return is_near_today(op, value, declared, end, zone)
    return asks_of_text(op, value, declared)


def asks_of_text(op: str, value: object, declared: object) -> bool:
    """Rule: exists any_of contains starts_with ends_with. As text, exact and case-sensitive."""
    match op:
        case "exists":
            return True
        case "any_of":
            return any(order(value, one) == 0 for one in declared)
        case "contains":
            return contains(value, declared)
        case "starts_with":
            return text_of(value).startswith(declared_text(declared))
        case "ends_with":
            return text_of(value).endswith(declared_text(declared))
    raise ValueError(op)


def order(value: object, declared: object) -> int:
    """Rule: as numbers where both sides read as numbers; else as text, exact and case-sensitive. semantics.md: text
    sorts by code point.

    -1 where the value comes before what was declared, 0 where they are equal, 1 where it comes after.
    """
    ours, theirs = number_of(value), number_of(declared)
    if ours is None or theirs is None:
        ours, theirs = text_of(value), declared_text(declared)
    return (ours > theirs) - (ours < theirs)


def declared_text(declared: object) -> str | None:
    """What was declared as text; what is written down as blank is meant so, and no null."""
    return declared if isinstance(declared, str) else text_of(declared)


def contains(value: object, declared: object) -> bool:
    """Rule: `contains` on a list asks for a member.

    Members are compared as by `equals`; a list or an object among them equals nothing.
    """
    members = members_of(value)
    if members is None:
        return declared_text(declared) in text_of(value)
    return any(order(member, declared) == 0 for member in members if not isinstance(member, list) and text_of(member))


def compares_instants(op: str, value: object, declared: object, zone: ZoneInfo) -> bool:
    """Rule: `before` `after` take ISO dates or times and compare instants."""
    ours, theirs = instant_of(value, zone), instant_of(declared, zone)
    if ours is None or theirs is None:
        return False
    return ours < theirs if op == "before" else ours > theirs


def is_near_today(op: str, value: object, days: int, end: datetime, zone: ZoneInfo) -> bool:
    """Rule: `within_last_days: n` is a day from n days ago to today, `within_next_days: n` from today to n days ahead,
    on the business's calendar, `end`'s day being today.
    """
    day = day_in(value, zone)
    if day is None:
        return False
    ahead = (day - day_of(end, zone)).days
    return -days <= ahead <= 0 if op == "within_last_days" else 0 <= ahead <= days
