"""The whole product at work: a warehouse, the sandbox, and the DAG run by Airflow's own task runner."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
from airflow.sdk import DAG
from psycopg import sql
from psycopg.rows import dict_row

from sandbox.testing import Sandbox
from smrt_startdeliver.engage.declared import with_declared
from smrt_startdeliver.engage.files import load_declared
from smrt_startdeliver.mapping.document import parse_mapping, required_fields
from smrt_startdeliver.settings_file import load_settings
from smrt_startdeliver.stages import airflow_run
from smrt_startdeliver.stages.job import IN_PARTS, STAGES

DEFAULT_PARAMS = {
    "since": None,
    "until": None,
    "dry_run": False,
    "full_resync": False,
    "force": False,
    "entities": ["customers", "users", "events"],
}
DEFAULT_MAPPING = Path(__file__).parents[2] / "config" / "mapping.yaml"


def do_stage(stage: str, tickets: list[dict[str, Any]]) -> None:
    """Do a stage, its parts one after the other."""
    if stage in IN_PARTS:
        for ticket in tickets:
            airflow_run.run_part(stage, ticket)
    else:
        airflow_run.run_stage(stage, tickets)


class Pipeline:
    """One warehouse, one sandbox, one configuration; `run` is what a person does in Airflow."""

    def __init__(self, dag: DAG, uri: str, sandbox: Sandbox, config: Path) -> None:
        self.dag = dag
        self.uri = uri
        self.sandbox = sandbox
        self.config = config
        self.configure(mapping=DEFAULT_MAPPING.read_text())
        os.environ["SMRT_STARTDELIVER_CONFIG"] = str(config)
        os.environ["AIRFLOW_CONN_SMRT_WAREHOUSE"] = uri
        self.connect_startdeliver()

    def configure(
        self,
        *,
        mapping: str | None = None,
        settings: str | None = None,
        traits: str | None = None,
        audiences: str | None = None,
    ) -> None:
        """Write the configuration; the custom fields that it needs are there at once."""
        texts = {"settings": settings, "mapping": mapping, "traits": traits, "audiences": audiences}
        for name, text in texts.items():
            if text is not None:
                (self.config / f"{name}.yaml").write_text(text)
        if mapping is not None or traits is not None or audiences is not None:
            document = parse_mapping((self.config / "mapping.yaml").read_text(), "mapping.yaml")
            declared = load_declared(self.config, document, load_settings(self.config))
            self.sandbox.declare(required_fields(with_declared(document, declared)))

    def connect_startdeliver(self, host: str | None = None, key: str | None = None) -> None:
        """Point the connection `startdeliver` somewhere."""
        connection = {
            "conn_type": "startdeliver",
            "host": host or self.sandbox.url,
            "password": key or self.sandbox.key,
        }
        os.environ["AIRFLOW_CONN_STARTDELIVER"] = json.dumps(connection)

    def run(self, end: datetime, **params: Any) -> str:
        """Run the DAG with this logical date, the end of its data interval; the state it ended in."""
        # A test run's parameters stay with the DAG object: say all of them each time.
        return str(self.dag.test(logical_date=end, run_conf=DEFAULT_PARAMS | params).state)

    def run_as(
        self,
        kind: str,
        end: datetime,
        before: Mapping[str, str | Callable[[], object]] | None = None,
        mend: Callable[[], None] | None = None,
        **params: Any,
    ) -> None:
        """Run the stages as a scheduled or backfill run does: a test run of Airflow's is always a manual one.

        `before`: a statement that the warehouse executes, or what is done, before a stage. `mend`: what is done before
        a stage that failed is run again, as Airflow does.
        """
        context = {
            "params": DEFAULT_PARAMS | params,
            "dag_run": SimpleNamespace(run_id=f"{kind}__{end}", run_type=kind),
            "ti": SimpleNamespace(try_number=1, max_tries=0),
            "data_interval_start": end - timedelta(hours=2),
            "data_interval_end": end,
        }
        tickets = airflow_run.open_run(context)
        for stage in STAGES[1:]:
            if before and stage in before:
                step = before[stage]
                self.execute(step) if isinstance(step, str) else step()
            try:
                do_stage(stage, tickets)
            except Exception:
                if mend is None:
                    raise
                mend()
                do_stage(stage, tickets)
        airflow_run.close_run(tickets, context)

    def execute(self, statement: str, rows: Sequence[Sequence[Any]] = ()) -> None:
        """Change the warehouse."""
        with psycopg.connect(self.uri) as connection, connection.cursor() as cursor:
            if rows:
                cursor.executemany(statement, rows)
            else:
                cursor.execute(statement)

    def create_table(self, table: str, **columns: str) -> None:
        """A table of the source schema, by its columns and their types."""
        listed = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns.items()
        )
        with psycopg.connect(self.uri) as connection:
            connection.execute("create schema if not exists smrt")
            connection.execute(sql.SQL("create table smrt.{} ({})").format(sql.Identifier(table), listed))

    def insert(self, table: str, **values: Any) -> None:
        """A row of the source schema."""
        with psycopg.connect(self.uri) as connection:
            connection.execute(
                sql.SQL("insert into smrt.{} ({}) values ({})").format(
                    sql.Identifier(table),
                    sql.SQL(", ").join(map(sql.Identifier, values)),
                    sql.SQL(", ").join(sql.Placeholder() * len(values)),
                ),
                list(values.values()),
            )

    def state(self, query: str) -> list[dict[str, Any]]:
        """Rows of our own schema."""
        with psycopg.connect(self.uri, row_factory=dict_row, options="-c search_path=startdeliver_sync") as connection:
            return connection.execute(query).fetchall()

    def fates(self, entity: str) -> dict[str, int]:
        """What became of an entity's rows in the last run: `fate` or `fate: reason` -> rows."""
        rows = self.state("select * from counts where run = (select max(run) from runs)")
        counts: Counter[str] = Counter()
        for row in rows:
            if row["entity"] == entity:
                counts[f"{row['fate']}: {row['reason']}" if row["reason"] else row["fate"]] += row["rows"]
        return dict(counts)

    def users(self) -> dict[str, dict[str, Any]]:
        """Startdeliver's users by their match value."""
        return {str(user.get("customfieldSmrtId")): user for user in self.sandbox.objects("user")}

    def timeline(self, user: str) -> list[tuple[str, datetime]]:
        """A user's events in the order in which they were sent."""
        return [
            (usage["usageType"], datetime.fromtimestamp(usage["timestamp"] / 1000, UTC))
            for usage in self.sandbox.objects("usage")
            if str(usage["userId"]) == user
        ]
