"""Keeping what was rejected: each value is counted once, until it changes."""

from __future__ import annotations

import pandas as pd

from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.state.rejections import remember, unseen


def reject_values(job: Job, entity: str, rejections: pd.DataFrame) -> None:
    """Note values that were rejected while the rest of their record goes on: key, field, reason, shape, fingerprint.

    They are accounted under `<entity> values`, beside the records themselves.
    """
    if rejections.empty:
        return
    new = rejections[unseen(job.state, entity, rejections)]
    for reason, group in new.groupby("reason"):
        job.fates.add(f"{entity} values", "extracted", len(group))
        job.fates.add(f"{entity} values", "rejected", len(group), str(reason))
    keep(job, entity, new)


def reject_rows(job: Job, entity: str, rows: pd.DataFrame) -> None:
    """Give rejected rows (id, reason) their fate: rejected the first time, skipped when they are read again."""
    if rows.empty:
        return
    rejections = pd.DataFrame(
        {
            "key": rows["id"].fillna("(none)"),
            "field": pd.Series("", index=rows.index, dtype="str"),
            "reason": rows["reason"],
            "shape": pd.Series(None, index=rows.index, dtype="str"),
            "fingerprint": 0,
        }
    )
    new = unseen(job.state, entity, rejections) | rows["id"].isna()
    job.fates.add(entity, "skipped", int((~new).sum()), "already_rejected")
    for reason, count in rows.loc[new, "reason"].value_counts().items():
        job.fates.add(entity, "rejected", int(count), str(reason))
    keep(job, entity, rejections[new].drop_duplicates(["key", "field", "reason"]))


def keep(job: Job, entity: str, rejections: pd.DataFrame) -> None:
    """Remember rejections, unless the run is a dry one."""
    if not job.run.dry_run and not rejections.empty:
        remember(job.state, entity, job.run.number, rejections)
