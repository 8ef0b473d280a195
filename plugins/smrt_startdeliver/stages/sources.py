"""What of the source names customers and users, and whether all of it is still there."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from smrt_startdeliver.mapping.casts import Kind
from smrt_startdeliver.mapping.document import Entity, FieldMapping
from smrt_startdeliver.mapping.payload import Payloads
from smrt_startdeliver.stages.columns import traits
from smrt_startdeliver.stages.job import Job
from smrt_startdeliver.vocabulary import EVENT_TABLES, GROUPS, USERS

_KEYS = {USERS: {"id": "user_id"}, GROUPS: {"id": "id", "user_id": "user_id", "group_id": "group_id"}}
"""The columns of a call itself that paths can mean, and what they are staged as."""

Columns = Mapping[str, Kind]


def gone_sources(job: Job, entity: Entity) -> list[str]:
    """What told of an entity's records in an earlier regular run, and is not in the warehouse now."""
    earlier = [
        {table: dict(columns) for table, columns in row["catalog"].items()} for row in job.state.rows("catalogs")
    ]
    now = job.catalog.tables
    if entity == "user":
        events = {table.table for table in EVENT_TABLES}
        return sorted({table for catalog in earlier for table in catalog} & events - now.keys())
    match = job.run.document.customer_match
    if match is None:
        return []
    naming = {table for table in _KEYS if _names_customers(match, table, now.get(table, {}))}
    before = {table for catalog in earlier for table in _KEYS if _names_customers(match, table, catalog.get(table, {}))}
    if not naming:
        return [f"a column for {match.external_field}"]
    return [f"{match.external_field} in {table}" for table in sorted(before - naming)]


def _names_customers(match: FieldMapping, table: str, columns: Columns) -> bool:
    """Whether a table of these columns has one for the field that customers are matched on."""
    keys = [staged for column, staged in _KEYS[table].items() if column in columns]
    rows = pd.DataFrame({name: pd.Series(dtype="str") for name in [*keys, *traits(columns)]})
    return Payloads(rows, columns).find(match.path) is not None
