"""Which columns of the source's tables are read."""

from __future__ import annotations

from collections.abc import Mapping

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.vocabulary import CALL_COLUMNS, EventTable


def traits(columns: Mapping[str, Kind]) -> dict[str, Kind]:
    """The trait columns among a table's columns."""
    return {
        name: kind for name, kind in columns.items() if name not in CALL_COLUMNS and not name.startswith("context_")
    }


def properties(columns: Mapping[str, Kind], table: EventTable, settings: Settings) -> dict[str, Kind]:
    """The property columns among a table's columns: those that SMRT names, and the others where they are asked for."""
    others = settings.extra_properties or settings.segment_override_matching_field is not None
    return {
        name: kind
        for name, kind in columns.items()
        if name in table.properties
        or (others and name not in CALL_COLUMNS and name != "name" and not name.startswith("context_"))
    }
