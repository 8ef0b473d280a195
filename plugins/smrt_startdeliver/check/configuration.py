"""The files: settings, mapping document, declarations."""

from __future__ import annotations

from pathlib import Path

from smrt_startdeliver.check.finding import Finding, Findings, attempt
from smrt_startdeliver.engage.declared import Declared, what_is_not_sent, with_declared
from smrt_startdeliver.engage.files import load_declared
from smrt_startdeliver.mapping.document import MappingDocument, parse_mapping
from smrt_startdeliver.mapping.source import mapping_text
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.settings_file import SETTINGS, load_settings

DECLARATIONS = "traits.yaml, audiences.yaml"


def check_settings(folder: Path) -> Findings[Settings | None]:
    """`settings.yaml`, and whether it says what a day is."""
    path = folder / SETTINGS

    def said(settings: Settings) -> str:
        keys = len(settings.model_fields_set)
        return f"{path}, keys set: {keys}" if path.exists() else f"there is no {path}: all settings have their defaults"

    settings = yield from attempt("settings", lambda: load_settings(folder), said)
    if settings is None:
        yield Finding("time zone", "unknown", "not looked at: it is one of the settings")
    elif settings.timezone_is_set:
        yield Finding("time zone", "ok", settings.timezone)
    else:
        yield Finding(
            "time zone",
            "wrong",
            "days are counted in UTC: set timezone in settings.yaml, to UTC where that is the business's own",
        )
    return settings


def check_mapping() -> Findings[MappingDocument | None]:
    """The mapping document in force, as a run reads it."""
    sources = []

    def read() -> MappingDocument:
        mapping = mapping_text()
        sources.append(mapping.source)
        return parse_mapping(mapping.text, mapping.source)

    def said(document: MappingDocument) -> str:
        users, customers = len(document.user_mapping), len(document.customer_mapping)
        return f"{sources[0]}, {users} fields of users and {customers} of customers are mapped"

    return (yield from attempt("mapping document", read, said))


def check_declarations(
    folder: Path, document: MappingDocument | None, settings: Settings | None
) -> Findings[Declared | None]:
    """`traits.yaml` and `audiences.yaml`, and which of their declarations go nowhere."""
    if document is None or settings is None:
        yield Finding(DECLARATIONS, "unknown", "not looked at: they refer to the settings and the mapping document")
        return None
    declared = yield from attempt(
        DECLARATIONS,
        lambda: load_declared(folder, document, settings),
        lambda found: f"{len(found.traits)} computed traits, {len(found.audiences)} audiences",
    )
    if declared is not None:
        for line in what_is_not_sent(with_declared(document, declared), declared):
            yield Finding("declarations", "note", line)
    return declared
