"""What a generated warehouse holds already, for those who add to it."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from demo.warehouse.business import ROUTES
from demo.warehouse.loading import Row
from demo.warehouse.people import Customer
from demo.warehouse.rhythms import Rhythm
from demo.warehouse.schema import COLUMNS, TRACK

_NOT_OF_THE_PERSON = {"id", "received_at", "uuid_ts", "created_at", "last_visit", "demographic"}
_TRAITS = [c for c in COLUMNS["users"] if c not in _NOT_OF_THE_PERSON and not c.startswith("context_")]
ORDER_PROPERTIES = [column for column in COLUMNS["order_created"] if column not in TRACK]


@dataclass
class KnownCustomer:
    """A customer as `users` has them, with the text of its `last_visit`."""

    customer: Customer
    last_visit: str | None


def ordinary_customers(connection: psycopg.Connection[Row]) -> dict[str, KnownCustomer]:
    """Customers by user id, but for those whose row in `users` is a trap."""
    rows = connection.execute(
        "SELECT * FROM users WHERE id ~ '^[1-9][0-9]{4,6}$' AND (demographic IS NULL OR demographic ~ '^[1-5]$')"
        " AND (last_visit IS NULL OR last_visit ~ '^2') AND account_discount_name IS DISTINCT FROM 'Terms'"
        " AND (SELECT count(*) FROM users AS same WHERE same.id = users.id) = 1 ORDER BY id"
    )
    return {str(row["id"]): KnownCustomer(_customer(row), row["last_visit"]) for row in rows}


def _customer(row: Row) -> Customer:
    demographic = row["demographic"]
    return Customer(
        user_id=str(row["id"]),
        rhythm=Rhythm.OCCASIONAL,
        on_route=row["agent"] in ROUTES,
        created_at=row["created_at"],
        departments={"Dry Cleaning": 60, "Laundry": 30, "Alteration": 10},
        uses_website=True,
        traits={c: row[c] for c in _TRAITS} | {"demographic": None if demographic is None else int(demographic)},
    )


def waiting_orders(connection: psycopg.Connection[Row]) -> list[Row]:
    """Orders of the last weeks that nobody has collected, at most one a customer: `user_id` and their properties."""
    return connection.execute(
        "SELECT DISTINCT ON (user_id) * FROM order_created AS created"
        " WHERE timestamp > (SELECT max(received_at) FROM order_created) - interval '20 days' AND value < 'Infinity'"
        " AND NOT EXISTS (SELECT FROM order_returned AS returned WHERE returned.order_id::text = created.order_id)"
        " ORDER BY user_id, timestamp, id"
    ).fetchall()


def recent_orders(connection: psycopg.Connection[Row]) -> list[Row]:
    """The last two hundred rows of `order_created`."""
    return connection.execute(
        "SELECT * FROM order_created WHERE value < 'Infinity' ORDER BY received_at DESC, id, uuid_ts LIMIT 200"
    ).fetchall()


def next_number(connection: psycopg.Connection[Row], table: str, column: str) -> int:
    """One more than the highest of the running numbers (of five to seven digits) in a column."""
    (row,) = connection.execute(
        sql.SQL("SELECT max({0}::bigint) + 1 AS next FROM {1} WHERE {0} ~ '^[1-9][0-9]{{4,6}}$'").format(
            sql.Identifier(column), sql.Identifier(table)
        )
    )
    return int(row["next"])
