"""docs/settings.md: each key, what it may be and its default are the model's; variables and connections are there."""

from __future__ import annotations

import re

from smrt_startdeliver.mapping.source import VARIABLE
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.stages.tell import UNREACHABLE_TOLD
from smrt_startdeliver.warehouse.engine import CONNECTION_ID
from smrt_startdeliver.yaml_model import parse_model
from tests.docs.settings_words import settings_in_words
from tests.repository import ROOT

PAGE = (ROOT / "docs/settings.md").read_text()
KEYS, _, PLACES = PAGE.partition("## Environment variables")
ROW = re.compile(r"^\| `(\w+)` \| (.*?) \| `(.*?)` \| (.+) \|$", re.MULTILINE)


def test_every_key_stands_there_once_with_what_it_may_be_and_its_default() -> None:
    rows = ROW.findall(KEYS)
    assert len(rows) == len(Settings.model_fields)
    assert {key: (may_be, default) for key, may_be, default, _ in rows} == settings_in_words()


def test_the_defaults_can_be_written_as_they_stand_and_mean_the_same() -> None:
    text = "".join(f"{key}: {default}\n" for key, _, default, _ in ROW.findall(KEYS))
    assert parse_model(text, "settings.yaml", Settings) == Settings()


def test_keys_stand_in_the_groups_and_the_order_of_the_file_that_ships() -> None:
    file = (ROOT / "config/settings.yaml").read_text()
    groups = re.findall(r"^# --- (.+?) -+$", file, re.MULTILINE)
    assert re.findall(r"^## (.+)$", KEYS, re.MULTILINE) == groups
    assert [key for key, *_ in ROW.findall(KEYS)] == re.findall(r"^# (\w+): ", file, re.MULTILINE)


def test_every_environment_variable_connection_and_variable_of_ours_is_there() -> None:
    sources = [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "dags").glob("*.py")]
    named = {name for file in sources for name in re.findall(r"\bSMRT_STARTDELIVER_[A-Z]+\b", file.read_text())}
    ids = {CONNECTION_ID, "startdeliver", VARIABLE, UNREACHABLE_TOLD}
    assert set(re.findall(r"^\| `(\w+)` \|", PLACES, re.MULTILINE)) == named | ids
