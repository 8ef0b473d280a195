"""Lineage, through Airflow's own collector: which tables a task read, and what of Startdeliver it wrote.

Whoever reads that collector learns of it, as Airflow's OpenLineage provider does; without a reader nothing is kept.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from airflow.sdk import Connection
from airflow.sdk.lineage import NoOpCollector, get_hook_lineage_collector

from smrt_startdeliver.reporting.dataset import SCHEME
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.startdeliver.hook import StartdeliverHook
from smrt_startdeliver.warehouse.connecting import POSTGRES
from smrt_startdeliver.warehouse.engine import CONNECTION_ID

_LOCAL = "localhost"
_WRITES = {"load_customers": "customers", "load_users": "users", "load_events": "events"}
"""Stage -> the entity of Startdeliver that it writes."""
_WRITTEN = frozenset({"created", "updated", "deleted", "sent"})


def note_lineage(job: Job) -> None:
    """Note what a stage that is done has read and written, for Airflow's collector; a dry run has written nothing.

    What is loaded comes from all tables that the run has read: the rules look at all of a customer's history.
    """
    if job.stage not in ("extract", *_WRITES):
        return
    hook, collector = StartdeliverHook(), get_hook_lineage_collector()
    if isinstance(collector, NoOpCollector):
        return
    measures = (
        job.measures
        if job.stage == "extract"
        else {row["name"]: row["value"] for row in job.state.rows("measures", run=job.run.number)}
    )
    for name in measures:
        word, _, table = name.partition(" ")
        if word == "rows":
            collector.add_input_asset(hook, uri=f"{_warehouse()}/{job.catalog.schema}/{table}")
    if job.stage in _WRITES and not job.run.dry_run:
        written = sum(rows for (_, fate, _), rows in job.fates.counts.items() if fate in _WRITTEN)
        host = urlsplit(hook.get_conn().base_url).netloc
        collector.add_output_asset(hook, uri=f"{SCHEME}://{host}/{_WRITES[job.stage]}", asset_extra={"rows": written})


def _warehouse() -> str:
    """The warehouse's database as an asset's URI begins; through a socket it is this machine's.

    Of other engines it is the connection that is named: each says otherwise where it is.
    """
    connection = Connection.get(CONNECTION_ID)
    if connection.conn_type != POSTGRES:
        return f"{connection.conn_type}://{CONNECTION_ID}"
    host = connection.host if connection.host and not connection.host.startswith("/") else _LOCAL
    return f"postgres://{host}:{connection.port or 5432}/{connection.schema or connection.login}"
