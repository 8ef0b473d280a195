"""The properties of an event as they are sent."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.plan.properties import VALUE, property_texts
from smrt_startdeliver.vocabulary import EVENT_TABLES
from tests.plan.frames import texts, times

few = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
TABLES = {table.table: table for table in EVENT_TABLES}
DTYPES = {
    "text": "str",
    "number": "str",
    "integer": "Int64",
    "boolean": "boolean",
    "time": "datetime64[us, UTC]",
    "date": pd.ArrowDtype(pa.date32()),
}


def properties(
    table: str, kinds: dict[str, Kind], *rows: dict[str, object], extra: bool = False
) -> tuple[list[dict], list[dict]]:
    """What is sent of each row, and what is rejected; a row is {column: cell}."""
    frame = pd.DataFrame({"id": texts(*(f"m-{number}" for number in range(len(rows))))})
    for column, kind in kinds.items():
        frame[VALUE + column] = pd.Series([row.get(column) for row in rows], dtype=DTYPES[kind])
    sent, rejected = property_texts(frame, TABLES[table], kinds, extra=extra)
    assert sent.dtype == "str"
    return [json.loads(text, parse_constant=pytest.fail) for text in sent], rejected.to_dict("records")


def sent_of(table: str, kinds: dict[str, Kind], row: dict[str, object], *, extra: bool = False) -> dict:
    sent, rejected = properties(table, kinds, row, extra=extra)
    assert rejected == []
    return sent[0]


def test_names_are_smrts_own_and_flattened_objects_are_nested_again() -> None:
    kinds: dict[str, Kind] = {
        "driver": "text",
        "had_pickup": "boolean",
        "address_street": "text",
        "address_postal_code": "text",
    }
    row = {"driver": "Bo", "had_pickup": True, "address_street": "1 Main St", "address_postal_code": "01234"}
    assert sent_of("pickup_completed", kinds, row) == {
        "driver": "Bo",
        "had_pickup": True,
        "address": {"street": "1 Main St", "postalCode": "01234"},
    }


def test_the_properties_of_one_event_do_not_touch_those_of_another() -> None:
    kinds: dict[str, Kind] = {"discount_name": "text", "discount_value": "number"}
    rows = [
        {"discount_name": "Spring", "discount_value": "5"},
        {"discount_name": "Fall"},
        {},
        {"discount_value": "7.5"},
    ]
    sent, rejected = properties("order_created", kinds, *rows)
    assert sent == [
        {"discount": {"name": "Spring", "value": 5}},
        {"discount": {"name": "Fall"}},
        {},
        {"discount": {"value": 7.5}},
    ]
    assert rejected == []


@pytest.mark.parametrize("kind", DTYPES)
def test_a_null_is_left_out(kind: Kind) -> None:
    assert sent_of("order_created", {"value": kind, "order_id": kind}, {"value": None, "order_id": None}) == {}


def test_an_object_of_nothing_but_nulls_is_left_out() -> None:
    assert sent_of("order_created", {"discount_name": "text", "agent": "text"}, {"agent": "Bo"}) == {"agent": "Bo"}


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("number", "19.50", 19.5),
        ("number", "7", 7),
        ("number", "12345678901234567", 12345678901234567),
        ("integer", 7, 7),
        ("integer", 2**53 + 1, 2**53 + 1),
        ("text", "19.50", 19.5),
        ("text", " 7 ", 7),
        ("text", "-3", -3),
        ("text", "$19.50", "$19.50"),
        ("text", "1,950", "1,950"),
        ("text", "1_950", "1_950"),
        ("text", "", ""),
        ("boolean", True, True),
    ],
)
def test_money_is_a_number_however_the_warehouse_holds_it(kind: Kind, cell: object, value: object) -> None:
    sent = sent_of("order_created", {"value": kind}, {"value": cell})["value"]
    assert (sent, type(sent)) == (value, type(value))


def test_a_text_that_is_no_amount_stays_a_text() -> None:
    assert sent_of("order_created", {"order_id": "text"}, {"order_id": "00102"}) == {"order_id": "00102"}


@pytest.mark.parametrize("kind", ["number", "text"])
@pytest.mark.parametrize("cell", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_json_has_not_is_rejected_with_a_reason_and_the_rest_goes_out(kind: Kind, cell: str) -> None:
    kinds: dict[str, Kind] = {"discount_value": kind, "agent": "text"}
    sent, rejected = properties(
        "order_created", kinds, {"discount_value": "5", "agent": "Bo"}, {"discount_value": cell, "agent": "Cy"}
    )
    assert sent == [{"agent": "Bo", "discount": {"value": 5}}, {"agent": "Cy"}]
    (value,) = rejected
    assert (value["key"], value["field"], value["reason"]) == ("m-1", "discount.value", "not_a_number")


def test_times_are_iso_utc_to_the_millisecond_and_days_are_days() -> None:
    time = pd.Timestamp("2025-01-31T05:00:00.123999Z")
    kinds: dict[str, Kind] = {"order_id": "time", "agent": "date"}
    assert sent_of("order_created", kinds, {"order_id": time, "agent": dt.date(2025, 1, 31)}) == {
        "order_id": "2025-01-31T05:00:00.123Z",
        "agent": "2025-01-31",
    }


def test_an_unknown_column_is_sent_by_its_column_name_only_where_that_is_asked_for() -> None:
    kinds: dict[str, Kind] = {"agent": "text", "bag_count": "integer", "is_rush": "boolean"}
    row = {"agent": "Bo", "bag_count": 3, "is_rush": False}
    assert sent_of("order_created", kinds, row) == {"agent": "Bo"}
    assert sent_of("order_created", kinds, row, extra=True) == {"agent": "Bo", "bag_count": 3, "is_rush": False}


@pytest.mark.parametrize("columns", [("address", "address_city"), ("address_city", "address")])
def test_an_unknown_column_that_is_called_like_an_object_of_smrts_gives_way_to_it(columns: tuple[str, str]) -> None:
    kinds: dict[str, Kind] = dict.fromkeys(columns, "text")
    sent, _ = properties(
        "pickup_completed", kinds, {"address": "1 Main St", "address_city": "Troy"}, {"address": "Oak"}, extra=True
    )
    assert sent == [{"address": {"city": "Troy"}}, {"address": "Oak"}]


def test_without_rows_there_are_no_properties_and_no_rejections() -> None:
    sent, rejected = properties("order_created", {"value": "number", "agent": "time"})
    assert (sent, rejected) == ([], [])


@few
@given(st.lists(st.none() | st.text() | st.floats().map(str) | st.integers().map(str), max_size=5))
def test_whatever_an_amount_is_what_goes_out_is_json(cells: list[str | None]) -> None:
    sent, rejected = properties("order_created", {"value": "text"}, *({"value": cell} for cell in cells))
    assert len(sent) == len(cells)
    assert {row["reason"] for row in rejected} <= {"not_a_number"}


@few
@given(st.lists(st.none() | st.text(), max_size=5), st.lists(st.none() | st.text(), min_size=5, max_size=5))
def test_whatever_a_text_is_it_goes_out_as_it_is(agents: list[str | None], names: list[str | None]) -> None:
    kinds: dict[str, Kind] = {"agent": "text", "discount_name": "text", "order_id": "integer"}
    rows = [{"agent": agent, "discount_name": name, "order_id": 7} for agent, name in zip(agents, names, strict=False)]
    sent, rejected = properties("order_created", kinds, *rows)
    assert rejected == []
    assert [one.get("agent") for one in sent] == agents
    assert [one.get("discount", {}).get("name") for one in sent] == names[: len(agents)]
    assert all("agent" not in one for one, agent in zip(sent, agents, strict=True) if agent is None)


def test_a_time_of_a_year_long_ago_has_four_digits() -> None:
    frame = pd.DataFrame({"id": texts("m"), VALUE + "agent": times("0001-01-02")})
    sent, _ = property_texts(frame, TABLES["order_created"], {"agent": "time"}, extra=False)
    assert list(sent) == ['{"agent":"0001-01-02T00:00:00.000Z"}']
