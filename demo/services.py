"""Airflow's services: API server with the UI, DAG processor, triggerer, scheduler."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from subprocess import Popen

import requests

from demo.airflow_home import Airflow

ADDRESS = "127.0.0.1"
_START_SECONDS = 240


@dataclass(frozen=True)
class Services:
    """Those that were started, by name."""

    airflow: Airflow
    url: str
    processes: dict[str, Popen[bytes]] = field(default_factory=dict)

    def wait_while(self, condition: Callable[[], bool], seconds: float = float("inf")) -> None:
        """Wait while it holds. Raises DemoError when a service ends meanwhile, or the time is over."""
        deadline = time.monotonic() + seconds
        while condition():
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise self.airflow.failure(f"Airflow's {name} has ended", name)
            if time.monotonic() > deadline:
                raise self.airflow.failure("Airflow does not get ready", "scheduler")
            time.sleep(0.5)

    def answers(self) -> bool:
        """Whether the API server does."""
        return self._get("version") is not None

    def are_healthy(self) -> bool:
        """Whether all of them say so."""
        health = self._get("monitor/health")
        return health is not None and all(service["status"] == "healthy" for service in health.values())

    def _get(self, path: str) -> Mapping[str, Mapping[str, str]] | None:
        try:
            answer = requests.get(f"{self.url}/api/v2/{path}", timeout=5)
            answer.raise_for_status()
        except requests.RequestException:
            return None
        found: Mapping[str, Mapping[str, str]] = answer.json()
        return found


@contextmanager
def running_services(airflow: Airflow, port: int, user: str) -> Iterator[Services]:
    """All services for the length of a block, healthy, with the UI on `port` for one user, who may do everything.

    Raises DemoError where one does not start.
    """
    services = Services(airflow, f"http://{ADDRESS}:{port}")
    variables = {
        "AIRFLOW__API__HOST": ADDRESS,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": services.url,
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{user}:admin",
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
    }
    with ExitStack() as stack:

        def start(name: str) -> None:
            running = airflow.running(name, log=name, variables=variables)
            services.processes[name] = stack.enter_context(running)

        for name in ("api-server", "dag-processor", "triggerer"):
            start(name)
        services.wait_while(lambda: not services.answers(), _START_SECONDS)
        start("scheduler")  # a task fails that finds no API server
        services.wait_while(lambda: not services.are_healthy(), _START_SECONDS)
        yield services
