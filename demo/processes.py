"""Programs that the demo runs, each with all that comes of it: nothing outlives the demo.

Airflow's tasks leave the process group of whoever starts them, but not its session. So each program has a session of
its own, and is stopped by it.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from demo.home import REPOSITORY

MARK = "SMRT_STARTDELIVER_DEMO"
"""Environment variable of all that is run here: the folder that it runs for."""
_GRACE_SECONDS = 5


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], *, log: Path, mark: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A program for the length of a block; what it says is in the log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(  # nosec B603 # our own command, no shell
            command,
            cwd=REPOSITORY,
            env={**environment, MARK: str(mark)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end_session(process.pid)
        process.wait()


def end_leftovers(mark: Path) -> bool:
    """End what was left running for this folder when a demo was killed; whether there was anything."""
    sessions = set()
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if process.environ().get(MARK) == str(mark):
                sessions.add(os.getsid(process.pid))
    for session in sessions:
        _end_session(session)
    return bool(sessions)


def _end_session(session: int) -> None:
    """Ask all members of a session to end, and give them time; then end whoever is left, started since or deaf."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        members = _members(session)
        for process in members:
            with suppress(psutil.Error):
                process.send_signal(how)
        psutil.wait_procs(members, timeout=_GRACE_SECONDS)


def _members(session: int) -> list[psutil.Process]:
    """The processes of a session that are alive."""
    members = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
    return members
