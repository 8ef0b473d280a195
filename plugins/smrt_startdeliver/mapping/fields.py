"""Fields of records from payloads: values to match on, values to set, and what was rejected on the way.

Rules: startdeliver-api.md, The mapping document; semantics.md, Whom a record is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from smrt_startdeliver.derive.birthday_text import shape
from smrt_startdeliver.derive.birthdays import BROKEN_JSON
from smrt_startdeliver.mapping.casts import FieldType, cast
from smrt_startdeliver.mapping.document import FieldMapping
from smrt_startdeliver.mapping.number_text import canonical_number
from smrt_startdeliver.mapping.payload import UNKNOWN, Payloads

NO_MATCH_VALUE = "no_match_value"
LOSSY_MATCH = "lossy_match"

_LARGEST_EXACT = 2**53
_REJECTIONS = {"key": "str", "field": "str", "reason": "str", "shape": "str", "fingerprint": "int64"}


@dataclass(frozen=True)
class MatchValues:
    """What records are matched on: a value or a reason a row, never both, with the rows' index.

    mapping: the field; None where the warehouse has no column for it, or the document no such field.
    values: canonical text. reasons: `no_match_value`, or `lossy_match` where a number would not be the text it came
    from. sources: the texts as they stand in the warehouse.
    """

    mapping: FieldMapping | None
    values: pd.Series[str]
    reasons: pd.Series[str]
    sources: pd.Series[str]

    @property
    def lossy(self) -> pd.Series[str]:
        """The reasons of the values that do not survive the cast; null elsewhere."""
        return self.reasons.where(self.reasons == LOSSY_MATCH)


def match_values(payloads: Payloads, mapping: FieldMapping | None, zone: ZoneInfo) -> MatchValues:
    """The values of a field that records are matched on."""
    found = payloads.find(mapping.path) if mapping else None
    if mapping is None or found is None:
        nothing = pd.Series(None, index=payloads.rows.index, dtype="str")
        return MatchValues(None, nothing, nothing.fillna(NO_MATCH_VALUE), nothing)
    texts = cast(found.values, found.kind, "text", zone).values
    values = texts
    if mapping.type == "number":
        numbers = cast(found.values, found.kind, "number", zone).values
        values = numbers.where((numbers == texts) & numbers.map(_is_exact, na_action="ignore").eq(True))
    reasons = pd.Series(LOSSY_MATCH, index=values.index, dtype="str").where(texts.notna(), NO_MATCH_VALUE)
    return MatchValues(mapping, values, reasons.mask(values.notna()), texts)


def _is_exact(number: str) -> bool:
    """Whether a receiver that holds numbers as doubles has the same number."""
    return abs(Decimal(number)) <= _LARGEST_EXACT and canonical_number(repr(float(number))) == number


class FieldColumns:
    """One column of canonical text a field that can be filled, and the values that were rejected.

    columns: alias -> str; null is null, UNKNOWN is a rejected value or one that is not known.
    types: alias -> type, of the same fields.
    """

    def __init__(self, payloads: Payloads, keys: pd.Series[str], zone: ZoneInfo) -> None:
        self._payloads = payloads
        self._keys = keys
        self._zone = zone
        self.columns: dict[str, pd.Series[str]] = {}
        self.types: dict[str, FieldType] = {}
        self._rejections: list[pd.DataFrame] = []

    def add(self, mappings: Iterable[FieldMapping]) -> None:
        """Add the mapped fields that have none yet; none for a field whose source the warehouse does not have."""
        for mapping in mappings:
            found = self._payloads.find(mapping.path)
            if found is None or mapping.field in self.columns:
                continue
            result = cast(_masked(found.values, found.unknown | found.broken), found.kind, mapping.type, self._zone)
            reasons = _masked(result.reasons, found.broken, BROKEN_JSON)
            self._set(mapping, _masked(result.values, found.unknown, UNKNOWN), reasons, found.values)

    def add_match(self, match: MatchValues) -> None:
        """Add the field that records are matched on, so that creating a record fills it."""
        if match.mapping:
            self._set(match.mapping, match.values, match.lossy, match.sources)

    def rejections_of(self, kept: pd.Series[bool]) -> list[pd.DataFrame]:
        """The rejected values of the rows that are kept, as `rejected` gives them."""
        return [rejections[kept.loc[rejections.index]] for rejections in self._rejections]

    def _set(
        self, mapping: FieldMapping, values: pd.Series[str], reasons: pd.Series[str], sources: pd.Series[Any]
    ) -> None:
        self.types[mapping.field] = mapping.type
        is_rejected = reasons.notna()
        self.columns[mapping.field] = _masked(values, is_rejected, UNKNOWN)
        if is_rejected.any():
            self._rejections.append(rejected(self._keys, mapping.field, reasons, sources))


def _masked(values: pd.Series[Any], where: pd.Series[bool], other: str | None = None) -> pd.Series[Any]:
    """`Series.mask`, which copies a column also where nothing is to be masked: of most columns, that is."""
    return values.mask(where, other) if where.any() else values


def rejected(keys: pd.Series[str], field: str | None, reasons: pd.Series[str], sources: pd.Series[Any]) -> pd.DataFrame:
    """A row for each reason that is not null: key, field, reason, shape (str), fingerprint (int64, of the source text).

    The shape of a value says how it looks, never what it says.
    """
    rows = reasons.notna()
    texts = sources[rows].astype("str")
    return pd.DataFrame(
        {
            "key": keys[rows],
            "field": pd.Series(field, index=texts.index, dtype="str"),
            "reason": reasons[rows],
            "shape": texts.map(shape, na_action="ignore").astype("str"),
            "fingerprint": pd.util.hash_array(texts.fillna("").to_numpy(dtype=object)).view(np.int64),
        }
    )


def all_rejected(rejections: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rejections in one frame, also where there are none."""
    nothing = pd.DataFrame(columns=list(_REJECTIONS)).astype(_REJECTIONS)
    return pd.concat([nothing, *rejections], ignore_index=True).astype(_REJECTIONS)
