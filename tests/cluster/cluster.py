"""Airflow over a queue: Redis, and workers that can be killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any

import psutil
import requests

from demo.home import Home
from demo.processes import running
from demo.services import ADDRESS, Services, running_ui
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.running_airflow import DAG, AirflowWith
from tests.repository import ROOT

POOL = "startdeliver"
SECONDS = 900
_TRIED_AGAIN_AFTER = "timedelta(minutes=2)"


@dataclass(frozen=True)
class Cluster:
    """An Airflow that runs, with the workers that were started, by name."""

    services: Services
    stack: ExitStack
    workers: dict[str, Popen[bytes]] = field(default_factory=dict)

    def start_worker(self, name: str, tasks: int) -> None:
        """A Celery worker that does so many tasks at once."""
        arguments = ("celery", "worker", "--celery-hostname", f"{name}@%h", "--concurrency", str(tasks))
        worker = self.services.airflow.running(
            *arguments, "--skip-serve-logs", log=f"worker-{name}", variables=self.services.variables
        )
        self.workers[name] = self.stack.enter_context(worker)

    def kill_worker(self, name: str) -> None:
        """As if its machine went: the worker and all tasks that it is at, at once."""
        for process in psutil.process_iter():
            with suppress(psutil.Error, ProcessLookupError):
                if os.getsid(process.pid) == self.workers[name].pid:
                    process.send_signal(signal.SIGKILL)

    def api(self, method: str, path: str, **body: Any) -> Any:
        """What Airflow's own API answers."""
        token = requests.get(f"{self.services.url}/auth/token", timeout=30).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.services.url}/api/v2/{path}"
        answer = requests.request(method, url, json=body or None, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def trigger(self) -> str:
        """Start a run; its id."""
        known = self.services.wait_for(lambda: self.api("GET", f"dags?dag_id_pattern={DAG}")["dags"] or None, SECONDS)
        assert known
        return str(self.api("POST", f"dags/{DAG}/dagRuns", logical_date=None)["dag_run_id"])

    def end_of(self, run: str) -> str:
        """The state in which a run ends."""

        def ended() -> str | None:
            state = self.api("GET", f"dags/{DAG}/dagRuns/{run}")["state"]
            return str(state) if state in ("success", "failed") else None

        return self.services.wait_for(ended, SECONDS)

    def tasks(self, run: str, task: str) -> list[dict[str, Any]]:
        """The tasks of a stage, a part each."""
        found = self.api("GET", f"dags/{DAG}/dagRuns/{run}/taskInstances?limit=100")["task_instances"]
        return [one for one in found if one["task_id"] == task]


@contextmanager
def running_cluster(folder: Path, metadata: str, pipeline: Pipeline, executor: str) -> Iterator[Cluster]:
    """Airflow's services with a pool for what is sent, and a Redis; no worker yet.

    A task that fails is tried again at once, and one that is heard of no more after 15 seconds.
    """
    home = Home(folder / "demo")
    dags = folder / "dags"
    dags.mkdir()
    text = (ROOT / "dags/smrt_to_startdeliver.py").read_text()
    assert _TRIED_AGAIN_AFTER in text
    (dags / "smrt_to_startdeliver.py").write_text(text.replace(_TRIED_AGAIN_AFTER, "timedelta(seconds=1)"))
    port, redis = _free_port(), _free_port()
    backend = metadata.replace("postgresql:", "db+postgresql+psycopg:", 1)
    variables = {
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__EXECUTOR": executor,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{ADDRESS}:{port}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__API_AUTH__JWT_SECRET": "a secret of this test's alone, and long enough for that",
        "AIRFLOW__CELERY__BROKER_URL": f"redis://{ADDRESS}:{redis}/0",
        "AIRFLOW__CELERY__RESULT_BACKEND": backend,
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "3",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "15",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
        "AIRFLOW_CONN_SMRT_WAREHOUSE": os.environ["AIRFLOW_CONN_SMRT_WAREHOUSE"],
        "AIRFLOW_CONN_STARTDELIVER": os.environ["AIRFLOW_CONN_STARTDELIVER"],
        "SMRT_STARTDELIVER_CONFIG": str(pipeline.config),
        "SMRT_STARTDELIVER_POOL": POOL,
        "SMRT_STARTDELIVER_SCHEDULE": "asset",  # no run but those that a test triggers
    }
    airflow = AirflowWith(home, metadata, variables)
    server = [
        str(shutil.which("redis-server")),
        "--port",
        str(redis),
        "--bind",
        ADDRESS,
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    with (
        running(server, os.environ, log=home.logs / "redis.log", mark=home.folder),
        airflow.running("db", "migrate", log="migrate") as migration,
    ):
        airflow.finish(migration, "migrate")
        with running_ui(airflow, port, {"admin": "admin"}, {"AIRFLOW__CORE__PARALLELISM": "8"}) as services:
            services.start("scheduler")
            cluster = Cluster(services, services.stack)
            cluster.api("POST", "pools", name=POOL, slots=4)
            yield cluster


def parts_that_send(pipeline: Pipeline, stage: str) -> int:
    """How many parts send in a stage right now."""
    if not pipeline.state("select to_regclass('startdeliver_sync.progress') as made")[0]["made"]:
        return 0
    return len(pipeline.state(f"select part from progress where stage = '{stage}'"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])
