"""Fingerprints: what a record and a field looked like, without keeping what they were.

A record's fingerprint finds those that changed, vectorised over all columns; a field's says which fields to send.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from smrt_startdeliver.hashes import text_hashes

_NULL = "\0null"  # no text of a database holds this character


def record_fingerprints(records: pd.DataFrame, columns: Sequence[str]) -> pd.Series[int]:
    """A 64-bit fingerprint a row over the named text columns, whatever their order; int64."""
    total = np.zeros(len(records), dtype=np.uint64)
    for column in columns:
        name = np.uint64(int.from_bytes(hashlib.blake2b(column.encode(), digest_size=8).digest(), "little") | 1)
        total += text_hashes(records[column].fillna(_NULL)) * name
    return pd.Series(total.view(np.int64), index=records.index, dtype="int64")


def field_fingerprint(value: str) -> str:
    """The fingerprint of one field's canonical text."""
    return hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
