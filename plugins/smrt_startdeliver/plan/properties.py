"""The properties of an event as they are sent: SMRT's own names, nested objects rebuilt, nulls left out.

Source: settings.md, What is sent as an event.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import pandas as pd

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.mapping.number_text import number_texts
from smrt_startdeliver.vocabulary import EventTable

VALUE = "value_"
"""Prefix of staged value columns: a property may be called like one of our own columns."""

_Path: TypeAlias = tuple[str, ...]
_REJECTED = ["key", "field", "reason", "shape"]
_ESCAPED = r'["\\\x00-\x1f]'


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
            texts = _json(cells, kind)
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
    members = pd.Series("", index=index, dtype="str")
    for name, inner in places.items():
        own = inner.pop((), None)
        texts = own if own is not None else pd.Series(None, index=index, dtype="str")
        if inner:
            texts = _object(inner, index).fillna(texts)
        members += ("," + json.dumps(name, ensure_ascii=False) + ":" + texts).fillna("")
    return ("{" + members.str.slice(1) + "}").mask(members == "")


def _numbers(texts: pd.Series[str]) -> tuple[pd.Series[str], pd.Series[str]]:
    """The JSON of numbers, and of texts that are none; and of which JSON has none, as they are: nan, inf, -inf."""
    numbers = number_texts(texts)
    endless = texts[numbers.isna() & texts.notna()].map(_endless).astype("str").dropna()
    return numbers.fillna(_json(texts.mask(texts.index.isin(endless.index)), "text")), endless


def _endless(text: str) -> str | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isfinite(value) else str(value)


def _json(values: pd.Series[Any], kind: Kind) -> pd.Series[str]:
    """The JSON of a column's values, null for null."""
    if kind == "boolean":
        return values.map({True: "true", False: "false"}).astype("str")
    if kind == "integer":
        return values.astype("str")
    if kind == "time":
        values = values.dt.strftime("%Y-%m-%dT%H:%M:%S.%f").str.slice(stop=-3) + "Z"
    texts = values.astype("str")
    escaped = texts.str.contains(_ESCAPED, na=False)
    by_hand = texts[escaped].map(lambda text: json.dumps(text, ensure_ascii=False))  # few have any
    return ('"' + texts + '"').mask(escaped, by_hand)
