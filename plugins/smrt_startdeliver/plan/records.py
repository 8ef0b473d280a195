"""Which fields of a customer or user to send: those that differ from what was acknowledged, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from smrt_startdeliver.mapping.number_text import canonical_number
from smrt_startdeliver.mapping.records import UNKNOWN
from smrt_startdeliver.plan.fingerprints import field_fingerprint

Fields = Mapping[str, str | None]
"""Alias -> canonical text, None for null, UNKNOWN for a value of which nothing is said."""

Acknowledged = Mapping[str, str]
"""Alias -> fingerprint of the value that Startdeliver holds; an alias that is null there is absent."""

AtRest = Mapping[str, str | None]
"""Alias -> the value, if any, that says nothing where none was ever set: a count of 0, an audience's false."""

NOTHING_AT_REST: AtRest = MappingProxyType({})


def changed_fields(
    wanted: Fields, acknowledged: Acknowledged, *, sync_nulls: bool, at_rest: AtRest = NOTHING_AT_REST
) -> dict[str, str | None]:
    """The fields to send (semantics.md, What is sent when nothing changed).

    A value goes out where its fingerprint differs; a null where a value was set before, unless `sync_nulls` is off; a
    null or a value at rest that was never set, and what is unknown, do not.
    """
    changed: dict[str, str | None] = {}
    for alias, value in wanted.items():
        if value == UNKNOWN:
            continue
        if value is None:
            if sync_nulls and alias in acknowledged:
                changed[alias] = None
        elif alias not in acknowledged:
            if value != at_rest.get(alias):
                changed[alias] = value
        elif acknowledged[alias] != field_fingerprint(value):
            changed[alias] = value
    return changed


def after(acknowledged: Acknowledged, sent: Mapping[str, str | None]) -> dict[str, str]:
    """What is acknowledged once these fields have been sent."""
    merged = {**acknowledged, **{alias: field_fingerprint(value) for alias, value in sent.items() if value is not None}}
    return {alias: print_ for alias, print_ in merged.items() if sent.get(alias, "") is not None}


def held_already(found: Mapping[str, Any], wanted: Fields) -> dict[str, str]:
    """What an object that was found, not created, holds of the fields that we want to set.

    Where we have no value of our own, theirs stays: it does not count as acknowledged, so no null is sent over it.
    """
    return held_by(found, [alias for alias, value in wanted.items() if value not in (None, UNKNOWN)])


def known_before(acknowledged: Acknowledged, wanted: Fields) -> dict[str, str]:
    """What stays acknowledged of an object of ours that is found anew: of the fields that we have no value for now."""
    return {alias: held for alias, held in acknowledged.items() if wanted.get(alias) in (None, UNKNOWN)}


def held_by(found: Mapping[str, Any], aliases: Iterable[str]) -> dict[str, str]:
    """What an object holds of some fields; those that are null in it are absent."""
    return {alias: field_fingerprint(canonical_text(found[alias])) for alias in aliases if found.get(alias) is not None}


def canonical_text(value: Any) -> str:
    """A JSON value as the text that our frames hold for it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return canonical_number(str(value)) or str(value)
    return str(value)
