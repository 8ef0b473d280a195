"""Where the configuration is, and reading `settings.yaml` (settings.md)."""

from __future__ import annotations

import os
from pathlib import Path

from smrt_startdeliver.paths import CONFIG
from smrt_startdeliver.settings import NotifySettings, Settings
from smrt_startdeliver.yaml_model import Model, line_of, read_model

CONFIG_VARIABLE = "SMRT_STARTDELIVER_CONFIG"
SETTINGS = "settings.yaml"


def config_folder() -> Path:
    """The folder of the configuration: the environment's SMRT_STARTDELIVER_CONFIG, else `config/` beside `plugins/`."""
    return Path(os.environ.get(CONFIG_VARIABLE) or CONFIG)


def load_settings(folder: Path | None = None) -> Settings:
    """The settings of `settings.yaml` in the configuration's folder; the defaults where there is no such file.

    Raises ConfigurationError for an unknown key, a wrong type or an impossible value.
    """
    return _load(folder or config_folder(), Settings)


def load_notify_settings() -> NotifySettings:
    """Who is told of what, whatever else is wrong in `settings.yaml`. Raises ConfigurationError where that is wrong."""
    return _load(config_folder(), NotifySettings)


def place_in_settings(*at: int | str) -> str:
    """Where a key or an item of `settings.yaml` stands, to begin an error with: `<file>, line <n>: <key>`."""
    path = config_folder() / SETTINGS
    line = line_of(path.read_text(encoding="utf-8"), str(path), at)
    return f"{path}, line {line}: {'.'.join(map(str, at))}"


def _load(folder: Path, model: type[Model]) -> Model:
    path = folder / SETTINGS
    return read_model(path, model) if path.exists() else model()
