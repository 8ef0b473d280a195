"""One sandbox for all of these tests, a client that waits on no real clock, and a server that says what it is told."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from sandbox.testing import Sandbox, running_sandbox
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.client import Client
from smrt_startdeliver.startdeliver.pace import Pace
from tests.startdeliver.scripted import Answer, Scripted, scripted_server

FIELDS = {
    "user": {"customfieldSmrtId": "text", "customfieldVisits": "number", "customfieldLost": "boolean"},
    "customer": {"customfieldSince": "date"},
}
READONLY_KEY = "readonly-key"
_NUMBERS = itertools.count(1)


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds between tries that were asked for; nobody waits for them."""
    seconds: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=seconds.append))
    return seconds


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    data = tmp_path_factory.mktemp("sandbox") / "data.sqlite"
    with running_sandbox(data, readonly_key=READONLY_KEY) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    running.declare(FIELDS)
    running.reset_requests()
    yield running
    running.clear_faults()


@pytest.fixture
def client(sandbox: Sandbox, clock: Clock, waits: list[float]) -> Client:
    return Client(sandbox.url, sandbox.key, pace=Pace(clock=clock, sleep=clock.sleep))


@pytest.fixture
def startdeliver(client: Client) -> Startdeliver:
    return Startdeliver(client)


@pytest.fixture(scope="package")
def serving() -> Iterator[Scripted]:
    with scripted_server() as script:
        yield script


@pytest.fixture
def scripted(serving: Scripted) -> Scripted:
    serving.asked.clear()
    serving.answers = [Answer()]
    return serving


@pytest.fixture
def told(scripted: Scripted, clock: Clock, waits: list[float]) -> Client:
    """A client of the scripted server."""
    return Client(scripted.url, "demo-key", pace=Pace(clock=clock, sleep=clock.sleep))


@pytest.fixture
def unique() -> str:
    """A text that no other test uses."""
    return f"u{next(_NUMBERS)}"


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
