"""Dates and times that stand in texts."""

import pandas as pd
import pytest

from smrt_startdeliver.mapping.iso_text import days_in, times_in


def time_in(text):
    return times_in(pd.Series([text], dtype="str")).iloc[0]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-01-31T08:00:00.000Z", "2025-01-31T08:00:00Z"),
        ("2025-01-31 08:00:00.123456+00", "2025-01-31T08:00:00.123456Z"),
        ("2025-01-31 08:00:00.123456789+01:00", "2025-01-31T07:00:00.123456Z"),
        ("2025-01-31T08:00-0530", "2025-01-31T13:30:00Z"),
        ("2025-01-31 08:00:00", "2025-01-31T08:00:00Z"),
        ("0044-03-15T12:00:00Z", "0044-03-15T12:00:00Z"),
    ],
)
def test_a_time_is_an_instant_and_without_a_zone_it_is_utc(text, instant):
    assert time_in(text) == pd.Timestamp(instant)


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-31",
        "2025-02-30T08:00:00Z",
        "2025-01-31T25:00:00Z",
        "2025-01-31T08",
        "20250131T080000Z",
        "08:00:00",
        "soon",
        "9999-12-31T23:59:59-12:00",
        "0000-01-01T00:00:00Z",
        "12025-01-31T08:00:00Z",
        "2025-01-31T08:00:00+99:99",
        None,
    ],
)
def test_what_is_no_time_is_none(text):
    assert pd.isna(time_in(text))


def test_a_date_is_a_day_that_exists():
    days = days_in(
        pd.Series(["2025-01-31", "2025-02-30", "2024-02-29", "2025-01-31T08:00:00Z", "0001-01-01", None], dtype="str")
    )
    assert days.notna().tolist() == [True, False, True, False, True, False]
    assert days.iloc[2] == pd.Timestamp("2024-02-29")


def test_columns_without_a_value_keep_their_type():
    empty = pd.Series([], dtype="str")
    assert times_in(empty).dtype == "datetime64[us, UTC]"
    assert days_in(empty).dtype == "datetime64[us]"
