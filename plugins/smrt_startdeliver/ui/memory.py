"""The memory behind the pages, and the warehouse, through Airflow's connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from airflow.sdk.exceptions import AirflowNotFoundException
from fastapi import Depends

from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.settings_file import config_folder, load_settings
from smrt_startdeliver.state.database import State
from smrt_startdeliver.warehouse.connecting import connect
from smrt_startdeliver.warehouse.engine import CONNECTION_ID
from smrt_startdeliver.warehouse.engines import warehouse as engines

_CONNECT_SECONDS = 10
STATEMENT_SECONDS = 20
"""Who looks at a page does not wait for as long as a task does."""


@dataclass(frozen=True)
class Source:
    """The warehouse with SMRT's tables, the memory, and the settings that say where they are."""

    warehouse: engines.Warehouse
    state: State
    settings: Settings


@contextmanager
def opened(statement_timeout: int | None = None) -> Iterator[Source]:
    """Opened anew for each request, so that an edit of the connection or of the settings holds at once.

    The API server looks connections up as commands do: in secrets backends, its environment, Airflow's database
    (Airflow sets _AIRFLOW_PROCESS_CONTEXT for it, see cli/connect.py). Nothing is created: a look must not.
    Raises ConfigurationError, WarehouseError.
    """
    settings = load_settings(config_folder())
    try:
        connected = connect(
            settings.state_connection, connect_timeout=_CONNECT_SECONDS, statement_timeout=statement_timeout
        )
    except AirflowNotFoundException:
        ids = " or ".join(f"'{one}'" for one in (CONNECTION_ID, settings.state_connection) if one)
        raise ConfigurationError(
            f"Airflow's API server finds no connection {ids}: create it under Admin, Connections, or put "
            "AIRFLOW_CONN_SMRT_WAREHOUSE into the API server's environment, too"
        ) from None
    with connected:
        yield Source(connected.warehouse, State(connected.memory, settings.state_schema), settings)


def _memory() -> Iterator[State]:
    with opened() as source:
        yield source.state


def _warehouse() -> Iterator[Source]:
    with opened(STATEMENT_SECONDS) as source:
        yield source


Memory = Annotated[State, Depends(_memory)]
Warehouse = Annotated[Source, Depends(_warehouse)]
"""For who reads SMRT's tables, too: they may be large, and a statement is given up after STATEMENT_SECONDS."""
