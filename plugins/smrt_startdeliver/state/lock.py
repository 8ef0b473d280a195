"""The right to write to Startdeliver: advisory locks of PostgreSQL, which die with the session that holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa


@dataclass(frozen=True)
class Lock:
    """The right to write to Startdeliver: whether it had to be waited for, and whether it is still held.

    `check` raises WarehouseError where its session was lost, so that another task may be writing.
    """

    waited: bool
    check: Callable[[], None]


@contextmanager
def holding(connection: sa.Connection, name: str, group: str | None, member: int) -> Iterator[bool]:
    """The right of this name for the length of a block; whether it had to be waited for.

    Without a group it is held alone. The members of one group hold it side by side, each of them once at a time, and
    keep all others out.
    """
    try:
        if group is None:
            waited = _take(connection, name)
        else:
            waited = _take_with_others(connection, name, f"{name}:{group}", member)
        connection.commit()
        yield waited
    finally:
        if not connection.invalidated:
            connection.execute(sa.text("select pg_advisory_unlock_all()"))
            connection.commit()


def turn_of(name: str) -> str:
    """The lock that whoever joins a group, or waits to begin one, holds while it does."""
    return f"{name}:turn"


def _take_with_others(connection: sa.Connection, name: str, group: str, member: int) -> bool:
    """Share the lock of this name with those who share that of the group.

    One after the other finds out whether anybody of its group has begun, and is in before the next one asks: so all who
    share the lock are of one group. Who holds it alone, as earlier versions did, keeps all of them out.
    """
    waited = _take(connection, f"{group}:{member}")  # an earlier try of the same task may still be sending
    waited |= _take(connection, turn_of(name))
    if _call(connection, "pg_try_advisory_lock", group):
        waited |= _take(connection, name)  # nobody of ours has begun, so all others have to be out
        for key in (group, name):
            _call(connection, "pg_advisory_lock_shared", key)
            _call(connection, "pg_advisory_unlock", key)
    else:
        for key in (group, name):
            _wait(connection, "pg_advisory_lock_shared", key)
    _call(connection, "pg_advisory_unlock", turn_of(name))
    return waited


def _take(connection: sa.Connection, key: str) -> bool:
    """Take a lock alone; whether it had to be waited for."""
    free = _call(connection, "pg_try_advisory_lock", key)
    if not free:
        _wait(connection, "pg_advisory_lock", key)
    return not free


def _wait(connection: sa.Connection, function: str, key: str) -> None:
    """Another run may hold it for hours: that is no failure, whatever the session's time-outs are."""
    connection.execute(sa.text("set local lock_timeout = 0"))
    connection.execute(sa.text("set local statement_timeout = 0"))
    _call(connection, function, key)


def _call(connection: sa.Connection, function: str, key: str) -> bool:
    return bool(connection.execute(sa.text(f"select {function}(hashtext(:key))"), {"key": key}).scalar_one())
