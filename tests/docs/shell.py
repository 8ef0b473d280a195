"""What a block of shell asks for: bash reads it, and `airflow` and `python` are noted instead of being run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.postgres import BINARIES

_NOTED = ("airflow", "python")
_NOTE = """{name}() {{ printf '%s\\0' {name} "$@" $'\\n' >> '{notes}'; env -0 >> '{environment}'; }}"""
_END = "\n"


@dataclass(frozen=True)
class Asked:
    """The commands that were noted, as words; and the variables of Airflow's that the block exports or gives to one."""

    commands: list[list[str]]
    variables: dict[str, str]

    def of(self, *beginning: str) -> list[list[str]]:
        """What follows these words in the commands that begin with them."""
        length = len(beginning)
        return [words[length:] for words in self.commands if tuple(words[:length]) == beginning]


def asked_by(text: str, folder: Path, variables: Mapping[str, str] | None = None) -> Asked:
    """Have bash do a block in a folder, with PostgreSQL's programs at hand. Raises where a command of it fails."""
    before = os.environ | {"PATH": f"{BINARIES}:{os.environ['PATH']}"} | (variables or {})
    notes, environment = folder / "notes", folder / "environment"
    for file in (notes, environment):
        file.write_bytes(b"")
    noting = [_NOTE.format(name=name, notes=notes, environment=environment) for name in _NOTED]
    script = "\n".join([*noting, text, f"env -0 >> '{environment}'"])
    subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=before, check=True)
    commands: list[list[str]] = [[]]
    for word in notes.read_text().split("\0")[:-1]:
        if word == _END:
            commands.append([])
        else:
            commands[-1].append(word)
    told = [line.partition("=")[::2] for line in environment.read_text().split("\0")]
    given = {name: value for name, value in told if name.startswith("AIRFLOW") and before.get(name) != value}
    return Asked(commands[:-1], given)


def in_airflow(commands: list[list[str]], folder: Path) -> dict[str, Any]:
    """Do Airflow's commands (the words after `airflow`) in an Airflow of their own; what it holds then."""
    home = folder / "airflow"
    left_out = ("_AIRFLOW_PROCESS_CONTEXT", "AIRFLOW_VAR_STARTDELIVER_MAPPING")  # what tests in one process set
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("airflow_commands.py")],
        input=json.dumps(commands),
        env=environment | {"AIRFLOW_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    there_is: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return there_is
