"""The peers, in an environment of their own: made once, and anew where `peers.txt` has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.world import last_json
from demo.home import REPOSITORY

PEERS = {"drt-core": "drt_peer", "dlt": "dlt_peer", "singer-sdk": "singer_peer"}
"""Package -> the program that drives it."""
_PINS = REPOSITORY / "bench" / "peers.txt"
_PROGRAMS = REPOSITORY / "bench" / "beside"


@dataclass(frozen=True)
class Peers:
    """The environment below `folder`."""

    folder: Path

    @property
    def _python(self) -> Path:
        return self.folder / "bin" / "python"

    def install(self) -> None:
        """Make it, where it is not there or holds other versions. Raises CalledProcessError."""
        noted = self.folder / "peers.txt"
        if noted.exists() and noted.read_text() == _PINS.read_text():
            return
        uv = [sys.executable, "-m", "uv"]
        for command in (
            [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(self.folder)],
            [*uv, "pip", "install", "--quiet", "--python", str(self._python), "--requirement", str(_PINS)],
        ):
            subprocess.run(command, check=True)  # noqa: S603 - our own command, no shell  # nosec B603
        noted.write_text(_PINS.read_text())

    def ask(self, program: str, **asked: Any) -> tuple[int, float]:
        """What one of the programs in `beside` did: how many, in how many seconds."""
        environment = {**os.environ, "BENCH_ASKED": json.dumps(asked), "RUNTIME__DLTHUB_TELEMETRY": "false"}
        environment |= {"DRT_TELEMETRY": "0", "DO_NOT_TRACK": "1"}
        environment.pop("PYTHONPATH", None)
        done = last_json([str(self._python), str(_PROGRAMS / f"{program}.py")], environment)
        return done["count"], done["seconds"]
