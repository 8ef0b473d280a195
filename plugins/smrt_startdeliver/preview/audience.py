"""An audience as it is now: its size, some members, and who would enter and leave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from smrt_startdeliver.engage.membership import Change, change_of, changes
from smrt_startdeliver.preview.rehearsal import Rehearsal, named
from smrt_startdeliver.stages.audiences import MEMBERSHIP
from smrt_startdeliver.state.declarations import synced_keys


@dataclass(frozen=True)
class AudiencePreview:
    """`customers` were judged; `held`: `guard_max_change` would hold this change back, were it a run's.

    members, entering, leaving: user ids, the first few in their order.
    """

    name: str
    key: str
    fields: list[str]
    customers: int
    change: Change
    held: bool
    members: list[str]
    entering: list[str]
    leaving: list[str]


def preview_audience(rehearsal: Rehearsal, name: str, shown: int) -> AudiencePreview:
    """The audience of a name or key, with `shown` user ids of each kind. Raises ConfigurationError, WarehouseError."""
    audience = named(name, rehearsal.declared.audiences, "audience")
    key = audience.key
    customers, change = 0, Change()
    members, changed = [], []
    with rehearsal.computed(audience) as frames:
        for frame in frames:
            known = rehearsal.state.frame_of_keys(
                "memberships", MEMBERSHIP, frame["user_id"], argument="user_ids", audiences=[key]
            )
            turned = changes(frame, known, [key])
            change.add(change_of(frame[key], turned))
            customers += len(frame)
            members.append(frame.loc[frame[key], "user_id"])
            changed.append(turned)
    turned = pd.concat(changed)
    guard = rehearsal.run.settings.guard_max_change
    return AudiencePreview(
        name=audience.name,
        key=key,
        fields=[mapping.field for mapping in rehearsal.lines_of(audience)],
        customers=customers,
        change=change,
        held=key in synced_keys(rehearsal.state) and change.is_too_large(guard),
        members=_first(members, shown),
        entering=_first([turned.loc[turned["member"], "user_id"]], shown),
        leaving=_first([turned.loc[~turned["member"], "user_id"]], shown),
    )


def _first(user_ids: Iterable[pd.Series[str]], shown: int) -> list[str]:
    return pd.concat(user_ids).sort_values().head(shown).tolist()
