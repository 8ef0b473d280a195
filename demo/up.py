"""Airflow with its UI, the sandbox and the warehouse, left running."""

from __future__ import annotations

import json
import secrets
import shutil
from contextlib import ExitStack
from pathlib import Path

from demo.account import Account, last_account
from demo.home import DemoError, Home
from demo.postgres import ADDRESS, BINARIES, Postgres
from demo.sandbox_server import SandboxServer, is_free, sandbox_server
from demo.services import Services, running_services
from demo.set_up import WAREHOUSE, Demo, last_full_period, running_server, set_up
from demo.steps import console, step
from demo.three_runs import DAG

USER = "admin"


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
        password = password_of(home)
        with ExitStack() as stack:
            with step("Airflow's API server, DAG processor, triggerer and scheduler"):
                services = stack.enter_context(running_services(demo.airflow, port, USER))
            console.print(_directions(home, server, sandbox, services.url, password), soft_wrap=True)
            if is_first_run:
                _show_first_run(demo, services)
            services.wait_for(lambda: None)


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


def password_of(home: Home) -> str:
    """The password of the one login, drawn where there is none; it is where Airflow reads it."""
    file = home.airflow / "simple_auth_manager_passwords.json.generated"
    if not file.exists():
        _write_for_owner(file, json.dumps({USER: secrets.token_urlsafe(9)}))
    return str(json.loads(file.read_text())[USER])


def _write_for_owner(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)


def _show_first_run(demo: Demo, services: Services) -> None:
    """Say when the run that the scheduler starts by itself has ended."""
    with console.status("The first run is under way: see it in the UI …"):
        run = services.wait_for(lambda: _last_ended(demo))
    if run.state == "success":
        console.print(f"[green]✓[/] The run of {run.window_end:%Y-%m-%d %H:%M} UTC wrote {run.written:,} changes.")
    else:
        console.print(f"[red]✗[/] The run of {run.window_end:%Y-%m-%d %H:%M} UTC failed: {run.message}")


def _last_ended(demo: Demo) -> Account | None:
    run = last_account(demo.warehouse)
    return None if run is None or run.state == "running" else run


def _directions(home: Home, server: Postgres, sandbox: SandboxServer, airflow: str, password: str) -> str:
    psql = f"PGPASSWORD=$(cat {home.postgres}/password) {shutil.which('psql') or BINARIES / 'psql'}"
    return f"""
  [bold]Airflow[/]        {airflow}/dags/{DAG}   login [bold]{USER}[/], password [bold]{password}[/]
  [bold]Startdeliver[/]   {sandbox.root}   the sandbox's pages: customers, users, timelines
  [bold]Warehouse[/]      {psql} postgresql://postgres@{ADDRESS}:{server.port}/{WAREHOUSE}
  [bold]Configuration[/]  {home.config}   each run reads it anew
  [bold]Logs[/]           {home.logs}

  New activity in the warehouse: [bold]make activity[/], then trigger the DAG. To stop: Ctrl-C, or [bold]make down[/].
"""
