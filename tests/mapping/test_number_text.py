"""Numbers have one text each, and read back as the number that they were."""

import json
import math
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smrt_startdeliver.mapping.number_text import canonical_number, number_texts

some = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"), ("-0", "0"), ("0.000", "0"), ("007", "7"), ("+7", "7"), (" 7 ", "7"), ("7.", "7"), ("7.0", "7"),
        ("19.50", "19.5"), (".5", "0.5"), ("-.5", "-0.5"), ("1e3", "1000"), ("1.5E+1", "15"), ("1e-3", "0.001"),
        ("100", "100"), ("9007199254740993", "9007199254740993"), ("12345678901234567890.10", "12345678901234567890.1"),
    ],
)  # fmt: skip
def test_a_number_has_one_text(text, number):
    assert canonical_number(text) == number


@pytest.mark.parametrize(
    "text",
    ["", " ", ".", "-", "abc", "NaN", "Infinity", "-inf", "1,000", "$5", "1_000", "0x1F", "1 2", "٣", "5%", "1e400",
     "-1e308", "1e-308", "1e99999999999999999999", "9" * 400],
)  # fmt: skip
def test_what_no_json_reader_holds_is_no_number(text):
    assert canonical_number(text) is None


@some
@given(st.floats(allow_nan=False, min_value=-1e300, max_value=1e300).map(lambda x: x if abs(x) > 1e-300 else 0.0))
def test_a_float_reads_back(number):
    assert float(json.loads(canonical_number(repr(number)))) == number


@some
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=6))
def test_all_texts_of_a_number_become_the_same(number):
    canonical = canonical_number(str(number))
    assert Decimal(canonical) == number
    assert canonical_number(canonical) == canonical
    assert canonical_number(f"{number}00") == canonical


@some
@given(st.lists(st.one_of(st.none(), st.text(), st.integers().map(str), st.floats().map(repr)), max_size=20))
def test_a_column_gives_what_each_of_its_texts_gives(texts):
    column = number_texts(pd.Series(texts, dtype="str"))
    expected = [None if text is None else canonical_number(text) for text in texts]
    assert [None if isinstance(text, float) and math.isnan(text) else text for text in column] == expected
