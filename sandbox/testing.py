"""A sandbox for a test: started as a process of its own on a free port, stopped at the end.

with running_sandbox(tmp_path / "sandbox.sqlite", fields={"user": {"customfieldExternalId": "text"}}) as sandbox:
    requests.get(sandbox.url + "me", headers={"Authorization": sandbox.key}, timeout=10)
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from requests import Response, Session

_REPOSITORY = Path(__file__).parent.parent
_SECONDS = 30


class Sandbox:
    """A sandbox that runs: `url` is the API's base URL (with its slash), `root` that of the pages, `key` its key."""

    def __init__(self, command: list[str], key: str, port: int) -> None:
        self.key = key
        self._command = command
        self._port = port
        self._session = Session()
        self._session.headers["Authorization"] = key
        self._start()

    @property
    def root(self) -> str:
        """The URL of the pages, without a slash at its end."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """The API's base URL, ending in /api/v1/."""
        return f"{self.root}/api/v1/"

    def requests(self) -> dict[str, Any]:
        """Counts of the requests to the API so far: total, writes, searches, reads, and `requests`, row by row."""
        summary: dict[str, Any] = self._admin("GET", "requests").json()
        return summary

    def reset_requests(self) -> None:
        """Counts from here on."""
        self._admin("DELETE", "requests")

    def objects(self, entity: str) -> list[dict[str, Any]]:
        """All objects of an entity (customer, user, usage), by id."""
        lines = self._admin("GET", f"export?entity={entity}").content.decode().split("\n")
        return [json.loads(line)["object"] for line in lines if line]

    def declare(self, fields: Mapping[str, Any]) -> None:
        """Declares custom fields, in the place of those before."""
        self._admin("PUT", "fields", fields)

    def limit(self, rate: float | None, burst: float | None = None) -> None:
        """Sets how many requests a second are let in."""
        self._admin("PUT", "limit", {"rate": rate, "burst": burst})

    def faults(self, rules: list[dict[str, Any]]) -> None:
        """Adds rules of what goes wrong (see `faults.Fault`)."""
        self._admin("POST", "faults", rules)

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self._admin("DELETE", "faults")

    def stop(self) -> None:
        """Ends it as a person would, letting open requests end."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once, as a crash would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Starts it again on the same port and data; stops it first where it still runs. Counts and faults are gone."""
        self.stop()
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own command, no shell  # nosec B603
            [*self._command, "--port", str(self._port)], cwd=_REPOSITORY, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for  # nosec B101
        with self._process.stdout as output:
            announced = re.search(r"http://127\.0\.0\.1:(\d+)/api/v1/", output.readline())
        if announced is None:
            raise RuntimeError(f"The sandbox did not start; it ended with {self._process.wait(_SECONDS)}.")
        self._port = int(announced[1])
        self._admin("GET", "requests")  # answered once the server has taken its socket over

    def _end(self, how: signal.Signals) -> None:
        self._session.close()
        self._process.send_signal(how)
        self._process.wait(_SECONDS)

    def _admin(self, method: str, path: str, body: Any = None) -> Response:
        answer = self._session.request(method, f"{self.root}/sandbox/{path}", json=body, timeout=_SECONDS)
        answer.raise_for_status()
        return answer


@contextmanager
def running_sandbox(
    data: Path,
    *,
    fields: Mapping[str, Any] | None = None,
    key: str = "demo-key",
    readonly_key: str | None = None,
    rate: float | None = None,
    burst: float | None = None,
    port: int = 0,
) -> Iterator[Sandbox]:
    """Runs `python -m sandbox` over a data file until the block ends; port 0 takes a free one, kept over restarts."""
    command = [sys.executable, "-m", "sandbox", "--data", str(data.absolute()), "--key", key]
    for option, value in {"--readonly-key": readonly_key, "--rate": rate, "--burst": burst}.items():
        if value is not None:
            command += [option, str(value)]
    sandbox = Sandbox(command, key, port)
    try:
        if fields is not None:
            sandbox.declare(fields)
        yield sandbox
    finally:
        sandbox.stop()
