"""Whom a record is: match values that more than one record claims (semantics.md, Whom a record is)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from smrt_startdeliver.plan.fingerprints import record_fingerprints


def match_fingerprints(records: pd.DataFrame) -> pd.Series[int]:
    """A fingerprint of what each record matches on: match_field and match_value; int64."""
    return record_fingerprints(records, ["match_field", "match_value"])


def shared_matches(fingerprints: Sequence[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """The fingerprints that occur more than once in all chunks together."""
    distinct, counts = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *fingerprints]), return_counts=True)
    return distinct[counts > 1]
