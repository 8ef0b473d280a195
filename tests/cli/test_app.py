"""The command line itself: light, and with help for everything."""

from __future__ import annotations

import subprocess
import sys

from smrt_startdeliver.cli.app import app, preview
from tests.cli.conftest import Run

COMMANDS = {"check", "plan", "status", "rejected", "release", "forget"}
PREVIEWS = {"audience", "trait"}


def test_nothing_heavy_is_imported_before_a_command_is_known() -> None:
    code = "import sys, smrt_startdeliver.cli.app; print({'airflow', 'pandas', 'sqlalchemy'} & sys.modules.keys())"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout == "set()\n"


def test_every_command_and_option_is_explained(run: Run) -> None:
    assert {command.name or command.callback.__name__ for command in app.registered_commands} == COMMANDS
    assert {command.name for command in preview.registered_commands} == PREVIEWS
    for command in [*([name] for name in COMMANDS), *(["preview", name] for name in PREVIEWS)]:
        result = run(*command, "--help")
        assert result.returncode == 0
        options = [line for line in result.stdout.splitlines() if line.startswith("  --")]
        assert "--json" in result.stdout
        assert all(len(option.split("  ")) > 2 for option in options), options
