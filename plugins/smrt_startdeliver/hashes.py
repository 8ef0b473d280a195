"""Hashes of texts, the same in every process and version: buckets and fingerprints that are kept are made of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa


def text_hashes(texts: pd.Series[str]) -> npt.NDArray[np.uint64]:
    """The 64 bits that pandas hashes each text to; no null may be among them.

    Each different text is hashed once, and Arrow finds which are: as objects of Python's all of them would be made.
    """
    whole = pa.Table.from_pandas(texts.to_frame("text"), preserve_index=False)["text"].combine_chunks()
    encoded: Any = whole.dictionary_encode()
    different = encoded.dictionary.to_numpy(zero_copy_only=False)
    hashes: npt.NDArray[np.uint64] = pd.util.hash_array(different, categorize=False)[encoded.indices.to_numpy()]
    return hashes
