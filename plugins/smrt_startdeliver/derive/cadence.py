"""A customer's rhythm, from order to order (semantics.md, Customer Lost: order cycles, cadence).

All days are packed as in `customer_days`: sorted, distinct, those of all customers in one array.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from smrt_startdeliver.derive.customer_days import Integers, customer_of, first_place
from smrt_startdeliver.settings import Settings

Floats = npt.NDArray[np.float64]

_LONGER_THAN_ANY_GAP = np.iinfo(np.int32).max


def cycle_starts(days: Integers, cycle_days: int) -> Integers:
    """The days on which an order cycle starts: a customer's first, then each first day `cycle_days` or more after one.

    All customers step from cycle to cycle at once, until the last of them has no further day.
    """
    customers = customer_of(days)
    next_start = np.searchsorted(days, days + cycle_days)
    starts = np.zeros(len(days), dtype=bool)
    frontier = np.unique(customers, return_index=True)[1]
    while len(frontier):
        starts[frontier] = True
        after = next_start[frontier]
        within = after < len(days)
        frontier, after = frontier[within], after[within]
        frontier = after[customers[after] == customers[frontier]]
    return days[starts]


def cadences(visit_days: Integers, order_days: Integers, pickup_days: Integers, settings: Settings) -> Floats:
    """The cadence as of each visit day, in days, a multiple of one half; NaN where there is none.

    The cycles are those of the order days up to the visit day; of the pickup days where there is no order day up to it.
    """
    by_orders, orders = _cadences(visit_days, cycle_starts(order_days, settings.cycle_days), settings)
    by_pickups, _ = _cadences(visit_days, cycle_starts(pickup_days, settings.cycle_days), settings)
    return np.where(orders > 0, by_orders, by_pickups)


def _cadences(visit_days: Integers, starts: Integers, settings: Settings) -> tuple[Floats, Integers]:
    """The median of the last `lost_gaps` gaps between `starts` up to each visit day; and the number of those starts.

    A cycle's first day is its earliest, so what comes after a visit day changes no start up to it.
    """
    end = np.searchsorted(starts, visit_days, side="right")
    cycles = end - first_place(starts, customer_of(visit_days))
    gaps = np.maximum(cycles - 1, 0)
    last_gaps = np.minimum(gaps, settings.lost_gaps)

    # A row a visit day, its gaps from the latest back; what is too far back sorts behind them.
    gap_before = np.diff(starts, prepend=0, append=0)
    back = np.arange(last_gaps.max(initial=1))
    place = np.maximum(end[:, np.newaxis] - 1 - back, 0)
    rows = np.where(back < last_gaps[:, np.newaxis], gap_before[place], _LONGER_THAN_ANY_GAP)
    rows.sort(axis=1)

    visit = np.arange(len(visit_days))
    median = (rows[visit, np.maximum(last_gaps - 1, 0) // 2] + rows[visit, last_gaps // 2]) / 2
    return np.where(gaps >= settings.lost_min_gaps, median, np.nan), cycles
