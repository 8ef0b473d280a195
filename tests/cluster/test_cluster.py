"""The same DAG over Celery workers and in Airflow's own processes; one worker is killed while it sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.postgres import Postgres
from sandbox.testing import running_sandbox
from smrt_startdeliver.plan.fates import check_sums
from tests.cluster.cluster import POOL, SECONDS, Cluster, parts_that_send, running_cluster
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import Shop

CUSTOMERS = 240
PARTS = 4
WHEN = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=1)


@contextmanager
def shop_in(
    postgres: Postgres, folder: Path, executor: str, patch: pytest.MonkeyPatch
) -> Iterator[tuple[Pipeline, Cluster]]:
    """A shop whose customers have each missed a pickup, an empty Startdeliver that is slow, and Airflow."""
    folder.chmod(0o755)
    (folder / "config").mkdir()
    with running_sandbox(folder / "sandbox.sqlite") as sandbox:
        for name in ("SMRT_STARTDELIVER_CONFIG", "AIRFLOW_CONN_SMRT_WAREHOUSE", "AIRFLOW_CONN_STARTDELIVER"):
            patch.setenv(name, "")  # put back after the test
        name = executor.lower()
        pipeline = Pipeline(None, postgres.create_database(f"{name}_warehouse"), sandbox, folder / "config")
        pipeline.configure(settings=f"timezone: UTC\npartitions: {PARTS}\n")
        sandbox.faults([{"method": "POST", "delay_ms": 300}])
        shop = Shop(pipeline)
        for user in range(CUSTOMERS):
            shop.customer(str(user), name=f"Ann {user}", received_at=WHEN)
            shop.event("Pickup Missed", str(user), WHEN, loaded=WHEN)
        with running_cluster(folder, postgres.create_database(f"{name}_metadata"), pipeline, executor) as cluster:
            yield pipeline, cluster


def check_that_all_is_there_once(pipeline: Pipeline) -> None:
    for entity in ("customer", "user"):
        objects = pipeline.sandbox.objects(entity)
        assert len(objects) == len({one["customfieldSmrtId"] for one in objects}) == CUSTOMERS
    missed = [usage for usage in pipeline.sandbox.objects("usage") if usage["usageType"] == "Pickup Missed"]
    assert len(missed) == len({usage["messageId"] for usage in missed}) == CUSTOMERS
    counts = pipeline.state("select entity, fate, rows from counts where run = (select max(run) from runs)")
    check_sums((row["entity"], row["fate"], row["rows"]) for row in counts)
    assert pipeline.state("select * from progress") == []


def test_two_workers_sync_together_and_one_that_is_killed_leaves_nothing_out_and_nothing_twice(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shop_in(postgres, tmp_path, "CeleryExecutor", monkeypatch) as (pipeline, cluster):
        for name in ("one", "two"):
            cluster.start_worker(name, tasks=PARTS // 2)
        run = cluster.trigger()

        def all_parts_send() -> bool | None:
            done = len(pipeline.sandbox.objects("user"))
            return True if parts_that_send(pipeline, "load_users") == PARTS and done > PARTS else None

        cluster.services.wait_for(all_parts_send, SECONDS)
        cluster.kill_worker("one")
        assert len(pipeline.sandbox.objects("user")) < CUSTOMERS

        assert cluster.end_of(run) == "success"
        users = cluster.tasks(run, "load_users")
        assert {task["pool"] for task in users} == {POOL}
        assert sorted(task["try_number"] for task in users) == [1] * (PARTS // 2) + [2] * (PARTS // 2)
        check_that_all_is_there_once(pipeline)

        pipeline.sandbox.reset_requests()
        assert cluster.end_of(cluster.trigger()) == "success"
        assert pipeline.sandbox.requests()["writes"] == 0


def test_airflows_own_processes_send_the_same_in_parts(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shop_in(postgres, tmp_path, "LocalExecutor", monkeypatch) as (pipeline, cluster):
        run = cluster.trigger()
        assert cluster.end_of(run) == "success"
        assert [task["try_number"] for task in cluster.tasks(run, "load_users")] == [1] * PARTS
        check_that_all_is_there_once(pipeline)
