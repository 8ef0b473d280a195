"""Runs of an Airflow that runs by itself: triggered by an asset, followed by a DAG, heard of by StatsD and OpenLineage.

One Airflow for all: what its runs are is said in `story`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from demo.postgres import Postgres
from sandbox.testing import running_sandbox
from smrt_startdeliver.reporting.metrics import metric_names
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.running_airflow import DAG, Running, running_airflow
from tests.end_to_end.shop import Shop

DAY = timedelta(days=1)
RUNS = "select run, kind, dry_run, state, window_start, window_end, started_at from runs order by run"


@dataclass(frozen=True)
class Story:
    """What came of three runs.

    `first`, `second`: triggered by asset `smrt_warehouse`; between them somebody bought something. `dry`: triggered by
    hand, after one more customer came.
    """

    airflow: Running
    first: dict[str, Any]
    second: dict[str, Any]
    dry: dict[str, Any]

    def xcom(self, run: dict[str, Any], task: str, key: str) -> Any:
        """What a task of a run has pushed."""
        path = f"dags/{run['dag_id']}/dagRuns/{quote(run['dag_run_id'])}/taskInstances/{task}/xcomEntries/{key}"
        return self.airflow.api("GET", f"{path}?deserialize=true")["value"]


@pytest.fixture(scope="module")
def story(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("airflow")
    folder.chmod(0o755)
    (folder / "config").mkdir()
    with pytest.MonkeyPatch.context() as patch, running_sandbox(folder / "sandbox.sqlite") as sandbox:
        for name in ("SMRT_STARTDELIVER_CONFIG", "AIRFLOW_CONN_SMRT_WAREHOUSE", "AIRFLOW_CONN_STARTDELIVER"):
            patch.setenv(name, "")  # put back after the tests
        pipeline = Pipeline(None, postgres.create_database("asset_warehouse"), sandbox, folder / "config")
        shop = Shop(pipeline)
        for customer in ("7", "8"):
            shop.customer(customer, name="Ann")
        yesterday = datetime.now(UTC) - DAY
        shop.event("Order Created", "7", yesterday, order_id="1")
        with running_airflow(folder, postgres.create_database("asset_metadata"), pipeline) as airflow:
            airflow.asset_is_updated("smrt_warehouse")
            first = airflow.wait_for_run(1)
            airflow.wait_for_run(1, "follower")
            shop.event("Pickup Missed", "8", yesterday, loaded=datetime.now(UTC))
            airflow.asset_is_updated("smrt_warehouse")
            second = airflow.wait_for_run(2)
            shop.customer("9", name="Zoe")
            airflow.api("POST", f"dags/{DAG}/dagRuns", logical_date=None, conf={"dry_run": True})
            yield Story(airflow, first, second, airflow.wait_for_run(3))


def test_an_asset_that_is_updated_starts_a_run_whose_window_is_from_the_last_end_to_now(story: Story) -> None:
    assert [run["run_type"] for run in (story.first, story.second)] == ["asset_triggered"] * 2
    assert story.second["data_interval_end"] is None
    first, second, _ = story.airflow.pipeline.state(RUNS)
    assert [(run["kind"], run["state"]) for run in (first, second)] == [("scheduled", "success")] * 2
    assert first["window_end"] - first["window_start"] == 90 * DAY  # `history_days` before
    assert second["window_start"] == first["window_end"]
    for run in (first, second):
        assert run["window_end"] <= run["started_at"]
        assert run["window_end"] >= datetime.fromisoformat(story.first["run_after"])
    assert [name for name, _ in story.airflow.pipeline.timeline("8")] == ["Pickup Missed"]


def test_a_dag_that_follows_the_users_runs_once_for_the_run_that_wrote_users_and_learns_how_many(story: Story) -> None:
    (followed,) = story.airflow.ended_runs("follower")
    first = story.airflow.pipeline.state(RUNS)[0]
    assert story.xcom(followed, "follow", "return_value") == [
        {
            "created": 2,
            "updated": 0,
            "deleted": 0,
            "run": first["run"],
            "window_start": first["window_start"].isoformat(),
            "window_end": first["window_end"].isoformat(),
        }
    ]


def test_a_dry_run_reports_what_it_would_do_and_links_to_it(story: Story) -> None:
    report = story.xcom(story.dry, "report", "report")
    assert "what it would do" in report.splitlines()[0]
    assert "nothing was written" in report
    path = f"dags/{DAG}/dagRuns/{quote(story.dry['dag_run_id'])}/taskInstances/report"
    links = story.airflow.api("GET", f"{path}/links")["extra_links"]
    run = f"{story.airflow.services.url}/dags/{DAG}/runs/{quote(story.dry['dag_run_id'])}"
    assert links == {"Report": f"{run}/plugin/startdeliver-run"}


def test_statsd_hears_what_the_runs_that_sent_did_and_nothing_of_the_dry_one(story: Story) -> None:
    heard = story.airflow.statsd.ours()
    assert heard["airflow.smrt_startdeliver.runs.success"] == 2
    assert heard["airflow.smrt_startdeliver.rows.created,entity=users"] == 2
    assert heard["airflow.smrt_startdeliver.rows.sent,entity=Order_Created"] == 1
    assert heard["airflow.smrt_startdeliver.rows.already_sent,entity=Order_Created"] == 1
    assert heard["airflow.smrt_startdeliver.rows.sent,entity=Pickup_Missed"] == 1
    writes = story.airflow.pipeline.sandbox.requests()["writes"]
    assert heard["airflow.smrt_startdeliver.requests.write"] == writes
    ended = story.airflow.pipeline.state("select max(finished_at) as at from runs where not dry_run")[0]["at"]
    assert heard["airflow.smrt_startdeliver.last_success"] == pytest.approx(ended.timestamp(), abs=1)
    assert heard["airflow.smrt_startdeliver.seconds.load_users"] > 0
    assert {name.partition(",")[0] for name in heard} <= {f"airflow.{name}" for name in metric_names()}


def test_openlineage_hears_which_tables_were_read_and_which_entities_were_written(story: Story) -> None:
    warehouse = sa.make_url(story.airflow.pipeline.uri)
    users, orders, missed = (
        (f"postgres://{warehouse.host}:{warehouse.port}", f"{warehouse.database}.smrt.{table}")
        for table in ("users", "order_created", "pickup_missed")
    )
    startdeliver = story.airflow.pipeline.sandbox.root.replace("http://", "startdeliver://")
    read = [{users, orders}, {users, orders, missed}, {users, orders, missed}]
    written = {"customers": (2, 0), "users": (2, 0), "events": (2, 1)}
    assert story.airflow.datasets("extract") == [(tables, {}) for tables in read]
    for entity, (first, second) in written.items():
        outputs = [{(startdeliver, entity): first}, {(startdeliver, entity): second}, {}]
        assert story.airflow.datasets(f"load_{entity}") == list(zip(read, outputs, strict=True))
