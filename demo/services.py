"""Airflow's services: API server with the UI, DAG processor, triggerer, scheduler."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from subprocess import Popen
from typing import Literal, TypeVar

import requests

from demo.airflow_home import Airflow

ADDRESS = "127.0.0.1"
_START_SECONDS = 240

Found = TypeVar("Found")


@dataclass(frozen=True)
class Services:
    """Those that were started, by name, all in one environment; they end with `stack`."""

    airflow: Airflow
    url: str
    variables: Mapping[str, str]
    stack: ExitStack
    processes: dict[str, Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start another one."""
        running = self.airflow.running(name, log=name, variables=self.variables)
        self.processes[name] = self.stack.enter_context(running)

    def wait_for(self, sought: Callable[[], Found | None], seconds: float = float("inf")) -> Found:
        """Wait until there is what is sought. Raises DemoError when a service ends meanwhile, or the time is over."""
        deadline = time.monotonic() + seconds
        while (found := sought()) is None:
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise self.airflow.failure(f"Airflow's {name} has ended", name)
            if time.monotonic() > deadline:
                raise self.airflow.failure("Airflow does not get ready", list(self.processes)[-1])
            time.sleep(0.5)
        return found

    def health(self) -> dict[str, str] | None:
        """The status of each service; None while the API server does not answer."""
        try:
            answer = requests.get(f"{self.url}/api/v2/monitor/health", timeout=5)
            answer.raise_for_status()
        except requests.RequestException:
            return None
        return {name: service["status"] for name, service in answer.json().items()}

    def all_healthy(self) -> Literal[True] | None:
        """True once all services are healthy."""
        health = self.health()
        return True if health and set(health.values()) == {"healthy"} else None


@contextmanager
def running_services(airflow: Airflow, port: int, user: str) -> Iterator[Services]:
    """All services for the length of a block, healthy, with the UI on `port` for one user, who may do everything.

    Raises DemoError where one does not start.
    """
    with running_ui(airflow, port, {user: "admin"}, {"AIRFLOW__CORE__PARALLELISM": "2"}) as services:
        services.start("triggerer")
        services.start("scheduler")  # not before: a task that finds no API server fails
        services.wait_for(services.all_healthy, _START_SECONDS)
        yield services


@contextmanager
def running_ui(
    airflow: Airflow, port: int, users: Mapping[str, str], variables: Mapping[str, str]
) -> Iterator[Services]:
    """The UI alone, with the DAGs, for the length of a block: no task runs.

    `users` are logins and their roles; `variables` further ones of the environment. Raises DemoError where it does not
    start.
    """
    url = f"http://{ADDRESS}:{port}"
    ours = {
        "AIRFLOW__API__HOST": ADDRESS,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{user}:{role}" for user, role in users.items()),
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
    }
    with ExitStack() as stack:
        services = Services(airflow, url, ours | dict(variables), stack)
        for name in ("api-server", "dag-processor"):
            services.start(name)
        services.wait_for(services.health, _START_SECONDS)
        yield services
