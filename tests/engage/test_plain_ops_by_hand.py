"""declarations.md, op by op: what each word holds for."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.engage.by_hand import (
    END,
    LOS_ANGELES,
    MICROSECOND,
    SAO_PAULO,
    UTC_ZONE,
    at,
    satisfies,
)
from tests.engage.two_readings import Rules


def test_null_satisfies_only_three_ops(rules: Rules) -> None:
    declared = {
        "equals": "null", "not_equals": "x", "less": 1, "greater": -1, "less_or_equal": 1, "greater_or_equal": -1,
        "any_of": ["", "None"], "contains": "", "not_contains": "x", "starts_with": "", "ends_with": "",
        "before": "2030-01-01", "after": "2000-01-01", "within_last_days": 36_500, "within_next_days": 36_500,
    }  # fmt: skip
    for null in (None, "", " \t\n", "\u00a0"):
        satisfied = {op for op, value in declared.items() if satisfies(rules, null, op, value)}
        satisfied |= {op for op in ("exists", "not_exists") if satisfies(rules, null, op)}
        assert satisfied == {"not_exists", "not_equals", "not_contains"}


def test_a_trait_that_nobody_has_is_null(rules: Rules) -> None:
    audience = {"name": "A", "all": [{"trait": "accountDiscount.value", "op": "not_exists"}]}
    assert rules.members([audience], {}, {}, [], ["u1"], END, UTC_ZONE) == {"A": {"u1"}}


@pytest.mark.parametrize("value", ["x", 0, 0.0, False, "null", "[]", at("2024-03-01"), date(2024, 3, 1)])
def test_everything_else_exists(rules: Rules, value: object) -> None:
    assert satisfies(rules, value, "exists")
    assert not satisfies(rules, value, "not_exists")


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        ("19.90", 19.9), (Decimal("19.90"), "19.9"), (" 7 ", "7.0"), (7, 7.0), (0.1, "0.1"), ("1e3", 1000), ("-0", 0),
        ("Store 1", "Store 1"), (True, True), (True, "true"), ("true", True), (date(2024, 3, 1), "2024-03-01"),
        ("2024-03-01", date(2024, 3, 1)), (at("2024-03-01T08:00"), "2024-03-01T08:00:00.000Z"),
        (at("2024-03-01T08:00:00.000999"), datetime(2024, 3, 1, 8)),  # noqa: DTZ001 - as YAML makes them
    ],
)  # fmt: skip
def test_equal_is_what_reads_as_the_same_number_or_is_the_same_text(
    rules: Rules, value: object, declared: object
) -> None:
    assert satisfies(rules, value, "equals", declared)
    assert not satisfies(rules, value, "not_equals", declared)
    assert satisfies(rules, value, "any_of", ["other", declared])
    assert satisfies(rules, value, "less_or_equal", declared)
    assert satisfies(rules, value, "greater_or_equal", declared)
    assert not satisfies(rules, value, "less", declared)
    assert not satisfies(rules, value, "greater", declared)


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        ("Store 1", "store 1"), ("Store 1", "Store 1 "), (True, 1), (True, "True"), ("1", True), (False, 0),
        ("NaN", "nan"), (at("2024-03-01"), "2024-03-01"), (Decimal("0.1"), 0.1 + 1e-16),
    ],
)  # fmt: skip
def test_everything_else_is_not_equal(rules: Rules, value: object, declared: object) -> None:
    assert not satisfies(rules, value, "equals", declared)
    assert not satisfies(rules, value, "any_of", [declared])
    assert satisfies(rules, value, "not_equals", declared)


def test_less_is_of_numbers_where_both_are_numbers_and_of_text_otherwise(rules: Rules) -> None:
    assert satisfies(rules, "9", "less", 10)
    assert satisfies(rules, "9a", "greater", 10)  # "9a" and "10"
    assert satisfies(rules, 9, "less", "a")
    assert satisfies(rules, "Z", "less", "a")
    assert satisfies(rules, "ä", "greater", "z")
    assert satisfies(rules, "\U0001f600", "greater", "\uffff")  # by code point, not by UTF-16
    assert satisfies(rules, True, "greater", 1)  # "true" and "1"
    assert satisfies(rules, "0.30000000000000001", "greater", 0.3)  # exactly


def test_contains_starts_and_ends_ask_of_the_text(rules: Rules) -> None:
    assert satisfies(rules, "Store 10", "contains", "re 1")
    assert not satisfies(rules, "Store 10", "contains", "store")
    assert satisfies(rules, "Store 10", "not_contains", "store")
    assert satisfies(rules, Decimal("19.50"), "contains", 9.5)
    assert not satisfies(rules, Decimal("19.50"), "contains", "9.50")  # it is 19.5
    assert satisfies(rules, "19.50", "ends_with", "0")
    assert not satisfies(rules, Decimal("19.50"), "ends_with", "0")
    assert satisfies(rules, True, "starts_with", "tr")
    assert satisfies(rules, at("2024-03-01T08:00"), "starts_with", date(2024, 3, 1))
    assert satisfies(rules, at("2024-03-01T08:00"), "ends_with", ":00.000Z")


def test_contains_on_a_list_asks_for_a_member(rules: Rules) -> None:
    def listed(op: str, declared: object) -> bool:
        computed = {"departments": {"u1": ["19.90", "7", "Alteration"]}}
        audience = {"name": "A", "all": [{"trait": "departments", "op": op, "value": declared}]}
        return rules.members([audience], {}, computed, [], ["u1"], END, UTC_ZONE) == {"A": {"u1"}}

    assert [listed("contains", one) for one in ("Alteration", 7.0, "19.9")] == [True, True, True]
    assert [listed("contains", one) for one in ("Alter", "alteration", 19, ",", "")] == [False] * 5
    assert listed("not_contains", "Alter")


def test_contains_on_a_text_that_is_a_json_array_asks_for_a_member(rules: Rules) -> None:
    array = ' ["Store 1", 19.90, true, null, " ", ["deep"], {"a": "b"}] '
    members = ["Store 1", 19.9, "19.9", True, "true"]
    assert [one for one in members if not satisfies(rules, array, "contains", one)] == []
    others = ["Store", "deep", "a", "null", " ", "", 1, '["deep"]']
    assert [one for one in others if satisfies(rules, array, "contains", one)] == []
    assert satisfies(rules, array, "starts_with", ' ["Store')  # others ask of the text
    assert not satisfies(rules, "[]", "contains", "[")
    for no_array in ('["Store 1"', '{"Store 1": 1}', "[NaN, 1]", '"Store 1"'):
        assert satisfies(rules, no_array, "contains", "1") == ("1" in no_array)


def test_before_and_after_compare_instants_strictly(rules: Rules) -> None:
    moment = at("2024-03-01T08:00")
    for told in ("2024-03-01T08:00Z", "2024-03-01 09:00:00.000+01", "2024-03-01T08:00", moment, " 2024-03-01T08:00 "):
        assert satisfies(rules, moment - MICROSECOND, "before", told)
        assert not satisfies(rules, moment, "before", told)
        assert not satisfies(rules, moment, "after", told)
        assert satisfies(rules, moment + MICROSECOND, "after", told)
        assert satisfies(rules, told, "before", moment + MICROSECOND)


def test_a_date_is_the_first_instant_of_the_businesss_day(rules: Rules) -> None:
    """São Paulo skipped midnight on 4 November 2018: that day began at 01:00, which is 03:00 UTC."""
    begin = at("2018-11-04T03:00")
    for day in (date(2018, 11, 4), "2018-11-04"):
        assert satisfies(rules, begin - MICROSECOND, "before", day, zone=SAO_PAULO)
        assert not satisfies(rules, begin, "before", day, zone=SAO_PAULO)
        assert not satisfies(rules, begin, "after", day, zone=SAO_PAULO)
        assert satisfies(rules, begin + MICROSECOND, "after", day, zone=SAO_PAULO)
        assert satisfies(rules, day, "before", begin + MICROSECOND, zone=SAO_PAULO)
        assert not satisfies(rules, day, "before", begin, zone=SAO_PAULO)


@pytest.mark.parametrize(
    "value", ["2024-02-30", "03/01/2024", "2024-03", "20240301", "2024-03-01T24:00", "soon", 20240301, 2024.5, True]
)
def test_what_is_no_date_satisfies_no_op_of_dates(rules: Rules, value: object) -> None:
    for op in ("before", "after"):
        assert not satisfies(rules, value, op, "2024-06-01")
        assert not satisfies(rules, value, op, "1970-01-01")
    for op in ("within_last_days", "within_next_days"):
        assert not satisfies(rules, value, op, 36_500)


def test_within_last_and_next_days_hold_both_ends_and_today(rules: Rules) -> None:
    """Today is 13 March."""
    days = [f"2024-03-{day:02}" for day in range(9, 18)]

    def those(op: str, days_declared: int) -> list[str]:
        return [day[-2:] for day in days if satisfies(rules, day, op, days_declared)]

    assert those("within_last_days", 3) == ["10", "11", "12", "13"]
    assert those("within_next_days", 3) == ["13", "14", "15", "16"]
    assert those("within_last_days", 0) == those("within_next_days", 0) == ["13"]
    assert satisfies(rules, date(2024, 3, 10), "within_last_days", 3)


def test_today_and_the_day_of_a_time_are_those_of_the_businesss_calendar(rules: Rules) -> None:
    """At 06:59 UTC on 13 March it is still the 12th in Los Angeles; the 10th, of 23 hours, began at 08:00 UTC."""
    end = at("2024-03-13T06:59")

    def near(value: object, op: str, days: int) -> bool:
        return satisfies(rules, value, op, days, end=end, zone=LOS_ANGELES)

    assert near("2024-03-12", "within_next_days", 0)
    assert not near("2024-03-13", "within_next_days", 0)
    assert near(at("2024-03-10T08:00"), "within_last_days", 2)
    assert not near(at("2024-03-10T08:00") - MICROSECOND, "within_last_days", 2)
    assert near("2024-03-13T06:59:59.999999", "within_last_days", 0)  # later than end, but today
    assert not near("2024-03-13T07:00", "within_last_days", 0)
    assert near("2024-03-13T07:00", "within_next_days", 1)
