"""`python -m bench.one_run`: one run of the pipeline, by its stages, in this process. Says as JSON what it cost."""

from __future__ import annotations

import argparse
import json
import runpy
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

from airflow.sdk import Connection

from bench.memory import peak_mib
from bench.null_transport import NullTransport
from demo.home import REPOSITORY
from smrt_startdeliver.stages import airflow_run
from smrt_startdeliver.stages.job import IN_PARTS, STAGES
from smrt_startdeliver.startdeliver import client, limit
from smrt_startdeliver.warehouse.engine import CONNECTION_ID

PERIOD = timedelta(hours=2)
_UNLIMITED = 10_000.0


def main() -> None:
    """Do it; the last line of the output is the answer."""
    arguments = _arguments()
    limit.FIRST_RATE = _UNLIMITED  # how fast Startdeliver lets us ask is not what is measured
    if arguments.null:
        client.HTTPAdapter = NullTransport  # type: ignore[attr-defined]
    Connection.get(CONNECTION_ID).get_hook()  # what Airflow imports for a connection is of its start
    started = time.perf_counter()
    stages = _run(arguments.end)
    answer = {"seconds": time.perf_counter() - started, "stages": stages, "peak_mib": peak_mib()}
    sys.stdout.write(f"\n{json.dumps(answer)}\n")


def _run(end: datetime) -> dict[str, float]:
    """Stage -> seconds."""
    params = {n: p.value for n, p in runpy.run_path(str(REPOSITORY / "dags/smrt_to_startdeliver.py"))["PARAMS"].items()}
    context: dict[str, Any] = {
        "params": params,
        "dag_run": SimpleNamespace(run_id=f"scheduled__{end.isoformat()}", run_type="scheduled"),
        "data_interval_start": end - PERIOD,
        "data_interval_end": end,
        "ti": SimpleNamespace(try_number=1, max_tries=0),
    }
    seconds: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        done = work()
        seconds[stage] = time.perf_counter() - began
        return done

    tickets = timed(STAGES[0], lambda: airflow_run.open_run(context))
    for stage in STAGES[1:]:
        if stage in IN_PARTS:
            timed(stage, partial(_do_parts, stage, tickets))
        else:
            timed(stage, partial(airflow_run.run_stage, stage, tickets))
    timed("close_run", lambda: airflow_run.close_run(tickets, context))
    return seconds


def _do_parts(stage: str, tickets: airflow_run.Tickets) -> None:
    """One after the other: it is one process that is measured."""
    for ticket in tickets:
        airflow_run.run_part(stage, ticket)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--end", type=datetime.fromisoformat, required=True, help="the end of its data interval")
    parser.add_argument("--null", action="store_true", help="build all requests, send none")
    return parser.parse_args()


if __name__ == "__main__":
    main()
