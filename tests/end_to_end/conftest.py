"""One Airflow, one sandbox a session; a warehouse and an empty Startdeliver a test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import DagBag
from airflow.utils.db import initdb

from sandbox.testing import Sandbox, running_sandbox
from smrt_startdeliver.startdeliver import limit
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import Shop


@pytest.fixture(scope="session")
def dag():
    """The DAG, in an Airflow whose metadata database has just been made; a failing task is not tried again."""
    initdb()
    DagBundlesManager().sync_bundles_to_db()
    bag = DagBag()
    assert not bag.import_errors
    dag = bag.dags["smrt_to_startdeliver"]
    for task in dag.tasks:
        task.retries = 0
        task.retry_delay = timedelta()
    return dag


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path / "sandbox.sqlite") as running:
        yield running


@pytest.fixture(autouse=True)
def nobody_waits_for_the_pace_to_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox has no limit here; each memory would begin slowly anew."""
    monkeypatch.setattr(limit, "FIRST_RATE", 1_000.0)


@pytest.fixture
def pipeline(dag, database: str, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    for name in ("SMRT_STARTDELIVER_CONFIG", "AIRFLOW_CONN_SMRT_WAREHOUSE", "AIRFLOW_CONN_STARTDELIVER"):
        monkeypatch.setenv(name, "")  # put back after the test
    config = tmp_path / "config"
    config.mkdir()
    return Pipeline(dag, database, sandbox, config)


@pytest.fixture
def shop(pipeline: Pipeline) -> Shop:
    return Shop(pipeline)
