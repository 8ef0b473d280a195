"""An Airflow that runs by itself, its scheduler and API server included, and hears what its tasks tell others."""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from demo.airflow_home import Airflow
from demo.home import Home
from demo.services import Services, running_services
from tests.end_to_end.pipeline import Pipeline
from tests.repository import ROOT

DAG = "smrt_to_startdeliver"
FOLLOWER = """
from airflow.sdk import Asset, dag, task

@dag(schedule=[Asset("startdeliver_users")])
def follower():
    @task
    def follow(triggering_asset_events=None):
        return [event.extra for event in triggering_asset_events[Asset("startdeliver_users")]]
    follow()

follower()
"""
"""A DAG of somebody else's, scheduled on what was synced."""


@dataclass(frozen=True)
class AirflowWith(Airflow):
    """An Airflow with further environment variables."""

    variables: Mapping[str, str] = field(default_factory=dict)

    def _environment(self) -> dict[str, str]:
        return {**super()._environment(), **self.variables}


class StatsD:
    """A StatsD server on a socket of its own."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._heard: list[str] = []
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        with self._socket:
            while packet := self._socket.recv(65_535):
                self._heard += packet.decode().splitlines()

    def ours(self) -> dict[str, float]:
        """Our metrics: name, with its tags -> the sum of a counter, the last value of a gauge."""
        found: dict[str, float] = {}
        for line in self._heard:
            name, _, rest = line.partition(":")
            value, kind = rest.split("|")[:2]
            if "smrt_startdeliver." in name:
                found[name] = found.get(name, 0) + float(value) if kind == "c" else float(value)
        return found

    def close(self) -> None:
        """Listen no longer."""
        self._socket.sendto(b"", ("127.0.0.1", self.port))
        self._listener.join()


@dataclass(frozen=True)
class Running:
    """The Airflow that runs, with the warehouse and the sandbox that it works on."""

    services: Services
    pipeline: Pipeline
    statsd: StatsD
    lineage: Path

    def api(self, method: str, path: str, **body: Any) -> Any:
        """What Airflow's own API answers to who may do everything."""
        token = requests.get(f"{self.services.url}/auth/token", timeout=30).json()["access_token"]
        answer = requests.request(
            method,
            f"{self.services.url}/api/v2/{path}",
            json=body or None,
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        answer.raise_for_status()
        return answer.json()

    def ended_runs(self, dag: str = DAG) -> list[dict[str, Any]]:
        """The runs of a DAG that are over, the first one first."""
        runs = self.api("GET", f"dags/{dag}/dagRuns?order_by=run_after")["dag_runs"]
        return [run for run in runs if run["state"] in ("success", "failed")]

    def wait_for_run(self, number: int, dag: str = DAG) -> dict[str, Any]:
        """The run of that number, from 1 on, once it is over."""

        def ended() -> dict[str, Any] | None:
            runs = self.ended_runs(dag)
            return runs[number - 1] if len(runs) >= number else None

        return self.services.wait_for(ended, seconds=240)

    def asset_is_updated(self, name: str) -> None:
        """Tell Airflow that an asset was updated, as a loader outside of it does."""

        def known() -> int | None:
            assets = self.api("GET", f"assets?name_pattern={name}")["assets"]
            return next((asset["id"] for asset in assets if asset["name"] == name), None)

        self.api("POST", "assets/events", asset_id=self.services.wait_for(known, seconds=120))

    def datasets(self, task: str) -> list[tuple[set[tuple[str, str]], dict[tuple[str, str], int]]]:
        """What OpenLineage heard when a task ended, run by run: its inputs, and its outputs with their rows."""
        events = [json.loads(line) for line in self.lineage.read_text().splitlines()]
        return [
            (
                {(one["namespace"], one["name"]) for one in end["inputs"]},
                {(one["namespace"], one["name"]): _rows(one) for one in end["outputs"]},
            )
            for end in events
            if end["eventType"] == "COMPLETE" and end["job"]["name"] == f"{DAG}.{task}"
        ]


def _rows(output: dict[str, Any]) -> int:
    rows: int = output["outputFacets"]["outputStatistics"]["rowCount"]
    return rows


@contextmanager
def running_airflow(folder: Path, metadata: str, pipeline: Pipeline) -> Iterator[Running]:
    """Airflow's services, with the DAG scheduled on asset `smrt_warehouse` and a DAG that follows it."""
    home = Home(folder / "demo")
    dags = folder / "dags"
    dags.mkdir()
    shutil.copy(ROOT / "dags/smrt_to_startdeliver.py", dags)
    (dags / "follower.py").write_text(FOLLOWER)
    statsd, lineage = StatsD(), folder / "lineage.json"
    variables = {
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__METRICS__STATSD_ON": "True",
        "AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1",
        "AIRFLOW__METRICS__STATSD_PORT": str(statsd.port),
        "AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED": "True",
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps({"type": "file", "log_file_path": str(lineage), "append": True}),
        "AIRFLOW_CONN_SMRT_WAREHOUSE": os.environ["AIRFLOW_CONN_SMRT_WAREHOUSE"],
        "AIRFLOW_CONN_STARTDELIVER": os.environ["AIRFLOW_CONN_STARTDELIVER"],
        "SMRT_STARTDELIVER_CONFIG": str(pipeline.config),
        "SMRT_STARTDELIVER_SCHEDULE": "asset",
    }
    airflow = AirflowWith(home, metadata, variables)
    with airflow.running("db", "migrate", log="migrate") as migration:
        airflow.finish(migration, "migrate")
    try:
        with running_services(airflow, _free_port(), "admin") as services:
            yield Running(services, pipeline, statsd, lineage)
    finally:
        statsd.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
