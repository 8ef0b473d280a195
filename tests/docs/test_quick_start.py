"""The README's quick start: followed word by word, with the login that it makes, up to a check that is green.

Airflow's commands are done in test_commands.py; that a whole run needs no other rights, in test_least_privilege.py.
"""

from __future__ import annotations

import pytest

from demo.custom_fields import custom_fields
from tests.cli.conftest import Ask
from tests.docs.conftest import Do
from tests.docs.reading import blocks_run_by
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop
from tests.repository import ROOT
from tests.repository.grants import granted_login


def test_whoever_follows_it_has_a_check_that_is_green_and_a_plan(
    shop: Shop, ask: Ask, do: Do, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.customer("7", name="Ann")
    shop.event("Order Created", "7", MONDAY, value=20)
    for file in ("mapping", "traits", "audiences"):
        (pipeline.config / f"{file}.yaml").write_text((ROOT / f"config/{file}.yaml").read_text())
    (pipeline.config / "settings.yaml").write_text("timezone: America/Los_Angeles\n")
    pipeline.sandbox.declare(custom_fields())
    said = {}
    with granted_login(pipeline.uri):
        for block in blocks_run_by("quick start", ROOT / "README.md"):
            asked = do(block.text)
            for name, value in asked.variables.items():
                monkeypatch.setenv(name, value)
            for (command,) in asked.of("python", "-m", "smrt_startdeliver"):
                result = ask(command)
                assert result.exit_code == 0, f"{block.place}: {result.output}"
                said[command] = result.stdout
    assert list(said) == ["check", "plan"]
    assert "as smrt_startdeliver" in said["check"]
    assert said["check"].endswith("A run can start.\n")
    assert "users: 1 new" in said["plan"]
    assert pipeline.sandbox.requests()["writes"] == 0
