"""The demonstration: the DAG three times through Airflow, and what became of every row."""

from __future__ import annotations

import json
import time
from datetime import datetime

from demo.account import Account, last_account
from demo.home import DemoError, Home
from demo.sandbox_server import SandboxServer, sandbox_server
from demo.set_up import PERIOD, SCHEMA, SEED, Demo, last_full_period, running_server, set_up
from demo.steps import console, step
from demo.tables import audiences_table, entities_table, runs_table
from demo.warehouse import add_activity

DAG = "smrt_to_startdeliver"
METADATA = "airflow_of_three_runs"
"""Not that of `up`: the scheduler stands still where a run by hand has taken the logical date of its next one."""
_WHERE_NEXT = """
  [bold]make up[/] leaves all of this running: Airflow's UI, the sandbox with each customer's timeline, the warehouse.
  What Startdeliver has: {home.sandbox_data}   What Airflow said: {home.logs}
  What the pipeline remembers: schema startdeliver_sync of the warehouse; `make up` says how to open it with psql.
"""


def three_runs(home: Home) -> None:
    """First sync, nothing new, new activity, in an emptied home. Raises DemoError where a run is not as promised."""
    later = last_full_period()
    earlier = later - PERIOD
    home.clear()
    with running_server(home) as server, sandbox_server(home) as sandbox:
        demo = set_up(home, server, METADATA, now=earlier)
        runs = {  # the second at the same time: where time goes by, customers leave the windows of audiences
            "First sync": _run(demo, sandbox, "First sync", earlier),
            "Nothing new": _run(demo, sandbox, "Nothing new", earlier),
        }
        with step("Two more hours of business"):
            add_activity(demo.warehouse, SCHEMA, SEED, since=earlier, now=later)
        runs["New activity"] = _run(demo, sandbox, "New activity", later)
    console.print(
        runs_table(runs),
        entities_table("New activity, by entity", runs["New activity"]),
        audiences_table("New activity, by audience", runs["New activity"]),
    )
    verify(runs["Nothing new"], runs["New activity"])
    console.print(_WHERE_NEXT.format(home=home), soft_wrap=True)


def _run(demo: Demo, sandbox: SandboxServer, title: str, end: datetime) -> Account:
    """Run the DAG for the period that ends then. Raises DemoError where it fails, or its account is wrong."""
    log = title.lower().replace(" ", "-")
    connections = {
        "AIRFLOW_CONN_SMRT_WAREHOUSE": demo.warehouse,
        "AIRFLOW_CONN_STARTDELIVER": json.dumps(sandbox.connection),
    }
    before = sandbox.writes()
    with (
        step(f"{title}: the run of {end:%Y-%m-%d %H:%M} UTC") as status,
        demo.airflow.running("dags", "test", DAG, end.isoformat(), log=log, variables=connections) as process,
    ):
        while process.poll() is None:
            status.update(f"{title} … {sandbox.writes() - before:,} written")
            time.sleep(0.5)
        demo.airflow.finish(process, log)
    account, arrived = last_account(demo.warehouse), sandbox.writes() - before
    if account is None or account.window_end != end:
        raise DemoError(f"{title}: the run left no account")
    if account.requests["write"] != arrived:
        raise DemoError(f"{title}: {arrived:,} writes arrived, but {account.requests['write']:,} are accounted for")
    return account


def verify(repeated: Account, further: Account) -> None:
    """See that nothing new made no write, and what changed one write each."""
    if repeated.requests["write"]:
        raise DemoError(f"with nothing new there were {repeated.requests['write']:,} writes: there should be none")
    if further.requests["write"] != further.written:
        raise DemoError(f"{further.written:,} rows had changed, but there were {further.requests['write']:,} writes")
    console.print(
        f"[green]✓[/] Nothing new made no write; new activity made {further.requests['write']:,}, "
        f"as many as it created, updated and sent."
    )
