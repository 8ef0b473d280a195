"""The memory behind the pages, and the warehouse that it is in, through Airflow's connection `smrt_warehouse`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from airflow.sdk.exceptions import AirflowNotFoundException
from fastapi import Depends

from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.settings_file import config_folder, load_settings
from smrt_startdeliver.state.database import State
from smrt_startdeliver.warehouse.engine import CONNECTION_ID, warehouse_engine

_CONNECT_SECONDS = 10
STATEMENT_SECONDS = 20
"""Who looks at a page does not wait for as long as a task does."""


@dataclass(frozen=True)
class Source:
    """The warehouse that holds both, the memory and SMRT's tables, and the settings that say where."""

    engine: sa.Engine
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
        engine = warehouse_engine(connect_timeout=_CONNECT_SECONDS, statement_timeout=statement_timeout)
    except AirflowNotFoundException:
        raise ConfigurationError(
            f"Airflow's API server finds no connection '{CONNECTION_ID}': create it under Admin, Connections, or put "
            "AIRFLOW_CONN_SMRT_WAREHOUSE into the API server's environment, too"
        ) from None
    try:
        yield Source(engine, State(engine, settings.state_schema), settings)
    finally:
        engine.dispose()


def _memory() -> Iterator[State]:
    with opened() as source:
        yield source.state


def _warehouse() -> Iterator[Source]:
    with opened(STATEMENT_SECONDS) as source:
        yield source


Memory = Annotated[State, Depends(_memory)]
Warehouse = Annotated[Source, Depends(_warehouse)]
"""For who reads SMRT's tables, too: they may be large, and a statement is given up after STATEMENT_SECONDS."""
