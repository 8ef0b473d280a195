"""Fingerprints: what a record and a field looked like, without keeping what they were.

A record's fingerprint finds those that changed, vectorised over all columns; a field's says which fields to send.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

_NULL = "\0null"  # no text of a database holds this character


AtRest = Mapping[str, str | None]
"""Alias -> the value, if any, that says nothing where none was ever set: a count of 0, an audience's false."""

NOTHING_AT_REST: AtRest = MappingProxyType({})


def record_fingerprints(
    records: pd.DataFrame, columns: Sequence[str], at_rest: AtRest = NOTHING_AT_REST
) -> pd.Series[int]:
    """A 64-bit fingerprint a row over the named text columns, whatever their order; int64.

    `at_rest`: columns that leave no trace in it where they are null or have this value, as if they were not there.
    """
    total = np.zeros(len(records), dtype=np.uint64)
    for column in columns:
        name = np.uint64(int.from_bytes(hashlib.blake2b(column.encode(), digest_size=8).digest(), "little") | 1)
        values = records[column].fillna(_NULL).to_numpy(dtype=object)
        hashes = pd.util.hash_array(values) * name
        if column in at_rest:
            hashes[records[column].isna() | (records[column] == at_rest[column])] = 0
        total += hashes
    return pd.Series(total.view(np.int64), index=records.index, dtype="int64")


def field_fingerprint(value: str) -> str:
    """The fingerprint of one field's canonical text."""
    return hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
