"""SQLAlchemy's engine on a PostgreSQL that an Airflow connection names: the warehouse, the memory, or both."""

from __future__ import annotations

import json

import sqlalchemy as sa
from airflow.sdk import Connection

from smrt_startdeliver.warehouse import failures

CONNECTION_ID = "smrt_warehouse"
KEEPALIVES = {"keepalives_idle": 60, "keepalives_interval": 10, "keepalives_count": 6}
"""How libpq finds out, within two minutes, that the server or the way to it is gone. The connection's extras win."""

_PASSWORD_SECONDS = 600
"""A session is not taken up again after so long: what IAM gives for a password opens others for 15 minutes."""


def warehouse_engine(
    connection_id: str = CONNECTION_ID, *, connect_timeout: int | None = None, statement_timeout: int | None = None
) -> sa.Engine:
    """An engine on a connection, its sessions in UTC: a time without a zone then is UTC.

    `connect_timeout`: seconds after which a server that does not answer cannot be reached; None: as long as TCP tries.
    `statement_timeout`: seconds after which a statement is given up; None: as the server has it.

    Airflow's own hook makes the connections, so that whatever its form offers (TLS, sockets, IAM) works here too.
    Raises WarehouseError when it cannot be reached.
    """
    hook = Connection.get(connection_id).get_hook()
    patience = {} if connect_timeout is None else {"connect_timeout": connect_timeout}
    hook.connection.extra = json.dumps(KEEPALIVES | patience | hook.connection.extra_dejson)
    engine = sa.create_engine(
        "postgresql+psycopg://",
        creator=hook.get_conn,
        pool_pre_ping=True,
        pool_recycle=_PASSWORD_SECONDS,
        hide_parameters=True,
    )
    sa.event.listen(engine, "connect", _settle)
    if statement_timeout is not None:
        sa.event.listen(engine, "connect", lambda connection, _: _set_statement_timeout(connection, statement_timeout))
    with (
        failures.failing_plainly(
            f"the {'warehouse' if connection_id == CONNECTION_ID else 'memory'} of connection '{connection_id}' "
            "cannot be reached",
            {},
            "check its host, port, database, login and password",
        ),
        engine.connect(),
    ):
        pass
    return engine


def _settle(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
    """Settle what must not depend on the defaults of the server, the database or the login."""
    cursor = connection.cursor()
    cursor.execute("set time zone 'UTC'")
    cursor.execute("set synchronous_commit = on")  # an intent outlives a crash of the server
    cursor.execute(f"set lock_timeout = '{failures.LOCK_TIMEOUT_SECONDS}s'")
    cursor.execute("set idle_session_timeout = 0")  # the session that holds the lock idles while a task sends
    # A worker that vanished with its machine holds the lock no longer than this.
    for name, value in KEEPALIVES.items():
        cursor.execute(f"set tcp_{name} = {value}")
    cursor.close()
    connection.commit()


def _set_statement_timeout(connection: sa.engine.interfaces.DBAPIConnection, seconds: int) -> None:
    cursor = connection.cursor()
    cursor.execute(f"set statement_timeout = '{seconds}s'")
    cursor.close()
    connection.commit()
