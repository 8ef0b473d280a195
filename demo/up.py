"""Airflow with its UI, the sandbox and the warehouse, left running."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from pathlib import Path
from subprocess import Popen

import requests

from demo.account import last_account
from demo.home import DemoError, Home
from demo.postgres import ADDRESS, BINARIES, Postgres
from demo.sandbox_server import SandboxServer, is_free, sandbox_server
from demo.set_up import Demo, last_full_period, running_server, set_up
from demo.steps import console, step
from demo.three_runs import DAG

USER = "admin"
_LOG = "airflow"
_START_SECONDS = 240


def up(home: Home, port: int, sandbox_port: int) -> None:
    """Serve until interrupted: Airflow on `port`, the sandbox on `sandbox_port`, over what `home` holds already.

    Raises DemoError where a port is taken, or something does not start or ends.
    """
    for option, number in {"--port": port, "--sandbox-port": sandbox_port}.items():
        if not is_free(number):
            raise DemoError(f"port {number} is in use: stop what listens there, or choose another with {option}")
    with running_server(home) as server, sandbox_server(home, sandbox_port) as sandbox:
        demo = set_up(home, server, "airflow", now=last_full_period())
        is_first_run = last_account(demo.warehouse) is None
        _connect(demo, sandbox)
        password = _password(home)
        with demo.airflow.running("standalone", log=_LOG, variables=_variables(port)) as process:
            with step("Airflow's scheduler, DAG processor, triggerer and API server"):
                _wait_until_healthy(demo, process, port)
            console.print(_directions(home, server, sandbox, port, password), soft_wrap=True)
            if is_first_run:
                _wait_for_run(demo, process)
            process.wait()
            raise demo.airflow.failure("Airflow ended", _LOG)


def _variables(port: int) -> dict[str, str]:
    return {
        "AIRFLOW__API__HOST": ADDRESS,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://{ADDRESS}:{port}",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
    }


def _connect(demo: Demo, sandbox: SandboxServer) -> None:
    """Put both connections into Airflow's database, where the UI shows them; one that was edited is as before."""
    file = demo.airflow.home.folder / "connections.json"
    _write_for_owner(file, json.dumps({"smrt_warehouse": demo.warehouse, "startdeliver": sandbox.connection}))
    try:
        with (
            step("Airflow's connections"),
            demo.airflow.running("connections", "import", str(file), "--overwrite", log="connections") as process,
        ):
            demo.airflow.finish(process, "connections")
    finally:
        file.unlink()


def _password(home: Home) -> str:
    """The password of the one login, drawn where there is none; it is where Airflow reads it."""
    file = home.airflow / "simple_auth_manager_passwords.json.generated"
    if not file.exists():
        _write_for_owner(file, json.dumps({USER: secrets.token_urlsafe(9)}))
    return str(json.loads(file.read_text())[USER])


def _write_for_owner(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)


def _wait_until_healthy(demo: Demo, process: Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _is_healthy(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise demo.airflow.failure("Airflow did not start", _LOG)
        time.sleep(0.5)


def _is_healthy(port: int) -> bool:
    """Whether all of Airflow's components say so."""
    try:
        answer = requests.get(f"http://{ADDRESS}:{port}/api/v2/monitor/health", timeout=5)
        answer.raise_for_status()
    except requests.RequestException:
        return False
    return all(component["status"] == "healthy" for component in answer.json().values())


def _wait_for_run(demo: Demo, process: Popen[bytes]) -> None:
    """Say when the run that the scheduler starts by itself has ended."""
    with console.status("The first run is under way: see it in the UI …"):
        while (run := last_account(demo.warehouse)) is None or run.state == "running":
            if process.poll() is not None:
                return
            time.sleep(1)
    if run.state == "success":
        console.print(f"[green]✓[/] The run of {run.window_end:%Y-%m-%d %H:%M} UTC wrote {run.written:,} changes.")
    else:
        console.print(f"[red]✗[/] The run of {run.window_end:%Y-%m-%d %H:%M} UTC failed: {run.message}")


def _directions(home: Home, server: Postgres, sandbox: SandboxServer, port: int, password: str) -> str:
    psql = shutil.which("psql") or BINARIES / "psql"
    return f"""
  [bold]Airflow[/]        http://{ADDRESS}:{port}/dags/{DAG}   login [bold]{USER}[/], password [bold]{password}[/]
  [bold]Startdeliver[/]   {sandbox.root}   the sandbox's pages: customers, users, timelines
  [bold]Warehouse[/]      PGPASSWORD=$(cat {home.postgres}/password) {psql} postgresql://postgres@{ADDRESS}:{server.port}/warehouse
  [bold]Configuration[/]  {home.config}   each run reads it anew
  [bold]Logs[/]           {home.logs}

  New activity in the warehouse: [bold]make activity[/], then trigger the DAG. To stop: Ctrl-C, or [bold]make down[/].
"""
