"""The demo's own Airflow: its environment, and its commands."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from demo.home import REPOSITORY, DemoError, Home
from demo.processes import running

_PROGRAMS = Path(sys.executable).parent
_EXCEPTION = re.compile(r"[\w.]+(Error|Exception): ")
_LAST_LINES = 15


@dataclass(frozen=True)
class Airflow:
    """An Airflow whose home is in the demo's; `metadata` is the URI of its database."""

    home: Home
    metadata: str

    @contextmanager
    def running(self, *arguments: str, log: str, variables: Mapping[str, str] | None = None) -> Iterator[Popen[bytes]]:
        """An `airflow` command for the length of a block, with further environment variables."""
        command = [str(_PROGRAMS / "airflow"), *arguments]
        environment = {**self._environment(), **(variables or {})}
        with running(command, environment, log=self._log(log), mark=self.home.folder) as process:
            yield process

    def finish(self, process: Popen[bytes], log: str) -> None:
        """Wait for a command. Raises DemoError when it failed."""
        if process.wait() != 0:
            raise self.failure("Airflow failed", log)

    def failure(self, what: str, log: str) -> DemoError:
        """An error with the exceptions of a log, or its last lines where it has none."""
        lines = self._log(log).read_text(errors="replace").splitlines()
        said = [line for line in lines if _EXCEPTION.match(line)] or lines
        return DemoError("\n".join([*said[-_LAST_LINES:], f"{what}: all that was said is in {self._log(log)}"]))

    def _log(self, name: str) -> Path:
        return self.home.logs / f"{name}.log"

    def _environment(self) -> dict[str, str]:
        """This process's environment, without what it says of other Airflows."""
        others = {
            name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "SMRT_STARTDELIVER_"))
        }
        return others | {
            "PATH": os.pathsep.join([str(_PROGRAMS), os.environ["PATH"]]),  # Airflow calls itself by its name
            "NO_COLOR": "1",
            "AIRFLOW_HOME": str(self.home.airflow),
            "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.metadata.replace("postgresql:", "postgresql+psycopg:", 1),
            "SMRT_STARTDELIVER_CONFIG": str(self.home.config),
            "SMRT_STARTDELIVER_STAGING": f"file://{self.home.staging}",
        }
