from __future__ import annotations

import numpy as np

from smrt_startdeliver.derive.customer_days import customer_of, day_in, days_until_next, first_place, pack

NOBODY = np.array([], dtype=np.int64)


def test_days_come_back_once_each_sorted_by_customer_then_day() -> None:
    packed = pack(np.array([1, 0, 1, 1, 0]), np.array([-7, 19_000, 20_000, -7, -1]))
    assert list(customer_of(packed)) == [0, 0, 1, 1]
    assert list(day_in(packed)) == [-1, 19_000, -7, 20_000]


def test_days_until_the_next_are_of_the_same_customer_and_else_beyond_any_span() -> None:
    packed = pack(np.array([0, 0, 1, 1]), np.array([10, 14, -719_162, 30]))
    days = days_until_next(packed)
    assert list(days[[0, 2]]) == [4, 719_192]
    assert (days[[1, 3]] > 4_000_000).all()


def test_the_place_of_a_customer_without_days_is_where_they_would_be() -> None:
    packed = pack(np.array([1, 1, 3]), np.array([5, 6, -5]))
    assert list(first_place(packed, np.array([0, 1, 2, 3, 4]))) == [0, 0, 2, 2, 3]


def test_nobody_has_no_days() -> None:
    packed = pack(NOBODY, NOBODY)
    assert len(packed) == len(days_until_next(packed)) == len(customer_of(packed)) == len(day_in(packed)) == 0
