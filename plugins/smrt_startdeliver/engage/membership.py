"""Who entered and who left an audience, and whether that is too large a change to be meant (declarations.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

FEW = 20
"""An audience of fewer may change as it likes."""


@dataclass
class Change:
    """How an audience changes in one run: its members before and now, and those of them who entered and who left."""

    before: int = 0
    now: int = 0
    entered: int = 0
    left: int = 0

    def add(self, other: Change) -> None:
        """Count the customers of another part, too."""
        self.before += other.before
        self.now += other.now
        self.entered += other.entered
        self.left += other.left

    def is_too_large(self, share: float) -> bool:
        """`guard_max_change`: of an audience of 20 or more, before or now, beyond the share of those before."""
        return max(self.before, self.now) >= FEW and self.entered + self.left > share * self.before


def changes(computed: pd.DataFrame, memberships: pd.DataFrame, audiences: Sequence[str]) -> pd.DataFrame:
    """Who entered or left: user_id, audience (str), member (bool), change (int64).

    `computed`: user_id, and a bool column an audience by its key; `memberships`: user_id, audience, member, change, of
    those who are or were in one. `change` is the number of the change, from 1 on.
    """
    found = []
    for audience in audiences:
        known = memberships[memberships["audience"] == audience].set_index("user_id")
        before = known["member"].reindex(computed["user_id"], fill_value=False).to_numpy()
        number = known["change"].reindex(computed["user_id"], fill_value=0).to_numpy()
        changed = computed[audience].to_numpy() != before
        found.append(
            pd.DataFrame(
                {
                    "user_id": computed.loc[changed, "user_id"],
                    "audience": pd.Series(audience, index=computed.index[changed], dtype="str"),
                    "member": computed.loc[changed, audience],
                    "change": number[changed] + 1,
                }
            )
        )
    return pd.concat(found, ignore_index=True) if found else no_changes()


def change_of(now: pd.Series[bool], changed: pd.DataFrame) -> Change:
    """The change of one audience: its members among some customers, and its rows of `changes`."""
    entered = int(changed["member"].sum())
    left = len(changed) - entered
    members = int(now.sum())
    return Change(before=members - entered + left, now=members, entered=entered, left=left)


def as_before(computed: pd.DataFrame, changed: pd.DataFrame, audience: str) -> pd.Series[bool]:
    """Who was in an audience before its `changes`."""
    turned = computed["user_id"].isin(changed.loc[changed["audience"] == audience, "user_id"])
    return computed[audience] ^ turned


def no_changes() -> pd.DataFrame:
    """`changes` of nobody."""
    return pd.DataFrame({"user_id": [], "audience": [], "member": [], "change": []}).astype(
        {"user_id": "str", "audience": "str", "member": "bool", "change": "int64"}
    )
