"""Casts, by the table of the contract and by their laws."""

import datetime as dt
import json
import math
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smrt_startdeliver.mapping.casts import REASONS, cast

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
DTYPES = {
    "text": "str",
    "number": "str",
    "integer": "Int64",
    "boolean": "boolean",
    "time": "datetime64[us, UTC]",
    "date": pd.ArrowDtype(pa.date32()),
}
TARGETS = ("text", "number", "date", "boolean")


def cast_cells(cells, kind, target, zone=LOS_ANGELES):
    """Each cell's canonical text, or its reason with a sign before it."""
    result = cast(pd.Series(cells, dtype=DTYPES[kind]), kind, target, zone)
    assert result.values.dtype == result.reasons.dtype == "str"
    assert (result.values.isna() | result.reasons.isna()).all()
    cells = result.values.fillna("!" + result.reasons)
    return [None if isinstance(cell, float) else cell for cell in cells]


NOT_A_NUMBER, NOT_A_DATE, NOT_A_BOOLEAN = "!not_a_number", "!not_a_date", "!not_a_boolean"
TIME = pd.Timestamp("2025-01-31T05:00:00.123999Z")


@pytest.mark.parametrize(
    ("kind", "cell", "text", "number", "date", "boolean"),
    [
        ("text", None, None, None, None, None),
        ("text", "", None, None, None, None),
        ("text", " \t ", None, None, None, None),
        ("text", " Ann ", " Ann ", NOT_A_NUMBER, NOT_A_DATE, NOT_A_BOOLEAN),
        ("text", "19.50", "19.50", "19.5", NOT_A_DATE, NOT_A_BOOLEAN),
        ("text", "00102", "00102", "102", NOT_A_DATE, NOT_A_BOOLEAN),
        ("text", "NaN", "NaN", NOT_A_NUMBER, NOT_A_DATE, NOT_A_BOOLEAN),
        ("text", "Yes", "Yes", NOT_A_NUMBER, NOT_A_DATE, "true"),
        ("text", "false", "false", NOT_A_NUMBER, NOT_A_DATE, "false"),
        ("text", "1", "1", "1", NOT_A_DATE, "true"),
        ("text", "t", "t", NOT_A_NUMBER, NOT_A_DATE, NOT_A_BOOLEAN),
        ("text", "2025-01-31", "2025-01-31", "1738310400000", "2025-01-31", NOT_A_BOOLEAN),
        ("text", "2025-01-31T05:00:00Z", "2025-01-31T05:00:00Z", "1738299600000", "2025-01-30", NOT_A_BOOLEAN),
        ("text", "2025-02-30", "2025-02-30", NOT_A_NUMBER, NOT_A_DATE, NOT_A_BOOLEAN),
        ("text", "🧺", "🧺", NOT_A_NUMBER, NOT_A_DATE, NOT_A_BOOLEAN),
        ("number", None, None, None, None, None),
        ("number", "19.990", "19.99", "19.99", NOT_A_DATE, NOT_A_BOOLEAN),
        ("number", "42.0", "42", "42", NOT_A_DATE, NOT_A_BOOLEAN),
        ("number", "1.00", "1", "1", NOT_A_DATE, "true"),
        ("number", "NaN", NOT_A_NUMBER, NOT_A_NUMBER, NOT_A_DATE, NOT_A_BOOLEAN),
        ("number", "-Infinity", NOT_A_NUMBER, NOT_A_NUMBER, NOT_A_DATE, NOT_A_BOOLEAN),
        ("integer", 0, "0", "0", NOT_A_DATE, "false"),
        ("integer", 2**60 + 1, "1152921504606846977", "1152921504606846977", NOT_A_DATE, NOT_A_BOOLEAN),
        ("integer", None, None, None, None, None),
        ("boolean", True, "true", NOT_A_NUMBER, NOT_A_DATE, "true"),
        ("boolean", False, "false", NOT_A_NUMBER, NOT_A_DATE, "false"),
        ("boolean", None, None, None, None, None),
        ("time", TIME, "2025-01-31T05:00:00.123Z", "1738299600123", "2025-01-30", NOT_A_BOOLEAN),
        ("time", None, None, None, None, None),
        ("date", dt.date(2025, 1, 31), "2025-01-31", "1738310400000", "2025-01-31", NOT_A_BOOLEAN),
        ("date", None, None, None, None, None),
    ],
)
def test_each_kind_is_cast_to_each_type(kind, cell, text, number, date, boolean):
    found = [cast_cells([cell], kind, target)[0] for target in TARGETS]
    assert found == [text, number, date, boolean]


def test_a_date_is_a_number_by_the_first_instant_of_the_day():
    assert cast_cells(["2018-11-04"], "text", "number", ZoneInfo("America/Sao_Paulo")) == ["1541300400000"]


def test_a_date_that_a_zone_skipped_stays_that_date():
    assert cast_cells(["2011-12-30"], "text", "date", ZoneInfo("Pacific/Apia")) == ["2011-12-30"]


@pytest.mark.parametrize("kind", DTYPES)
@pytest.mark.parametrize("target", TARGETS)
def test_columns_of_nothing_stay_columns_of_text(kind, target):
    assert cast_cells([], kind, target) == []
    assert cast_cells([None, None], kind, target) == [None, None]


@pytest.mark.parametrize("target", TARGETS)
def test_the_index_is_kept_even_where_it_repeats(target):
    result = cast(pd.Series(["1", None, "x"], index=[7, 7, 3], dtype="str"), "text", target, LOS_ANGELES)
    assert result.values.index.tolist() == result.reasons.index.tolist() == [7, 7, 3]


def test_a_megabyte_is_text_and_nothing_else():
    long = "9" * 1_000_000
    assert [cast_cells([long], "text", target)[0] for target in TARGETS] == [
        long,
        NOT_A_NUMBER,
        NOT_A_DATE,
        NOT_A_BOOLEAN,
    ]


TEXTS = st.one_of(
    st.text(),
    st.integers().map(str),
    st.floats().map(repr),
    st.decimals().map(str),
    st.datetimes().map(lambda time: time.isoformat()),
    st.datetimes(timezones=st.just(dt.UTC)).map(str),
    st.dates().map(str),
    st.sampled_from(["true", "No", "1", "0", " yes ", "NaN", "inf"]),
    st.tuples(st.dates(), st.sampled_from(["T24:00", " 08:00", "T08:00:60Z", " 08:00:00.1234567+14"])).map(
        lambda parts: f"{parts[0]}{parts[1]}"
    ),
)
CELLS = {
    "text": TEXTS,
    "number": st.one_of(st.decimals(), st.floats()).map(str),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    # the warehouse's times are clamped to these days (sql/extract)
    "time": st.datetimes(
        dt.datetime(1, 1, 2),  # noqa: DTZ001
        dt.datetime(9999, 12, 30),  # noqa: DTZ001
        timezones=st.just(dt.UTC),
    ),
    "date": st.dates(dt.date(1, 1, 3), dt.date(9999, 12, 28)),
}
COLUMNS = st.sampled_from(sorted(CELLS)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.one_of(st.none(), CELLS[kind]), max_size=8))
)
ZONES = st.sampled_from(["UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Africa/Monrovia", "Pacific/Apia"]).map(
    ZoneInfo
)

READS_AS = {
    "text": lambda text: text.strip() != "",
    "number": lambda text: not isinstance(json.loads(text), bool) and math.isfinite(json.loads(text)),
    "date": lambda text: dt.date.fromisoformat(text).isoformat() == text,
    "boolean": lambda text: text in ("true", "false"),
}

some = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@some
@given(COLUMNS, ZONES, st.sampled_from(TARGETS))
def test_nothing_raises_and_every_value_reads_back_as_its_type(column, zone, target):
    kind, cells = column
    found = cast_cells(cells, kind, target, zone)
    assert len(found) == len(cells)
    for cell, text in zip(cells, found, strict=True):
        if text is None:
            assert cell is None or (kind == "text" and not cell.strip())
        elif text != "!" + REASONS[target]:
            assert READS_AS[target](text)


@some
@given(COLUMNS, ZONES, st.sampled_from(TARGETS))
def test_a_canonical_text_is_its_own_cast(column, zone, target):
    kind, cells = column
    canonical = [text for text in cast_cells(cells, kind, target, zone) if text and not text.startswith("!")]
    assert cast_cells(canonical, "text", target, zone) == canonical


@some
@given(st.data(), ZONES)
def test_a_cell_is_cast_alike_in_any_company(data, zone):
    kind, cells = data.draw(COLUMNS)
    target = data.draw(st.sampled_from(TARGETS))
    assert cast_cells(cells, kind, target, zone) == [cast_cells([cell], kind, target, zone)[0] for cell in cells]
