"""Reading `traits.yaml` and `audiences.yaml` of the configuration's folder (settings.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from smrt_startdeliver.engage.declarations import Audience, AudiencesFile, TraitsFile
from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.engage.references import References
from smrt_startdeliver.engage.renamed import Synced, renamed
from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.mapping.document import MappingDocument
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.yaml_model import line_of, read_model

TRAITS, AUDIENCES = "traits.yaml", "audiences.yaml"


def load_declared(folder: Path, document: MappingDocument, settings: Settings) -> Declared:
    """What both files declare; a file that is missing declares nothing.

    Raises ConfigurationError with file and line: for what cannot be read as declarations, and for what refers to an
    event, property, trait, audience or field that is not there.
    """
    known = References(document, settings.extra_properties)
    traits = read_model(folder / TRAITS, TraitsFile, known) if (folder / TRAITS).exists() else TraitsFile()
    known = References(document, settings.extra_properties, traits.traits)
    path = folder / AUDIENCES
    audiences = read_model(path, AudiencesFile, known) if path.exists() else AudiencesFile()
    return Declared(traits.traits, audiences.audiences)


def refuse_renamed(folder: Path, declared: Declared, synced: Iterable[Synced]) -> None:
    """See that no declaration was given another key since the last sync.

    Raises ConfigurationError with file, line, and what becomes of the old key.
    """
    for line in renamed_lines(folder, declared, synced):
        raise ConfigurationError(line)


def renamed_lines(folder: Path, declared: Declared, synced: Iterable[Synced]) -> Iterator[str]:
    """A sentence on each declaration that was given another key: where it stands, and what becomes of the old one."""
    for new, before in renamed(declared, synced):
        is_audience = isinstance(new, Audience)
        path = folder / (AUDIENCES if is_audience else TRAITS)
        place = declared.audiences.index(new) if is_audience else declared.traits.index(new)
        at = ("audiences" if is_audience else "traits", place, "key" if new.given_key else "name")
        line = line_of(path.read_text(encoding="utf-8"), str(path), at)
        yield (
            f"{path}, line {line}: {new.name!r} gives the key {new.key}, but the last sync knew it as {before.name!r}, "
            f"key {before.key}: a key never changes, as what Startdeliver holds under it would stay there for good. "
            f"Set `key: {before.key}` to go on with it, or trigger the DAG with force to begin a new one and leave "
            f"{before.key} as it is"
        )
