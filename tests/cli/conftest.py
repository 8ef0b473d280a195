"""The command line as a person runs it, in the tests' Airflow, on a warehouse of its own.

`run` starts a process, which takes seconds; `ask` asks in this one, of the warehouse and sandbox of `pipeline`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from typer.testing import CliRunner

from sandbox.testing import Sandbox, running_sandbox
from smrt_startdeliver.cli.app import app
from smrt_startdeliver.startdeliver import limit
from smrt_startdeliver.state.database import State
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import Shop

Run = Callable[..., subprocess.CompletedProcess[str]]
Ask = Callable[..., Result]

TRAITS = "traits: [{name: Orders, kind: event_counter, event: Order Created, field: customfieldOrders}]\n"
AUDIENCES = """
audiences:
  - {name: Missed pickups, field: customfieldMissedPickups, all: [{event: Pickup Missed, at_least: 1}]}
  - {name: Not mapped yet, all: [{event: Order Created, at_least: 9}]}
"""


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


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path / "sandbox.sqlite") as running:
        yield running


@pytest.fixture
def pipeline(database: str, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """The warehouse, the sandbox and the configuration that `ask` finds, with the mapping document that ships."""
    for name in ("SMRT_STARTDELIVER_CONFIG", "AIRFLOW_CONN_SMRT_WAREHOUSE", "AIRFLOW_CONN_STARTDELIVER"):
        monkeypatch.setenv(name, "")  # put back after the test
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")
    monkeypatch.setenv("SMRT_STARTDELIVER_STAGING", f"file://{tmp_path / 'staging'}")
    monkeypatch.setattr(limit, "FIRST_RATE", 1_000.0)
    config = tmp_path / "config"
    config.mkdir()
    pipeline = Pipeline(None, database, sandbox, config)
    monkeypatch.setenv("AIRFLOW_VAR_STARTDELIVER_MAPPING", " ")  # no variable: Airflow's database is not asked for one
    pipeline.configure(settings="timezone: UTC\n")
    return pipeline


@pytest.fixture
def shop(pipeline: Pipeline) -> Shop:
    return Shop(pipeline)


@pytest.fixture
def ask(pipeline: Pipeline) -> Ask:
    def ask(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments), catch_exceptions=False)

    return ask


@pytest.fixture
def business(shop: Shop, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small shop after its first run, of which an event was parked, and before its second."""
    now = datetime.now(UTC)
    monkeypatch.setenv("COLUMNS", "160")
    pipeline.configure(
        settings="timezone: America/Los_Angeles\ndaily_quota: 10000\n", traits=TRAITS, audiences=AUDIENCES
    )
    for user, name in (("7", "Ann"), ("8", "Bob"), ("9", "Cid")):
        shop.customer(user, name=name, email=f"{name}@example.com")
        shop.event("Order Created", user, now - timedelta(days=30), value=20)
    shop.event("Pickup Missed", "8", now - timedelta(days=2))
    refused = {"method": "POST", "path": "/usage$", "where": {"usageType": "Pickup Missed"}, "status": 400}
    pipeline.sandbox.faults([refused])
    pipeline.run_as("scheduled", now)
    pipeline.sandbox.clear_faults()
    pipeline.execute("update startdeliver_sync.refusals set parked_at = now(), tries = 6")
    pipeline.execute("update startdeliver_sync.pace set peak = 10, caution = 0.1, requests = 15")
    shop.customer("10", name="Eve", email="eve@example.com")
    shop.event("Pickup Missed", "9", now - timedelta(days=1))
    pipeline.execute("update smrt.users set name = 'Anna' where id = '7'")
