"""Airflow's API server with our pages, in the tests' own process: real logins, a real memory in PostgreSQL.

`viewer`, `operator` and `nobody` are clients that are logged in; `stranger` is not. The page is at `/startdeliver/`.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from smrt_startdeliver.state.database import State

HOME = "/startdeliver/"
ROLES = {"viewer": "viewer", "operator": "user"}
"""Logins and their roles in Airflow: a viewer may read DAGs, a user may trigger them, too."""

Login = Callable[..., TestClient]


@pytest.fixture(scope="session")
def api_server() -> Iterator[FastAPI]:
    """Airflow's own app, with the plugins of the repository, over a metadata database that has just been made."""
    from airflow.api_fastapi.app import create_app, purge_cached_app  # noqa: PLC0415 - once the home is set
    from airflow.utils.db import initdb  # noqa: PLC0415

    users = ",".join(f"{name}:{role}" for name, role in ROLES.items())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", users)
        patch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", secrets.token_hex(64))
        initdb()
        yield create_app(apps="core")
    purge_cached_app()


@pytest.fixture
def log_in(api_server: FastAPI) -> Login:
    """A browser of somebody, logged in with their password as Airflow's login page does it; None: of a stranger."""

    def log_in(name: str | None = None) -> TestClient:
        browser = TestClient(api_server, headers={"Origin": "http://testserver"}, follow_redirects=False)
        if name is not None:
            passwords = Path(os.environ["AIRFLOW_HOME"]) / "simple_auth_manager_passwords.json.generated"
            login = {"username": name, "password": json.loads(passwords.read_text())[name]}
            answer = browser.post("/auth/token", json=login)
            browser.cookies.set("_token", answer.json()["access_token"])
        return browser

    return log_in


@pytest.fixture
def stranger(log_in: Login) -> TestClient:
    return log_in()


@pytest.fixture
def viewer(log_in: Login) -> TestClient:
    return log_in("viewer")


@pytest.fixture
def operator(log_in: Login) -> TestClient:
    return log_in("operator")


@pytest.fixture
def nobody(log_in: Login) -> TestClient:
    """Logged in, and allowed nothing."""
    from airflow.api_fastapi.app import get_auth_manager  # noqa: PLC0415
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser  # noqa: PLC0415

    browser = log_in()
    browser.cookies.set("_token", get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="nobody", role=None)))
    return browser


@pytest.fixture
def warehouse(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The warehouse that the pages look at, without a memory; its URI."""
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")  # as Airflow's API server has it
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", database)
    monkeypatch.setenv("SMRT_STARTDELIVER_CONFIG", str(tmp_path))
    return database


@pytest.fixture
def state(warehouse: str) -> Iterator[State]:
    """The memory that the pages show, empty."""
    engine = sa.create_engine(warehouse.replace("postgresql:", "postgresql+psycopg:"))
    state = State(engine, "startdeliver_sync")
    state.create()
    yield state
    engine.dispose()
