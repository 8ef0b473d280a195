"""The sandbox of the demo: a program of its own, with every custom field that the mapping document needs."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from demo.custom_fields import custom_fields
from demo.home import DemoError, Home
from demo.processes import running

ADDRESS = "127.0.0.1"
_START_SECONDS = 60


@dataclass(frozen=True)
class SandboxServer:
    """A sandbox that runs: where it is, and the one key that it takes."""

    port: int
    key: str

    @property
    def root(self) -> str:
        """URL of its pages."""
        return f"http://{ADDRESS}:{self.port}"

    @property
    def connection(self) -> dict[str, str | int]:
        """Airflow's connection to it.

        The port is in the URL, and once more by itself: Airflow's UI does not test a connection without one.
        """
        return {"conn_type": "startdeliver", "host": f"{self.root}/api/v1/", "port": self.port, "password": self.key}

    def writes(self) -> int:
        """How many requests it has had, since it was started, that write something."""
        answer = requests.get(f"{self.root}/sandbox/requests", headers={"Authorization": self.key}, timeout=10)
        answer.raise_for_status()
        return int(answer.json()["writes"])


@contextmanager
def sandbox_server(home: Home, port: int | None = None) -> Iterator[SandboxServer]:
    """A sandbox over the demo's data file for the length of a block, on any free port where none is named.

    Raises DemoError when it does not start.
    """
    fields = home.folder / "custom_fields.json"
    fields.write_text(json.dumps(custom_fields()))
    server = SandboxServer(port or free_port(), secrets.token_urlsafe(24))
    arguments = {"--port": server.port, "--data": home.sandbox_data, "--fields": fields, "--key": server.key}
    command = [sys.executable, "-m", "sandbox", *(str(part) for pair in arguments.items() for part in pair)]
    log = home.logs / "sandbox.log"
    with running(command, os.environ, log=log, mark=home.folder) as process:
        deadline = time.monotonic() + _START_SECONDS
        while is_free(server.port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise DemoError(f"the sandbox did not start: {log.read_text().strip()}")
            time.sleep(0.1)
        yield server


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex((ADDRESS, port)) != 0


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])
