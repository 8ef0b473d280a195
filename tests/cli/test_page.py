"""docs/command-line.md: its examples are what the commands print, and its tables name every command, option and key.

`REWRITE_EXAMPLES=1` has the examples written anew.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from smrt_startdeliver.cli.app import app
from tests.cli.conftest import Ask
from tests.end_to_end.pipeline import Pipeline
from tests.repository import ROOT
from tests.repository.grants import section

PAGE = ROOT / "docs/command-line.md"
EXAMPLE = re.compile(r"^```console\n\$ python -m smrt_startdeliver (.*)\n(?:(?!```).*\n)*```$", re.MULTILINE)
VOLATILE = {
    r"\d{4}-\d\d-\d\d \d\d:\d\dZ": "TIME",
    r"\b\d+ s\b": "SECONDS",
    r"PostgreSQL [\d.]+": "PostgreSQL VERSION",
    r"[─ ]+": " ",
}
"""What of an output is the machine's or the moment's; tables are as wide as their times."""
NAMED_BY_DATA = {"records", "events", "values_left_out", "vanished", "rejected", "skipped", "rows", "in_startdeliver"}
NAMED_BY_DATA |= {"values", "differences"}
"""Keys whose value has keys that are data: entities, events, reasons, fields."""
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.usefixtures("business")
def test_the_examples_are_what_the_commands_print(
    ask: Ask, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def printed(example: re.Match[str]) -> str:
        """With the tables of a terminal, without its colours."""
        with monkeypatch.context() as patched:
            if example[1].startswith(("status", "rejected")):
                patched.setenv("FORCE_COLOR", "1")
            said = re.sub(r"\x1b\[[\d;]*m", "", ask(*shlex.split(example[1])).stdout)
        for ours, theirs in (
            (str(pipeline.config), "config"),
            (os.environ["SMRT_STARTDELIVER_STAGING"], "file:///srv/staging"),
            (pipeline.uri.rpartition("/")[2], "warehouse"),
            ("as postgres", "as smrt_startdeliver"),
        ):
            said = said.replace(ours, theirs)
        said = "".join(f"{line.rstrip()}\n" for line in said.splitlines())
        return f"```console\n$ python -m smrt_startdeliver {example[1]}\n{said}```"

    written = PAGE.read_text()
    anew = EXAMPLE.sub(printed, written)
    if os.environ.get("REWRITE_EXAMPLES"):
        PAGE.write_text(anew)
    else:
        assert steady(anew) == steady(written)


def test_every_command_has_its_section_with_an_example_and_every_option_is_named() -> None:
    text = PAGE.read_text()
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert sections == re.findall(r"^\| \[`(\w+)`\]", text, re.MULTILINE)
    assert sorted(sections) == sorted(COMMANDS)
    for name, command in COMMANDS.items():
        about = section(text, name)
        assert re.search(rf"^\$ python -m smrt_startdeliver {name}\b.*\n\s*[^\s`]", about, re.MULTILINE), name
        for one in getattr(command, "commands", {name: command}).values():
            options = {option for parameter in one.params for option in parameter.opts if option.startswith("--")}
            assert [option for option in options - {"--help"} if option not in about] == [], name


@pytest.mark.usefixtures("business")
@pytest.mark.parametrize(
    "line",
    [
        "check",
        "preview audience missed_pickups",
        "preview trait orders",
        "plan --samples 1",
        "status",
        "rejected",
        "release --all",
        "forget 8 --in-startdeliver",
    ],
)
def test_every_key_of_a_commands_json_is_explained(line: str, ask: Ask) -> None:
    command, *options = line.split()
    result = ask(command, *options, "--json")
    explained = set(re.findall(r"`(\w+)`", section(PAGE.read_text(), command)))
    keys = set(keys_of(json.loads(result.stdout)))
    assert keys - explained == set()
    assert keys


def keys_of(value: Any) -> Iterator[str]:
    """The keys of a JSON document at whatever depth, but for those that are data."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield key
            yield from keys_of([*below.values()] if key in NAMED_BY_DATA and isinstance(below, dict) else below)
    elif isinstance(value, list):
        for one in value:
            yield from keys_of(one)


def steady(text: str) -> str:
    for pattern, word in VOLATILE.items():
        text = re.sub(pattern, word, text)
    return text
