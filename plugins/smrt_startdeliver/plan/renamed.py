"""Accounts that may have changed their key: of one object in Startdeliver a second one would be made. Pure."""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.mapping.records import UNKNOWN
from smrt_startdeliver.plan.vanished import Hashes, is_among


def moved(wanted: pd.DataFrame, remembered: pd.DataFrame) -> pd.DataFrame:
    """From which customer to which users have moved: old, new (str), each pair once.

    Both frames: key (of the user) and customer_key (str); what is not known of a user's customer says nothing.
    """
    both = wanted.merge(remembered, on="key", suffixes=("", "_before"))
    new, old = both["customer_key"], both["customer_key_before"]
    pairs = both[new.notna() & (new != UNKNOWN) & (new != old)]
    return pairs[["customer_key_before", "customer_key"]].set_axis(["old", "new"], axis=1).drop_duplicates()


def named(wanted: pd.DataFrame, remembered: pd.DataFrame) -> pd.Series[str]:
    """The customers that users belong to; who is said nothing of still belongs to the one that is remembered."""
    before = wanted["key"].map(remembered.set_index("key")["customer_key"]).astype("str")
    return wanted["customer_key"].mask(wanted["customer_key"] == UNKNOWN, before).dropna()


def from_tied_to_untied(pairs: pd.DataFrame, tied: pd.DataFrame) -> pd.DataFrame:
    """Of pairs of customers (old, new) those of which Startdeliver has the old one alone.

    `tied`: key and vanished (bool), of the customers that are tied to Startdeliver. One that had vanished was given up.
    """
    there = tied.loc[~tied["vanished"], "key"]
    return pairs[pairs["old"].isin(there) & ~pairs["new"].isin(tied["key"])]


def renamed(pairs: pd.DataFrame, every_named: Hashes) -> pd.DataFrame:
    """Of those the ones that may be one customer that changed its key: no user names the old one any more."""
    return pairs[~is_among(pairs["old"], every_named)].drop_duplicates(ignore_index=True)
