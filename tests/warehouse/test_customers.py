"""Users, groups, and the last visits that Identify calls carried."""

from __future__ import annotations

from smrt_startdeliver.preview.users import newest_user, users_by_id
from tests.warehouse.conftest import Warehouse, at


def test_of_the_copies_of_a_user_the_newest_is_read(warehouse: Warehouse) -> None:
    warehouse.table(
        "users",
        ("ann", "2026-01-02Z", "second"),
        ("ann", "2026-01-03Z", "newest"),
        ("ann", "2026-01-01Z", "first"),
        ("ann", None, "nobody knows when"),
        ("bob", None, "only"),
        id="text",
        received_at="timestamptz",
        name="text",
    )
    assert warehouse.users({"name": "text"}) == [
        {"user_id": "ann", "loaded_at": at("2026-01-03"), "copies": 4, "value_name": "newest"},
        {"user_id": "bob", "copies": 1, "value_name": "only"},
    ]


def test_the_hash_of_a_user_changes_with_a_value_and_not_with_the_time_of_its_load(warehouse: Warehouse) -> None:
    rows = [("ann", "2026-01-02Z", "Ann"), ("bob", "2026-01-03Z", "Ann"), ("cid", "2026-01-02Z", None)]
    warehouse.table("users", *rows, id="text", received_at="timestamptz", name="text")
    hashes = warehouse.row_hashes({"name": "text"})
    assert hashes["ann"] == hashes["bob"] != hashes["cid"]


def test_users_without_an_id_are_each_a_row(warehouse: Warehouse) -> None:
    warehouse.table("users", (None,), ("",), ("ann",), id="text")
    assert warehouse.users() == [{"copies": 1}, {"copies": 1}, {"user_id": "ann", "copies": 1}]


def test_user_ids_that_are_numbers_are_read_as_text(warehouse: Warehouse) -> None:
    warehouse.table("users", ("9007199254740993", "2026-01-02Z"), id="bigint", uuid_ts="timestamptz")
    assert warehouse.users()[0]["user_id"] == "9007199254740993"


def test_of_the_copies_of_a_group_call_the_newest_is_read_at_its_own_time_or_else_its_load_time(
    warehouse: Warehouse,
) -> None:
    warehouse.table(
        "groups",
        ("1", "ann", "acme", "2026-01-01Z", "2026-01-03Z", "new"),
        ("1", "ann", "acme", "2026-01-01Z", "2026-01-02Z", "old"),
        ("2", "bob", None, None, "2026-01-05Z", "untimed"),
        id="text",
        user_id="text",
        group_id="text",
        timestamp="timestamptz",
        received_at="timestamptz",
        name="text",
    )
    assert warehouse.groups({"name": "text"}) == [
        {
            "id": "1",
            "user_id": "ann",
            "group_id": "acme",
            "time": at("2026-01-01"),
            "loaded_at": at("2026-01-03"),
            "copies": 2,
            "value_name": "new",
        },
        {
            "id": "2",
            "user_id": "bob",
            "time": at("2026-01-05"),
            "loaded_at": at("2026-01-05"),
            "copies": 1,
            "value_name": "untimed",
        },
    ]


def test_every_last_visit_that_was_ever_told_is_read_once(warehouse: Warehouse) -> None:
    warehouse.table(
        "identifies",
        ("ann", "2026-01-01Z"),
        ("ann", "2026-01-01Z"),
        ("ann", "2026-01-05Z"),
        ("ann", None),
        (None, "2026-01-05Z"),
        ("", "2026-01-05Z"),
        ("bob", "infinity"),
        user_id="text",
        last_visit="timestamptz",
    )
    found = {(row["user_id"], row["value_last_visit"]) for row in warehouse.last_visits("time")}
    assert found == {("ann", at("2026-01-01")), ("ann", at("2026-01-05")), ("bob", at("9999-12-30"))}
    assert len(warehouse.last_visits("time")) == 3


def test_single_users_are_found_by_their_ids_the_newest_copy_of_each(warehouse: Warehouse) -> None:
    warehouse.table(
        "users",
        ("1", "2026-01-02Z", "second", "5"),
        ("1", "2026-01-03Z", "newest", None),
        ("9007199254740993", None, "large", "6"),
        ("3", "2026-01-09Z", "not asked for", "7"),
        (None, "2026-01-09Z", "nobody", "8"),
        id="bigint",
        received_at="timestamptz",
        name="text",
        seats="integer",
    )
    asked = ["9007199254740993", "1", "4"]
    found = users_by_id(warehouse.source, warehouse.catalog(), asked, {"name": "text", "seats": "integer"})
    assert list(found["user_id"]) == ["1", "9007199254740993"]
    assert list(found["name"]) == ["newest", "large"]
    assert list(found["seats"].isna()) == [True, False]
    assert found["seats"].iloc[1] == 6
    assert users_by_id(warehouse.source, warehouse.catalog(), ["4"], {"name": "text"}).empty


def test_the_newest_user_is_the_one_that_was_loaded_last_and_is_not_forgotten(warehouse: Warehouse) -> None:
    warehouse.table(
        "users",
        ("ann", "2026-01-02Z"),
        ("bob", "2026-01-04Z"),
        ("cid", "2026-01-03Z"),
        ("dan", None),
        (None, "2026-01-09Z"),
        id="text",
        received_at="timestamptz",
    )
    catalog = warehouse.catalog()
    assert newest_user(warehouse.source, catalog, []) == "bob"
    assert newest_user(warehouse.source, catalog, ["bob", "cid"]) == "ann"
    assert newest_user(warehouse.source, catalog, ["ann", "bob", "cid", "dan"]) is None
