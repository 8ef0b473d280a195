"""Audience Entered and Audience Exited (semantics.md, Computed traits and audiences; `audience_events`)."""

from __future__ import annotations

import json
from datetime import datetime

import pandas as pd

from smrt_startdeliver.derive.ids import derived_ids
from smrt_startdeliver.vocabulary import AUDIENCE_ENTERED, AUDIENCE_EXITED


def audience_events(changes: pd.DataFrame, end: datetime) -> pd.DataFrame:
    """An event a change (user_id, audience, member, change): id, user_id, name, time (`end`, UTC), properties (JSON).

    Its id is made of name, user and `<audience key>:<number of the change>`. As Segment's, it names the audience and
    says under its key whether the customer is in it.
    """
    names = changes["member"].map({True: AUDIENCE_ENTERED, False: AUDIENCE_EXITED}).astype("str")
    keys = changes["audience"] + ":" + changes["change"].astype("str")
    properties = {
        (audience, member): json.dumps({"audience_key": audience, audience: member}, separators=(",", ":"))
        for audience in changes["audience"].unique()
        for member in (True, False)
    }
    ids = pd.Series(index=changes.index, dtype="str")
    for name in (AUDIENCE_ENTERED, AUDIENCE_EXITED):
        of_name = names == name
        ids[of_name] = derived_ids(name, changes.loc[of_name, "user_id"], keys[of_name])
    texts = [properties[pair] for pair in zip(changes["audience"], changes["member"], strict=True)]
    return pd.DataFrame(
        {
            "id": ids,
            "user_id": changes["user_id"],
            "name": names,
            "time": pd.Series(pd.Timestamp(end), index=changes.index).astype("datetime64[us, UTC]"),
            "properties": pd.Series(texts, index=changes.index, dtype="str"),
        }
    )
