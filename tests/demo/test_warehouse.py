from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from demo.postgres import Postgres
from demo.warehouse import create
from demo.warehouse.creation import generate, make_people
from demo.warehouse.people import Customer
from demo.warehouse.rhythms import Rhythm
from demo.warehouse.schema import COLUMNS
from demo.warehouse.segment import Segment
from smrt_startdeliver.vocabulary import SMRT_EVENTS

NOW = datetime(2026, 3, 14, 15, 26, tzinfo=UTC)  # daylight saving began six days before
START = NOW - timedelta(days=548)
CUSTOMERS = 150

MONEY_TABLES = ("order_created", "order_ready", "order_returned", "order_line_item_returned")
EVENTS = " UNION ALL ".join(
    f"SELECT id, user_id, event_text, timestamp, received_at, uuid_ts FROM {event.table}" for event in SMRT_EVENTS
)


@pytest.fixture(scope="module")
def warehouse(postgres: Postgres) -> Iterator[psycopg.Connection[Any]]:
    uri = postgres.create_database("generated_warehouse")
    create(uri, customers=CUSTOMERS, now=NOW)
    with psycopg.connect(uri, options="-c search_path=smrt") as connection:
        yield connection


@pytest.fixture(scope="module")
def segment() -> Segment:
    return generate(CUSTOMERS, 18, 7, NOW)


@pytest.fixture(scope="module")
def people() -> list[Customer]:
    return make_people(7, Random("7"), CUSTOMERS, START, NOW)


def digest(segment: Segment) -> str:
    return hashlib.sha256(repr((segment.rows, segment.users)).encode()).hexdigest()


def test_a_seed_gives_the_same_rows_in_every_process(segment: Segment) -> None:
    program = (
        "from tests.demo.test_warehouse import CUSTOMERS, NOW, digest, generate\n"
        "print(digest(generate(CUSTOMERS, 18, 7, NOW)))"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": f"{root}:{root / 'plugins'}"}
    other = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == digest(segment)


def test_another_seed_gives_other_rows(segment: Segment) -> None:
    assert digest(generate(CUSTOMERS, 18, 8, NOW)) != digest(segment)


def test_all_that_was_generated_is_loaded(warehouse: psycopg.Connection[Any], segment: Segment) -> None:
    expected = {table: len(rows) for table, rows in segment.rows.items()} | {"users": len(segment.users)}
    found = {table: warehouse.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in expected}
    assert found == expected
    assert min(found.values()) > 0


def test_a_schema_that_exists_is_not_overwritten(warehouse: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.DuplicateSchema):
        create(
            f"postgresql://{warehouse.info.user}:{warehouse.info.password}@{warehouse.info.host}:{warehouse.info.port}"
            f"/{warehouse.info.dbname}",
            customers=10,
            now=NOW,
        )


def test_every_event_of_smrt_has_its_table_and_name(warehouse: psycopg.Connection[Any]) -> None:
    for event in SMRT_EVENTS:
        names = warehouse.execute(f"SELECT DISTINCT event, event_text FROM {event.table}").fetchall()
        assert names == [(event.table, event.name)]


def test_tables_have_the_common_columns(warehouse: psycopg.Connection[Any]) -> None:
    common = {"id", "user_id", "anonymous_id", "timestamp", "received_at", "sent_at", "original_timestamp", "uuid_ts"}
    assert all(common <= set(columns) for table, columns in COLUMNS.items() if table != "users")
    assert COLUMNS["users"].keys() & common == {"id", "received_at", "uuid_ts"}
    assert not any("loaded_at" in columns for columns in COLUMNS.values())


def test_tracks_has_one_row_for_each_id_of_an_event(warehouse: psycopg.Connection[Any]) -> None:
    tracks, events, in_both = warehouse.execute(
        f"SELECT count(*), (SELECT count(DISTINCT id) FROM ({EVENTS}) AS e),"
        f" count(*) FILTER (WHERE id IN (SELECT id FROM ({EVENTS}) AS e)) FROM tracks"
    ).fetchone()
    assert tracks == events == in_both


def test_revenue_equals_value(warehouse: psycopg.Connection[Any]) -> None:
    for table in MONEY_TABLES:
        differing = f"SELECT count(*) FROM {table} WHERE value IS NULL OR revenue IS DISTINCT FROM value"
        assert warehouse.execute(differing).fetchone() == (0,)


def test_an_order_is_created_before_it_is_ready_and_ready_before_it_is_returned(
    warehouse: psycopg.Connection[Any],
) -> None:
    for earlier, later in (
        ("order_created", "order_ready"),
        ("order_ready", "order_returned"),
        ("order_returned", "order_line_item_returned"),
    ):
        unfounded = warehouse.execute(
            f"SELECT count(*) FROM {later} AS l WHERE NOT EXISTS (SELECT FROM {earlier} AS e"
            " WHERE e.order_id::text = l.order_id::text AND e.user_id = l.user_id AND e.timestamp < l.timestamp)"
        ).fetchone()
        assert unfounded == (0,), later


def test_an_order_carries_one_amount_from_beginning_to_end(warehouse: psycopg.Connection[Any]) -> None:
    differing = warehouse.execute(
        "SELECT count(*) FROM order_created AS c JOIN order_returned AS r ON r.order_id::text = c.order_id"
        " WHERE r.value <> c.value AND c.value < 'Infinity'"
    ).fetchone()
    assert differing == (0,)


def test_order_numbers_run_in_the_order_of_creation(warehouse: psycopg.Connection[Any]) -> None:
    numbers = warehouse.execute(
        "SELECT order_id::bigint FROM (SELECT DISTINCT ON (id) * FROM order_created) AS o ORDER BY timestamp, id"
    ).fetchall()
    assert [number for (number,) in numbers] == list(range(184_001, 184_001 + len(numbers)))


def test_nothing_is_loaded_after_now_or_before_it_was_received(warehouse: psycopg.Connection[Any]) -> None:
    times = f"SELECT received_at, uuid_ts FROM ({EVENTS}) AS e UNION ALL SELECT received_at, uuid_ts FROM users"
    wrong = f"SELECT count(*) FROM ({times}) AS t WHERE uuid_ts > %s OR uuid_ts < received_at"
    assert warehouse.execute(wrong, [NOW]).fetchone() == (0,)


TRAPS = {
    "late row": "SELECT FROM order_created WHERE uuid_ts > received_at + interval '3 hours'",
    "sync that caught up": (
        f"SELECT FROM ({EVENTS}) AS e GROUP BY uuid_ts HAVING max(received_at) - min(received_at) > interval '8 hours'"
        " AND count(*) > 5"
    ),
    "duplicate with newer content": (
        "SELECT FROM order_created AS a JOIN order_created AS b USING (id) WHERE b.uuid_ts > a.uuid_ts"
        " AND b.sold_by <> a.sold_by"
    ),
    "duplicate, the same again": (
        "SELECT FROM pages AS a JOIN pages AS b USING (id) WHERE b.uuid_ts > a.uuid_ts AND b.path = a.path"
    ),
    "anonymous event": "SELECT FROM pickup_completed WHERE user_id IS NULL AND anonymous_id IS NOT NULL",
    "anonymous page": "SELECT FROM pages WHERE user_id IS NULL AND anonymous_id IS NOT NULL",
    "event without timestamp": "SELECT FROM pickup_completed WHERE timestamp IS NULL",
    "page without timestamp": "SELECT FROM pages WHERE timestamp IS NULL",
    "timestamp years in the future": "SELECT FROM pickup_completed WHERE timestamp > received_at + interval '5 years'",
    "ancient timestamp": "SELECT FROM pickup_completed WHERE timestamp < '2000-01-01'",
    "row without uuid_ts": "SELECT FROM screens WHERE uuid_ts IS NULL AND received_at IS NOT NULL",
    "page without a name": "SELECT FROM pages WHERE name IS NULL",
    "NaN in a numeric": "SELECT FROM order_created WHERE value = 'NaN'",
    "infinity in a numeric": "SELECT FROM order_created WHERE value = 'Infinity'",
    "NaN in a trait": "SELECT FROM users WHERE account_discount_value = 'NaN'",
    "text where money is due": "SELECT FROM order_ready WHERE value = 'n/a'",
    "money with a sign": "SELECT FROM order_ready WHERE value = '$42.50'",
    "emoji in a name": "SELECT FROM users WHERE name LIKE '%🌻%'",
    "a megabyte of text": "SELECT FROM users WHERE length(account_discount_description) = 1000000",
    "two customers of one email": "SELECT FROM users WHERE email <> '' GROUP BY email HAVING count(DISTINCT id) = 2",
    "empty email": "SELECT FROM users WHERE email = ''",
    "no email": "SELECT FROM users WHERE email IS NULL",
    "user id with leading zeros": "SELECT FROM users WHERE id = '00102'",
    "events of a user id with leading zeros": "SELECT FROM order_created WHERE user_id = '00102'",
    "user id over 2^53": "SELECT FROM users WHERE id = '9007199254740993'",
    "user twice": (
        "SELECT FROM users AS a JOIN users AS b USING (id) WHERE b.uuid_ts > a.uuid_ts AND b.payment_term = 'Statement'"
    ),
    "user without an id": "SELECT FROM users WHERE id IS NULL",
    "demographic that is no number": "SELECT FROM users WHERE demographic = 'VIP'",
    "last visit that is no time": "SELECT FROM users WHERE last_visit = 'last week'",
    "last visit without a zone": "SELECT FROM users WHERE last_visit ~ 'T[0-9:]{8}$'",
    "last visit in the business's zone": "SELECT FROM users WHERE last_visit ~ 'T.*-0[78]:00$'",
    "custom fields as objects": "SELECT FROM users WHERE custom_fields LIKE '[{\"name\": %'",
    "custom fields as texts": "SELECT FROM users WHERE custom_fields LIKE '[\"%: %'",
    "custom fields as one object": "SELECT FROM users WHERE custom_fields LIKE '{%'",
    "flattened custom fields": "SELECT FROM users WHERE custom_fields IS NULL AND custom_fields_birthday IS NOT NULL",
    "broken JSON": "SELECT FROM users WHERE custom_fields IS NOT NULL AND NOT pg_input_is_valid(custom_fields, 'json')",
    "unreadable birthday": "SELECT FROM users WHERE custom_fields ~ 'soon|13/25|in March|n/a|3/5/84|02/30/1980'",
    "birthday as ISO date": "SELECT FROM users WHERE custom_fields ~* 'birthday.*[0-9]{4}-[0-9]{2}-[0-9]{2}'",
    "birthday in words": "SELECT FROM users WHERE custom_fields ~ '(Jan|Mar|Jun|July|Oct)[a-z]* [0-9]'",
    "SMRT's own demographic": "SELECT FROM users WHERE demographic IN ('1', '2', '3', '4', '5')",
}


@pytest.mark.parametrize("rows", TRAPS.values(), ids=TRAPS.keys())
def test_the_trap_is_there(warehouse: psycopg.Connection[Any], rows: str) -> None:
    (found,) = warehouse.execute(f"SELECT count(*) FROM ({rows}) AS trap").fetchone()
    assert found > 0


def test_types_and_columns_are_not_the_same_in_every_table() -> None:
    assert COLUMNS["order_ready"]["value"] == "text"
    assert COLUMNS["order_created"]["order_id"] != COLUMNS["order_returned"]["order_id"]
    assert "discount_description" in COLUMNS["order_created"]
    assert "discount_description" not in COLUMNS["order_ready"]
    assert "customer_visit" not in COLUMNS


def test_traps_are_few(warehouse: psycopg.Connection[Any]) -> None:
    odd, total = warehouse.execute(
        "SELECT count(*) FILTER (WHERE timestamp IS NULL OR user_id IS NULL OR timestamp > received_at + interval '1 d'"
        f" OR timestamp < '2000-01-01'), count(*) FROM ({EVENTS}) AS e"
    ).fetchone()
    assert 0 < odd < total / 100


def visits_of(segment: Segment, customer: Customer) -> list[datetime]:
    rows = (row for table in ("order_created", "pickup_completed", "order_returned") for row in segment.rows[table])
    years = (START.year, NOW.year)
    times = (row["timestamp"] for row in rows if row["user_id"] == customer.user_id and row["timestamp"])
    return sorted(time for time in times if years[0] <= time.year <= years[1])


def longest_gap(visits: list[datetime]) -> timedelta:
    return max(later - earlier for earlier, later in pairwise(visits))


def test_there_are_customers_of_every_rhythm(people: list[Customer]) -> None:
    assert {person.rhythm for person in people} == set(Rhythm)


def test_customers_come_as_their_rhythm_says(segment: Segment, people: list[Customer]) -> None:
    visits = {person.user_id: visits_of(segment, person) for person in people}
    of = {rhythm: [visits[p.user_id] for p in people if p.rhythm is rhythm] for rhythm in Rhythm}
    recent = NOW - timedelta(days=30)
    assert all(days[-1] > recent for days in of[Rhythm.WEEKLY] + of[Rhythm.CORPORATE])
    assert all(days[-1] < NOW - timedelta(days=80) for days in of[Rhythm.LOST] if days)
    assert all(longest_gap(days) > timedelta(days=50) for days in of[Rhythm.WON_BACK])
    assert not any(of[Rhythm.NEVER_CAME])
    assert any(not days for days in of[Rhythm.LOST])


def test_route_customers_have_stops_and_store_customers_have_none(segment: Segment, people: list[Customer]) -> None:
    stops = {row["user_id"] for row in segment.rows["pickup_completed"]} - {None}
    on_route = {person.user_id for person in people if person.on_route}
    assert stops <= on_route
    assert {row["user_id"] for row in segment.rows["order_created"]} - on_route


def test_who_never_came_signed_up(segment: Segment, people: list[Customer]) -> None:
    never_came = {person.user_id for person in people if person.rhythm is Rhythm.NEVER_CAME}
    assert never_came <= {row["user_id"] for row in segment.rows["new_customer_signup"]}
    assert all(segment.users[user_id]["last_visit"] is None for user_id in never_came)


def test_smrt_knows_of_the_last_visit(segment: Segment, people: list[Customer]) -> None:
    visits = {person.user_id: days for person in people if (days := visits_of(segment, person))}
    known = dict.fromkeys(visits, START)
    for row in segment.rows["identifies"]:
        if row["user_id"] in visits and row["last_visit"]:
            known[row["user_id"]] = max(known[row["user_id"]], row["last_visit"])
    behind = {user_id for user_id, days in visits.items() if days[-1] - known[user_id] > timedelta(hours=12)}
    assert behind == set()


def test_departments_are_those_of_a_dry_cleaner(segment: Segment) -> None:
    departments = {row["department"] for row in segment.rows["order_line_item_returned"]}
    assert departments == {"Dry Cleaning", "Laundry", "Alteration", "Wedding"}


def test_no_address_or_phone_can_be_anybodys(warehouse: psycopg.Connection[Any]) -> None:
    real = warehouse.execute(
        r"SELECT count(*) FROM users WHERE email !~ '@example\.(com|org|net)$' AND email <> ''"
        r" OR phone !~ '^\(\d{3}\) 555 \d{4}$'"
    ).fetchone()
    assert real == (0,)


def test_groups_are_the_corporate_accounts_and_their_members(segment: Segment, people: list[Customer]) -> None:
    corporate = {f"account-{person.user_id}" for person in people if person.rhythm is Rhythm.CORPORATE}
    assert {row["group_id"] for row in segment.rows["groups"]} == corporate
    assert len(segment.rows["groups"]) > len(corporate)
