"""
### SMRT to Startdeliver: watch

Every hour it sees whether the notifiers that `settings.yaml` names have something to tell:

- that no run of `smrt_to_startdeliver` has succeeded for `notify_no_success_hours`, whether runs fail, hang or wait, or
  that DAG is paused;
- what could not be told at the end of a run, as a notifier failed.

It reads the pipeline's memory alone, and does nothing where no notifier is named. If no worker takes its task within
half an hour, Airflow's deadline alert has the triggerer look instead. It is not paused when it is new, so that it also
watches over a pipeline that nobody has unpaused again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import AsyncCallback, CronTriggerTimetable, DeadlineAlert, DeadlineReference, dag, task

WATCH = """
Tells what is due, through the notifiers that `settings.yaml` names.

**If it fails**, the memory cannot be read, or `settings.yaml` is wrong: the last line of the log says which, and what
to do. The next try, or the next hour, looks again; nothing that is due is lost.
"""


@dag(
    dag_id="smrt_to_startdeliver_watch",
    dag_display_name="SMRT to Startdeliver: watch",
    description="Tells, once, that no run has succeeded for too long, and what could not be told before.",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("15 * * * *", timezone="UTC", interval=timedelta(hours=1)),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    dagrun_timeout=timedelta(minutes=45),  # one that waits for a worker makes room for the next, with its own deadline
    deadline=DeadlineAlert(
        name="no worker took the task",
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=30),
        callback=AsyncCallback("smrt_startdeliver.alerts.deadline.watch"),
    ),
    tags=["smrt", "startdeliver"],
    owner_links={"customer-success": "https://app.startdeliver.com/"},
    default_args={"owner": "customer-success", "retries": 2, "retry_delay": timedelta(minutes=2)},
)
def smrt_to_startdeliver_watch() -> None:
    """Wiring alone: what the task does is in `smrt_startdeliver.stages`, imported when it runs."""

    @task(doc_md=WATCH)
    def watch(**context: Any) -> None:
        """Tell what is due."""
        from smrt_startdeliver.stages import airflow_run

        airflow_run.watch(context)

    watch()


smrt_to_startdeliver_watch()
