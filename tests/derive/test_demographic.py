from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smrt_startdeliver.derive.demographic import demographic, smrt_demographic, spend
from smrt_startdeliver.settings import Settings
from tests.derive.histories import LOS_ANGELES, at

DEFAULTS = Settings()
END = "2024-03-14T10:00"  # a Thursday: its week began on March 11
NO_SPEND = pd.DataFrame({"user_id": pd.Series([], dtype="str"), "spend": pd.Series([], dtype="float64")})


def _orders(*rows: tuple[str, str, str | None, str | None]) -> pd.DataFrame:
    """Order Created as (user id, time, order id, value), with ids e0, e1, … in this order."""
    return pd.DataFrame(
        {
            "id": pd.Series([f"e{number}" for number in range(len(rows))], dtype="str"),
            "user_id": pd.Series([row[0] for row in rows], dtype="str"),
            "time": pd.Series([at(row[1]) for row in rows], dtype="datetime64[us, UTC]"),
            "order_id": pd.Series([row[2] for row in rows], dtype="str"),
            "value": pd.Series([row[3] for row in rows], dtype="str"),
        }
    )


def _spend(orders: pd.DataFrame, settings: Settings = DEFAULTS, end: str = END) -> dict[str, float]:
    spends = spend(orders, at(end), settings)
    assert (spends["user_id"].dtype, spends["spend"].dtype) == ("str", "float64")
    return dict(zip(spends["user_id"], spends["spend"], strict=True))


def test_spend_is_the_sum_of_a_customers_orders() -> None:
    orders = _orders(("a", "2024-03-01", "1", "10.50"), ("a", "2024-03-02", "2", "4"), ("b", "2024-03-01", "1", "7"))
    assert _spend(orders) == {"a": 14.5, "b": 7.0}


def test_an_order_counts_once_with_its_earliest_row_then_the_first_by_id() -> None:
    orders = _orders(
        ("a", "2024-03-02", "1", "99"),
        ("a", "2024-03-01", "1", "10"),
        ("b", "2024-03-01", "1", "20"),
        ("b", "2024-03-01", "1", "99"),
    )
    assert _spend(orders) == {"a": 10, "b": 20}


def test_rows_without_a_number_or_outside_the_window_do_not_stand_for_their_order() -> None:
    orders = _orders(("a", "2023-01-01", "1", "99"), ("a", "2024-03-01", "1", "lots"), ("a", "2024-03-02", "1", "10"))
    assert _spend(orders) == {"a": 10}


def test_rows_without_an_order_id_are_orders_of_their_own() -> None:
    assert _spend(_orders(("a", "2024-03-01", None, "10"), ("a", "2024-03-01", None, "10"))) == {"a": 20}


@pytest.mark.parametrize("value", [None, "", "NaN", "inf", "-Infinity", "1e999", "$5", "1,000", "True", "🧺"])
def test_only_finite_numbers_count(value: str | None) -> None:
    assert _spend(_orders(("a", "2024-03-01", "1", value))) == {}


@pytest.mark.parametrize(("value", "number"), [(" 5 ", 5), ("5.50", 5.5), ("1e2", 100), ("-3", -3), (".5", 0.5)])
def test_text_is_read_as_a_number(value: str, number: float) -> None:
    assert _spend(_orders(("a", "2024-03-01", "1", value))) == {"a": number}


def test_spend_has_six_decimals() -> None:
    orders = _orders(*(("a", "2024-03-01", None, "0.1") for _ in range(3)), ("b", "2024-03-01", None, "0.12345678"))
    assert _spend(orders) == {"a": 0.3, "b": 0.123457}


@pytest.mark.parametrize(
    ("refresh", "begins"), [("day", "2024-03-14T07:00"), ("week", "2024-03-11T07:00"), ("month", "2024-03-01T08:00")]
)
def test_the_window_ends_with_the_first_instant_of_the_day_week_or_month(refresh: str, begins: str) -> None:
    settings = Settings(timezone=LOS_ANGELES, demographic_refresh=refresh, demographic_days=2)
    until = pd.Timestamp(at(begins))
    orders = _orders(("before", "2024-03-01", "1", "1"), ("first", "2024-03-01", "1", "1"))
    orders = pd.concat([orders, _orders(("last", "2024-03-01", "1", "1"), ("after", "2024-03-01", "1", "1"))])
    second = pd.Timedelta(seconds=1)
    orders["time"] = [until - pd.Timedelta(hours=48) - second, until - pd.Timedelta(hours=48), until - second, until]
    assert list(_spend(orders, settings)) == ["first", "last"]


def test_a_week_begins_on_monday_of_the_business() -> None:
    orders = _orders(("a", "2024-03-04T07:59", "1", "1"))
    angeles = Settings(timezone=LOS_ANGELES)
    assert _spend(orders, angeles, end="2024-03-04T08:00") == {"a": 1}
    assert _spend(orders, angeles, end="2024-03-04T07:59") == {}


def _ranks(spends: dict[str, float], own: list[str | None] | None = None) -> list[int]:
    customers = pd.DataFrame({"user_id": list(spends)})
    if own is not None:
        customers["demographic"] = pd.Series(own, dtype="str")
    frame = pd.DataFrame({"user_id": list(spends), "spend": list(spends.values())})
    all_spends = np.array([amount for amount in spends.values() if amount > 0], dtype="float64")
    ranks = demographic(customers, frame, all_spends)
    assert (list(ranks["user_id"]), ranks["demographic"].dtype) == (list(spends), "Int64")
    return list(ranks["demographic"])


def test_each_fifth_of_the_spenders_has_its_rank() -> None:
    assert _ranks({f"c{amount}": amount for amount in range(10, 0, -1)}) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_fewer_than_five_spenders_are_spread_from_the_top() -> None:
    assert _ranks({"a": 3, "b": 2, "c": 1}) == [1, 2, 4]
    assert _ranks({"a": 3}) == [1]


def test_equal_spends_share_the_best_rank() -> None:
    assert _ranks({"a": 9, "b": 5, "c": 5, "d": 5, "e": 1}) == [1, 2, 2, 2, 5]


def test_who_spent_nothing_is_in_the_last_fifth_and_not_ranked() -> None:
    assert _ranks({"a": 2, "b": 1, "c": 0, "d": -5}) == [1, 3, 5, 5]
    customers = pd.DataFrame({"user_id": ["a"]})
    assert list(demographic(customers, NO_SPEND, np.array([]))["demographic"]) == [5]
    assert list(demographic(customers, NO_SPEND, np.array([1.0]))["demographic"]) == [5]


def test_customers_of_other_chunks_are_ranked_against() -> None:
    customers = pd.DataFrame({"user_id": ["a"]})
    frame = pd.DataFrame({"user_id": ["a"], "spend": [2.0]})
    assert list(demographic(customers, frame, np.array([1.0, 2.0, 3.0, 4.0, 5.0]))["demographic"]) == [4]


@pytest.mark.parametrize(("own", "rank"), [("3", 3), ("3.0", 3), (" 5 ", 5), ("1", 1)])
def test_smrts_own_value_wins_where_it_is_a_whole_number_from_1_to_5(own: str, rank: int) -> None:
    assert _ranks({"a": 2, "b": 1}, own=[own, None]) == [rank, 3]


@pytest.mark.parametrize("own", ["0", "6", "2.5", "top", "", "NaN", "-1", None])
def test_any_other_own_value_is_none(own: str | None) -> None:
    assert _ranks({"a": 2, "b": 1}, own=[own, own]) == [1, 3]


def test_smrts_own_value_is_null_where_the_warehouse_has_no_such_column() -> None:
    own = smrt_demographic(pd.DataFrame({"user_id": ["a"]}, index=[7]))
    assert (own.dtype, list(own.index), own.isna().all()) == ("Int64", [7], True)
