"""semantics.md, demographic: 1 (top spenders) to 5."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from math import fsum, isfinite

from smrt_startdeliver.settings import Settings

from .days import day_of, first_instant
from .records import Customer, Order

NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?"


def demographics(customers: list[Customer], spend: dict[str, float]) -> dict[str, int]:
    """Rule: SMRT's own value where it is a whole number from 1 to 5 (as text too). Else by spend. Ranked are all
    customers with a row in `users` and a spend above 0, those with SMRT's own value included.
    """
    ranked = [spend[customer.user_id] for customer in customers if spend.get(customer.user_id, 0) > 0]
    return {
        customer.user_id: own_value(customer.demographic) or spend_rank(spend.get(customer.user_id, 0), ranked)
        for customer in customers
    }


def spend_rank(spend: float, ranked: list[float]) -> int:
    """Rule: rank from the top, equal spend sharing the best rank: demographic = 1 + floor(5 x (rank - 1) / n). Without
    spend: 5.
    """
    if spend <= 0:
        return 5
    rank = 1 + sum(1 for other in ranked if other > spend)
    return 1 + 5 * (rank - 1) // len(ranked)


def own_value(text: str | None) -> int | None:
    """Rule: SMRT's own value where it is a whole number from 1 to 5 (as text too)."""
    value = number(text)
    return int(value) if value is not None and value in (1, 2, 3, 4, 5) else None


def spend(orders: list[Order], end: datetime, settings: Settings) -> dict[str, float]:
    """Rule: spend = sum of `value` of Order Created, one row an order of a customer, of those in the window that have a
    number (`order_id` as text; the earliest by time, then id; a null id is an order of its own).
    """
    start, as_of = window(end, settings)
    counted = set()
    values: dict[str, list[float]] = {}
    for row in sorted(orders, key=lambda row: (row.time, row.id)):
        value = number(row.value)
        if value is None or not start <= row.time < as_of or (row.user_id, row.order_id) in counted:
            continue
        if row.order_id is not None:
            counted.add((row.user_id, row.order_id))
        values.setdefault(row.user_id, []).append(value)
    return {user_id: round(fsum(of_customer), 6) for user_id, of_customer in values.items()}


def window(end: datetime, settings: Settings) -> tuple[datetime, datetime]:
    """Rule: as of the first instant of the week (Monday) of `end` (`demographic_refresh`: day | week | month), over
    `demographic_days` (365) before that. A window of d days is d x 24 hours.
    """
    day = day_of(end, settings.zone)
    if settings.demographic_refresh == "week":
        day -= timedelta(days=day.weekday())
    if settings.demographic_refresh == "month":
        day = day.replace(day=1)
    as_of = first_instant(day, settings.zone)
    return as_of - timedelta(hours=24 * settings.demographic_days), as_of


def number(text: str | None) -> float | None:
    """The finite number that a text says, None where it says none."""
    if text is None or not re.fullmatch(NUMBER, text.strip(), re.ASCII | re.IGNORECASE):
        return None
    return float(text) if isfinite(float(text)) else None
