"""semantics.md, Customer Birthday, and warehouse.md, SMRT's traits: a custom field in the forms that it comes in."""

from __future__ import annotations

import json

from smrt_startdeliver.vocabulary import snake_case

from .records import Customer

BROKEN_JSON = object()
"""Stands in the place of whatever broken JSON may hold: "nothing is salvaged"."""


def values_of(customer: Customer, name: str) -> list[object]:
    """All that the customer has under that name, in order: in `custom_fields`, then in flattened columns.

    A null or a blank text is no value.
    """
    values = [value for key, value in named_values(customer.custom_fields) if key is None or same_name(key, name)]
    values += [value for column, value in customer.extra.items() if is_column_of(column, name)]
    return [value for value in values if value is not None and not (isinstance(value, str) and not value.strip())]


def named_values(text: str | None) -> list[tuple[str | None, object]]:
    """Rule: a JSON array of `{"name", "value"}` objects or of "Name: Value" strings, an object.

    Broken JSON is one value without a name.
    """
    if text is None or not text.strip():
        return []
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return [(None, BROKEN_JSON)]
    if isinstance(fields, dict):
        return list(fields.items())
    pairs: list[tuple[str | None, object]] = []
    for entry in fields if isinstance(fields, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            pairs.append((entry["name"], entry.get("value")))
        elif isinstance(entry, str) and ":" in entry:
            key, _, value = entry.partition(":")
            pairs.append((key, value))
    return pairs


def is_column_of(column: str, name: str) -> bool:
    """Whether a column is `custom_fields_<name>`; its underscores tell of the letters' case, which is ignored."""
    return column.replace("_", "") == f"custom_fields_{snake_case(name)}".replace("_", "")


def same_name(key: str, name: str) -> bool:
    """Rule: letters' case and surrounding space ignored."""
    return key.strip().casefold() == name.strip().casefold()
