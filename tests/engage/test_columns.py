"""A column as it is read: as text, as numbers, as instants and as days."""

from __future__ import annotations

import datetime as dt
import math
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smrt_startdeliver.engage.columns import NO_DAY, Column
from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.mapping.number_text import canonical_number
from tests.engage.frames import DTYPES, LOS_ANGELES, column

TIME = pd.Timestamp("2026-03-10T06:30:00.123456Z")
DAY = dt.date(2026, 3, 10)
some = settings(deadline=None, max_examples=60)


def texts(*values: object, kind: Kind = "text") -> list[str | None]:
    return [None if pd.isna(text) else text for text in column(*values, kind=kind).texts]


def numbers(*values: object, kind: Kind = "text") -> list[float | None]:
    return [None if math.isnan(number) else number for number in column(*values, kind=kind).numbers.tolist()]


def days(*values: object, kind: Kind = "text", zone: ZoneInfo = LOS_ANGELES) -> list[str | None]:
    found = column(*values, kind=kind, zone=zone).days
    return [None if day == NO_DAY else str(np.datetime64(int(day), "D")) for day in found]


def test_texts_stay_as_they_are_and_those_of_nothing_but_space_are_null() -> None:
    assert texts("a", " a ", "007", "", " \t\n", None) == ["a", " a ", "007", None, None, None]
    assert column("a", "", None).is_null.tolist() == [False, True, True]


def test_each_kind_has_its_canonical_text() -> None:
    assert texts("19.50", "1e3", "NaN", None, kind="number") == ["19.5", "1000", None, None]
    assert texts(7, 2**62, None, kind="integer") == ["7", str(2**62), None]
    assert texts(True, False, None, kind="boolean") == ["true", "false", None]
    assert texts(TIME, None, kind="time") == ["2026-03-10T06:30:00.123Z", None]
    assert texts(DAY, None, kind="date") == ["2026-03-10", None]


def test_computed_counts_and_aggregations_are_read_as_they_are_computed() -> None:
    counts = Column(pd.Series([3, 0, None], dtype="Int64"), "integer", LOS_ANGELES)
    assert (counts.texts[:2].tolist(), counts.is_null.tolist()) == (["3", "0"], [False, False, True])
    sums = Column(pd.Series([19.5, 20.0, 1e20, None], dtype="Float64"), "number", LOS_ANGELES)
    assert sums.texts[:3].tolist() == ["19.5", "20", "100000000000000000000"]
    assert sums.numbers[:3].tolist() == [19.5, 20, 1e20]


def test_numbers_are_read_from_text_too() -> None:
    assert numbers("7", " 7.50 ", "-3", "+3", ".5", "5.", "1e3", "007") == [7, 7.5, -3, 3, 0.5, 5, 1000, 7]
    assert numbers("19.50", "0", kind="number") == [19.5, 0]
    assert numbers(7, None, kind="integer") == [7, None]


def test_what_is_no_number_is_passed_over() -> None:
    assert numbers("", " ", "a", "$5", "1,000", "1_000", "0x10", "1e", "٣", "1 2", None) == [None] * 11
    assert numbers("nan", "NaN", "inf", "-Infinity", "1e400", "9" * 400) == [None] * 6
    assert numbers("NaN", "Infinity", "-Infinity", kind="number") == [None] * 3


def test_booleans_times_and_dates_are_no_numbers() -> None:
    assert numbers(True, False, kind="boolean") == [None, None]
    assert numbers(TIME, kind="time") == [None]
    assert numbers(DAY, kind="date") == [None]
    assert numbers("true", "2026-03-10") == [None, None]


@some
@given(st.lists(st.text("0123456789.eE+- x", max_size=24) | st.floats().map(str) | st.integers().map(str), max_size=8))
def test_a_text_is_the_number_that_its_canonical_text_is(values: list[str]) -> None:
    canonical = [canonical_number(value) for value in values]
    assert numbers(*values) == [None if number is None else float(number) for number in canonical]


def test_instants_are_read_from_times_dates_and_texts_of_both() -> None:
    assert list(column(TIME, None, kind="time").instants) == [TIME, pd.NaT]
    midnight = pd.Timestamp("2026-03-10T07:00:00Z")
    assert column(DAY, kind="date", zone=LOS_ANGELES).instants[0] == midnight
    found = column("2026-03-10", " 2026-03-10 07:00 ", "2026-03-10T08:00:00+01:00", "soon", "7", None, zone=LOS_ANGELES)
    assert list(found.instants) == [midnight] * 3 + [pd.NaT] * 3
    assert found.instants.dtype == "datetime64[us, UTC]"


def test_an_instant_keeps_its_microseconds() -> None:
    assert column("2026-03-10T06:30:00.123456Z").instants[0] == TIME


def test_days_are_the_businesss() -> None:
    assert days("2026-03-10", "2026-03-10T06:30:00Z", "2026-03-10T07:00:00Z", "soon", None) == [
        "2026-03-10",
        "2026-03-09",
        "2026-03-10",
        None,
        None,
    ]
    assert days(TIME, None, kind="time") == ["2026-03-09", None]
    assert days(DAY, None, kind="date") == ["2026-03-10", None]


def test_a_day_that_the_clock_skips_is_itself() -> None:
    """Apia had no 30 December 2011: its first instant is the next day's."""
    assert days("2011-12-30", zone=ZoneInfo("Pacific/Apia")) == ["2011-12-30"]


@pytest.mark.parametrize("kind", ["number", "integer", "boolean"])
def test_numbers_and_booleans_are_no_dates(kind: Kind) -> None:
    value = True if kind == "boolean" else "20260310"
    assert days(value, kind=kind) == [None]
    assert list(column(value, kind=kind).instants) == [pd.NaT]


@pytest.mark.parametrize("kind", DTYPES)
def test_a_column_of_nulls_and_one_without_rows_are_read_like_any_other(kind: Kind) -> None:
    for rows in ([], [None, None]):
        empty = column(*rows, kind=kind)
        assert empty.is_null.tolist() == [True] * len(rows)
        assert np.isnan(empty.numbers).tolist() == [True] * len(rows)
        assert empty.instants.isna().tolist() == [True] * len(rows)
        assert (empty.days == NO_DAY).tolist() == [True] * len(rows)


def test_values_are_read_by_their_place_whatever_their_index() -> None:
    values = pd.Series(["7", None, "2026-03-10"], index=[9, 9, 2], dtype="str")
    found = Column(values, "text", LOS_ANGELES)
    assert list(found.texts.index) == list(found.instants.index) == [0, 1, 2]
    assert found.numbers[0] == 7
    assert found.days[2] == np.datetime64("2026-03-10").astype("int64")
    times = Column(pd.Series([None, TIME], index=[9, 9], dtype="datetime64[us, UTC]"), "time", LOS_ANGELES)
    assert list(times.instants.index) == [0, 1]
    assert times.days.tolist()[1] == np.datetime64("2026-03-09").astype("int64")
