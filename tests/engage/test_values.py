"""What a condition may compare with: a value that fits its `op`, and none that does not."""

from __future__ import annotations

import pandas as pd
import pytest

from smrt_startdeliver.engage.conditions import Op
from smrt_startdeliver.engage.declarations import AudiencesFile
from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.yaml_model import parse_model
from tests.engage.declaring import audiences

ONE = "must be one text, number, true or false (any_of takes several): it is what {op} compares with"
SEVERAL = "must be a list of texts, numbers, true or false: it is what {op} compares with"
DATE = "must be an ISO date or time, as 2026-03-01 or 2026-03-01T08:00:00Z: it is what {op} compares with"
DAYS = "must be a number of days, from 0 on: it is what {op} compares with"
MISSING = "is missing: {op} compares with one (for null there are exists and not_exists)"
LEFT_OUT = "must be left out: {op} compares with nothing"

COMPARING: tuple[Op, ...] = (
    "equals", "not_equals", "less", "greater", "less_or_equal", "greater_or_equal", "contains", "not_contains",
    "starts_with", "ends_with",
)  # fmt: skip
DATED: tuple[Op, ...] = ("before", "after")
COUNTING: tuple[Op, ...] = ("within_last_days", "within_next_days")


def value_of(op: str, value: str) -> object:
    (audience,) = audiences(f"{{name: A, all: [{{trait: createdAt, op: {op}, value: {value}}}]}}")
    return audience.all[0].value


def refusal(condition: str) -> str:
    text = f"audiences:\n  - name: A\n    any:\n      - {condition}\n"
    with pytest.raises(ConfigurationError) as refused:
        parse_model(text, "the file", AudiencesFile)
    return str(refused.value)


@pytest.mark.parametrize("op", COMPARING)
@pytest.mark.parametrize(("value", "read"), [("a", "a"), ("''", ""), ("7", 7), ("-0.5", -0.5), ("yes", True)])
def test_most_ops_compare_with_one_text_number_or_boolean(op: str, value: str, read: object) -> None:
    assert (value_of(op, value), type(value_of(op, value))) == (read, type(read))


def test_any_of_compares_with_several() -> None:
    assert value_of("any_of", "[a, 7, true]") == ("a", 7, True)


@pytest.mark.parametrize("op", COUNTING)
@pytest.mark.parametrize("days", [0, 14, 36_525])
def test_days_are_counted_from_none_to_a_century(op: str, days: int) -> None:
    assert value_of(op, str(days)) == days


@pytest.mark.parametrize("op", ["exists", "not_exists"])
def test_what_asks_whether_there_is_a_value_takes_none(op: str) -> None:
    (audience,) = audiences(f"{{name: A, all: [{{trait: email, op: {op}}}]}}")
    assert audience.all[0].value is None


@pytest.mark.parametrize(
    ("ops", "value", "problem"),
    [
        (COMPARING, "[a]", ONE),
        (COMPARING, "{a: b}", ONE),
        (COMPARING, ".nan", ONE),
        (COMPARING, "-.inf", ONE),
        (COMPARING, "null", MISSING),
        (["any_of"], "a", SEVERAL),
        (["any_of"], "[]", SEVERAL),
        (["any_of"], "[a, null]", SEVERAL),
        (["any_of"], "[a, [b]]", SEVERAL),
        (["any_of"], "[1, .nan]", SEVERAL),
        (["any_of"], "null", MISSING),
        (DATED, "tomorrow", DATE),
        (DATED, "2026", DATE),
        (DATED, "03/01/2026", DATE),
        (DATED, "'2026-02-30'", DATE),
        (DATED, "2026-03-01T8", DATE),
        (DATED, "[2026-03-01]", DATE),
        (DATED, "0001-01-01T00:00:00+05:00", DATE),
        (DATED, "null", MISSING),
        (COUNTING, "-1", DAYS),
        (COUNTING, "2.0", DAYS),
        (COUNTING, "true", DAYS),
        (COUNTING, "'3'", DAYS),
        (COUNTING, "36526", DAYS),
        (COUNTING, "null", MISSING),
        (["exists", "not_exists"], "true", LEFT_OUT),
        (["exists", "not_exists"], "null", LEFT_OUT),
    ],
)
def test_a_value_that_does_not_fit_its_op_is_refused_at_the_value(ops: list[str], value: str, problem: str) -> None:
    for op in ops:
        for side in ("trait: createdAt", "event: X, at_least: 1, where: [{property: agent"):
            at = "audiences.0.any.0" if side.startswith("trait") else "audiences.0.any.0.where.0"
            condition = f"{{{side}, op: {op}, value: {value}}}" + ("]}" if "where" in side else "")
            assert refusal(condition) == f"the file, line 4: {at}.value {problem.format(op=op)}"


@pytest.mark.parametrize("op", [*COMPARING, *DATED, *COUNTING, "any_of"])
def test_a_value_that_is_missing_is_asked_for(op: str) -> None:
    problem = MISSING.format(op=op)
    assert refusal(f"{{trait: createdAt, op: {op}}}") == f"the file, line 4: audiences.0.any.0.value {problem}"


def test_a_mistake_in_a_value_is_refused_at_the_values_own_line() -> None:
    condition = "trait: createdAt\n        op: before\n        value: tomorrow"
    assert refusal(condition) == f"the file, line 6: audiences.0.any.0.value {DATE.format(op='before')}"


def test_a_date_that_is_none_is_refused_without_quotes_too() -> None:
    condition = "{trait: createdAt, op: before, value: 2026-02-30}"
    assert refusal(condition) == "the file, line 4: '2026-02-30' cannot be read: day is out of range for month"


@pytest.mark.parametrize("op", ["equals", *DATED])
def test_a_date_means_the_same_with_quotes_and_without(op: str) -> None:
    assert value_of(op, "2026-03-01") == value_of(op, "'2026-03-01'") == "2026-03-01"


def test_dates_in_a_list_are_read_as_those_alone() -> None:
    assert value_of("any_of", "[2026-03-01, '2026-03-02']") == ("2026-03-01", "2026-03-02")


@pytest.mark.parametrize(
    "value",
    ["2026-03-01 08:00:00", "2026-03-01T08:00:00Z", "2026-03-01T10:00:00+02:00", "2026-03-01 00:00:00.000 -08:00"],
)
@pytest.mark.parametrize("op", DATED)
def test_a_time_without_quotes_is_the_instant_that_it_names_and_utc_where_it_names_no_zone(op: str, value: str) -> None:
    read = value_of(op, value)
    assert isinstance(read, str)
    assert read.endswith("Z")
    assert pd.Timestamp(read) == pd.Timestamp("2026-03-01T08:00:00Z")


def test_a_time_without_quotes_is_equal_to_the_text_of_that_time() -> None:
    assert value_of("equals", "2026-03-01T10:00:00+02:00") == "2026-03-01T08:00:00.000Z"


@pytest.mark.parametrize("op", DATED)
def test_a_time_without_quotes_keeps_its_microseconds_where_instants_are_compared(op: str) -> None:
    assert pd.Timestamp(value_of(op, "2026-03-01T08:00:00.123456Z")) == pd.Timestamp("2026-03-01T08:00:00.123456Z")


@pytest.mark.parametrize("op", ["[equals]", "{equals: a}", "null", "5"])
def test_an_op_that_is_no_word_is_refused(op: str) -> None:
    assert refusal(f"{{trait: email, op: {op}, value: a}}").startswith(
        "the file, line 4: audiences.0.any.0.op must be 'equals', "
    )
