"""The memory behind the pages, through Airflow's connection `smrt_warehouse`."""

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
"""Who looks at a page does not wait for as long as a task does."""


@dataclass(frozen=True)
class Warehouse:
    """The warehouse, the settings, and the memory that they name."""

    engine: sa.Engine
    settings: Settings
    memory: State


@contextmanager
def opened_warehouse() -> Iterator[Warehouse]:
    """Opened anew for each request, so that an edit of the connection or of the settings holds at once.

    The API server looks connections up as commands do: in secrets backends, its environment, Airflow's database
    (Airflow sets _AIRFLOW_PROCESS_CONTEXT for it, see cli/connect.py). Nothing is created: a look must not.
    Raises ConfigurationError, WarehouseError.
    """
    settings = load_settings(config_folder())
    try:
        engine = warehouse_engine(connect_timeout=_CONNECT_SECONDS)
    except AirflowNotFoundException:
        raise ConfigurationError(
            f"Airflow's API server finds no connection '{CONNECTION_ID}': create it under Admin, Connections, or put "
            "AIRFLOW_CONN_SMRT_WAREHOUSE into the API server's environment, too"
        ) from None
    try:
        yield Warehouse(engine, settings, State(engine, settings.state_schema))
    finally:
        engine.dispose()


def _memory() -> Iterator[State]:
    with opened_warehouse() as warehouse:
        yield warehouse.memory


Memory = Annotated[State, Depends(_memory)]
