"""One run of the pipeline in a process of its own, that can be killed: by its stages alone, or through Airflow."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import runpy
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from types import SimpleNamespace
from typing import Any, Protocol

from demo.airflow_home import Airflow
from demo.home import REPOSITORY

DAG = "smrt_to_startdeliver"
PERIOD = timedelta(hours=2)
"""The DAG's interval."""
OPENING_STAGE, CLOSING_STAGE = "open_run", "close_run"
_BEGINS = re.compile(r"starting task_id=(\w+)")  # as `airflow dags test` says it
_TICKETS = re.compile(r"^tickets=(.*)$", re.MULTILINE)
_DAG_FILE = REPOSITORY / "dags" / "smrt_to_startdeliver.py"
_CONF = {"force": True}
"""Nobody is there to tell a guard that a change is meant."""
_TO_BE_TRIED_AGAIN = {"ti": SimpleNamespace(try_number=1, max_tries=2)}
"""What the last task asks of its context: whether it has another try."""

# What takes seconds to import is imported once, by a server from which each run is forked.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(
    ["chaos.pipeline", "smrt_startdeliver.stages.airflow_run", "airflow.providers.postgres.hooks.postgres"]
)


@dataclass(frozen=True)
class Left:
    """What a run that broke left to who tries its task again: its tickets, and the stage that was not done."""

    tickets: list[dict[str, Any]]
    stage: str


class _Process(Protocol):
    def wait(self, seconds: float) -> int | None:
        """Its exit code as soon as it ends; None where it still runs after so long."""

    def kill(self) -> None:
        """SIGKILL, to it and to all that it started."""


@dataclass(frozen=True)
class Run:
    """A run under way, its log, and the stage that it begins with."""

    process: _Process
    log: Path
    first: str = OPENING_STAGE

    def is_over(self, *, within: float = 0) -> bool:
        """Whether its process has ended, or does within so many seconds."""
        return self.process.wait(within) is not None

    def succeeded(self) -> bool:
        """Whether it has ended as a success."""
        return self.process.wait(0) == 0

    def stages(self) -> list[str]:
        """The stages that it has begun, in order."""
        return _BEGINS.findall(self.log.read_text(errors="replace"))

    def left(self) -> Left | None:
        """What it leaves, where it breaks now; None before it is open and from its end on."""
        tickets, stages = _TICKETS.search(self.log.read_text(errors="replace")), self.stages()
        if tickets is None or stages[-1] in (OPENING_STAGE, CLOSING_STAGE):
            return None
        return Left(json.loads(tickets[1]), stages[-1])

    def kill(self) -> None:
        """End it at once, wherever it is."""
        self.process.kill()


@contextmanager
def run_by_stages(
    variables: Mapping[str, str],
    end: datetime,
    log: Path,
    left: Left | None = None,
) -> Iterator[Run]:
    """A scheduled run, its stages one after the other, as Airflow's tasks do them; `variables` are its environment's.

    With `left` it is that run, which goes on with the task that broke, as Airflow tries a task again.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    log.touch()
    process = _processes.Process(target=_do_stages, args=(dict(variables), end, log, left), daemon=True)
    process.start()
    try:
        yield Run(_Forked(process), log, left.stage if left else OPENING_STAGE)
    finally:
        process.kill()
        process.join()
        process.close()


@contextmanager
def run_by_airflow(airflow: Airflow, variables: Mapping[str, str], end: datetime, log: Path) -> Iterator[Run]:
    """A manual run by `airflow dags test`; the log is among those of Airflow's home."""
    arguments = ("dags", "test", DAG, end.isoformat(), "--conf", json.dumps(_CONF))
    with airflow.running(*arguments, log=log.stem, variables=variables) as process:
        yield Run(_Session(process), log)


@dataclass(frozen=True)
class _Forked:
    process: ForkServerProcess

    def wait(self, seconds: float) -> int | None:
        self.process.join(seconds)
        return self.process.exitcode

    def kill(self) -> None:
        self.process.kill()


@dataclass(frozen=True)
class _Session:
    process: Popen[bytes]

    def wait(self, seconds: float) -> int | None:
        try:
            return self.process.wait(seconds)
        except TimeoutExpired:
            return None

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def _do_stages(variables: dict[str, str], end: datetime, log: Path, left: Left | None) -> None:
    """The process of a run: ends with 0 where it is a success."""
    with log.open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.update(variables)

    from airflow.sdk.exceptions import AirflowFailException  # noqa: PLC0415 - nothing here may import Airflow before

    from smrt_startdeliver.stages import airflow_run  # noqa: PLC0415
    from smrt_startdeliver.stages.job import IN_PARTS, STAGES  # noqa: PLC0415

    if left is None:
        _say(f"starting task_id={STAGES[0]}")
        defaults = {name: param.value for name, param in runpy.run_path(str(_DAG_FILE))["PARAMS"].items()}
        context = {
            "params": defaults | _CONF,
            "dag_run": SimpleNamespace(run_id=f"scheduled__{end.isoformat()}", run_type="scheduled"),
            "data_interval_start": end - PERIOD,
            "data_interval_end": end,
        }
        left = Left(airflow_run.open_run(context), STAGES[1])
    _say(f"tickets={json.dumps(left.tickets)}")
    try:
        for stage in STAGES[STAGES.index(left.stage) :]:
            _say(f"starting task_id={stage}")
            if stage in IN_PARTS:
                for ticket in left.tickets:
                    airflow_run.run_part(stage, ticket)
            else:
                airflow_run.run_stage(stage, left.tickets)
    except AirflowFailException:  # it is not tried again: the last task clears up. After anything else it may be.
        airflow_run.close_run(left.tickets, _TO_BE_TRIED_AGAIN)
        raise
    _say(f"starting task_id={CLOSING_STAGE}")
    airflow_run.close_run(left.tickets, _TO_BE_TRIED_AGAIN)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
