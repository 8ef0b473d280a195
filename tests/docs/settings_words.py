"""What a setting may be and is by default, in the words of docs/settings.md: worked out from the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smrt_startdeliver.settings import Settings

NO_VALUE = {"events": "all"}
"""The words with which `settings.yaml` writes that there is none; `none` where it is not among these."""
SAID_OTHERWISE = {
    "state_connection": "id of a connection, or `none`",
    "timezone": "name of a time zone",
    "segment_override_matching_field": "path in an event, or `none`",
    "visit_sources": "list of names of events",
    "events": "list of names of events, or `all`",
    "birthday_field": "text",
    "lost_multiplier": "number above 0, at most 1,000",
    "notifiers": "list of notifiers",
}
"""What the model checks with code of its own."""
_SCHEMA_NAME = "^[A-Za-z_][A-Za-z0-9_]{0,62}$"


def settings_in_words() -> dict[str, tuple[str, str]]:
    """Key -> what it may be, and its default as YAML."""
    found = {}
    for key, schema in Settings.model_json_schema()["properties"].items():
        choices = schema.get("anyOf", [schema])
        none = f", or `{NO_VALUE.get(key, 'none')}`" if {"type": "null"} in choices else ""
        found[key] = (SAID_OTHERWISE.get(key) or _allowed(choices[0]) + none, _as_yaml(key, schema["default"]))
    return found


def _allowed(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        *others, last = (f"`{one}`" for one in schema["enum"])
        return f"{', '.join(others)} or {last}"
    if schema.get("pattern") == _SCHEMA_NAME:
        return "name of a schema"
    kind = {"boolean": "`true` or `false`", "integer": "whole number", "number": "number", "string": "date"}
    return kind[schema["type"]] + _bounds(schema)


def _bounds(schema: Mapping[str, Any]) -> str:
    limits = [
        ("from", "minimum"),
        ("above", "exclusiveMinimum"),
        ("to", "maximum"),
        ("below", "exclusiveMaximum"),
    ]
    said = [f"{word} {schema[key]:,}" for word, key in limits if key in schema]
    return f" {' '.join(said)}" if said else ""


def _as_yaml(key: str, default: Any) -> str:
    if default is None:
        return NO_VALUE.get(key, "none")
    if isinstance(default, list):
        return f"[{', '.join(default)}]"
    return str(default).lower() if isinstance(default, bool) else str(default)
