"""What all tests share: Airflow's home (set before Airflow is imported), a PostgreSQL a session, a database a test."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

_REPOSITORY = Path(__file__).parent.parent
_HOME = Path(tempfile.mkdtemp(prefix="smrt-startdeliver-tests-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)

os.environ.update(
    {
        "AIRFLOW_HOME": str(_HOME / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(_REPOSITORY / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(_REPOSITORY / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "SMRT_STARTDELIVER_STAGING": f"file://{_HOME / 'staging'}",
    }
)

from demo.postgres import Postgres, running_postgres  # noqa: E402 - nothing may import Airflow before its home is set

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL, embedded, for the session."""
    with running_postgres(_HOME / "postgres", throwaway=True) as server:
        yield server


@pytest.fixture
def database(postgres: Postgres) -> str:
    """The URI of a database of the test's own, empty."""
    return postgres.create_database(f"test_{next(_NUMBERS)}")
