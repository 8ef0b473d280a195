"""The warehouse that both pipelines read: a small dry cleaner's, and what each few hours bring."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import psycopg

from demo.warehouse import add_activity, create

SCHEMA = "smrt"
CUSTOMERS, MONTHS = 150, 4

# Three customers in a row share an account.
_ACCOUNTS = "update users set account = 'account ' || id::bigint / 3 where account is null and id ~ '^[0-9]{1,9}$'"
_ORDERS_OF_STRANGERS = """
    insert into order_created (id, user_id, "timestamp", received_at, uuid_ts, order_id)
    select stranger, stranger, %(at)s, %(at)s, %(at)s, stranger
    from (select format('stranger %%s of %%s', number, %(at)s) as stranger from generate_series(1, 3) as number)
"""
_A_STRANGER_IS_ENTERED = """
    insert into users (id, name, received_at, uuid_ts)
    select user_id, 'No Stranger', %(at)s, %(at)s from order_created
    where user_id like 'stranger 1 of %%' and not exists (select from users where users.id = order_created.user_id)
"""
_STOPS_THAT_TURN_UP = """
    insert into pickup_completed (id, user_id, "timestamp", received_at, uuid_ts)
    select format('turned up %%s of %%s', id, %(at)s), id, %(at)s - interval '9 days', %(at)s - interval '8 days',
        %(at)s - interval '8 days'
    from users where id ~ '^[1-9][0-9]{4,6}$' order by md5(id || %(at)s) limit 2
"""


def open_shop(uri: str, seed: int, now: datetime) -> None:
    """Fill the warehouse with all that was loaded before `now`."""
    create(uri, SCHEMA, CUSTOMERS, MONTHS, seed, now=now)
    _execute(uri, "alter table users add column account text", _ACCOUNTS)


def go_on(uri: str, seed: int, since: datetime, now: datetime) -> None:
    """Add what is loaded from `since` to `now`.

    Visits, changed and new customers, late rows and copies (see `demo.warehouse`); orders of people who have no row in
    `users`, and a row for one who had none; and stops that the loader kept to itself for eight days: no look-back
    reaches them, but a sweep finds them.
    """
    add_activity(uri, SCHEMA, seed, since, now)
    statements = (_A_STRANGER_IS_ENTERED, _ORDERS_OF_STRANGERS, _STOPS_THAT_TURN_UP, _ACCOUNTS)
    _execute(uri, *statements, values={"at": since + (now - since) / 2})


def _execute(uri: str, *statements: str, values: Mapping[str, object] | None = None) -> None:
    options = f"-c search_path={SCHEMA} -c synchronous_commit=on"  # no crash takes back what was loaded
    with psycopg.connect(uri, options=options, cursor_factory=psycopg.ClientCursor) as connection:
        for statement in statements:
            connection.execute(statement, values if "%(" in statement else None)
