"""Nothing that the demo runs outlives it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from demo import processes
from demo.home import REPOSITORY
from demo.processes import end_leftovers, running

# Two processes, of which one leaves the group, as Airflow's tasks do. Both say their numbers.
FAMILY = """
import os, time
if os.fork() == 0:
    os.setpgid(0, 0)
os.write(1, f"{os.getpid()}\\n".encode())
time.sleep(600)
"""
DEAF = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.write(1, f"{os.getpid()}\\n".encode())
time.sleep(600)
"""
HOLDER = """
import os, sys
from pathlib import Path
from demo.processes import running
with running([sys.executable, "-c", sys.argv[1]], os.environ, log=Path(sys.argv[2]), mark=Path(sys.argv[3])) as program:
    program.wait()
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def those_that_spoke(log: Path, number: int) -> list[psutil.Process]:
    """The processes that said their numbers, once so many have."""
    while not log.exists() or len(log.read_text().split()) < number:
        time.sleep(0.01)
    return [psutil.Process(int(pid)) for pid in log.read_text().split()]


def is_over(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_program_ends_with_its_block_and_so_does_what_left_its_group(tmp_path: Path, log: Path) -> None:
    with running([sys.executable, "-c", FAMILY], os.environ, log=log, mark=tmp_path):
        family = those_that_spoke(log, 2)
        assert len({os.getpgid(process.pid) for process in family}) == 2
    assert [is_over(process) for process in family] == [True, True]


def test_what_is_deaf_to_asking_ends_too(tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_GRACE_SECONDS", 0.1)
    with running([sys.executable, "-c", DEAF], os.environ, log=log, mark=tmp_path):
        [deaf] = those_that_spoke(log, 1)
    assert is_over(deaf)


def test_a_program_ends_when_its_block_is_interrupted(tmp_path: Path, log: Path) -> None:
    family: list[psutil.Process] = []

    def interrupted() -> None:
        with running([sys.executable, "-c", FAMILY], os.environ, log=log, mark=tmp_path):
            family.extend(those_that_spoke(log, 2))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [is_over(process) for process in family] == [True, True]


def test_a_program_that_ends_by_itself_says_how(tmp_path: Path, log: Path) -> None:
    with running([sys.executable, "-c", "exit(3)"], os.environ, log=log, mark=tmp_path) as program:
        assert program.wait() == 3


def test_what_a_killed_demo_left_is_found_by_its_folder_and_ended(tmp_path: Path, log: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, FAMILY, log, tmp_path / "mine"], cwd=REPOSITORY)
    family = those_that_spoke(log, 2)
    holder.kill()
    holder.wait()

    assert not end_leftovers(tmp_path / "another")
    assert [is_over(process) for process in family] == [False, False]
    assert end_leftovers(tmp_path / "mine")
    assert [is_over(process) for process in family] == [True, True]
    assert not end_leftovers(tmp_path / "mine")
