"""Where the configuration is, and reading `settings.yaml` (settings.md)."""

from __future__ import annotations

import os
from pathlib import Path

from smrt_startdeliver.paths import CONFIG
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.yaml_model import read_model

CONFIG_VARIABLE = "SMRT_STARTDELIVER_CONFIG"
SETTINGS = "settings.yaml"


def config_folder() -> Path:
    """The folder of the configuration: the environment's SMRT_STARTDELIVER_CONFIG, else `config/` beside `plugins/`."""
    return Path(os.environ.get(CONFIG_VARIABLE) or CONFIG)


def load_settings(folder: Path | None = None) -> Settings:
    """The settings of `settings.yaml` in the configuration's folder; the defaults where there is no such file.

    Raises ConfigurationError for an unknown key, a wrong type or an impossible value.
    """
    path = (folder or config_folder()) / SETTINGS
    return read_model(path, Settings) if path.exists() else Settings()
