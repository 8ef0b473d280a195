"""Finding a custom field by its name, in each form that the warehouse may hold (warehouse.md, `custom_fields`).

The column `custom_fields` holds JSON: an array of `{"name", "value"}` objects or of "Name: Value" texts, or an object.
Or there are columns of their own, `custom_fields_<name>`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd

from smrt_startdeliver.vocabulary import snake_case

CUSTOM_FIELDS = "custom_fields"

_DTYPES = {"user_id": "str", "text": "str", "is_broken": "bool"}


def field_values(customers: pd.DataFrame, name: str) -> pd.DataFrame:
    """What the custom field `name` holds: user_id, text (str), is_broken (bool), none to several rows a customer.

    Letters' case and surrounding space do not matter in a field's name. A customer's values come in the order in which
    they stand, the JSON's first; empty ones are left out, what is no text in the JSON is its JSON text. A
    `custom_fields` that is no JSON gives one row: all its text, with `is_broken`.
    """
    values = _json_values(customers, name.strip().casefold()) if CUSTOM_FIELDS in customers else []
    values += [_column_values(customers, column) for column in _flattened_columns(customers, name)]
    nothing = pd.DataFrame(columns=list(_DTYPES)).astype(_DTYPES)
    return pd.concat([nothing, *values], ignore_index=True).astype(_DTYPES)


def _json_values(customers: pd.DataFrame, wanted: str) -> list[pd.DataFrame]:
    texts = _column_values(customers, CUSTOM_FIELDS)
    places, distinct = pd.factorize(texts["text"])
    found = pd.Series([_values_in(text, wanted) for text in distinct.to_numpy(object)], dtype=object)
    found = found.take(places).set_axis(texts.index)
    is_broken = found.isna()
    read = texts[~is_broken].assign(text=found[~is_broken]).explode("text").dropna(subset="text")
    return [texts[is_broken].assign(is_broken=True), read]


def _column_values(customers: pd.DataFrame, column: str) -> pd.DataFrame:
    """A text column's values, without surrounding space, that are neither null nor empty."""
    texts = customers[column].astype("str").str.strip()
    held = texts.notna() & (texts != "")
    return pd.DataFrame({"user_id": customers.loc[held, "user_id"], "text": texts[held], "is_broken": False})


def _flattened_columns(customers: pd.DataFrame, name: str) -> list[str]:
    """Where a column's name has underscores depends on the letters' case of the field's name: they do not count."""
    prefix, wanted = CUSTOM_FIELDS + "_", snake_case(name).replace("_", "")
    columns = [column for column in customers.columns if column.startswith(prefix)]
    return [column for column in columns if column.removeprefix(prefix).replace("_", "") == wanted]


def _values_in(text: str, wanted: str) -> list[str] | None:
    """The field's values in one text of JSON, in their order; None where it is broken, or nested beyond reading."""
    try:
        pairs = _names_and_values(json.loads(text))
        values = [_as_text(value) for name, value in pairs if name.strip().casefold() == wanted and value is not None]
    except (ValueError, RecursionError):
        return None
    return [value for value in values if value]


def _names_and_values(document: Any) -> Iterator[tuple[str, Any]]:
    """Each custom field that a document holds, whatever its form; what is in none of the forms holds none."""
    if isinstance(document, dict):
        yield from document.items()
    elif isinstance(document, list):
        for field in document:
            if isinstance(field, str):
                name, _, value = field.partition(":")
                yield name, value
            elif isinstance(field, dict) and isinstance(field.get("name"), str):
                yield field["name"], field.get("value")


def _as_text(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else json.dumps(value)
    return text.encode(errors="replace").decode()  # half a surrogate pair is JSON, but no text that can be kept
