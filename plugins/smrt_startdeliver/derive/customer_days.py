"""Days of many customers as one sorted array of integers, so that searching and counting run over all of them at once.

A customer is a number from 0 on, a day is days since 1970-01-01. The two are packed into one int64, the customer in
front: a sorted array holds each customer's days side by side and in order, days of one customer differ by as much as
their numbers do, and `numpy.searchsorted` finds a place among them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

_BITS = 24
_HALF = 1 << (_BITS - 1)  # a day's number lies between minus this and this: 22,000 years either way


def pack(customers: npt.NDArray[np.integer[Any]], days: npt.NDArray[np.integer[Any]]) -> Integers:
    """The distinct days of each customer, sorted."""
    packed = np.sort((customers.astype(np.int64) << _BITS) + days)
    is_another: npt.NDArray[np.bool_] = np.diff(packed, prepend=packed[:1] - 1) != 0
    return packed[is_another]  # numpy.unique does the same by hashing, and takes ten times as long


def customer_of(packed: Integers) -> Integers:
    """The customer of each packed day."""
    return (packed + _HALF) >> _BITS


def day_in(packed: Integers) -> Integers:
    """The day of each packed day."""
    return packed - (customer_of(packed) << _BITS)


def first_place(packed: Integers, customers: Integers) -> Integers:
    """For each of `customers`, the place in `packed` where their days begin, or would."""
    return np.searchsorted(packed, (customers << _BITS) - _HALF)


def days_until_next(packed: Integers) -> Integers:
    """The days from each to the same customer's next one; where there is no next one, more than any two lie apart."""
    return np.diff(packed, append=packed[-1:] + (1 << _BITS))
