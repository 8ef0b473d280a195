"""When the clock alone next changes what is declared of a customer (see `derive.due`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pandas as pd

from smrt_startdeliver.engage.conditions import DAYS, EventCondition, TraitCondition, Where
from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.engage.occurrences import Events
from smrt_startdeliver.engage.references import conditions_of


def due_by_windows(declared: Declared, events: Mapping[str, Events], end: datetime) -> pd.DataFrame:
    """When an event enters or leaves a window that a declaration looks at: user_id, due.

    An event of `t` is in `[end - d x 24 h, end)` until a run ends after `t + d x 24 h`.
    """
    dues = [pd.DataFrame({"user_id": pd.Series(dtype="str"), "due": pd.Series(dtype="datetime64[us, UTC]")})]
    for name, edges in _edges(declared).items():
        if name in events:
            rows = events[name].rows
            for days in sorted(edges):
                window = timedelta(days=days)
                inside = rows["time"] >= end - window
                dues.append(
                    pd.DataFrame({"user_id": rows.loc[inside, "user_id"], "due": rows.loc[inside, "time"] + window})
                )
    return pd.concat(dues, ignore_index=True)


def asks_for_days(declared: Declared) -> bool:
    """Whether a declaration compares with today (`within_last_days`, `within_next_days`): then each day is another."""
    comparisons: list[Where | TraitCondition] = [where for trait in declared.traits for where in trait.where]
    for audience in declared.audiences:
        for condition, _ in conditions_of(audience):
            if isinstance(condition, EventCondition):
                comparisons += condition.where
            elif isinstance(condition, TraitCondition):
                comparisons.append(condition)
    return any(comparison.op in DAYS for comparison in comparisons)


def _edges(declared: Declared) -> dict[str, set[int]]:
    """How many days back the windows on each event begin and end."""
    edges: dict[str, set[int]] = {}
    for trait in declared.traits:
        if trait.window_days is not None:
            edges.setdefault(trait.event, set()).add(trait.window_days)
    for audience in declared.audiences:
        for condition, _ in conditions_of(audience):
            if isinstance(condition, EventCondition):
                within = () if condition.within_days is None else (condition.within_days,)
                edges.setdefault(condition.event, set()).update(within, condition.between_days or ())
    return edges
