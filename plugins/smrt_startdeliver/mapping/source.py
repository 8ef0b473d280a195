"""Where the mapping document is: the Airflow Variable `startdeliver_mapping`, else `mapping.yaml` (settings.md).

Each run reads it anew, so an edit is in force with the next one.
"""

from __future__ import annotations

from dataclasses import dataclass

from airflow.sdk import Variable

from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.settings_file import config_folder

VARIABLE = "startdeliver_mapping"


@dataclass(frozen=True)
class MappingText:
    """The document's text, and what to call it in an error."""

    text: str
    source: str


def mapping_text() -> MappingText:
    """The mapping document in force. Raises ConfigurationError where there is none."""
    variable = Variable.get(VARIABLE, default=None)
    if variable and variable.strip():
        return MappingText(variable, f"Airflow Variable {VARIABLE}")
    path = config_folder() / "mapping.yaml"
    try:
        return MappingText(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise ConfigurationError(
            f"there is no mapping document: write {path} or the Airflow Variable {VARIABLE} ({error.strerror})"
        ) from None
