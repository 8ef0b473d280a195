"""The commands of the documents: each block is run, or says what covers it, or why it is not run.

A block that is marked `run: commands` is done on a small business after its first run: ours in this process, Airflow's
in one that has a metadata database of its own.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Ask
from tests.docs.conftest import Do
from tests.docs.reading import DOCUMENTS, Block, blocks, blocks_run_by
from tests.docs.shell import in_airflow
from tests.end_to_end.pipeline import Pipeline
from tests.repository import ROOT

COMMANDS = {file: blocks_run_by("commands", file) for file in DOCUMENTS}
RUNNERS = {
    "commands",
    "quick start",
    "queries",
    "grants",
    "grants to create",
    "grants after",
    "connection",
    "memory elsewhere",
    "memory connection",
    "memory setting",
    "revoke",
    "backup",
    "restore",
}
"""What a mark `run: ...` may name: a test takes its blocks by it (`blocks_run_by`)."""
OURS = ("python", "-m", "smrt_startdeliver")
EXAMPLES = ROOT / "docs/command-line.md"


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_block_of_commands_is_run_or_says_why_not(file: Path) -> None:
    unmarked = []
    for block in blocks(file):
        is_example = block.file == EXAMPLES and block.text.startswith("$ python -m smrt_startdeliver ")  # test_page.py
        if block.language in ("sh", "console", "sql") and not is_example and not has_fate(block):
            unmarked.append(block.place)
    assert unmarked == []


def has_fate(block: Block) -> bool:
    """Whether a block's mark says what becomes of it; tests that it names are there."""
    what, _, said = block.mark.partition(": ")
    if what == "run":
        return said in RUNNERS
    named = re.findall(r"(?:tests|sandbox|\.ci)/[\w/.]+", said)
    if not all((ROOT / name.rstrip(".")).exists() for name in named):
        return False
    return bool(named) if what == "covered" else what == "not run" and bool(said)


def test_what_a_mark_names_is_taken_by_a_test() -> None:
    tests = "".join(test.read_text() for test in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name in RUNNERS if f'blocks_run_by("{name}"' not in tests] == []


def test_commands_stand_in_blocks_and_not_as_indented_text() -> None:
    indented = [block for file in DOCUMENTS for block in blocks(file) if block.language == "indented"]
    assert [block.text.split()[0] for block in indented] == ["config/"]  # the README's tree of folders


@pytest.mark.usefixtures("business")
@pytest.mark.parametrize("file", [file for file, found in COMMANDS.items() if found], ids=lambda file: file.name)
def test_our_own_commands_do_what_they_are_for(file: Path, ask: Ask, do: Do, monkeypatch: pytest.MonkeyPatch) -> None:
    for block in COMMANDS[file]:
        asked = do(block.text)
        with monkeypatch.context() as given:
            for name, value in asked.variables.items():
                given.setenv(name, value)
            for words in asked.of(*OURS):
                result = ask(*words)
                assert result.exit_code == 0, f"{block.place}: {words}: {result.output}"


@pytest.mark.usefixtures("business")
def test_airflows_commands_do_what_they_are_for(do: Do, pipeline: Pipeline, tmp_path: Path) -> None:
    found = [*blocks_run_by("quick start"), *blocks_run_by("commands")]
    asked = [words for block in found for words in do(block.text).of("airflow")]
    asked = [words for position, words in enumerate(asked) if words not in asked[:position]]
    pipeline.sandbox.reset_requests()
    there_is = in_airflow(asked, tmp_path)
    confs = [json.loads(words[-1]) for words in asked if words[:2] in (["dags", "trigger"], ["dags", "test"])]
    assert [conf for kind, conf in there_is["runs"] if kind == "manual"] == confs
    assert sum(kind == "backfill" for kind, _ in there_is["runs"]) == 13  # both ends of a day, every two hours
    assert there_is["paused"] == [True, False, True]  # at first, once it is unpaused, once it is paused again
    assert there_is["mapping"] == (pipeline.config / "mapping.yaml").read_text().rstrip("\n")
    assert pipeline.sandbox.requests()["writes"] == 0
