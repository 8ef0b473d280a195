"""Airflow's API server with our pages, in the tests' own process: real logins, a real memory in PostgreSQL.

`viewer`, `operator`, `editor` and `nobody` are clients that are logged in; `stranger` is not. The page is at
`/startdeliver/`.

For a browser there is `airflow`, a running one with a memory of its own, once a session; `open_browser` opens a window
of somebody who is logged in there.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, StorageState, expect

from demo.airflow_home import Airflow
from demo.browser import chromium, log_in_with, running_browser
from demo.home import Home
from demo.postgres import Postgres
from demo.sandbox_server import free_port
from demo.services import running_ui
from smrt_startdeliver.state.database import State

HOME = "/startdeliver/"
ROLES = {"viewer": "viewer", "operator": "user", "editor": "op"}
"""Logins and their roles in Airflow: a viewer may read DAGs, a user trigger them, an op change Variables, too."""

Login = Callable[..., TestClient]
OpenBrowser = Callable[..., Page]

_PATIENCE = 60_000
"""Milliseconds after which what does not come in a browser will not come: the machine may be busy."""


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
def editor(log_in: Login) -> TestClient:
    return log_in("editor")


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


@dataclass(frozen=True)
class RunningAirflow:
    """An Airflow with its UI at `url`, its logins' passwords, and the warehouse's URI with the memory in it."""

    url: str
    passwords: dict[str, str]
    state: State
    warehouse: str


@pytest.fixture(scope="session")
def airflow(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAirflow]:
    """API server and DAG processor, as `airflow standalone` starts them; runs stay queued, as there is no scheduler."""
    if chromium() is None:
        pytest.skip("Chromium is not installed: `apt-get install chromium`, or `make install` as root")
    home = Home(tmp_path_factory.mktemp("airflow"))
    home.airflow.mkdir()
    passwords = {name: secrets.token_urlsafe(9) for name in ROLES}
    (home.airflow / "simple_auth_manager_passwords.json.generated").write_text(json.dumps(passwords))
    metadata = Airflow(home, postgres.create_database("airflow_of_the_browser"))
    with metadata.running("db", "migrate", log="migrate") as process:
        metadata.finish(process, "migrate")
    warehouse = postgres.create_database("warehouse_of_the_browser")
    engine = sa.create_engine(warehouse.replace("postgresql:", "postgresql+psycopg:"))
    state = State(engine, "startdeliver_sync")
    state.create()
    variables = {"AIRFLOW_CONN_SMRT_WAREHOUSE": warehouse, "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True"}
    with running_ui(metadata, free_port(), ROLES, variables) as services:
        yield RunningAirflow(services.url, passwords, state, warehouse)
    engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. For a module: its driver keeps an event loop in this thread, which other tests' would not stand."""
    expect.set_options(timeout=_PATIENCE)
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def logins(airflow: RunningAirflow, browser: Browser) -> dict[str | None, StorageState | None]:
    """What a browser keeps of a login on Airflow's own page, by name; None is who has not logged in."""
    kept: dict[str | None, StorageState | None] = {None: None}
    for name, password in airflow.passwords.items():
        with browser.new_context() as context:
            log_in_with(context.new_page(), airflow.url, name, password)
            kept[name] = context.storage_state()
    return kept


@pytest.fixture
def open_browser(
    airflow: RunningAirflow, browser: Browser, logins: dict[str | None, StorageState | None]
) -> Iterator[OpenBrowser]:
    """A window of somebody's own; paths are Airflow's, and further options those of the window."""
    with ExitStack() as stack:

        def open_browser(name: str | None, **options: Any) -> Page:
            window = browser.new_context(base_url=airflow.url, storage_state=logins[name], **options)
            window.set_default_timeout(_PATIENCE)
            return stack.enter_context(window).new_page()

        yield open_browser
