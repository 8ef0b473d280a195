"""The command line as a person runs it: a process of its own, in the tests' Airflow, on a warehouse of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from smrt_startdeliver.state.database import State

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """That of a machine on which Airflow has no connections yet, and no configuration is written."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_CONN_")}
    return kept | {"SMRT_STARTDELIVER_CONFIG": str(tmp_path), "COLUMNS": "200"}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "smrt_startdeliver", *arguments]
        return subprocess.run(command, env=environment | more, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def state(database: str) -> Iterator[State]:
    """The memory that the commands find."""
    engine = sa.create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
    state = State(engine, "startdeliver_sync")
    state.create()
    yield state
    engine.dispose()


@pytest.fixture
def connected(environment: dict[str, str], database: str) -> None:
    """The connection to the warehouse is in the environment."""
    environment["AIRFLOW_CONN_SMRT_WAREHOUSE"] = database
