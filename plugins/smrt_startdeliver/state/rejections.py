"""What was rejected and why: remembered, so that each is reported once until its value changes."""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.cells import as_rows
from smrt_startdeliver.state.database import State

COLUMNS = ["key", "field", "reason", "shape", "fingerprint"]


def unseen(state: State, entity: str, rejections: pd.DataFrame) -> pd.Series[bool]:
    """Which of these rejections (key, field, reason, fingerprint) are not remembered as they are."""
    known = state.frame_of_keys(
        "rejections",
        {"key": "str", "field": "str", "reason": "str", "fingerprint": "int64"},
        rejections["key"].unique(),
        entity=entity,
    )
    merged = rejections[["key", "field", "reason", "fingerprint"]].merge(
        known.assign(seen=True), on=["key", "field", "reason", "fingerprint"], how="left"
    )
    return pd.Series(merged["seen"].isna().to_numpy(), index=rejections.index)


def remember(state: State, entity: str, run: int, rejections: pd.DataFrame) -> None:
    """Remember rejections: key, field ('' for the whole record), reason, shape (never the value), fingerprint."""
    rows = as_rows(rejections[COLUMNS])
    state.write("remember_rejections", [{"entity": entity, "run": run, **row} for row in rows])
