"""Frames as Python's own values."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd

from smrt_startdeliver.cells import as_cells, as_rows

FRAME = pd.DataFrame(
    {
        "text": pd.Series(["ü", None], dtype="str"),
        "whole": pd.Series([2**53 + 1, None], dtype="Int64"),
        "flag": pd.Series([None, True], dtype="boolean"),
        "number": pd.Series([1.5, None], dtype="float64"),
        "plain": [1, 2],
    }
)


def test_each_value_is_pythons_own_and_a_null_is_none() -> None:
    rows = as_rows(FRAME)
    assert rows == [
        {"text": "ü", "whole": 2**53 + 1, "flag": None, "number": 1.5, "plain": 1},
        {"text": None, "whole": None, "flag": True, "number": None, "plain": 2},
    ]
    assert [type(value) for value in rows[0].values()] == [str, int, type(None), float, int]


def test_a_time_keeps_its_zone() -> None:
    times = pd.Series([pd.Timestamp("2024-03-05T10:00", tz="UTC"), None]).astype("datetime64[us, UTC]")
    assert as_cells(times) == [datetime(2024, 3, 5, 10, tzinfo=UTC), None]


def test_a_frame_without_columns_has_rows_all_the_same() -> None:
    assert as_rows(FRAME[[]]) == [{}, {}]
    assert as_rows(FRAME.iloc[:0]) == []
