from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from demo.postgres import Postgres
from demo.warehouse import add_activity, create
from demo.warehouse.schema import COLUMNS
from smrt_startdeliver.vocabulary import SMRT_EVENTS

SINCE = datetime(2026, 3, 14, 16, tzinfo=UTC)
NOW = SINCE + timedelta(hours=4)

ALL_EVENTS = " UNION ALL ".join(
    f"SELECT id, user_id, timestamp, received_at, uuid_ts FROM {event.table}" for event in SMRT_EVENTS
)
NEW_EVENTS = f"SELECT * FROM ({ALL_EVENTS}) AS e WHERE uuid_ts > '{SINCE}'"


def active_warehouse(postgres: Postgres, name: str) -> str:
    uri = postgres.create_database(name)
    create(uri, customers=150, now=SINCE)
    with psycopg.connect(uri) as connection:
        connection.execute("CREATE SCHEMA before")
        for table in COLUMNS:
            connection.execute(f"CREATE TABLE before.{table} AS SELECT * FROM smrt.{table}")
    add_activity(uri, "smrt", 3, SINCE, NOW)
    return uri


@pytest.fixture(scope="module")
def warehouse(postgres: Postgres) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(active_warehouse(postgres, "activity"), options="-c search_path=smrt") as connection:
        yield connection


def one(warehouse: psycopg.Connection[Any], query: str) -> int:
    return warehouse.execute(query).fetchone()[0]


def contents(connection: psycopg.Connection[Any]) -> dict[str, list[tuple[str]]]:
    return {
        table: connection.execute(f"SELECT md5(t::text) FROM smrt.{table} AS t ORDER BY 1").fetchall()
        for table in COLUMNS
    }


def test_equal_arguments_add_equal_rows(postgres: Postgres, warehouse: psycopg.Connection[Any]) -> None:
    with psycopg.connect(active_warehouse(postgres, "activity_again")) as again:
        assert contents(again) == contents(warehouse)


def test_old_rows_of_events_stay_as_they_were(warehouse: psycopg.Connection[Any]) -> None:
    for table in COLUMNS.keys() - {"users"}:
        assert one(warehouse, f"SELECT count(*) FROM (TABLE before.{table} EXCEPT ALL TABLE {table}) AS gone") == 0


def test_all_is_loaded_between_the_two_instants(warehouse: psycopg.Connection[Any]) -> None:
    for table in COLUMNS:
        added = f"TABLE {table} EXCEPT ALL TABLE before.{table}"
        assert (
            one(warehouse, f"SELECT count(*) FROM ({added}) AS a WHERE uuid_ts NOT BETWEEN '{SINCE}' AND '{NOW}'") == 0
        )


def test_sixty_customers_were_there(warehouse: psycopg.Connection[Any]) -> None:
    visits = " UNION ALL ".join(
        f"SELECT user_id FROM {table} WHERE timestamp BETWEEN '{SINCE}' AND '{NOW}' AND uuid_ts > '{SINCE}'"
        for table in ("order_created", "order_returned")
    )
    assert one(warehouse, f"SELECT count(DISTINCT user_id) FROM ({visits}) AS v") == 60


def test_some_come_back_after_a_long_time(warehouse: psycopg.Connection[Any]) -> None:
    long_away = (
        f"SELECT count(DISTINCT user_id) FROM ({NEW_EVENTS}) AS n WHERE NOT EXISTS (SELECT FROM before.tracks AS old"
        f" WHERE old.user_id = n.user_id AND old.timestamp > '{SINCE - timedelta(days=90)}')"
    )
    assert one(warehouse, long_away) > 0


def test_twenty_five_rows_of_users_change_and_eight_are_new(warehouse: psycopg.Connection[Any]) -> None:
    added = "SELECT id FROM (TABLE users EXCEPT ALL TABLE before.users) AS a"
    known = "SELECT FROM before.users AS b WHERE b.id = a.id"
    assert one(warehouse, f"SELECT count(*) FROM ({added}) AS a WHERE EXISTS ({known})") == 25
    assert one(warehouse, f"SELECT count(*) FROM ({added}) AS a WHERE NOT EXISTS ({known})") == 8


@pytest.mark.parametrize("column", ["phone", "payment_term", "last_visit"])
def test_a_trait_of_some_customers_changes(warehouse: psycopg.Connection[Any], column: str) -> None:
    changed = (
        f"SELECT count(*) FROM users AS u JOIN before.users AS b USING (id) WHERE u.uuid_ts > '{SINCE}'"
        f" AND u.{column} IS DISTINCT FROM b.{column}"
    )
    assert one(warehouse, changed) > 0


def test_new_customers_sign_up(warehouse: psycopg.Connection[Any]) -> None:
    new = "SELECT id FROM users WHERE id NOT IN (SELECT id FROM before.users WHERE id IS NOT NULL)"
    signed_up = f"SELECT count(*) FROM new_customer_signup WHERE uuid_ts > '{SINCE}' AND user_id IN ({new})"
    assert one(warehouse, signed_up) == 8


def test_six_rows_are_days_late(warehouse: psycopg.Connection[Any]) -> None:
    late = (
        f"SELECT count(*) FROM ({NEW_EVENTS}) AS n WHERE timestamp < '{SINCE - timedelta(days=2)}'"
        " AND id NOT IN (SELECT id FROM before.tracks)"
    )
    assert one(warehouse, late) == 6


def test_ten_rows_were_there_already_some_with_newer_content(warehouse: psycopg.Connection[Any]) -> None:
    again = (
        f"FROM order_created AS n WHERE uuid_ts > '{SINCE}' AND EXISTS (SELECT FROM before.order_created AS old"
        " WHERE old.id = n.id AND {})"
    )
    assert one(warehouse, "SELECT count(DISTINCT id) " + again.format("true")) == 10
    assert one(warehouse, "SELECT count(*) " + again.format("old.sold_by <> n.sold_by")) > 0


def test_one_row_is_of_the_far_future(warehouse: psycopg.Connection[Any]) -> None:
    assert one(warehouse, f"SELECT count(*) FROM ({NEW_EVENTS}) AS n WHERE timestamp > '2080-01-01'") == 1


def test_orders_that_are_returned_were_created_before(warehouse: psycopg.Connection[Any]) -> None:
    returned = f"FROM order_returned AS r WHERE uuid_ts > '{SINCE}'"
    created = (
        " AND EXISTS (SELECT FROM before.order_created AS c WHERE c.order_id = r.order_id::text"
        " AND c.user_id = r.user_id AND c.timestamp < r.timestamp AND c.value = r.value)"
    )
    assert one(warehouse, f"SELECT count(*) {returned}") == one(warehouse, f"SELECT count(*) {returned}{created}") > 0


def test_tracks_gets_the_new_events_and_no_duplicates(warehouse: psycopg.Connection[Any]) -> None:
    assert one(warehouse, f"SELECT count(*) - count(DISTINCT id) FROM ({ALL_EVENTS}) AS e") > 0
    assert one(warehouse, f"SELECT count(DISTINCT id) FROM ({ALL_EVENTS}) AS e") == one(
        warehouse, "SELECT count(*) FROM tracks"
    )


def test_activity_can_go_on(postgres: Postgres) -> None:
    uri = active_warehouse(postgres, "activity_goes_on")
    add_activity(uri, "smrt", 3, NOW, NOW + timedelta(hours=2))
    with psycopg.connect(uri, options="-c search_path=smrt") as connection:
        numbers = "SELECT count(DISTINCT id) - count(DISTINCT order_id) FROM order_created"
        assert one(connection, numbers) == 0
        assert one(connection, f"SELECT count(*) FROM new_customer_signup WHERE uuid_ts > '{SINCE}'") == 16
