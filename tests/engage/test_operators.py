"""Each operator, by hand: as numbers where both sides read as numbers, else as text; null satisfies next to nothing."""

from __future__ import annotations

import datetime as dt
from datetime import UTC, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from smrt_startdeliver.engage.conditions import Op
from smrt_startdeliver.engage.operators import holds
from smrt_startdeliver.mapping.casts import Kind
from tests.engage.frames import DTYPES, END, LOS_ANGELES, UTC_ZONE, column

BEYOND = 2**53
"""From here on floats are not told apart one by one."""

ANY_VALUE: dict[Op, Any] = dict.fromkeys(get_args(Op), "a") | {
    "any_of": ("a", 1),
    "before": "2026-03-01",
    "after": "2026-03-01",
    "within_last_days": 1,
    "within_next_days": 1,
}


def held(
    op: Op, value: Any, *values: object, kind: Kind = "text", zone: ZoneInfo = UTC_ZONE, end: datetime = END
) -> list[bool]:
    found = holds(column(*values, kind=kind, zone=zone), op, value, end)
    assert found.dtype == bool
    return found.tolist()


def signs(value: Any, *values: object, kind: Kind = "text") -> list[str]:
    """How each value compares: every op that compares must say the same."""
    answers = {
        op: held(op, value, *values, kind=kind)
        for op in ("less", "equals", "greater", "less_or_equal", "greater_or_equal", "not_equals")
    }
    signs = []
    for less, equal, greater, at_most, at_least, other in zip(*answers.values(), strict=True):
        assert less + equal + greater == 1
        assert (at_most, at_least, other) == (less or equal, greater or equal, not equal)
        signs.append("<" if less else "=" if equal else ">")
    return signs


@pytest.mark.parametrize("op", get_args(Op))
@pytest.mark.parametrize("kind", DTYPES)
def test_null_satisfies_only_not_exists_not_equals_and_not_contains(op: Op, kind: Kind) -> None:
    assert held(op, ANY_VALUE[op], None, kind=kind) == [op in ("not_exists", "not_equals", "not_contains")]
    assert held(op, ANY_VALUE[op], kind=kind) == []


def test_text_of_nothing_but_space_is_null_and_so_is_a_number_that_is_none() -> None:
    assert held("exists", None, "", " \n", "a", "0", "null") == [False, False, True, True, True]
    assert held("not_exists", None, "", " \n", "a", "0", "null") == [True, True, False, False, False]
    assert held("exists", None, "NaN", "Infinity", "0", kind="number") == [False, False, True]
    assert held("equals", "", "", " ") == [False, False]


def test_text_compares_by_code_point_case_and_space_included() -> None:
    assert signs("b", "a", "b", "c", "B", "b ", " b", "ba") == ["<", "=", ">", "<", ">", "<", ">"]
    assert signs("z", "Z", "é", "😀", "\uff5e") == ["<", ">", ">", ">"]
    assert signs("\uff5e", "😀") == [">"]


def test_numbers_compare_as_numbers_from_text_too() -> None:
    values = ["9", "10", "10.0", " 10 ", "+10", "1e1", "11", "-10"]
    expected = ["<", "=", "=", "=", "=", "=", ">", "<"]
    assert signs(10, *values) == signs("10", *values) == signs(10.0, *values) == signs(" 10.00 ", *values) == expected


@pytest.mark.parametrize("kind", ["text", "number", "integer"])
def test_numbers_compare_alike_however_the_warehouse_holds_them(kind: Kind) -> None:
    assert signs(10, "9", "10", "11", kind=kind) == ["<", "=", ">"]


def test_where_one_side_is_no_number_both_are_text() -> None:
    assert signs("10a", "9", "10", "10a", "11") == [">", "<", "=", ">"]
    assert signs(10, "ten", "$10", "1,000", "10%") == [">", "<", "<", ">"]


def test_numbers_beyond_what_a_float_tells_apart_are_exact() -> None:
    values = [BEYOND - 1, BEYOND, BEYOND + 1, BEYOND + 2]
    assert signs(BEYOND, *map(str, values)) == ["<", "=", ">", ">"]
    assert signs(BEYOND + 1, *map(str, values)) == ["<", "<", "=", ">"]
    assert signs(str(BEYOND + 1), *values, kind="integer") == ["<", "<", "=", ">"]
    assert signs("0.1", "0.1000000000000000055511151231257827", "0.1", ".10") == [">", "=", "="]
    assert held("any_of", (BEYOND + 1, 7), *map(str, values)) == [False, False, True, False]


def test_the_largest_numbers_compare_as_the_smallest_do() -> None:
    assert signs("9e307", "-9e307", "9e307", "8e307") == ["<", "=", "<"]
    assert signs("-9e307", "-9e307", "9e307") == ["=", ">"]
    assert signs(0, "1e-300", "-1e-300", "-0", "0.000") == [">", "<", "=", "="]
    assert signs("1e999", "1e998", "1e999", "2") == ["<", "=", ">"], "no double holds them: they are text"


def test_booleans_are_text_and_never_numbers() -> None:
    assert held("equals", True, True, False, None, kind="boolean") == [True, False, False]
    assert held("equals", "true", True, False, kind="boolean") == [True, False]
    assert held("equals", 1, True, kind="boolean") == [False]
    assert held("equals", True, "true", "True", "1") == [True, False, False]
    assert held("not_equals", False, True, False, None, kind="boolean") == [True, False, True]
    assert held("equals", 0, False, kind="boolean") == [False]


def test_times_and_dates_have_a_text_that_they_are_equal_to() -> None:
    time = pd.Timestamp("2026-03-01T08:00:00.123999Z")
    assert held("equals", "2026-03-01T08:00:00.123Z", time, kind="time") == [True]
    assert held("starts_with", "2026-03-01", time, kind="time") == [True]
    assert held("equals", "2026-03-01", dt.date(2026, 3, 1), dt.date(2026, 3, 2), kind="date") == [True, False]
    assert held("less", 20260401, dt.date(2026, 3, 1), kind="date") == [True], "as text"


def test_any_of_is_equal_to_one_of_them_at_least() -> None:
    assert held("any_of", ("a", 7, True), "a", "7.0", "true", "b", "A", None) == [True, True, True, False, False, False]
    assert held("any_of", ("a",), "a", "b") == [True, False]


def test_a_part_of_a_text_is_contained_and_no_pattern() -> None:
    assert held("contains", "a.c", "xa.cx", "abc", "A.C", None) == [True, False, False, False]
    assert held("not_contains", "a.c", "xa.cx", "abc", "A.C", None) == [False, True, True, True]
    assert held("contains", 5, "155", "1.5", "51", "6") == [True, True, True, False]
    assert held("contains", 5.0, "155", "1.50", "6", kind="number") == [True, True, False]
    assert held("contains", "", "a", None) == [True, False]


def test_a_list_is_asked_for_a_member_and_not_for_a_part() -> None:
    values = ['["ab","c"]', ' [ "ab" ]', '["abc"]', "[]", "[null]", '["AB"]', None]
    assert held("contains", "ab", *values) == [True, True, False, False, False, False, False]
    assert held("not_contains", "ab", *values) == [False, False, True, True, True, True, True]


def test_members_of_a_list_compare_as_values_do() -> None:
    values = ["[1.50, true]", '["1.5"]', '["true"]', "[1]", "[false]", f"[{BEYOND + 1}]"]
    assert held("contains", 1.5, *values) == [True, True, False, False, False, False]
    assert held("contains", "1.500", *values) == [True, True, False, False, False, False]
    assert held("contains", True, *values) == [True, False, True, False, False, False]
    assert held("contains", BEYOND + 1, *values) == [False] * 5 + [True]
    assert held("contains", BEYOND, *values) == [False] * 6
    assert held("contains", "null", "[null]", '["null"]') == [False, True]
    assert held("contains", "[1]", "[[1]]", '["[1]"]') == [False, True], "no value is a list"


@pytest.mark.parametrize("text", ["[ab", "[ab]", "{ab: 1}", "ab []", "[" * 5000 + "ab"])
def test_what_only_begins_as_a_list_is_a_text(text: str) -> None:
    assert held("contains", "ab", text) == [True]
    assert held("contains", "c", text) == [False]


def test_lists_among_texts_and_nulls_each_get_their_own_answer() -> None:
    values = ["a", '["a"]', None, '["b","a"]', "b", "[]", '["b"]', "ba"]
    assert held("contains", "a", *values) == [True, True, False, True, False, False, False, True]


def test_texts_begin_and_end_as_they_are_written() -> None:
    assert held("starts_with", "ab", "abc", "Abc", " abc", "ab", None) == [True, False, False, True, False]
    assert held("ends_with", "bc", "abc", "abC", "abc ", "bc", None) == [True, False, False, True, False]
    assert held("starts_with", "a.", "a.b", "abb") == [True, False]
    assert held("starts_with", 15, "150", "15", "51") == [True, True, False]
    assert held("ends_with", 0.5, "10.50", "10.5", kind="number") == [True, True]


def test_before_and_after_compare_instants() -> None:
    values = ["2026-03-01T07:59:59.999999Z", "2026-03-01T08:00:00Z", "2026-03-01T09:00:01+01:00", "2026-03-01"]
    assert held("before", "2026-03-01T08:00:00Z", *values) == [True, False, False, True]
    assert held("after", "2026-03-01T08:00:00Z", *values) == [False, False, True, False]
    times = [pd.Timestamp("2026-03-01T08:00:00.000001Z"), pd.Timestamp("2026-03-01T08:00:00Z")]
    assert held("after", "2026-03-01T08:00:00Z", *times, kind="time") == [True, False]


def test_a_date_is_the_first_instant_of_the_businesss_day() -> None:
    values = ["2026-03-02T07:59:59Z", "2026-03-02T08:00:00Z", "2026-03-02T08:00:01Z", "2026-03-02"]
    assert held("before", "2026-03-02", *values, zone=LOS_ANGELES) == [True, False, False, False]
    assert held("after", "2026-03-02", *values, zone=LOS_ANGELES) == [False, False, True, False]
    assert held("before", " 2026-03-02 ", dt.date(2026, 3, 1), dt.date(2026, 3, 2), kind="date") == [True, False]


@pytest.mark.parametrize("op", ["before", "after", "within_last_days", "within_next_days"])
def test_what_is_no_date_is_neither_before_nor_after_nor_near(op: Op) -> None:
    value = "2026-03-10" if op in ("before", "after") else 36_525
    assert held(op, value, "soon", "2026", "2026-02-30", "03/01/2026", "0") == [False] * 5
    assert held(op, value, 20260301, kind="integer") == [False]
    assert held(op, value, "20260301", kind="number") == [False]
    assert held(op, value, True, kind="boolean") == [False]


def test_days_are_counted_on_the_calendar_from_the_ends_day_both_ends_in() -> None:
    days = ["2026-03-07", "2026-03-08", "2026-03-10", "2026-03-12", "2026-03-13"]
    assert held("within_last_days", 2, *days) == [False, True, True, False, False]
    assert held("within_next_days", 2, *days) == [False, False, True, True, False]
    assert (
        held("within_last_days", 0, *days) == held("within_next_days", 0, *days) == [False, False, True, False, False]
    )


def test_a_time_counts_by_its_day_whatever_the_hour() -> None:
    times = [pd.Timestamp("2026-03-08T00:00Z"), pd.Timestamp("2026-03-07T23:59:59Z"), pd.Timestamp("2026-03-10T23:00Z")]
    assert held("within_last_days", 2, *times, kind="time") == [True, False, True]
    assert held("within_last_days", 2, "2026-03-08T00:00Z", "2026-03-08T01:00+02:00") == [True, False]


def test_todays_day_and_each_times_are_the_businesss() -> None:
    """At this end it is still the 9th in Los Angeles."""
    end = datetime(2026, 3, 10, 6, 59, tzinfo=UTC)
    values = ["2026-03-09", "2026-03-10", "2026-03-10T06:00:00Z", "2026-03-10T07:00:00Z"]
    assert held("within_last_days", 0, *values, zone=LOS_ANGELES, end=end) == [True, False, True, False]
    assert held("within_next_days", 0, *values, zone=LOS_ANGELES, end=end) == [True, False, True, False]
    assert held("within_next_days", 0, *values, end=end) == [False, True, True, True]
