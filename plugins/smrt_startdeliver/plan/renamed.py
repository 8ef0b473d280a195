"""Accounts that may have changed their key: of one object in Startdeliver a second one would be made. Pure."""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.mapping.records import UNKNOWN
from smrt_startdeliver.plan.vanished import Hashes, is_among


def moved(wanted: pd.DataFrame, remembered: pd.DataFrame) -> pd.DataFrame:
    """From which customer to which users have moved: old, new (str), each pair once.

    Both frames: key (of the user) and customer_key; what is not known of a user's customer says nothing.
    """
    both = wanted.merge(remembered, on="key", suffixes=("", "_before"))
    new, old = both["customer_key"], both["customer_key_before"]
    pairs = both[new.notna() & (new != UNKNOWN) & (new != old)]
    return pairs[["customer_key_before", "customer_key"]].set_axis(["old", "new"], axis=1).drop_duplicates()


def renamed(pairs: pd.DataFrame, named: Hashes, tied: pd.DataFrame) -> pd.DataFrame:
    """Of pairs of customers (old, new), those that may be one that changed its key: old, new, created_here (bool).

    The old one is tied to Startdeliver and no user names it any more; the new one is not tied. `named`: the hashes of
    the keys that users name; `tied`: key and created_here, of those customers that are tied.
    """
    abandoned = ~is_among(pairs["old"], named) & pairs["old"].isin(tied["key"])
    found = pairs[abandoned & ~pairs["new"].isin(tied["key"])].drop_duplicates("new")
    return found.merge(tied.rename(columns={"key": "old"}), on="old")[["old", "new", "created_here"]]
