"""`python -m bench.one_run`: one run of the pipeline, by its stages. Says as JSON what it cost.

It runs in this process; with more `--workers` than one, the parts of a stage run in so many others, side by side, as
Airflow's workers do them.
"""

from __future__ import annotations

import argparse
import json
import runpy
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
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
    _prepare(null=arguments.null)
    with ExitStack() as ending:
        do_all: Callable[..., Iterable[Any]] = map
        if arguments.workers > 1:
            others = ProcessPoolExecutor(
                arguments.workers, get_context("spawn"), partial(_prepare, null=arguments.null)
            )
            do_all = ending.enter_context(others).map
            list(do_all(_ready, range(arguments.workers)))  # they are there before, as workers are
        started = time.perf_counter()
        stages, peak = _run(arguments.end, do_all)
        seconds = time.perf_counter() - started
    sys.stdout.write(f"\n{json.dumps({'seconds': seconds, 'stages': stages, 'peak_mib': max(peak, peak_mib())})}\n")


def _prepare(*, null: bool) -> None:
    """In each process: how fast Startdeliver lets us ask is not what is measured."""
    limit.FIRST_RATE = _UNLIMITED
    if null:
        client.HTTPAdapter = NullTransport  # type: ignore[attr-defined]
    Connection.get(CONNECTION_ID).get_hook()  # what Airflow imports for a connection is of its start


def _ready(_: int) -> None:
    time.sleep(1)


def _run(end: datetime, do_all: Callable[..., Iterable[Any]]) -> tuple[dict[str, float], float]:
    """Stage -> seconds; and the peak of whoever did parts."""
    params = {n: p.value for n, p in runpy.run_path(str(REPOSITORY / "dags/smrt_to_startdeliver.py"))["PARAMS"].items()}
    context: dict[str, Any] = {
        "params": params,
        "dag_run": SimpleNamespace(run_id=f"scheduled__{end.isoformat()}", run_type="scheduled"),
        "data_interval_start": end - PERIOD,
        "data_interval_end": end,
        "ti": SimpleNamespace(try_number=1, max_tries=0),
    }
    seconds: dict[str, float] = {}
    peaks: list[float] = []

    def timed(stage: str, work: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        done = work()
        seconds[stage] = time.perf_counter() - began
        return done

    tickets = timed(STAGES[0], lambda: airflow_run.open_run(context))
    for stage in STAGES[1:]:
        if stage in IN_PARTS:
            peaks += timed(stage, lambda stage=stage: list(do_all(partial(_do_part, stage), tickets)))
        else:
            timed(stage, partial(airflow_run.run_stage, stage, tickets))
    timed("close_run", lambda: airflow_run.close_run(tickets, context))
    return seconds, max(peaks)


def _do_part(stage: str, ticket: dict[str, Any]) -> float:
    """The peak of this process, after it."""
    airflow_run.run_part(stage, ticket)
    return peak_mib()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--end", type=datetime.fromisoformat, required=True, help="the end of its data interval")
    parser.add_argument("--null", action="store_true", help="build all requests, send none")
    parser.add_argument("--workers", type=int, default=1, help="do the parts of a stage in so many processes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
