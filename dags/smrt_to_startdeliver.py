"""
### SMRT to Startdeliver

Every two hours: what changed about a dry cleaner's customers in the warehouse, said in Startdeliver's words, once.

1. **open_run** checks settings, mapping document, warehouse, API key and every custom field, before it writes.
2. **extract** finds out who may have moved since the last run, and reads their rows in chunks; once a day everybody's.
3. **derive** finds visits, lapses, birthdays and traits.
4. **plan** compares what is wanted with what was acknowledged.
5. **guard** stops a run whose change is too large to be meant, before anything is written; `force` lets it go on.
6. **load_customers**, **load_users**, **load_events** send the difference, in this order.
7. **report** sees that every row has a fate and that the fates add up; **close_run** clears up, whatever
   happened, and tells what changed.

A scheduled run starts where the last successful one ended, so nothing is lost while the scheduler is off. A rerun is
always safe: what was acknowledged is not sent again. *Trigger* it with `since` and `until` to send a stretch of
history, with `dry_run` to see what it would do: task **report** has a link to what it found.

Each task's documentation says what to do when it fails. A run that succeeded and sent something updates the assets
`startdeliver_customers`, `startdeliver_users` and `startdeliver_events`; other DAGs can be scheduled on them.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from airflow.sdk import (
    Asset,
    AssetAlias,
    AssetOrTimeSchedule,
    BaseOperatorLink,
    CronTriggerTimetable,
    Param,
    TaskGroup,
    chain,
    dag,
    task,
)

ENTITIES = ["customers", "users", "events"]

PARAMS = {
    "dry_run": Param(
        False,
        type="boolean",
        title="Dry run",
        description_md="Plan and report; write nothing to Startdeliver, and nothing to the memory of what was sent.",
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
    "since": Param(
        None,
        type=["null", "string"],
        format="date-time",
        title="Since",
        description_md="Send what was loaded from here on, instead of since the last run. Without look-back.",
        section="Another window than the usual one",
    ),
    "until": Param(
        None,
        type=["null", "string"],
        format="date-time",
        title="Until",
        description_md="… and before this moment, instead of the end of the data interval. It is the run's clock.",
        section="Another window than the usual one",
    ),
}

CLEAR = "To run it again, clear **the whole DAG run**; or wait for the next one, which starts where this one did."

OPEN_RUN = """
Checks settings, mapping document, declarations, warehouse, API key and every custom field; decides the window.

**If it fails**, nothing was written. The last line of the log says what is wrong, and what to do: a key in a file of
`config/`, a grant, the API key, a field that is missing in Startdeliver. It is not tried again, as only a person can
mend that. Then wait for the next run, or clear this one.
"""

DOCS = {
    "extract": f"""
Finds out which customers may have moved since the last run, and reads their rows of every SMRT table, in chunks, into
staged Parquet files; where that cannot be told, and once in `sweep_hours`, everybody's. The log says which, and why.
Returns the rows by table.

**If it fails**, nothing was written. *The next run reads it again*: the connection dropped, Airflow tries again by
itself. *Statement timeout*, *lock timeout*, *permission denied*: see the login's rights and the loader. *Not as it was
when the run was opened*: a table or column went meanwhile. {CLEAR}
""",
    "derive": f"""
Finds visits, lapses, birthdays and traits in all of each customer's history, then the declared traits and audiences.

**If it fails**, nothing was written. It reads what was staged alone: look for a worker that ran out of memory or disk
(`partitions` in `settings.yaml` makes the parts smaller), or for a staging folder that not all workers reach. {CLEAR}
""",
    "plan": f"""
Works out who enters and leaves audiences, which events go out, and what each record should hold, and compares that with
what was acknowledged. Every other row gets its fate here.

**If it fails**, nothing was written; the warehouse or the staging folder was not to be reached. {CLEAR}
""",
    "guard": """
Compares what was counted with the last runs.

**If it fails**, a guard has stopped the run before anything was written, as the change is too large to be meant. The
log says which guard, what was seen, and against what. A mistake: mend it where it was made, and the next run goes on by
itself. Meant: look at it in a dry run, then *Trigger* the DAG with `force`.
""",
    "load_customers": f"""
Creates and updates customers in Startdeliver: what differs from what was acknowledged, and nothing else.

**If it fails**, what was sent by then is acknowledged and is not sent again. *Refuses the API key*: renew it in the
connection `startdeliver`. *Did not answer*, *fails too often*: Startdeliver or the way to it is down; Airflow tries
again, and after that the next run does. {CLEAR}
""",
    "load_users": f"""
Creates and updates users, each tied to its customer, with their computed traits and audiences; then does what
`on_vanish` says about who vanished.

**If it fails**, see `load_customers`: the reasons are the same, and what was sent is not sent again. {CLEAR}
""",
    "load_events": f"""
Sends what earlier runs left open, then derived events, then raw ones; each user's in order of time. What
`run_budget_minutes` or `daily_quota` do not allow goes first in the next run.

**If it fails**, see `load_customers`. An event whose answer was lost is looked up before it is sent again. {CLEAR}
""",
    "report": f"""
Sees that every row has a fate and that the fates add up, and closes the run as a success. The link *Report* leads to
what the run did, or would do if it is dry; the same is in XCom `report`, as Markdown. Updates the assets of what was
sent.

**If it fails** with *sums do not meet*, that is a defect of this product: please report it, with the line of the log.
Everything was sent. {CLEAR}
""",
}

CLOSE_RUN = """
Removes what was staged; marks a run that is still open as failed, and accounts for its unsent rows. Runs whatever
happened. Sends the run's metrics.

**If it fails**, the warehouse was not to be reached: the next run starts where the last successful one ended anyway. A
folder `run-startdeliver_sync-<run>` that stays in the staging folder may be removed.
"""

PREPARE = ["extract", "derive", "plan", "guard"]
LOAD = ["load_customers", "load_users", "load_events"]
IN_PARTS = ["derive", *LOAD]
"""What is done by a task for each of the `partitions` of `settings.yaml`, side by side; one stage after the other."""

POOL = os.environ.get("SMRT_STARTDELIVER_POOL") or "default_pool"
"""The pool of Airflow's of which each task that sends takes a slot."""


def chosen_schedule() -> Any:
    """When the DAG runs: by the clock, after the warehouse was loaded, or both; from the environment."""
    clock = CronTriggerTimetable("0 */2 * * *", timezone="UTC", interval=timedelta(hours=2))
    loaded = [Asset("smrt_warehouse")]
    schedules = {"clock": clock, "asset": loaded, "both": AssetOrTimeSchedule(timetable=clock, assets=loaded)}
    chosen = os.environ.get("SMRT_STARTDELIVER_SCHEDULE") or "clock"
    if chosen not in schedules:
        raise ValueError(f"SMRT_STARTDELIVER_SCHEDULE must be one of {', '.join(schedules)}, not {chosen!r}")
    return schedules[chosen]


class ReportLink(BaseOperatorLink):
    """The button on task `report`: what the run did, or would do."""

    name: ClassVar[str] = "Report"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002 - Airflow's signature
        """The address of the tab of the plugin's that a DAG run has."""
        return f"{ti_key.log_url.partition('/tasks/')[0]}/plugin/startdeliver-run"


@dag(
    dag_id="smrt_to_startdeliver",
    dag_display_name="SMRT to Startdeliver",
    description="Loads what changed in SMRT's warehouse into Startdeliver: customers, users, events.",
    doc_md=__doc__,
    schedule=chosen_schedule(),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    params=PARAMS,
    tags=["smrt", "startdeliver", "reverse-etl", "customer-success"],
    default_args={"owner": "customer-success", "retries": 2, "retry_delay": timedelta(minutes=2)},
    owner_links={"customer-success": "https://app.startdeliver.com/"},
)
def smrt_to_startdeliver() -> None:
    """Wiring alone: what each task does is in `smrt_startdeliver.stages`, imported when it runs."""

    @task(retries=0, doc_md=OPEN_RUN)  # what it checks is for a person to mend: say so at once
    def open_run(**context: Any) -> list[dict[str, Any]]:
        """Check everything, decide the window; a ticket for each part."""
        from smrt_startdeliver.stages import airflow_run

        return airflow_run.open_run(context)

    def stage(name: str) -> Any:
        options = {"task_id": name, "doc_md": DOCS[name], "pool": POOL if name in LOAD else "default_pool"}

        @task(**options)
        def run_stage(tickets: list[dict[str, Any]]) -> Any:
            from smrt_startdeliver.stages import airflow_run

            return airflow_run.run_stage(name, tickets)

        @task(**options)
        def run_part(ticket: dict[str, Any]) -> Any:
            from smrt_startdeliver.stages import airflow_run

            return airflow_run.run_part(name, ticket)

        return run_part.expand(ticket=tickets) if name in IN_PARTS else run_stage(tickets)

    @task(doc_md=DOCS["report"], outlets=[AssetAlias("startdeliver_synced")])
    def report(tickets: list[dict[str, Any]], **context: Any) -> Any:
        """Close the run as a success, and tell of it."""
        from smrt_startdeliver.stages import airflow_run

        return airflow_run.report(tickets, context)

    @task(trigger_rule="all_done", doc_md=CLOSE_RUN)
    def close_run(tickets: list[dict[str, Any]] | None, **context: Any) -> None:
        """Remove what was staged; a run that did not succeed is marked as failed; tell what changed."""
        from smrt_startdeliver.stages import airflow_run

        airflow_run.close_run(tickets, context)

    tickets = open_run()
    with TaskGroup(
        "prepare", prefix_group_id=False, doc_md="Reads and works out; writes nothing to Startdeliver."
    ) as prepare:
        chain(*[stage(name) for name in PREPARE])
    with TaskGroup("load", prefix_group_id=False, doc_md="Sends what differs, in this order.") as load:
        chain(*[stage(name) for name in LOAD])
    reported = report(tickets)
    reported.operator.operator_extra_links = [ReportLink()]
    chain(prepare, load, reported, close_run(tickets).as_teardown(setups=tickets))


smrt_to_startdeliver()
