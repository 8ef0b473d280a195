"""Whose rows are read where only some are asked for, and whom an id, an email or a phone names."""

from __future__ import annotations

import pytest

from smrt_startdeliver.warehouse.catalog import read_catalog
from smrt_startdeliver.warehouse.statements import over_rows
from tests.warehouse.conftest import Warehouse

COLUMNS = {"id": "text", "email": "text", "phone": "text", "received_at": "timestamptz"}
LOADED = "2026-01-11 10:00Z"


def people(warehouse: Warehouse, **asked: str | None) -> list[tuple[str, str]]:
    statement = over_rows(
        "people", read_catalog(warehouse.source, warehouse.schema), "users", ("id", "email", "phone"), {}
    )
    parameters = {"asked": "", "email": None, "digits": None, "least_digits": 7, "rows": 100, **asked}
    with warehouse.engine.connect() as connection:
        return [(row.key, row.how) for row in connection.execute(statement, parameters)]


@pytest.mark.parametrize(
    ("stored", "digits", "is_found"),
    [
        ("+1 (555) 010-0123", "15550100123", True),
        ("+1 (555) 010-0123", "5550100123", True),
        ("555.010.0123", "15550100123", True),
        ("0555 0100123", "495550100123", True),
        ("00495550100123", "5550100123", True),
        ("+15550100123", "5550100124", False),
        ("100123", "15550100123", False),  # too short to be anybody's
        ("", "15550100123", False),
        (None, "15550100123", False),
    ],
)
def test_of_two_ways_to_write_a_phone_one_may_lack_what_the_other_begins_with(
    warehouse: Warehouse, stored: str | None, digits: str, is_found: bool
) -> None:
    warehouse.table("users", ("ann", None, stored, LOADED), **COLUMNS)
    assert people(warehouse, digits=digits) == ([("ann", "phone")] if is_found else [])


def test_an_id_is_found_exactly_and_an_email_in_any_case_once_each(warehouse: Warehouse) -> None:
    warehouse.table(
        "users",
        ("ann", " Ann@Example.com", None, LOADED),
        ("ann", "ann@example.com", None, LOADED),
        ("bo", "ann@example.com", None, LOADED),
        ("Ann", None, None, LOADED),
        (None, "ann@example.com", None, LOADED),
        **COLUMNS,
    )
    assert people(warehouse, asked="ann") == [("ann", "id")]
    assert people(warehouse, email="ann@example.com") == [("ann", "email"), ("bo", "email")]
    assert people(warehouse, email="ann@example.com", rows=1) == [("ann", "email")]
    assert people(warehouse, asked="an_") == []


def test_a_warehouse_without_email_and_phone_still_has_ids(warehouse: Warehouse) -> None:
    warehouse.table("users", ("ann", LOADED), id="text", received_at="timestamptz")
    assert people(warehouse, asked="ann", email="ann", digits="5550100123") == [("ann", "id")]


def test_a_phone_may_be_a_number(warehouse: Warehouse) -> None:
    warehouse.table("users", ("ann", "15550100123", LOADED), id="text", phone="bigint", received_at="timestamptz")
    assert people(warehouse, digits="5550100123") == [("ann", "phone")]


def test_only_the_rows_of_some_are_read(warehouse: Warehouse) -> None:
    columns = {"id": "bigint", "received_at": "timestamptz"}
    warehouse.table("users", ("1", LOADED), ("2", LOADED), ("3", LOADED), **columns)
    statement = over_rows(
        "users", read_catalog(warehouse.source, warehouse.schema), "users", ("id",), {}, of_customers="id"
    )
    with warehouse.engine.connect() as connection:
        rows = connection.execute(statement, {"customers": ["1", "3", "' or true"]}).all()
    assert sorted(row.user_id for row in rows) == ["1", "3"]
