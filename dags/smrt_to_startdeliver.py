"""
### SMRT to Startdeliver

Every two hours: what changed about a dry cleaner's customers in the warehouse, said in Startdeliver's words, once.

1. **open_run** checks settings, mapping document, warehouse, API key and every custom field, before it writes.
2. **extract** reads every SMRT table once, in chunks.
3. **derive** finds visits, lapses, birthdays and traits.
4. **plan** compares what is wanted with what was acknowledged.
5. **guard** stops a run whose change is too large to be meant, before anything is written; `force` lets it go on.
6. **load_customers**, **load_users**, **load_events** send the difference, in this order.
7. **report** sees that every row has a fate and that the fates add up; **close_run** clears up, whatever
   happened, and tells what changed.

A scheduled run starts where the last successful one ended, so nothing is lost while the scheduler is off. A rerun is
always safe: what was acknowledged is not sent again. *Trigger* it with `since` and `until` to send a stretch of
history, with `dry_run` to see what it would do.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, chain, dag, task

ENTITIES = ["customers", "users", "events"]

PARAMS = {
    "since": Param(
        None,
        type=["null", "string"],
        format="date-time",
        title="Since",
        description_md="Send what was loaded from here on, instead of since the last run. Without look-back.",
        section="Window",
    ),
    "until": Param(
        None,
        type=["null", "string"],
        format="date-time",
        title="Until",
        description_md="… and before this moment, instead of the end of the data interval. It is the run's clock.",
        section="Window",
    ),
    "dry_run": Param(
        False,
        type="boolean",
        title="Dry run",
        description_md="Plan and report; write nothing to Startdeliver, and nothing to the memory of what was sent.",
    ),
    "full_resync": Param(
        False,
        type="boolean",
        title="Full resync",
        description_md="Send customers and users whether changed or not. Events are never repeated.",
    ),
    "force": Param(
        False,
        type="boolean",
        title="Force",
        description_md="Go on where a guard would stop the run, and create customers whose key changed: it is meant.",
    ),
    "entities": Param(
        ENTITIES,
        type="array",
        items={"type": "string", "enum": ENTITIES},
        minItems=1,
        uniqueItems=True,
        examples=ENTITIES,
        title="Entities",
        description_md="What to send. A run without all three does not move the point where the next one starts.",
    ),
}


@dag(
    dag_id="smrt_to_startdeliver",
    dag_display_name="SMRT to Startdeliver",
    description="Loads what changed in SMRT's warehouse into Startdeliver: customers, users, events.",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 */2 * * *", timezone="UTC", interval=timedelta(hours=2)),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    params=PARAMS,
    tags=["smrt", "startdeliver", "reverse-etl"],
    default_args={"owner": "customer-success", "retries": 2, "retry_delay": timedelta(minutes=2)},
)
def smrt_to_startdeliver() -> None:
    """Wiring alone: what each task does is in `smrt_startdeliver.stages`, imported when it runs."""

    @task(retries=0)  # what it checks is for a person to mend: say so at once
    def open_run(**context: Any) -> dict[str, Any]:
        """Check everything, decide the window."""
        from smrt_startdeliver.stages import airflow_run

        return airflow_run.open_run(context)

    def stage(name: str) -> Any:
        @task(task_id=name)
        def run_stage(ticket: dict[str, Any]) -> Any:
            from smrt_startdeliver.stages import airflow_run

            return airflow_run.run_stage(name, ticket)

        return run_stage

    @task(trigger_rule="all_done")
    def close_run(ticket: dict[str, Any] | None, **context: Any) -> None:
        """Remove what was staged; a run that did not succeed is marked as failed; tell what changed."""
        from smrt_startdeliver.stages import airflow_run

        airflow_run.close_run(ticket, context)

    ticket = open_run()
    stages = [
        stage(name)(ticket)
        for name in (
            "extract",
            "derive",
            "plan",
            "guard",
            "load_customers",
            "load_users",
            "load_events",
            "report",
        )
    ]
    chain(*stages, close_run(ticket).as_teardown(setups=ticket))


smrt_to_startdeliver()
