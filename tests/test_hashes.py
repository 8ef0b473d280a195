"""Hashes of texts: what was kept under those of pandas stays what it is."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from smrt_startdeliver.hashes import text_hashes


@given(st.lists(st.text()), st.lists(st.sampled_from(["", "a", "ü", "\0null"])))
def test_each_text_has_the_hash_that_pandas_gives_it(some: list[str], others: list[str]) -> None:
    texts = pd.concat([pd.Series(some, dtype="str"), pd.Series(others, dtype="str")])
    assert text_hashes(texts).tolist() == pd.util.hash_array(texts.to_numpy(dtype=object)).tolist()
