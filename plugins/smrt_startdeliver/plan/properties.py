"""The properties of an event as they are sent: SMRT's own names, nested objects rebuilt, nulls left out.

Source: settings.md, What is sent as an event.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.mapping.number_text import canonical_number
from smrt_startdeliver.vocabulary import EventTable

VALUE = "value_"
"""Prefix of staged value columns: a property may be called like one of our own columns."""


def property_texts(
    rows: pd.DataFrame, table: EventTable, kinds: Mapping[str, Kind], *, extra: bool
) -> tuple[pd.Series[str], pd.DataFrame]:
    """The properties of each row as compact JSON, and what was rejected of them: key (the event's id), field,
    reason, shape and fingerprint.

    `kinds` names the property columns there are (staged with the prefix `value_`) and what they hold; `extra` sends
    those that SMRT does not name, too, by their column names.
    """
    columns = {
        column: _values(rows[VALUE + column], kind, number=kind == "number" or column in table.numbers)
        for column, kind in kinds.items()
        if column in table.properties or extra
    }
    objects: list[dict[str, Any]] = [{} for _ in range(len(rows))]
    rejected = []
    # Where a column that SMRT does not name claims the place of one that it does, SMRT's is set last and stands.
    for column, values in sorted(columns.items(), key=lambda item: item[0] in table.properties):
        *parents, leaf = table.properties.get(column, (column,))
        for row_id, row, value in zip(rows["id"], objects, values, strict=True):
            if value is None:
                continue
            if isinstance(value, float) and not math.isfinite(value):
                rejected.append((row_id, ".".join([*parents, leaf]), "not_a_number", str(value)))
                continue
            target = row
            for parent in parents:
                if not isinstance(target.get(parent), dict):
                    target[parent] = {}
                target = target[parent]
            target[leaf] = value
    texts = [json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for value in objects]
    return (
        pd.Series(texts, index=rows.index, dtype="str"),
        pd.DataFrame(rejected, columns=["key", "field", "reason", "shape"], dtype="str").assign(fingerprint=0),
    )


def _values(values: pd.Series[Any], kind: Kind, *, number: bool) -> list[Any]:
    """JSON values of a column, None for null."""
    if kind == "time":
        texts = values.dt.strftime("%Y-%m-%dT%H:%M:%S.%f").str.slice(stop=-3) + "Z"
        return [None if pd.isna(text) else text for text in texts]
    if kind in ("boolean", "integer"):
        return [None if pd.isna(value) else value for value in values.tolist()]
    if kind == "date":
        return [None if pd.isna(value) else value.isoformat() for value in values]
    texts = [None if pd.isna(value) else value for value in values]
    return [_number(text) for text in texts] if number else texts


def _number(text: str | None) -> Any:
    """A number as JSON has it, one that JSON has not (NaN, infinity) as a float; text that is none stays text."""
    if text is None:
        return None
    digits = canonical_number(text)
    if digits is not None:
        return json.loads(digits)
    try:
        value = float(text)
    except ValueError:
        return text
    return text if math.isfinite(value) else value
