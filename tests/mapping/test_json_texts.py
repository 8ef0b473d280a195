"""Values and objects as JSON texts."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.mapping.json_texts import json_texts, object_texts


def texts(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype="str")


@pytest.mark.parametrize(
    ("kind", "dtype", "value", "expected"),
    [
        ("number", "Float64", 14.0, "14"),
        ("number", "float64", 14.5, "14.5"),
        ("number", "str", " 1E+3 ", "1000"),
        ("number", "str", "NaN", None),
        ("integer", "Int64", 2**53 + 1, "9007199254740993"),
        ("boolean", "boolean", False, "false"),
        ("text", "str", 'say "a\\b"\n', '"say \\"a\\\\b\\"\\n"'),
        ("time", "datetime64[us, UTC]", pd.Timestamp("2025-01-31T05:00Z"), '"2025-01-31T05:00:00.000Z"'),
    ],
)
def test_each_kind_has_its_json_and_a_null_none(kind: Kind, dtype: str, value: object, expected: str | None) -> None:
    found = json_texts(pd.Series([value, None], dtype=dtype), kind)
    assert found.dtype == "str"
    assert [None if pd.isna(text) else text for text in found] == [expected, None]


@given(st.lists(st.text() | st.none(), max_size=5))
def test_any_text_is_read_back_as_it_was(values: list[str | None]) -> None:
    found = json_texts(texts(*values), "text")
    assert [None if pd.isna(text) else json.loads(text) for text in found] == values


def test_a_member_that_is_null_is_left_out_and_an_object_without_any_is_null() -> None:
    members = {"a": texts("1", None, None), 'b"': texts("true", '"x"', None)}
    found = object_texts(members, pd.RangeIndex(3))
    assert list(found[:2]) == ['{"a":1,"b\\"":true}', '{"b\\"":"x"}']
    assert pd.isna(found[2])
    assert object_texts({}, pd.RangeIndex(2)).isna().all()
