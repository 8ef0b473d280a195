"""Report: see that the fates of all rows add up, and say what the run did."""

from __future__ import annotations

import logging
from collections import defaultdict

from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.state.accounts import check_run
from smrt_startdeliver.state.runs import close_run

log = logging.getLogger(__name__)


def report(job: Job) -> dict[str, dict[str, int]]:
    """Close the run as a success; its fates by entity, counts alone. Raises AccountingError where sums do not meet."""
    check_run(job.state, job.run.number)
    summary: dict[str, dict[str, int]] = defaultdict(dict)
    for row in job.state.rows("accounts", run=job.run.number):
        fate = f"{row['fate']}: {row['reason']}" if row["reason"] else row["fate"]
        summary[row["entity"]][fate] = int(row["rows"])
    for entity, fates in summary.items():
        log.info("%s: %s", entity, ", ".join(f"{fate} {rows:,}" for fate, rows in fates.items()))
    close_run(job.state, job.run.number, "success")
    return dict(summary)
