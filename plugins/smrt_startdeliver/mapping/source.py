"""Where the mapping document is: the Airflow Variable `startdeliver_mapping`, else `mapping.yaml` (settings.md).

Each run reads it anew, so an edit is in force with the next one.
"""

from __future__ import annotations

from dataclasses import dataclass

from airflow.sdk import Variable

from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.paths import CONFIG
from smrt_startdeliver.settings_file import config_folder

VARIABLE = "startdeliver_mapping"
FILE = "mapping.yaml"


@dataclass(frozen=True)
class MappingText:
    """The document's text, and what to call it in an error; whether it is the Variable's."""

    text: str
    source: str
    of_variable: bool = False


def mapping_text() -> MappingText:
    """The mapping document in force; without any the one that ships. Raises ConfigurationError where it is no text."""
    variable = Variable.get(VARIABLE, default=None)
    if variable and variable.strip():
        return MappingText(variable, f"Airflow Variable {VARIABLE}", of_variable=True)
    return mapping_file()


def mapping_file() -> MappingText:
    """The document that is in force without the Variable. Raises ConfigurationError where it is no text."""
    own, default = config_folder() / FILE, CONFIG / FILE
    path = own if own.exists() else default
    try:
        return MappingText(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the mapping document {path} cannot be read ({error})") from None
