"""The demo's folder: everything that it makes is in it, and who works there holds its lock."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOBase
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
STOP_SECONDS = 90


class DemoError(Exception):
    """The demo cannot go on; the message says why and what to do."""


@dataclass(frozen=True)
class Home:
    """Where things are below `folder`."""

    folder: Path = REPOSITORY / ".demo"

    @property
    def postgres(self) -> Path:
        """The embedded PostgreSQL: the warehouse, and Airflow's own database."""
        return self.folder / "postgres"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.folder / "airflow"

    @property
    def config(self) -> Path:
        """The pipeline's configuration."""
        return self.folder / "config"

    @property
    def logs(self) -> Path:
        """What the programs say that the demo runs."""
        return self.folder / "logs"

    @property
    def staging(self) -> Path:
        """Where a run's rows wait between its tasks."""
        return self.folder / "staging"

    @property
    def sandbox_data(self) -> Path:
        """The sandbox's data file."""
        return self.folder / "sandbox.sqlite"

    @property
    def _lock(self) -> Path:
        return self.folder / "lock"

    @contextmanager
    def held(self) -> Iterator[None]:
        """The right to work in this folder; it ends with its holder, however that ends.

        Raises DemoError when another process has it.
        """
        self.folder.mkdir(mode=0o711, exist_ok=True)  # PostgreSQL, where it is not root, passes through
        with self._lock.open("a+") as lock:
            if not _take(lock):
                raise DemoError(f"{self.folder} is in use: stop that with `make down` first")
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def stop_holder(self) -> bool:
        """Ask who works here to stop, and wait for it; False where nobody does. Raises DemoError when it does not."""
        if not self._lock.exists():
            return False
        with self._lock.open() as lock:
            if _take(lock):
                return False
            holder = int(lock.read())
            os.kill(holder, signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while not _take(lock):
                if time.monotonic() > deadline:
                    raise DemoError(f"process {holder} works in {self.folder} and does not stop")
                time.sleep(0.1)
        return True

    def clear(self) -> None:
        """Remove everything but the lock."""
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path != self._lock:
                path.unlink()


def _take(lock: TextIOBase) -> bool:
    """Take the lock where it is free; it is given back when the file is closed."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
