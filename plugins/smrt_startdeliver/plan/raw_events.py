"""Which rows of an event table a run sends (semantics.md, Accepted rows, What a run sends)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.plan.fates import Fates
from smrt_startdeliver.rules import Epoch
from smrt_startdeliver.vocabulary import DERIVED_EVENTS, EventTable


def entity_of(table: EventTable) -> str:
    """What a table's rows are accounted under: the event's name; pages and screens have too many names."""
    return table.name or table.table


def candidates(
    rows: pd.DataFrame, table: EventTable, loaded: Interval, epochs: Sequence[Epoch], fates: Fates
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows loaded in the window that may be sent, and those rejected; all others have their fate noted.

    `rows`: one row an id, as `sql/extract/events.sql` gives them (id, user_id, time, loaded_at, reason, copies, …).
    The rejected rows still need theirs: a rejection is counted once, and only the memory knows.
    """
    rows = rows[rows["copies"] > 0]
    entity = entity_of(table)
    fates.add(entity, "extracted", rows["copies"].sum())
    fates.add(entity, "skipped", (rows["copies"] - 1).sum(), "duplicate")
    accepted = rows["reason"].isna()
    anonymous = rows["reason"] == "anonymous"
    fates.add(entity, "skipped", anonymous.sum(), "anonymous")
    elsewhen = accepted & ~within(rows["loaded_at"], loaded)
    fates.add(entity, "skipped", elsewhen.sum(), "loaded_at_another_time")
    selected = is_selected(rows, table, epochs)
    fates.add(entity, "skipped", (accepted & ~elsewhen & ~selected).sum(), "not_selected")
    return rows[accepted & ~elsewhen & selected], rows[~accepted & ~anonymous]


def is_selected(rows: pd.DataFrame, table: EventTable, epochs: Sequence[Epoch]) -> pd.Series[bool]:
    """Whether the settings in force when a row was loaded send events of its name."""
    selected = pd.Series(False, index=rows.index)
    for epoch in epochs:
        wanted = epoch.settings.events
        theirs = table.name in DERIVED_EVENTS
        if theirs and epoch.settings.derived_events == "derive":
            continue  # ours go in their place
        if wanted is None or entity_of(table) in wanted:
            selected |= within(rows["loaded_at"], epoch.interval)
    return selected


def within(times: pd.Series[pd.Timestamp], interval: Interval) -> pd.Series[bool]:
    """Whether each time lies in the half-open interval."""
    return (times >= interval.start) & (times < interval.end)
