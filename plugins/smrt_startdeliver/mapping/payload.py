"""What stands at a path of the payload that a row of `users` or `groups` once was.

Rules: startdeliver-api.md, The mapping document; warehouse.md, SMRT's traits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from smrt_startdeliver.derive.custom_fields import field_values
from smrt_startdeliver.mapping.casts import Kind, cast
from smrt_startdeliver.mapping.json_texts import json_texts, object_texts
from smrt_startdeliver.mapping.paths import CUSTOM_FIELDS, PayloadPath
from smrt_startdeliver.vocabulary import DERIVED_TRAITS, SMRT_TRAITS, snake_case

UNKNOWN = "\0unknown"
"""Stands in the place of a text where a value is not known: nothing is said of it. No text of a database holds it."""

DERIVED_PREFIX = "derived."
"""Begins the names of the columns that hold derived traits, as no column of a warehouse does (`derived.isLost`)."""

COMPUTED_PREFIX = "computed."
"""Begins the names of the columns that hold computed traits and audiences, by their keys (`computed.at_risk`)."""

_JSON_COLUMN = "custom_fields"
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Found:
    """The values at a path: one a row, with the rows' index, all of one kind; `broken` marks what is no JSON."""

    values: pd.Series[Any]
    kind: Kind
    broken: pd.Series[bool]

    @property
    def unknown(self) -> pd.Series[bool]:
        """Which values are not known; only texts can say so."""
        return self.values.eq(UNKNOWN) if self.kind == "text" else pd.Series(False, index=self.values.index)


@dataclass(frozen=True)
class Payloads:
    """Rows of `users` or `groups` as payloads. `kinds` says what a column holds; where it does not, the dtype does."""

    rows: pd.DataFrame
    kinds: Mapping[str, Kind]

    def find(self, path: PayloadPath) -> Found | None:
        """The values at a path; None where the warehouse has no column for it, so that nothing is known of it.

        The whole of `traits.address`, `traits.accountDiscount` and `traits.customFields` is compact JSON, null where
        it would be empty.
        """
        if path.root == "properties":  # Identify and Group calls have none
            return None
        column = path.column(self.rows.columns)
        if path.custom_field is not None:
            return self._custom_field(path.custom_field) if column or _JSON_COLUMN in self.rows else None
        if column is None:
            return self._object(self._leaves(path)) if path.names else None
        if path.names == (CUSTOM_FIELDS,):
            return self._json(column)
        return self._found(self.rows[column], self._kind(column))

    def _found(self, values: pd.Series[Any], kind: Kind = "text") -> Found:
        return Found(values, kind, pd.Series(False, index=values.index))

    def _kind(self, column: str) -> Kind:
        return self.kinds.get(column) or kind_of_values(self.rows[column])

    def _custom_field(self, name: str) -> Found:
        """The first value of a custom field in each row."""
        row = pd.Series(range(len(self.rows)), index=self.rows.index).astype("str")
        held = field_values(self.rows.assign(user_id=row), name).drop_duplicates("user_id").set_index("user_id")
        return Found(row.map(held["text"]), "text", row.map(held["is_broken"]).eq(True))

    def _json(self, column: str) -> Found:
        texts = self.rows[column].astype("str")
        compact = {text: _compact_json(text) for text in texts.dropna().unique()}
        broken = texts.isin([text for text, result in compact.items() if result is None])
        return Found(texts.where(broken, texts.map(compact)), "text", broken)

    def _leaves(self, path: PayloadPath) -> dict[str, str]:
        """The columns that an object at the path was flattened into, by their names in it."""
        if path.names == (CUSTOM_FIELDS,):
            prefix = _JSON_COLUMN + "_"
            columns = self.rows.columns.astype("str")
            return {column.removeprefix(prefix): column for column in columns if column.startswith(prefix)}
        return {
            names[-1]: column
            for column, names in SMRT_TRAITS.items()
            if names[:-1] == path.names and column in self.rows
        }

    def _object(self, leaves: Mapping[str, str]) -> Found | None:
        """Columns as one object; what is null, or no number in a column of numbers, is left out of it."""
        if not leaves:
            return None
        members = {}
        for name, column in leaves.items():
            kind = self._kind(column)
            texts = cast(self.rows[column], kind, "text", _UTC).values
            plain = kind in ("number", "integer", "boolean")
            members[name] = texts.astype("str") if plain else json_texts(texts, "text")
        return self._found(object_texts(members, self.rows.index))


def user_payloads(users: pd.DataFrame, kinds: Mapping[str, Kind]) -> Payloads:
    """Rows of `users` as payloads, with derived and computed traits in the place of columns of those names.

    A derived trait whose column is missing is unknown, whatever SMRT says of it; so is a demographic that is null.
    """
    columns = map(str, users)
    computed = {name: name.removeprefix(COMPUTED_PREFIX) for name in columns if name.startswith(COMPUTED_PREFIX)}
    smrt_own = [*(snake_case(trait) for trait in DERIVED_TRAITS), *computed.values()]
    rows = users.drop(columns=smrt_own, errors="ignore")
    rows = rows.rename(columns={DERIVED_PREFIX + trait: snake_case(trait) for trait in DERIVED_TRAITS} | computed)
    if "demographic" in rows:
        rows["demographic"] = rows["demographic"].astype("str").fillna(UNKNOWN)
    return Payloads(rows, {column: kind for column, kind in kinds.items() if column not in smrt_own})


def kind_of_values(column: pd.Series[Any]) -> Kind:
    """What a column holds, by its dtype."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return "boolean"
    if pd.api.types.is_integer_dtype(column.dtype):
        return "integer"
    if pd.api.types.is_float_dtype(column.dtype):
        return "number"
    return "time" if isinstance(column.dtype, pd.DatetimeTZDtype) else "text"


def _compact_json(text: str) -> str | None:
    """A JSON text without needless space, empty where it holds nothing; None where it is broken."""
    try:
        document = json.loads(text or "null")
        compact = _COMPACT.encode(document) if document else ""
    except (ValueError, RecursionError):
        return None
    return compact.encode(errors="replace").decode()  # half a surrogate pair is JSON, but no text that can be sent
