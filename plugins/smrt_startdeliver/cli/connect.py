"""What a command works with: the settings, the memory and Startdeliver, through Airflow's connections as tasks do."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from airflow.sdk.exceptions import AirflowNotFoundException

from smrt_startdeliver.check.everything import check_everything
from smrt_startdeliver.check.finding import Finding
from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.settings_file import config_folder, load_settings
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.hook import StartdeliverHook
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.pace import WarehousePace
from smrt_startdeliver.warehouse.connecting import connect, memory_engine, open_warehouse
from smrt_startdeliver.warehouse.engines.warehouse import Warehouse

T = TypeVar("T")


@contextmanager
def memory() -> Iterator[tuple[State, Settings]]:
    """The memory, made where there is none yet, and the settings. Raises ConfigurationError, WarehouseError."""
    with warehouse() as (_, state, settings):
        yield state, settings


@contextmanager
def warehouse() -> Iterator[tuple[Warehouse, State, Settings]]:
    """The warehouse, with the memory as of `memory`."""
    settings = load_settings(config_folder())
    with _quiet(), _found(lambda: connect(settings.state_connection)) as connected:
        state = State(connected.memory, settings.state_schema)
        state.create()
        yield connected.warehouse, state, settings


def checked() -> Iterator[Finding]:
    """Everything that a run needs, as it is found; the few requests that takes have a pace of their own."""
    with _quiet():
        yield from check_everything(
            lambda: _found(open_warehouse),
            lambda state_connection: _found(lambda: memory_engine(state_connection)),
            lambda: Startdeliver(_found(StartdeliverHook(tries=2).get_conn)),
        )


def startdeliver(settings: Settings, state: State) -> Startdeliver:
    """Startdeliver, at the pace that all runs share. Raises ConfigurationError."""
    hook = StartdeliverHook(requests_per_second=settings.requests_per_second, daily_quota=settings.daily_quota)
    return Startdeliver(_found(lambda: hook.get_conn(WarehousePace(state))))


@contextmanager
def _quiet() -> Iterator[None]:
    """Standard output is for results alone: what our own modules log, and what libraries warn of, is not among them."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        logging.disable(before)


def _found(connect: Callable[[], T]) -> T:
    try:
        return connect()
    except AirflowNotFoundException as missing:
        raise ConfigurationError(
            f"Airflow finds no such connection ({missing}): run this where Airflow runs, with its environment "
            "(AIRFLOW_HOME, AIRFLOW__DATABASE__SQL_ALCHEMY_CONN or AIRFLOW_CONN_...), or create the connection"
        ) from None
