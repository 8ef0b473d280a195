"""What the demo stands on: an embedded PostgreSQL, a generated warehouse in it, a configuration, an Airflow."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg

from demo.airflow_home import Airflow
from demo.home import Home
from demo.postgres import Postgres, start
from demo.steps import step
from demo.warehouse import create
from smrt_startdeliver.paths import CONFIG

CUSTOMERS, MONTHS, SEED = 2000, 18, 7
WAREHOUSE = "warehouse"
"""The database; SMRT's tables are in its schema below."""
SCHEMA = "smrt"
PERIOD = timedelta(hours=2)
"""How often the DAG runs."""
_SETTINGS = """\
# What is not set here has its default: config/settings.yaml lists all.
timezone: America/Los_Angeles
"""


@dataclass(frozen=True)
class Demo:
    """What is set up: an Airflow, and the URI of the warehouse."""

    airflow: Airflow
    warehouse: str


@contextmanager
def running_server(home: Home) -> Iterator[Postgres]:
    """The demo's PostgreSQL for the length of a block."""
    try:
        yield start(home.postgres)
    finally:
        stop_server(home)


def stop_server(home: Home) -> bool:
    """Stop the demo's PostgreSQL; whether it ran."""
    if not (home.postgres / "data" / "postmaster.pid").exists():
        return False
    Postgres(home.postgres, 0, started_here=False).stop()
    return True


def set_up(home: Home, server: Postgres, metadata: str, now: datetime) -> Demo:
    """Make what is missing: Airflow's database, of the name `metadata`, and the warehouse as it is at `now`."""
    _configure(home)
    airflow = Airflow(home, _database(server, metadata))
    warehouse = _database(server, WAREHOUSE)
    with (
        step(f"A warehouse of {CUSTOMERS:,} customers and {MONTHS} months, and Airflow's own database"),
        airflow.running("db", "migrate", log="airflow-database") as migration,  # meanwhile, as both take long
    ):
        if not _has_schema(warehouse):
            create(warehouse, SCHEMA, CUSTOMERS, MONTHS, SEED, now=now)
        airflow.finish(migration, "airflow-database")
    return Demo(airflow, warehouse)


def last_full_period() -> datetime:
    """The end of the last period that is over, as the DAG's schedule counts them."""
    now = datetime.now(UTC)
    return now.replace(hour=now.hour // 2 * 2, minute=0, second=0, microsecond=0)


def _configure(home: Home) -> None:
    if not home.config.exists():
        home.config.mkdir()
        for name in ("mapping.yaml", "traits.yaml", "audiences.yaml"):
            shutil.copy(CONFIG / name, home.config)
        (home.config / "settings.yaml").write_text(_SETTINGS)


def _database(server: Postgres, name: str) -> str:
    """The URI of a database, made where it is missing."""
    with psycopg.connect(server.uri) as connection:
        exists = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
    return server.database_uri(name) if exists else server.create_database(name)


def _has_schema(warehouse: str) -> bool:
    with psycopg.connect(warehouse) as connection:
        row = connection.execute("SELECT to_regnamespace(%s) IS NOT NULL", [SCHEMA]).fetchone()
        return row is not None and bool(row[0])
