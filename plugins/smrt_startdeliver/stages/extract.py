"""Extract: every table of the warehouse, once, in chunks, into the staged buckets of customers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.plan.properties import VALUE
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.stages.forgotten import forgotten_ids, without_forgotten
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.vocabulary import CALL_COLUMNS, EVENT_TABLES, GROUPS, IDENTIFIES, USERS, EventTable
from smrt_startdeliver.warehouse.statements import over_rows
from smrt_startdeliver.warehouse.stream import stream

log = logging.getLogger(__name__)

EVENT_COLUMNS: dict[str, Kind] = {
    "id": "text",
    "user_id": "text",
    "name": "text",
    "time": "time",
    "loaded_at": "time",
    "reason": "text",
    "copies": "integer",
}
USER_COLUMNS: dict[str, Kind] = {"user_id": "text", "loaded_at": "time", "copies": "integer"}
GROUP_COLUMNS: dict[str, Kind] = {
    "id": "text",
    "user_id": "text",
    "group_id": "text",
    "time": "time",
    "copies": "integer",
}


def extract(job: Job) -> dict[str, int]:
    """Stage all tables; the rows staged by table. Raises WarehouseError."""
    catalog = job.catalog
    staged = {
        USERS: _stage(job, "users", USERS, ("id",), traits(catalog.columns(USERS)), USER_COLUMNS),
    }
    if "last_visit" in catalog.columns(IDENTIFIES):
        last_visit = {"last_visit": catalog.columns(IDENTIFIES)["last_visit"]}
        staged[IDENTIFIES] = _stage(job, "last_visits", IDENTIFIES, ("user_id",), last_visit, {"user_id": "text"})
    if GROUPS in catalog.tables:
        group_traits = {name: kind for name, kind in traits(catalog.columns(GROUPS)).items() if name != "group_id"}
        staged[GROUPS] = _stage(job, "groups", GROUPS, ("id", "user_id", "group_id"), group_traits, GROUP_COLUMNS)
    for table in EVENT_TABLES:
        if table.table in catalog.tables:
            values = properties(catalog.columns(table.table), table, job.run.settings)
            keys = ("id", "user_id", "name")
            staged[table.table] = _stage(job, "events", table.table, keys, values, EVENT_COLUMNS)
    job.measures.update({f"rows {table}": rows for table, rows in staged.items()})
    return staged


def traits(columns: Mapping[str, Kind]) -> dict[str, Kind]:
    """The trait columns among a table's columns."""
    return {
        name: kind for name, kind in columns.items() if name not in CALL_COLUMNS and not name.startswith("context_")
    }


def properties(columns: Mapping[str, Kind], table: EventTable, settings: Settings) -> dict[str, Kind]:
    """The property columns among a table's columns: those that SMRT names, and the others where they are asked for."""
    others = settings.extra_properties or settings.segment_override_matching_field is not None
    return {
        name: kind
        for name, kind in columns.items()
        if name in table.properties
        or (others and name not in CALL_COLUMNS and name != "name" and not name.startswith("context_"))
    }


def _stage(
    job: Job, statement: str, table: str, keys: tuple[str, ...], values: dict[str, Kind], columns: dict[str, Kind]
) -> int:
    run, settings = job.run, job.run.settings
    parameters: dict[str, Any] = {
        "read_from": run.loaded.start,
        "read_until": run.loaded.end,
        "max_clock_skew": timedelta(hours=settings.max_clock_skew_hours),
        "min_event_time": datetime.combine(settings.min_event_date, time(), settings.zone),
    }
    of_column = None if job.only is None else _owner(table)
    sql = over_rows(statement, job.catalog, table, keys, values, of_column=of_column)
    if of_column is not None:
        parameters["whose"] = list(job.only or ())
    used = {name: value for name, value in parameters.items() if f":{name}" in sql.text}
    writer = job.staging.writer(dataset(statement, table))
    forgotten = forgotten_ids(job.state)
    rows = 0
    for chunk in stream(job.engine, sql, used, columns | {VALUE + name: kind for name, kind in values.items()}):
        writer.write(without_forgotten(job, table, chunk, forgotten))
        rows += chunk.num_rows
        log.info("%s: %s rows read", table, f"{rows:,}")
    return rows


def _owner(table: str) -> str | None:
    """The column that says whose a row is; None of Group calls: any of them may speak of anybody's customer."""
    return {USERS: "id", GROUPS: None}.get(table, "user_id")


def dataset(statement: str, table: str) -> str:
    """The name under which the rows of a table are staged."""
    return f"events/{table}" if statement == "events" else statement
