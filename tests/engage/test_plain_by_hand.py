"""declarations.md, the seven kinds and the windows, on histories small enough to reckon on paper."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.engage.by_hand import (
    END,
    LOS_ANGELES,
    MICROSECOND,
    UTC_ZONE,
    at,
    belongs,
    did,
    order_of,
    trait,
)
from tests.engage.two_readings import Rules
from tests.plain.engage.traits import key_of


def test_a_name_becomes_a_key_and_key_sets_another() -> None:
    assert key_of({"name": "At risk, 30 days"}) == "at_risk_30_days"
    assert key_of({"name": "At risk, 30 days", "key": "atRisk"}) == "atRisk"


def test_a_counter_counts_the_customers_own_events_of_that_name_before_the_end(rules: Rules) -> None:
    history = [
        did("Order Created", "2010-01-01"),
        did("Order Created", END - MICROSECOND),
        did("Order Created", END),
        did("Order Created", END + MICROSECOND),
        did("Order Created", "2024-03-01", user_id="u2"),
        did("Order Ready", "2024-03-01"),
        did("Order Created", "2024-03-01", user_id="not judged"),
    ]
    declaration = {"name": "T", "kind": "event_counter", "event": "Order Created"}
    counts = rules.computed_trait(declaration, history, ["u1", "u2", "u3"], END, UTC_ZONE)
    assert counts == {"u1": 2, "u2": 1, "u3": 0}


def test_what_is_not_there_is_0_for_counts_and_null_for_the_rest(rules: Rules) -> None:
    of_value = {"property": "value"}
    assert trait(rules, [], kind="event_counter") == 0
    assert trait(rules, [], kind="unique_list_count", **of_value) == 0
    for kind in ("most_frequent", "first", "last", "unique_list"):
        assert trait(rules, [], kind=kind, **of_value) is None
    for function in ("sum", "average", "minimum", "maximum"):
        assert trait(rules, [], kind="aggregation", function=function, **of_value) is None


def test_an_aggregation_reads_numbers_from_text_and_passes_over_what_is_none(rules: Rules) -> None:
    history = order_of("19.90", " 7 ", "abc", "", None, "NaN", "inf", "$5", "1,000", "1e1")

    def value(function: str) -> object:
        return trait(rules, history, kind="aggregation", function=function, property="value")

    assert value("sum") == Decimal("36.9")
    assert value("average") == Decimal("12.3")
    assert value("minimum") == 7
    assert value("maximum") == Decimal("19.9")


def test_an_aggregation_of_booleans_or_of_nothing_that_is_a_number_is_null(rules: Rules) -> None:
    for history in (order_of(True, False), order_of("abc", " "), order_of(at("2024-03-01"))):
        assert trait(rules, history, kind="aggregation", function="sum", property="value") is None


def test_an_aggregation_is_exact_and_rounded_to_6_decimals(rules: Rules) -> None:
    of_value = {"kind": "aggregation", "property": "value"}
    assert trait(rules, order_of(0.1, 0.2), function="sum", **of_value) == Decimal("0.3")
    assert trait(rules, order_of(1, 1, 0), function="average", **of_value) == Decimal("0.666667")
    assert trait(rules, order_of("0.12345678"), function="minimum", **of_value) == Decimal("0.123457")
    assert trait(rules, order_of(0, -0.0), function="sum", **of_value) == 0


def test_the_most_frequent_needs_two_occurrences_and_ties_go_to_the_first_text(rules: Rules) -> None:
    def most(*values: object) -> object:
        return trait(rules, order_of(*values), kind="most_frequent", property="value")

    assert most("a", "b", None) is None
    assert most("a", "b", "b", "c") == "b"
    assert most("ä", "b", "ä", "b", "Z", "Z") == "Z"
    assert most(7, 7.0, 10) == "7"
    assert most("7", "7.0") is None  # texts are counted as they stand
    assert most(10, 10, 9, 9) == "10"  # of numbers too the first as text
    assert most(True, False, True) == "true"
    assert most("  ", "  ") is None


def test_first_and_last_are_by_time_then_id_among_events_that_have_the_property(rules: Rules) -> None:
    noon = at("2024-03-05T12:00")
    history = [
        did("Order Created", noon, event_id="e9", agent="nine"),
        did("Order Created", noon, event_id="e10", agent="ten"),  # as text before e9
        did("Order Created", noon - MICROSECOND, event_id="e99", agent=None),
        did("Order Created", noon - 2 * MICROSECOND, event_id="e98"),
        did("Order Created", noon + MICROSECOND, event_id="e1", agent=" "),
        did("Order Created", END, event_id="e0", agent="too late"),
    ]
    assert trait(rules, history, kind="first", property="agent") == "ten"
    assert trait(rules, history, kind="last", property="agent") == "nine"


def test_a_unique_list_is_sorted_by_code_point_and_its_count_counts_it(rules: Rules) -> None:
    history = order_of("b", "a", "B", "é", "b", None, "10", "9", " ")
    assert trait(rules, history, kind="unique_list", property="value") == ["10", "9", "B", "a", "b", "é"]
    assert trait(rules, history, kind="unique_list_count", property="value") == 6


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("19.50"), "19.5"),
        (7.0, "7"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.0"), "0"),
        (1e-7, "0.0000001"),
        (False, "false"),
        ("19.50", "19.50"),
        (" 7 ", " 7 "),
        (datetime(2025, 1, 31, 9, 0, 0, 999999, ZoneInfo("Africa/Lagos")), "2025-01-31T08:00:00.999Z"),
        (date(2025, 1, 31), "2025-01-31"),
    ],
)
def test_values_are_told_as_their_canonical_text(rules: Rules, value: object, text: str) -> None:
    assert trait(rules, order_of(value), kind="first", property="value") == text


def test_a_path_with_dots_leads_to_a_property(rules: Rules) -> None:
    history = [did("Order Created", "2024-03-01", discount={"name": "Spring", "value": None})]
    assert trait(rules, history, kind="last", property="discount.name") == "Spring"
    assert trait(rules, history, kind="last", property="discount.value") is None
    assert trait(rules, history, kind="last", property="discount") is None
    assert trait(rules, history, kind="last", property="discount.name.more") is None


def test_a_window_holds_its_beginning_and_not_its_end(rules: Rules) -> None:
    def counted(time: datetime) -> int:
        return trait(rules, [did("Order Created", time)], kind="event_counter", window_days=30)

    begin = END - timedelta(days=30)
    assert [counted(time) for time in (begin - MICROSECOND, begin, END - MICROSECOND, END)] == [0, 1, 1, 0]


def test_windows_and_where_hold_for_every_kind(rules: Rules) -> None:
    history = [
        did("Order Created", "2024-02-01", agent="Store 1", value=1),
        did("Order Created", "2024-03-10", agent="Store 2", value=2),
        did("Order Created", "2024-03-11", agent="Store 1", value=3),
        did("Order Created", "2024-03-12", agent="Store 1", value=3),
    ]
    narrowed = {
        "window_days": 7,
        "where": [
            {"property": "agent", "op": "equals", "value": "Store 1"},
            {"property": "value", "op": "greater", "value": 0},
        ],
    }
    assert trait(rules, history, kind="event_counter", **narrowed) == 2
    narrowed["property"] = "value"
    assert trait(rules, history, kind="aggregation", function="sum", **narrowed) == 6
    assert trait(rules, history, kind="most_frequent", **narrowed) == "3"
    assert trait(rules, history, kind="first", **narrowed) == "3"
    assert trait(rules, history, kind="last", **narrowed) == "3"
    assert trait(rules, history, kind="unique_list", **narrowed) == ["3"]
    assert trait(rules, history, kind="unique_list_count", **narrowed) == 1


def test_between_days_holds_its_far_edge_and_not_its_near_one(rules: Rules) -> None:
    condition = {"event": "Pickup Missed", "at_least": 1, "between_days": [7, 60]}

    def counted(time: datetime) -> bool:
        return belongs(rules, {"all": [condition]}, [did("Pickup Missed", time)])

    far, near = END - timedelta(days=60), END - timedelta(days=7)
    assert [counted(time) for time in (far - MICROSECOND, far, near - MICROSECOND, near)] == [False, True, True, False]


def test_a_window_from_0_days_on_ends_before_the_end(rules: Rules) -> None:
    condition = {"event": "Pickup Missed", "at_least": 1, "between_days": [0, 1]}
    assert belongs(rules, {"all": [condition]}, [did("Pickup Missed", END - MICROSECOND)])
    assert not belongs(rules, {"all": [condition]}, [did("Pickup Missed", END)])


def test_a_windows_days_have_24_hours_whatever_the_clocks_do(rules: Rules) -> None:
    """Los Angeles lost an hour on 10 March 2024: 24 hours before noon on that day it was 11 o'clock."""
    noon = datetime(2024, 3, 10, 12, tzinfo=LOS_ANGELES)

    def counted(time: datetime) -> bool:
        condition = {"event": "Customer Visit", "exactly": 1, "within_days": 1}
        return belongs(rules, {"all": [condition]}, [did("Customer Visit", time)], end=noon, zone=LOS_ANGELES)

    assert counted(at("2024-03-09T19:00"))  # 11 o'clock
    assert not counted(at("2024-03-09T19:00") - MICROSECOND)


@pytest.mark.parametrize(("word", "holds_for"), [("at_least", {2, 3}), ("exactly", {2}), ("at_most", {0, 1, 2})])
def test_events_are_counted_at_least_exactly_and_at_most(rules: Rules, word: str, holds_for: set[int]) -> None:
    visits = [did("Customer Visit", f"2024-03-0{day}") for day in (1, 2, 3)]
    condition = {"event": "Customer Visit", word: 2}
    found = {number for number in range(4) if belongs(rules, {"all": [condition]}, visits[:number])}
    assert found == holds_for


def test_where_knows_days_of_the_businesss_calendar_too(rules: Rules) -> None:
    history = order_of("2024-03-12", "2024-03-13", path="sold_by")
    where = [{"property": "sold_by", "op": "within_last_days", "value": 0}]
    end = at("2024-03-13T06:59")
    assert trait(rules, history, kind="unique_list", property="sold_by", where=where, end=end) == ["2024-03-13"]
    in_california = trait(
        rules, history, kind="unique_list", property="sold_by", where=where, end=end, zone=LOS_ANGELES
    )
    assert in_california == ["2024-03-12"]
