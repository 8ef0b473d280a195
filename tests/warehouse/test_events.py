"""Which rows of a table of events are one event, what came of it, and when it was loaded."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.warehouse.conftest import Warehouse, at, new_schema

COLUMNS = {
    "id": "text",
    "user_id": "text",
    "timestamp": "timestamptz",
    "received_at": "timestamptz",
    "agent": "text",
}
AGENT = {"agent": "text"}
LOADED = "2026-01-11 10:00Z"


def test_a_row_is_read_with_its_times_and_values(warehouse: Warehouse) -> None:
    warehouse.table("order_created", ("m", "ann", "2026-01-11 09:59:59.123456Z", LOADED, "Bo"), **COLUMNS)
    assert warehouse.events("order_created", AGENT) == [
        {
            "id": "m",
            "user_id": "ann",
            "time": at("2026-01-11T09:59:59.123456"),
            "loaded_at": at("2026-01-11T10:00"),
            "copies": 1,
            "value_agent": "Bo",
        }
    ]


def test_copies_of_an_id_are_one_event_loaded_with_its_first_acceptable_copy_and_read_from_its_latest(
    warehouse: Warehouse,
) -> None:
    warehouse.table(
        "order_created",
        ("m", None, "2026-01-10 07:00Z", "2026-01-10 08:00Z", "anonymous"),
        ("m", "ann", "2026-01-10 07:30Z", "2026-01-10 11:00Z", "latest acceptable"),
        ("m", "ann", "2026-01-10 07:00Z", "2026-01-10 09:00Z", "first acceptable"),
        ("m", "ann", None, "2026-01-10 12:00Z", "no timestamp"),
        ("m", "ann", "2026-01-10 07:10Z", "2026-01-10 10:00Z", "between"),
        **COLUMNS,
    )
    assert warehouse.events("order_created", AGENT) == [
        {
            "id": "m",
            "user_id": "ann",
            "time": at("2026-01-10T07:30"),
            "loaded_at": at("2026-01-10T09:00"),
            "copies": 5,
            "value_agent": "latest acceptable",
        }
    ]


def test_an_event_without_an_acceptable_copy_has_the_reason_of_its_latest_and_the_time_of_its_first(
    warehouse: Warehouse,
) -> None:
    warehouse.table(
        "order_created",
        ("m", "ann", None, "2026-01-10 09:00Z", None),
        ("m", "ann", "1999-01-01Z", "2026-01-10 11:00Z", None),
        **COLUMNS,
    )
    (event,) = warehouse.events("order_created")
    assert (event["reason"], event["loaded_at"], event["copies"]) == ("ancient_timestamp", at("2026-01-10T09:00"), 2)


def test_only_the_copies_that_were_loaded_in_the_window_are_counted(warehouse: Warehouse) -> None:
    times = ["2026-01-09 23:59Z", "2026-01-10 00:00Z", "2026-01-11 23:59Z", "2026-01-12 00:00Z"]
    rows = [("m", "ann", "2026-01-01Z", loaded, None) for loaded in times]
    alone = [(str(number), "ann", "2026-01-01Z", loaded, None) for number, loaded in enumerate(times)]
    warehouse.table("order_created", *rows, *alone, **COLUMNS)
    found = {event["id"]: (event["copies"], event["loaded_at"]) for event in warehouse.events("order_created")}
    assert found.pop("m") == (2, at("2026-01-09T23:59"))
    assert [copies for copies, _ in found.values()] == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("user", "timestamp", "reason"),
    [
        ("ann", "2026-01-11 09:00Z", None),
        (None, "2026-01-11 09:00Z", "anonymous"),
        ("", "2026-01-11 09:00Z", "anonymous"),
        (None, None, "anonymous"),
        ("ann", None, "no_timestamp"),
        ("ann", "2026-01-12 10:00:00Z", None),
        ("ann", "2026-01-12 10:00:00.000001Z", "future_timestamp"),
        ("ann", "2000-01-01 00:00:00Z", None),
        ("ann", "1999-12-31 23:59:59.999999Z", "ancient_timestamp"),
        ("ann", "infinity", "future_timestamp"),
        ("ann", "-infinity", "ancient_timestamp"),
        ("ann", "20000-01-01", "future_timestamp"),
        ("ann", "0044-03-15 BC", "ancient_timestamp"),
    ],
)
def test_a_row_is_accepted_or_has_a_reason(
    warehouse: Warehouse, user: str | None, timestamp: str | None, reason: str | None
) -> None:
    warehouse.table("order_created", ("m", user, timestamp, LOADED, "Bo"), **COLUMNS)
    (event,) = warehouse.events("order_created")
    assert event.get("reason") == reason


@pytest.mark.parametrize("identity", [None, ""])
def test_rows_without_an_id_are_each_an_event_of_their_own(warehouse: Warehouse, identity: str | None) -> None:
    warehouse.table(
        "order_created",
        (identity, "ann", "2026-01-11Z", "2026-01-11 10:00Z", None),
        (identity, "ann", "2026-01-11Z", "2026-01-11 11:00Z", None),
        (identity, "bob", "2026-01-01Z", "2026-01-01 10:00Z", None),
        (identity, None, "2026-01-11Z", "2026-01-11 10:00Z", None),
        **COLUMNS,
    )
    found = [
        (event.get("user_id"), event["reason"], event["loaded_at"].day, event["copies"])
        for event in warehouse.events("order_created")
    ]
    assert sorted(found, key=str) == [
        ("ann", "no_id", 11, 1),
        ("ann", "no_id", 11, 1),
        ("bob", "no_id", 1, 0),
        (None, "anonymous", 11, 1),
    ]


def test_the_load_time_is_the_first_known_of_three(warehouse: Warehouse) -> None:
    warehouse.table(
        "order_created",
        ("1", "ann", "2026-01-01Z", "2026-01-10 01:00Z", "2026-01-10 02:00Z", "2026-01-10 03:00Z"),
        ("2", "ann", "2026-01-01Z", None, "2026-01-10 02:00Z", "2026-01-10 03:00Z"),
        ("3", "ann", "2026-01-01Z", None, None, "2026-01-10 03:00Z"),
        id="text",
        user_id="text",
        timestamp="timestamptz",
        loaded_at="timestamptz",
        uuid_ts="timestamptz",
        received_at="timestamptz",
    )
    assert [event["loaded_at"].hour for event in warehouse.events("order_created")] == [1, 2, 3]


@pytest.mark.parametrize("load_time", ["loaded_at", "uuid_ts", "received_at"])
def test_a_table_may_have_one_load_time_alone_and_no_name(warehouse: Warehouse, load_time: str) -> None:
    warehouse.table(
        "order_created",
        ("m", "ann", "2026-01-11Z", LOADED),
        **{"id": "text", "user_id": "text", "timestamp": "timestamptz", load_time: "timestamptz"},
    )
    (event,) = warehouse.events("order_created")
    assert event["loaded_at"] == at("2026-01-11T10:00")


def test_a_time_without_a_zone_is_utc_whatever_the_databases_own_zone(warehouse: Warehouse) -> None:
    naive = {**COLUMNS, "timestamp": "timestamp", "received_at": "timestamp", "agent": "timestamp"}
    warehouse.table("order_created", ("m", "ann", "2026-01-11 09:00", "2026-01-11 10:00", "2026-01-11 08:00"), **naive)
    (event,) = warehouse.events("order_created", {"agent": "time"})
    assert (event["time"], event["loaded_at"], event["value_agent"]) == (
        at("2026-01-11T09:00"),
        at("2026-01-11T10:00"),
        at("2026-01-11T08:00"),
    )


def test_a_day_that_stands_for_a_time_is_its_midnight_in_utc(warehouse: Warehouse) -> None:
    dates = {**COLUMNS, "timestamp": "date"}
    warehouse.table("order_created", ("m", "ann", "2026-01-11", LOADED, None), **dates)
    assert warehouse.events("order_created")[0]["time"] == at("2026-01-11")


def test_ids_that_are_numbers_are_read_as_text(warehouse: Warehouse) -> None:
    numbers = {**COLUMNS, "id": "bigint", "user_id": "bigint"}
    warehouse.table("order_created", ("9007199254740993", "102", "2026-01-11Z", LOADED, None), **numbers)
    (event,) = warehouse.events("order_created")
    assert (event["id"], event["user_id"]) == ("9007199254740993", "102")


def test_a_pages_own_name_is_read(warehouse: Warehouse) -> None:
    warehouse.table("pages", ("m", "ann", "2026-01-11Z", LOADED, "Bo", "Home"), **COLUMNS, name="text")
    assert warehouse.events("pages")[0]["name"] == "Home"


@pytest.mark.parametrize(
    ("kind", "column", "cell", "value"),
    [
        ("number", "numeric", "19.50", "19.50"),
        ("number", "numeric", "12345678901234567890.12", "12345678901234567890.12"),
        ("number", "numeric", "NaN", "NaN"),
        ("number", "double precision", "19.5", "19.5"),
        ("number", "double precision", "Infinity", "Infinity"),
        ("integer", "bigint", "9007199254740993", 9007199254740993),
        ("integer", "smallint", "-1", -1),
        ("boolean", "boolean", "true", True),
        ("text", "text", "", ""),
        ("text", "varchar(3)", "a b", "a b"),
        ("text", "jsonb", '{"a": 1}', '{"a": 1}'),
        ("text", "uuid", "123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000"),
        ("time", "timestamptz", "infinity", at("9999-12-30")),
        ("time", "timestamp", "-infinity", at("0001-01-02")),
        ("time", "timestamptz", "20000-01-01", at("9999-12-30")),
        ("date", "date", "2026-01-11", at("2026-01-11").date()),
        ("date", "date", "infinity", at("9999-12-30").date()),
        ("date", "date", "20000-01-01", at("9999-12-30").date()),
        ("date", "date", "0044-03-15 BC", at("0001-01-02").date()),
    ],
)
def test_a_value_is_read_as_what_it_is_however_far_out(
    warehouse: Warehouse, kind, column: str, cell: str, value: object
) -> None:
    warehouse.table(
        "users", ("ann", LOADED, cell), ("bob", LOADED, None), id="text", received_at="timestamptz", x=column
    )
    assert warehouse.catalog().columns("users")["x"] == kind
    ann, bob = warehouse.users({"x": kind})
    assert ann["value_x"] == value
    assert "value_x" not in bob


ODD_NAMES = [
    'we"ird: %s',
    ":colon",
    "a::b",
    "100%",
    "per%%cent",
    "with space",
    "Select",
    "back\\:slash",
    'x"; drop table users; --',
    "ü",
    "x" * 57,
    "y" * 63,
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_schemas_and_columns_may_have_any_name(engine: sa.Engine, name: str) -> None:
    odd = new_schema(engine, name)
    rows = [("m", "ann", "2026-01-11Z", LOADED, "Bo"), ("n", "bob", "2026-01-11Z", LOADED, None)]
    columns = {**COLUMNS, name: "text"}
    del columns["agent"]
    odd.table("order_created", *rows, **columns)
    found = odd.events("order_created", {name: "text"})
    assert [(event["id"], event.get(f"value_{name}")) for event in found] == [("m", "Bo"), ("n", None)]
    odd.table("users", ("ann", LOADED, "Bo"), id="text", received_at="timestamptz", **{name: "text"})
    assert odd.users({name: "text"})[0][f"value_{name}"] == "Bo"


def test_a_column_may_be_called_like_one_of_ours(warehouse: Warehouse) -> None:
    columns = {"rank": "text", "reason": "text", "copies": "text", "load_time": "text", "time": "text", "rows": "text"}
    row = ("m", "ann", "2026-01-11Z", LOADED, "Bo", *columns)
    warehouse.table("order_created", row, **COLUMNS, **columns)
    (event,) = warehouse.events("order_created", dict.fromkeys(columns, "text"))
    assert {name: event[f"value_{name}"] for name in columns} == {name: name for name in columns}
    assert "reason" not in event


def test_the_bounds_of_a_timestamp_are_the_settings(warehouse: Warehouse) -> None:
    warehouse.table("order_created", ("m", "ann", "2026-01-11 12:00Z", LOADED, None), **COLUMNS)
    hour = at("2026-01-11T01:00") - at("2026-01-11")
    (event,) = warehouse.events("order_created", max_clock_skew=hour)
    assert event["reason"] == "future_timestamp"
    (event,) = warehouse.events("order_created", min_event_time=at("2026-01-11T12:01"))
    assert event["reason"] == "ancient_timestamp"


def test_an_event_of_which_nothing_says_when_it_was_loaded_is_rejected(warehouse: Warehouse) -> None:
    warehouse.table("order_created", ("m", "ann", "2026-01-11 09:59Z", None, "Bo"), **COLUMNS)
    (event,) = warehouse.events("order_created", AGENT)
    assert event["reason"] == "no_load_time"
