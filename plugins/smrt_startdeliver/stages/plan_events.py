"""Choose the events that a run sends, and give every other row its fate."""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.mapping.paths import parse_path
from smrt_startdeliver.plan.derived_events import selected
from smrt_startdeliver.plan.properties import VALUE, property_texts
from smrt_startdeliver.plan.raw_events import candidates, entity_of, is_selected
from smrt_startdeliver.stages.audience_changes import entered_and_exited
from smrt_startdeliver.stages.columns import properties
from smrt_startdeliver.stages.datasets import (
    DERIVED_EVENTS,
    LET_THROUGH,
    OUTGOING_COLUMNS,
    OUTGOING_DERIVED,
    OUTGOING_RAW,
)
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.memory import known_events, left_open, unsent
from smrt_startdeliver.stages.outgoing import renew
from smrt_startdeliver.stages.rejecting import reject_rows, reject_values
from smrt_startdeliver.stages.sweep import turned_up_late
from smrt_startdeliver.vocabulary import EVENT_TABLES, UNNAMED_PAGE, EventTable


def plan_events(job: Job) -> None:
    """Stage `outgoing/derived` and `outgoing/raw`: what is to be sent, in no order yet."""
    derived, raw = job.staging.writer(OUTGOING_DERIVED), job.staging.writer(OUTGOING_RAW)
    if "events" not in job.run.entities:
        return
    for bucket in range(job.staging.buckets):
        derived.write(_derived(job, bucket))
        if job.run.settings.audience_events and job.run.syncs_users:  # else nobody's membership changes
            derived.write(_audience_events(job, bucket))
        for table in EVENT_TABLES:
            if table.table in job.catalog.tables:
                for chunk in job.staging.chunks(f"events/{table.table}", bucket):
                    raw.write(_raw(job, table, chunk))


def _derived(job: Job, bucket: int) -> pd.DataFrame:
    events = job.staging.read(DERIVED_EVENTS, bucket)
    if events is None:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in OUTGOING_COLUMNS})
    job.fates.add_each(events["name"], "extracted")
    events = unsent(job, events.assign(entity=events["name"]))
    events = _drop(job, events, ~selected(events, job.run.epochs), "not_selected")
    events = _drop(job, events, events["repeats"].astype("bool"), "already_lost")
    events = _drop(job, events, events["stale"].astype("bool"), "stale")
    return events.assign(
        type="track",
        at_path=pd.Series(None, index=events.index, dtype="str"),
        waited=_waited(job, events["time"]),
    )[OUTGOING_COLUMNS]


def _audience_events(job: Job, bucket: int) -> pd.DataFrame:
    events = entered_and_exited(job, job.staging.read(LET_THROUGH, bucket))
    job.fates.add_each(events["name"], "extracted")
    return unsent(job, events)


def _raw(job: Job, table: EventTable, rows: pd.DataFrame) -> pd.DataFrame:
    chosen, rejected = candidates(rows, table, job.run.loaded, job.run.epochs, job.fates)
    reject_rows(job, entity_of(table), rejected)
    sendable = rows[rows["reason"].isna() & is_selected(rows, table, job.run.epochs)]
    late = sendable[turned_up_late(job, sendable)]
    job.fates.add(entity_of(table), "extracted", len(late))
    chosen = pd.concat([chosen, late]).assign(entity=entity_of(table))
    known = known_events(job, chosen)
    opened, new = left_open(job, chosen, known), unsent(job, chosen, known)
    if len(opened):
        renew(job, _with_content(job, table, opened)[0])
    if new.empty:  # as often: of those whom a run looks at it reads ten years, and sends two hours
        return new
    going, unsendable = _with_content(job, table, new)
    reject_values(job, entity_of(table), unsendable)
    return going


def _with_content(job: Job, table: EventTable, events: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Events as they are staged for sending, and the values that were left out of them."""
    if table.name is None:
        name = events["name"].fillna(UNNAMED_PAGE)
    else:
        name = pd.Series(table.name, index=events.index, dtype="str")
    kinds = properties(job.catalog.columns(table.table), table, job.run.settings)
    texts, unsendable = property_texts(events, table, kinds, extra=job.run.settings.extra_properties)
    content = events.assign(
        name=name,
        type=table.type,
        properties=texts,
        at_path=_at_path(job, table, events),
        waited=_waited(job, events["loaded_at"]),
    )
    return content[OUTGOING_COLUMNS], unsendable


def _waited(job: Job, times: pd.Series[pd.Timestamp]) -> pd.Series[bool]:
    """What a run before had to send, and no time for."""
    until = job.run.deferred_until
    return times < until if until else pd.Series(False, index=times.index)


def _at_path(job: Job, table: EventTable, rows: pd.DataFrame) -> pd.Series[str]:
    """The value at `segment_override_matching_field`; '' where it is asked for and there is none."""
    setting = job.run.settings.segment_override_matching_field
    if setting is None:
        return pd.Series(None, index=rows.index, dtype="str")
    path = parse_path(setting)
    smrt_columns = {names: column for column, names in table.properties.items()}
    staged = {str(column).removeprefix(VALUE): column for column in rows}
    column = smrt_columns.get(path.names) or path.column(staged)
    if column not in staged:
        return pd.Series("", index=rows.index, dtype="str")
    return rows[staged[column]].astype("str").fillna("")


def _drop(job: Job, events: pd.DataFrame, dropped: pd.Series[bool], reason: str) -> pd.DataFrame:
    job.fates.add_each(events.loc[dropped, "name"], "skipped", reason)
    return events[~dropped]
