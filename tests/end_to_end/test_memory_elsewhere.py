"""The memory in another database than the warehouse (`state_connection`): nothing of ours is in the warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from demo.postgres import Postgres
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop


@pytest.fixture
def memory(postgres: Postgres, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> str:
    uri = postgres.create_database(f"memory_of_{pipeline.uri.rpartition('/')[2].partition('?')[0]}")
    monkeypatch.setenv("AIRFLOW_CONN_STARTDELIVER_MEMORY", uri)
    pipeline.configure(settings="timezone: UTC\nstate_connection: startdeliver_memory\n")
    return uri


def remembered(uri: str, query: str) -> Sequence[dict[str, Any]]:
    with psycopg.connect(uri, row_factory=dict_row, options="-c search_path=startdeliver_sync") as connection:
        return connection.execute(query).fetchall()


def test_runs_send_what_is_new_once_and_look_at_everybody(shop: Shop, pipeline: Pipeline, memory: str) -> None:
    shop.customer("7", name="Ann")
    shop.customer("8", name="Bob")
    shop.event("Order Created", "7", MONDAY, value=20)
    pipeline.run_as("scheduled", MONDAY + timedelta(hours=2))
    shop.event("Order Created", "8", MONDAY + timedelta(hours=2, minutes=30), value=10)
    pipeline.execute("update smrt.users set name = 'Anna' where id = '7'")
    pipeline.run_as("scheduled", MONDAY + timedelta(hours=4))
    sent = pipeline.sandbox.objects("user"), pipeline.sandbox.objects("usage")
    pipeline.run_as("scheduled", MONDAY + timedelta(hours=6))

    assert (pipeline.sandbox.objects("user"), pipeline.sandbox.objects("usage")) == sent
    assert {user["name"] for user in pipeline.users().values()} == {"Anna", "Bob"}
    for user in ("7", "8"):
        assert [name for name, _ in pipeline.timeline(user)].count("Order Created") == 1
    runs = remembered(memory, "select state, whole_because from runs order by run")
    assert [run["state"] for run in runs] == ["success"] * 3
    assert {run["whole_because"] for run in runs} == {"the memory is not in the warehouse (state_connection)"}
    with psycopg.connect(pipeline.uri) as connection:
        assert connection.execute("select 1 from pg_namespace where nspname = 'startdeliver_sync'").fetchone() is None
