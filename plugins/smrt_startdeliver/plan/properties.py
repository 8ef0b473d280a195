"""The properties of an event as they are sent: SMRT's own names, nested objects rebuilt, nulls left out.

Source: settings.md, What is sent as an event.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import pandas as pd

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.mapping.json_texts import json_texts, object_texts
from smrt_startdeliver.vocabulary import EventTable

VALUE = "value_"
"""Prefix of staged value columns: a property may be called like one of our own columns."""

_Path: TypeAlias = tuple[str, ...]
_REJECTED = ["key", "field", "reason", "shape"]


def property_texts(
    rows: pd.DataFrame, table: EventTable, kinds: Mapping[str, Kind], *, extra: bool
) -> tuple[pd.Series[str], pd.DataFrame]:
    """The properties of each row as compact JSON, and what was rejected of them: key (the event's id), field,
    reason, shape and fingerprint.

    `kinds` names the property columns there are (staged with the prefix `value_`) and what they hold; `extra` sends
    those that SMRT does not name, too, by their column names.
    """
    values: dict[_Path, pd.Series[str]] = {}
    rejected = [pd.DataFrame(columns=_REJECTED, dtype="str")]
    # Where a column that SMRT does not name claims the place of one that it does, SMRT's stands.
    for column in sorted(kinds, key=lambda name: name in table.properties):
        if column not in table.properties and not extra:
            continue
        path = table.properties.get(column, (column,))
        cells, kind = rows[VALUE + column], kinds[column]
        if kind == "number" or (kind == "text" and column in table.numbers):
            texts, endless = _numbers(cells)
            unsendable = pd.DataFrame({"key": rows.loc[endless.index, "id"], "shape": endless})
            rejected.append(unsendable.assign(field=".".join(path), reason="not_a_number")[_REJECTED])
        else:
            texts = json_texts(cells, kind)
        values[path] = texts.fillna(values[path]) if path in values else texts
    return (
        _object(values, rows.index).fillna("{}"),
        pd.concat(rejected, ignore_index=True).astype("str").assign(fingerprint=0),
    )


def _object(values: Mapping[_Path, pd.Series[str]], index: pd.Index[Any]) -> pd.Series[str]:
    """The JSON objects of these members, by their paths; null where there is none of them."""
    places: dict[str, dict[_Path, pd.Series[str]]] = {}
    for (name, *path), texts in values.items():
        places.setdefault(name, {})[tuple(path)] = texts
    members = {}
    for name, inner in places.items():
        texts = inner.pop((), pd.Series(None, index=index, dtype="str"))
        members[name] = _object(inner, index).fillna(texts) if inner else texts
    return object_texts(members, index)


def _numbers(texts: pd.Series[str]) -> tuple[pd.Series[str], pd.Series[str]]:
    """The JSON of numbers, and of texts that are none; and of which JSON has none, as they are: nan, inf, -inf."""
    numbers = json_texts(texts, "number")
    endless = texts[numbers.isna() & texts.notna()].map(_endless).astype("str").dropna()
    return numbers.fillna(json_texts(texts.mask(texts.index.isin(endless.index)), "text")), endless


def _endless(text: str) -> str | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isfinite(value) else str(value)
