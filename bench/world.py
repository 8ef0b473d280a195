"""Where it is measured: PostgreSQL with a generated warehouse, and runs of the pipeline in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from bench import warehouse
from demo.home import REPOSITORY, Home
from demo.postgres import running_postgres
from smrt_startdeliver.paths import CONFIG

_STATE = "startdeliver_sync"
_COUNTED = """
    select stage, name, sum(value)::float from measures where run = (select max(run) from runs) group by stage, name
"""


@dataclass(frozen=True)
class Outcome:
    """What a run cost: seconds in all and by stage, the peak of its process; and what it counted by stage and name."""

    seconds: float
    stages: dict[str, float]
    peak_mib: float
    counted: dict[tuple[str, str], float]

    def requests(self, *purposes: str, stages: tuple[str, ...] = ()) -> int:
        """How many it made for these purposes; of all stages, or of some."""
        return sum(
            round(value)
            for (stage, name), value in self.counted.items()
            if name in {f"requests {purpose}" for purpose in purposes} and (not stages or stage in stages)
        )

    @property
    def without_sending(self) -> float:
        """The seconds of all stages but those that send."""
        return sum(seconds for stage, seconds in self.stages.items() if not stage.startswith("load_"))


@dataclass(frozen=True)
class World:
    """A warehouse of so many customers and rows, at `uri`, and what the pipeline needs beside it.

    workers: in so many processes, and as many parts, its runs are done.
    """

    home: Home
    uri: str
    customers: int
    rows: int
    workers: int = 1

    def run(self, end: datetime, *, host: str | None = None) -> Outcome:
        """A scheduled run that ends then; into the null transport, or to a server at `host`."""
        connection = {"conn_type": "startdeliver", "host": host or "http://nowhere.invalid", "password": "a key"}  # nosec B105 # of nobody
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "SMRT_STARTDELIVER_"))
        } | {
            "AIRFLOW_HOME": str(self.home.airflow),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
            "SMRT_STARTDELIVER_CONFIG": str(self.home.config),
            "SMRT_STARTDELIVER_STAGING": f"file://{self.home.staging}",
            "AIRFLOW_CONN_SMRT_WAREHOUSE": self.uri,
            "AIRFLOW_CONN_STARTDELIVER": json.dumps(connection),
            "PYTHONPATH": f"{REPOSITORY / 'plugins'}{os.pathsep}{REPOSITORY}",
        }
        command = [sys.executable, "-m", "bench.one_run", "--end", end.isoformat(), "--workers", str(self.workers)]
        command += [] if host else ["--null"]
        said = last_json(command, environment)
        with psycopg.connect(self.uri, options=f"-c search_path={_STATE}") as database:
            counted = {(stage, name): value for stage, name, value in database.execute(_COUNTED)}
        return Outcome(**said, counted=counted)

    def scan_seconds(self) -> float:
        """How long PostgreSQL takes to read all tables once."""
        began = time.perf_counter()
        warehouse.scan(self.uri)
        return time.perf_counter() - began


def last_json(command: list[str], environment: dict[str, str] | None = None) -> Any:
    """What a program says as JSON in the last line of its output. Raises RuntimeError where it fails."""
    done = subprocess.run(  # noqa: S603 - our own command, no shell  # nosec B603
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()[-15:]
        raise RuntimeError("\n".join([f"{' '.join(command[1:4])} ended with {done.returncode}:", *said]))
    return json.loads(done.stdout.strip().splitlines()[-1])


@contextmanager
def running_world(folder: Path, customers: int, settings: str = "", *, workers: int = 1) -> Iterator[World]:
    """A world below `folder` for the length of a block; `settings` are more lines of `settings.yaml`."""
    home = Home(folder)
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)  # PostgreSQL, where it is not root, passes through
    for made in (home.config, home.staging, home.airflow):
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
    for name in ("mapping.yaml", "traits.yaml", "audiences.yaml"):
        shutil.copy(CONFIG / name, home.config)
    (home.config / "settings.yaml").write_text(f"timezone: America/Los_Angeles\npartitions: {workers}\n{settings}")
    with running_postgres(home.postgres) as server:
        uri = server.create_database(f"warehouse_{customers}")
        yield World(home, uri, customers, warehouse.create(uri, customers), workers)
