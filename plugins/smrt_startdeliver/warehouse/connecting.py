"""Connecting: to the warehouse by the type of its connection, and to the memory, which is always a PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from airflow.sdk import Connection

from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.warehouse.engine import CONNECTION_ID, warehouse_engine
from smrt_startdeliver.warehouse.engines.bigquery import BigQuery
from smrt_startdeliver.warehouse.engines.dbapi import DbApiWarehouse
from smrt_startdeliver.warehouse.engines.postgres import Postgres
from smrt_startdeliver.warehouse.engines.redshift import Redshift
from smrt_startdeliver.warehouse.engines.snowflake import Snowflake
from smrt_startdeliver.warehouse.engines.warehouse import Warehouse
from smrt_startdeliver.warehouse.failures import failing_plainly

POSTGRES = "postgres"
OTHERS: dict[str, tuple[type[DbApiWarehouse], str]] = {
    "redshift": (Redshift, "redshift"),
    "snowflake": (Snowflake, "snowflake"),
    "gcpbigquery": (BigQuery, "bigquery"),
}
"""Airflow's connection type -> the adapter, and the extra of this package that names Airflow's provider."""


@dataclass(frozen=True)
class Connected:
    """The warehouse, and the engine of the memory; left together at the end of a `with`."""

    warehouse: Warehouse
    memory: sa.Engine

    def __enter__(self) -> Connected:
        return self

    def __exit__(self, *_: object) -> None:
        self.warehouse.dispose()
        self.memory.dispose()


def connect(
    state_connection: str | None, *, connect_timeout: int | None = None, statement_timeout: int | None = None
) -> Connected:
    """Connect to both; time-outs as of `warehouse_engine`.

    Raises ConfigurationError where the types of the connections do not serve, WarehouseError where one cannot be
    reached.
    """
    memory = memory_engine(state_connection, connect_timeout=connect_timeout, statement_timeout=statement_timeout)
    if state_connection is None:
        return Connected(Postgres(memory), memory)
    try:
        return Connected(open_warehouse(connect_timeout=connect_timeout, statement_timeout=statement_timeout), memory)
    except BaseException:
        memory.dispose()
        raise


def memory_engine(
    state_connection: str | None, *, connect_timeout: int | None = None, statement_timeout: int | None = None
) -> sa.Engine:
    """The engine of the memory: of connection `state_connection`, or of the warehouse's own.

    Raises ConfigurationError where that is no PostgreSQL, WarehouseError where it cannot be reached.
    """
    connection_id = state_connection or CONNECTION_ID
    conn_type = Connection.get(connection_id).conn_type
    if conn_type != POSTGRES:
        raise ConfigurationError(
            f"the memory needs a PostgreSQL, and connection '{connection_id}' is of type '{conn_type}': set "
            f"state_connection in settings.yaml to {'' if state_connection is None else 'another connection, '}"
            "one of type 'postgres'"
        )
    return warehouse_engine(connection_id, connect_timeout=connect_timeout, statement_timeout=statement_timeout)


def open_warehouse(*, connect_timeout: int | None = None, statement_timeout: int | None = None) -> Warehouse:
    """The warehouse of connection `smrt_warehouse`, by the adapter of its type.

    Raises ConfigurationError where there is none, or Airflow's provider is not installed; WarehouseError where it
    cannot be reached.
    """
    connection = Connection.get(CONNECTION_ID)
    if connection.conn_type == POSTGRES:
        return Postgres(warehouse_engine(connect_timeout=connect_timeout, statement_timeout=statement_timeout))
    if connection.conn_type not in OTHERS:
        raise ConfigurationError(
            f"connection '{CONNECTION_ID}' is of type '{connection.conn_type}': it must be one of "
            f"{', '.join([POSTGRES, *OTHERS])}"
        )
    adapter, extra = OTHERS[connection.conn_type]
    warehouse = adapter(_hook(connection, extra), statement_timeout)
    with failing_plainly(
        f"the warehouse of connection '{CONNECTION_ID}' cannot be reached",
        {},
        "check what the connection says of it, and its login",
    ):
        warehouse.reach()
    return warehouse


def _hook(connection: Connection, extra: str) -> Any:
    try:
        return connection.get_hook()  # type: ignore[no-untyped-call]
    except Exception:  # Airflow raises one of no kind of its own where it knows no hook
        raise ConfigurationError(
            f"Airflow has no hook for connections of type '{connection.conn_type}': install its provider, as "
            f"smrt-startdeliver[{extra}] does"
        ) from None
