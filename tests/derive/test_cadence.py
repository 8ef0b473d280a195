from __future__ import annotations

import math

import numpy as np

from smrt_startdeliver.derive.cadence import cadences, cycle_starts
from smrt_startdeliver.derive.customer_days import day_in, pack
from smrt_startdeliver.settings import Settings


def _days(*days: int, customer: int = 0) -> np.ndarray:
    return pack(np.full(len(days), customer), np.array(days, dtype=np.int64))


def _cadence(visit_day: int, orders: tuple[int, ...], pickups: tuple[int, ...] = (), **settings: object) -> float:
    (cadence,) = cadences(_days(visit_day), _days(*orders), _days(*pickups), Settings(**settings))
    return float(cadence)


def test_a_cycle_takes_the_days_fewer_than_cycle_days_after_its_start_not_after_its_last_day() -> None:
    assert list(day_in(cycle_starts(_days(0, 3, 4, 7, 8, 11, 20), 4))) == [0, 4, 8, 20]
    assert list(day_in(cycle_starts(_days(0, 2, 5, 6, 9), 4))) == [0, 5, 9]


def test_with_cycles_of_one_day_each_day_starts_one() -> None:
    assert list(day_in(cycle_starts(_days(0, 1, 2), 1))) == [0, 1, 2]


def test_each_customer_has_cycles_of_their_own() -> None:
    both = np.concatenate([_days(0, 2, 4), _days(1, 3, 5, customer=1)])
    assert list(day_in(cycle_starts(both, 4))) == [0, 4, 1, 5]


def test_the_median_of_an_odd_number_of_gaps_is_the_middle_one() -> None:
    assert _cadence(100, orders=(0, 10, 17, 50)) == 10


def test_the_median_of_an_even_number_of_gaps_is_the_mean_of_the_middle_two() -> None:
    assert _cadence(100, orders=(0, 10, 17, 50, 61)) == 10.5


def test_only_the_last_gaps_count() -> None:
    orders = tuple(range(0, 300, 30)) + tuple(range(300, 350, 5))
    assert _cadence(400, orders) == 5
    assert _cadence(400, orders, lost_gaps=1000) == 30
    assert _cadence(400, (0, 10, 30), lost_gaps=1, lost_min_gaps=2) == 20


def test_with_too_few_gaps_there_is_no_cadence() -> None:
    assert math.isnan(_cadence(100, orders=(0, 10, 20)))
    assert _cadence(100, orders=(0, 10, 20), lost_min_gaps=2) == 10
    assert math.isnan(_cadence(100, orders=(), lost_min_gaps=1))


def test_orders_after_the_visit_day_do_not_count_and_those_on_it_do() -> None:
    orders = (0, 10, 20, 30, 130)
    assert math.isnan(_cadence(29, orders))
    assert [_cadence(day, orders) for day in (30, 129, 130)] == [10, 10, 10]
    assert _cadence(130, (*orders, 131)) == _cadence(131, (*orders, 131)) == 10


def test_pickups_stand_in_only_while_there_is_no_order_yet() -> None:
    pickups = (0, 7, 14, 21, 28)
    assert _cadence(30, orders=(31, 60), pickups=pickups) == 7
    assert math.isnan(_cadence(31, orders=(31, 60), pickups=pickups))


def test_a_cadence_is_made_of_no_other_customers_orders() -> None:
    orders = np.concatenate([_days(0, 10, 20, 30), _days(0, 14, 28, 42, customer=1), _days(5, 9, 13, customer=2)])
    visits = np.concatenate([_days(50), _days(50, customer=1), _days(50, customer=2), _days(50, customer=3)])
    np.testing.assert_equal(cadences(visits, orders, _days(), Settings()), [10, 14, np.nan, np.nan])


def test_without_visit_days_there_are_no_cadences() -> None:
    assert len(cadences(_days(), _days(1, 2), _days(), Settings())) == 0
