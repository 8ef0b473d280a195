"""Report: see that the fates of all rows add up, and say what the run did."""

from __future__ import annotations

import logging
from collections import defaultdict

from smrt_startdeliver.stages.audiences import AUDIENCE
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.stages.keeping import keep_customers
from smrt_startdeliver.state.accounts import check_run
from smrt_startdeliver.state.runs import close_run

log = logging.getLogger(__name__)

TRIED_IN_RUNS = 5
TRIED_FOR_DAYS = 14
"""What Startdeliver refuses is tried again in so many further runs, and for so many days, whichever ends first."""


def report(job: Job) -> dict[str, dict[str, int]]:
    """Close the run as a success; its fates by entity, counts alone. Raises AccountingError where sums do not meet."""
    check_run(job.state, job.run.number)
    summary: dict[str, dict[str, int]] = defaultdict(dict)
    for row in job.state.rows("accounts", run=job.run.number):
        fate = f"{row['fate']}: {row['reason']}" if row["reason"] else row["fate"]
        summary[row["entity"]][fate] = int(row["rows"])
    for entity, fates in summary.items():
        log.info("%s: %s", entity, ", ".join(f"{fate} {rows:,}" for fate, rows in fates.items()))
    summary |= _audiences(job)
    if not job.run.dry_run:
        _park(job)
    with job.state.transaction():
        keep_customers(job)
        close_run(job.state, job.run.number, "success")
    return dict(summary)


def _audiences(job: Job) -> dict[str, dict[str, int]]:
    """How each audience changed, by `audience <key>`."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in job.state.rows("measures", run=job.run.number):
        if row["name"].startswith(f"{AUDIENCE} "):
            _, key, what = row["name"].split(" ")
            found[f"{AUDIENCE} {key}"][what] = int(row["value"])
    for name, counts in found.items():
        log.info("%s: %s", name, ", ".join(f"{what} {rows:,}" for what, rows in counts.items()))
    return found


def _park(job: Job) -> None:
    parked = job.state.rows("park", run=job.run.number, runs=TRIED_IN_RUNS, days=TRIED_FOR_DAYS)
    if parked:
        log.warning(
            "%s refused too often are parked: see them with `python -m smrt_startdeliver rejected --parked`, mend what "
            "their reasons say, and `release` them",
            f"{len(parked):,}",
        )
