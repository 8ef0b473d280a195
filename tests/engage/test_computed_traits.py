"""Each kind of computed trait by a short example."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from smrt_startdeliver.engage.computed_traits import compute
from smrt_startdeliver.engage.occurrences import NO_EVENTS, Events
from smrt_startdeliver.mapping.casts import Kind
from tests.engage.declaring import traits
from tests.engage.frames import END, happened, occurrences

HOUR = timedelta(hours=1)
KINDS = {
    "event_counter": ("", "Int64"),
    "aggregation": (", function: sum, property: p", "Float64"),
    "most_frequent": (", property: p", "str"),
    "first": (", property: p", "str"),
    "last": (", property: p", "str"),
    "unique_list": (", property: p", "str"),
    "unique_list_count": (", property: p", "Int64"),
}
"""The words that each needs, and how it is held."""


def of(kind: str, events: Events, *customers: str, words: str = "") -> list[Any]:
    """The values of a trait over property p; None for null."""
    (trait,) = traits(f"{{name: T, kind: {kind}, event: X{words or KINDS[kind][0]}}}")
    found = compute(trait, occurrences(events, *(customers or ("a",))))
    assert found.dtype == KINDS[kind][1]
    assert list(found.index) == list(range(len(customers or ("a",))))
    return [None if pd.isna(value) else value for value in found]


def hourly(*values: object, kind: Kind = "text", user: str = "a") -> Events:
    """An event an hour, the last one an hour before the end, with these values of p."""
    rows = [(user, END - HOUR * (len(values) - place)) for place in range(len(values))]
    return happened(*rows, p=values, kinds={"p": kind})


def of_many(**values: list[object]) -> Events:
    """The events of several customers, one after the other."""
    rows = [(user, END - HOUR) for user, of_user in values.items() for _ in of_user]
    return happened(*rows, p=[value for of_user in values.values() for value in of_user])


def aggregated(function: str, *values: object, kind: Kind = "text") -> float | None:
    return of("aggregation", hourly(*values, kind=kind), words=f", function: {function}, property: p")[0]


@pytest.mark.parametrize("kind", KINDS)
def test_of_what_never_happened_counts_are_0_and_all_others_null(kind: str) -> None:
    nothing = 0 if KINDS[kind][1] == "Int64" else None
    assert of(kind, NO_EVENTS, "a", "b") == [nothing, nothing]
    assert of(kind, happened(("z", END - HOUR), p=["x"]), "a", "b") == [nothing, nothing]
    assert of(kind, happened(("a", END), p=["7"]), "a") == [nothing], "at the end it has not happened yet"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "event_counter"])
def test_events_without_the_property_count_for_nothing(kind: str) -> None:
    assert of(kind, hourly(None, "", " ", None)) == of(kind, NO_EVENTS)
    assert of(kind, happened(("a", END - HOUR))) == of(kind, NO_EVENTS), "no such column"


@pytest.mark.parametrize("kind", KINDS)
def test_each_customer_has_a_value_of_her_own_by_her_place(kind: str) -> None:
    events = of_many(b=["7", "7", "7"], a=["9", "9", "8", "8"])
    assert of(kind, events, "a", "none", "b") == [*of(kind, events, "a"), *of(kind, NO_EVENTS), *of(kind, events, "b")]
    assert of(kind, events, "a") != of(kind, events, "b")


@pytest.mark.parametrize("kind", KINDS)
def test_only_events_in_the_window_for_which_where_holds_count(kind: str) -> None:
    rows = [("a", END - timedelta(days=30) - HOUR)] * 2 + [("a", END - HOUR)] * 4
    events = happened(*rows, p=["1", "1", "2", "2", "3", "3"], agent=["Bo", "Bo", "Bo", "Bo", "Cy", "Cy"])
    words = f"{KINDS[kind][0]}, window_days: 30, where: [{{property: agent, op: equals, value: Bo}}]"
    assert of(kind, events, words=words) == of(kind, hourly("2", "2"))


def test_a_counter_counts_events_whatever_they_hold() -> None:
    assert of("event_counter", hourly("x", None, "x")) == [3]
    assert of("event_counter", of_many(a=["x"], c=["x", "x"]), "a", "b", "c") == [1, 0, 2]


@pytest.mark.parametrize(
    ("function", "expected"), [("sum", 29.5), ("average", 9.833333), ("minimum", -2), ("maximum", 19.5)]
)
def test_numbers_are_aggregated_from_text_too(function: str, expected: float) -> None:
    for kind in ("text", "number"):
        assert aggregated(function, "12", "19.50", "-2.00", kind=kind) == expected
    assert aggregated(function, "12", " 19.5 ", "-2e0", "$9", "n/a", "", None) == expected


@pytest.mark.parametrize("function", ["sum", "average", "minimum", "maximum"])
def test_what_is_no_number_is_passed_over(function: str) -> None:
    assert aggregated(function, "7", "NaN", "Infinity", "-Infinity", None, kind="number") == 7
    assert aggregated(function, "7", "nan", "inf", "-inf", "1e999", "true") == 7
    assert aggregated(function, "NaN", "inf") is None
    assert aggregated(function, True, False, kind="boolean") is None
    assert aggregated(function, END, kind="time") is None


def test_aggregations_are_rounded_to_6_decimals() -> None:
    assert aggregated("average", "1", "1", "0") == 0.666667
    assert aggregated("sum", "0.1", "0.2") == 0.3
    assert aggregated("sum", "0.0000001") == 0
    assert aggregated("maximum", "1.23456789") == 1.234568


def test_sums_of_integers_are_numbers() -> None:
    assert aggregated("sum", 2, 3, None, kind="integer") == 5


def test_the_most_frequent_value_is_the_one_that_came_most_often() -> None:
    assert of("most_frequent", hourly("a", "b", "b", "c", "b", "a")) == ["b"]


def test_the_most_frequent_value_came_twice_at_least() -> None:
    assert of("most_frequent", hourly("a", "b", "c")) == [None]
    assert of("most_frequent", hourly("a", None, None, "")) == [None]
    assert of("most_frequent", of_many(x=["a", "b"], y=["a", "a"]), "x", "y") == [None, "a"]


def test_of_values_as_frequent_the_first_in_order_of_text_is_taken() -> None:
    assert of("most_frequent", hourly("b", "b", "a", "a")) == ["a"]
    assert of("most_frequent", hourly("a", "a", "Z", "Z", "10", "10", "9", "9")) == ["10"]
    assert of("most_frequent", hourly("é", "é", "z", "z")) == ["z"]


def test_values_are_told_apart_as_texts() -> None:
    assert of("most_frequent", hourly("Pants", "pants", "pants ", "x", "x")) == ["x"]
    assert of("unique_list_count", hourly("Pants", "pants", "pants ", "Pants")) == [3]
    assert of("most_frequent", hourly("7", "7.0", "7.00", kind="number")) == ["7"], "one number, one text"


def test_first_and_last_are_the_values_of_the_first_and_last_event_that_has_any() -> None:
    events = hourly(None, "b", "c", "a", "")
    assert (of("first", events), of("last", events)) == (["b"], ["a"])


def test_of_events_of_one_instant_the_ids_decide() -> None:
    events = happened(*[("a", END - HOUR)] * 3, p=["m", "z", "b"])
    mixed = Events(events.rows.sample(frac=1, random_state=5), events.kinds)
    assert (of("first", mixed), of("last", mixed)) == (["m"], ["b"])


def test_a_value_is_kept_as_canonical_text() -> None:
    assert of("last", hourly("19.50", kind="number")) == ["19.5"]
    assert of("last", hourly(True, kind="boolean")) == ["true"]
    assert of("first", hourly(END, kind="time")) == ["2026-03-10T12:00:00.000Z"]


def test_a_unique_list_is_each_text_once_in_order_as_compact_json() -> None:
    assert of("unique_list", hourly("b", "a", None, "b", "Z", "10", "9")) == ['["10","9","Z","a","b"]']


def test_a_unique_list_reads_back_whatever_the_texts_hold() -> None:
    values = ['"', "\\", "a,b", "[x]", "é", "😀", "\n", "\u2028 x", "</script>"]
    (text,) = of("unique_list", hourly(*values))
    assert json.loads(text) == sorted(value for value in values if value.strip())
    assert "é" in text


def test_unique_lists_of_many_customers_do_not_run_into_each_other() -> None:
    events = of_many(b=["x", "y"], d=["x"], a=["z", None], c=[None])
    assert of("unique_list", events, "a", "b", "c", "d", "e") == ['["z"]', '["x","y"]', None, '["x"]', None]
    assert of("unique_list_count", events, "a", "b", "c", "d", "e") == [1, 2, 0, 1, 0]
