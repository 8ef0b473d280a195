"""A warehouse of any size, made by PostgreSQL itself: a million customers in a minute.

Of the tables of SMRT's those that hold nearly all of a shop's rows, with the columns that Segment gives them. Ten
events a customer over 18 months, in the hours of business alone: at night nothing moves, not even with the clock.
"""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
from psycopg import sql

from demo.warehouse.schema import COLUMNS

SCHEMA = "smrt"
OPENING = datetime(2026, 3, 3, 10, tzinfo=UTC)
"""The end of the first run: a night, in the middle of a week by which ranks are counted."""
EVENTS = {
    "order_created": 4,
    "order_returned": 2,
    "order_line_item_returned": 2,
    "pickup_completed": 1,
    "pickup_missed": 1,
}
"""Table -> rows a customer."""
TABLES = ("users", *EVENTS)

_FIRST_ID = 100_000
# A day of 18 months, and a time in the ten hours that a shop in Los Angeles is open.
_MOMENT = """
    timestamptz '2026-03-02 16:00Z' - interval '1 day' * floor(random() * 547) + interval '10 hours' * random()
"""
_USERS = """
    insert into {table} (id, received_at, uuid_ts, email, name, first_name, last_name, phone, is_mobile, agent,
        payment_term, has_credit_card, created_at, delivery_preference, brand, address_street, address_city,
        address_state, address_postal_code, address_country, receive_emails, receive_texts)
    select n::text, moment, moment, 'customer' || n || '@example.com', 'Customer ' || n, 'Customer',
        n::text,
        '+1 555 ' || lpad((n %% 10000000)::text, 7, '0'), n %% 2 = 0, 'Store ' || n %% 5, 'POS', n %% 3 = 0, moment,
        case n %% 2 when 0 then 'Delivery' else 'In store' end, 'Brand ' || n %% 3, n || ' Main Street', 'Los Angeles',
        'CA', '90001', 'US', true, n %% 4 = 0
    from (
        select n, timestamptz '2024-09-01 18:00Z' as moment from generate_series(%(first)s, %(last)s) as n
    ) as customer
"""
_ROWS = """
    insert into {table} (id, user_id, timestamp, original_timestamp, sent_at, received_at, uuid_ts, event,
        event_text{more})
    select {prefix} || n, ({first} + floor(random() * {customers}))::bigint::text, moment, moment, moment, moment,
        moment, {prefix}, initcap(replace({prefix}, '_', ' ')){values}
    from (select n, {moment} as moment from generate_series(1, {rows}) as n) as event
"""
_AMOUNT = "round((5 + random() * 95)::numeric, 2)"
_MORE = {
    "order_created": (
        ", order_id, agent, value, revenue, sold_by",
        f", n::text, 'Store ' || n % 5, {_AMOUNT}, null, 'Employee ' || n % 20",
    ),
    "order_returned": (
        ", order_id, agent, value, sold_by",
        f", n, 'Store ' || n % 5, {_AMOUNT}, 'Employee ' || n % 20",
    ),
    "order_line_item_returned": (
        ", order_id, value, department",
        f", n, {_AMOUNT}, (array['Dry Cleaning', 'Laundry', 'Alteration', 'Household'])[1 + n % 4]",
    ),
    "pickup_completed": (", driver, route, had_pickup", ", 'Driver ' || n % 9, 'Route ' || n % 12, true"),
    "pickup_missed": ("", ""),
}


def create(uri: str, customers: int) -> int:
    """Make the schema in the database at `uri`; how many rows it holds. The same size gives the same rows."""
    with psycopg.connect(uri) as connection:
        connection.execute(sql.SQL("create schema {}").format(sql.Identifier(SCHEMA)))
        connection.execute("select setseed(0.7)")
        for table in TABLES:
            columns = (sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(t)) for c, t in COLUMNS[table].items())
            connection.execute(sql.SQL("create table {} ({})").format(_named(table), sql.SQL(", ").join(columns)))
        connection.execute(
            sql.SQL(_USERS).format(table=_named("users")), {"first": _FIRST_ID, "last": _FIRST_ID + customers - 1}
        )
        for table, each in EVENTS.items():
            more, values = _MORE[table]
            connection.execute(
                sql.SQL(_ROWS).format(
                    table=_named(table),
                    more=sql.SQL(more),
                    values=sql.SQL(values),
                    moment=sql.SQL(_MOMENT),
                    prefix=sql.Literal(table),
                    first=sql.Literal(_FIRST_ID),
                    customers=sql.Literal(customers),
                    rows=sql.Literal(each * customers),
                )
            )
    vacuum(uri)
    return customers * (1 + sum(EVENTS.values()))


def change(uri: str, share: float) -> int:
    """Give this share of the customers another telephone number; how many that are."""
    statement = sql.SQL("update {} set phone = phone || '1', uuid_ts = %s where id::bigint %% %s = 0").format(
        _named("users")
    )
    with psycopg.connect(uri) as connection:
        return connection.execute(statement, [OPENING, round(1 / share)]).rowcount


def vacuum(uri: str) -> None:
    """What PostgreSQL's autovacuum has done by itself long before the next run: two hours lie between them."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("vacuum analyze")


def scan(uri: str) -> int:
    """Let PostgreSQL read every row of all tables once, and make a text of it; how many rows."""
    rows = 0
    with psycopg.connect(uri) as connection:
        for table in TABLES:
            counted = connection.execute(
                sql.SQL("select count(md5(row::text)) from {} as row").format(_named(table))
            ).fetchone()
            rows += counted[0] if counted else 0
    return rows


def _named(table: str) -> sql.Identifier:
    return sql.Identifier(SCHEMA, table)
