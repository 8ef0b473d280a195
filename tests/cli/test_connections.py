"""Commands find Airflow's connections as its tasks do: in the environment, and in Airflow's database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from airflow.models import Connection
from airflow.utils.db import initdb
from airflow.utils.session import create_session

from tests.cli.conftest import Run


@pytest.fixture
def in_airflows_database(database: str) -> Iterator[None]:
    """Both connections as somebody made them in Airflow's UI."""
    initdb()
    with create_session() as session:
        session.add(Connection("smrt_warehouse", uri=database))
        session.add(Connection("startdeliver", conn_type="startdeliver", host="http://127.0.0.1:9", password="key"))
    yield
    with create_session() as session:
        session.execute(sa.delete(Connection).where(Connection.conn_id.in_(["smrt_warehouse", "startdeliver"])))


def test_connections_of_the_environment_are_found(connected: None, run: Run) -> None:
    result = run("rejected", "--json")
    assert (result.returncode, result.stdout, result.stderr) == (0, "[]\n", "")


def test_connections_of_airflows_database_are_found(in_airflows_database: None, run: Run) -> None:
    result = run("rejected", "--json")
    assert (result.returncode, result.stdout, result.stderr) == (0, "[]\n", "")


def test_startdelivers_connection_is_found_there_too(in_airflows_database: None, run: Run) -> None:
    result = run("forget", "8", "--in-startdeliver")
    assert (result.returncode, result.stdout) == (1, "")
    assert "Startdeliver at http://127.0.0.1:9/api/v1/ did not answer" in result.stderr


def test_a_connection_that_is_missing_is_one_line(run: Run) -> None:
    result = run("rejected")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("Airflow finds no such connection (The conn_id `smrt_warehouse` isn't defined)")
    assert result.stderr.count("\n") == 1


def test_a_warehouse_that_does_not_answer_is_one_line(run: Run) -> None:
    result = run("rejected", AIRFLOW_CONN_SMRT_WAREHOUSE="postgresql://nobody@127.0.0.1:9/nowhere")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("the warehouse of connection 'smrt_warehouse' cannot be reached")
    assert result.stderr.count("\n") == 1
