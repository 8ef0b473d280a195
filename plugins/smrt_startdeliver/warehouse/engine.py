"""The engine behind the Airflow connection `smrt_warehouse`."""

from __future__ import annotations

import sqlalchemy as sa
from airflow.sdk import Connection

from smrt_startdeliver.errors import WarehouseError

CONNECTION_ID = "smrt_warehouse"


def warehouse_engine() -> sa.Engine:
    """An engine on the connection `smrt_warehouse`, its sessions in UTC: a time without a zone then is UTC.

    Airflow's own hook makes the connections, so that whatever its form offers (TLS, sockets, IAM) works here too.
    Raises WarehouseError when the warehouse cannot be reached.
    """
    hook = Connection.get(CONNECTION_ID).get_hook()
    engine = sa.create_engine("postgresql+psycopg://", creator=hook.get_conn, pool_pre_ping=True)
    sa.event.listen(engine, "connect", _speak_utc)
    try:
        with engine.connect():
            pass
    except sa.exc.DBAPIError as error:
        raise WarehouseError(
            f"the warehouse of connection '{CONNECTION_ID}' cannot be reached ({first_line(error)}): "
            "check its host, port, database, login and password"
        ) from None
    return engine


def first_line(error: sa.exc.DBAPIError) -> str:
    """What the database said, in one line: without the statement and its parameters, which may hold people's data."""
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__


def _speak_utc(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("set time zone 'UTC'")
    cursor.close()
    connection.commit()
