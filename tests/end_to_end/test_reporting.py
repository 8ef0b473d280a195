"""What a run tells Airflow of itself: a report, assets, metrics, lineage."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from airflow.models.asset import AssetEvent
from airflow.models.xcom import XComModel
from airflow.sdk.lineage import HookLineageCollector
from airflow.sdk.observability import stats
from airflow.utils.session import create_session

from smrt_startdeliver.reporting import lineage, metrics
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

HOURS = timedelta(hours=2)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def nobody_was_told_before(dag: Any) -> None:
    with create_session() as session:
        session.execute(sa.delete(AssetEvent))
        session.execute(sa.delete(XComModel))


def asset_events() -> dict[str, dict[str, Any]]:
    """The assets that were updated, with what was said of each."""
    with create_session() as session:
        return {event.asset.name: event.extra for event in session.scalars(sa.select(AssetEvent)).unique()}


def reports() -> list[str]:
    """XCom `report` of each run there was."""
    with create_session() as session:
        return [str(value) for value in session.scalars(sa.select(XComModel.value).where(XComModel.key == "report"))]


class Counting:
    """A receiver of metrics, in place of Airflow's."""

    def __init__(self) -> None:
        self.heard: dict[str, float] = {}

    def incr(self, stat: str, count: int, **_: Any) -> None:
        self.heard[stat] = self.heard.get(stat, 0) + count

    def gauge(self, stat: str, value: float, **_: Any) -> None:
        self.heard[stat] = value

    normalize_name_for_stats = staticmethod(stats.normalize_name_for_stats)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    receiver = Counting()
    monkeypatch.setattr(metrics, "stats", receiver)
    return receiver


@pytest.fixture
def people(pipeline: Pipeline, shop: Shop) -> Shop:
    for customer in ("7", "8"):
        shop.customer(customer, name="Ann")
    shop.customer(None, name="Nobody")
    shop.event("Order Created", "7", MONDAY - DAY)
    return shop


def test_a_run_that_sent_updates_the_assets_of_what_it_sent_and_the_next_one_none(
    people: Shop, pipeline: Pipeline
) -> None:
    pipeline.run(MONDAY)

    window = {"run": 1, "window_start": (MONDAY - 90 * DAY).isoformat(), "window_end": MONDAY.isoformat()}
    created = {"created": 2, "updated": 0, "deleted": 0}
    assert asset_events() == {
        "startdeliver_customers": created | window,
        "startdeliver_users": created | window,
        "startdeliver_events": {"sent": 2} | window,
    }
    pipeline.run(MONDAY + HOURS)
    assert {extra["run"] for extra in asset_events().values()} == {1}


def test_neither_a_dry_run_nor_one_that_fails_updates_an_asset(people: Shop, pipeline: Pipeline) -> None:
    assert pipeline.run(MONDAY, dry_run=True) == "success"
    pipeline.sandbox.faults([{"method": "POST", "path": "/usage$", "status": 401}])
    assert pipeline.run(MONDAY) == "failed"

    assert pipeline.fates("users")["created"] == 2
    assert asset_events() == {}


def test_a_dry_run_reports_counts_and_a_real_one_the_same_in_other_words(people: Shop, pipeline: Pipeline) -> None:
    pipeline.run(MONDAY, dry_run=True)
    (dry,) = reports()
    assert "# Run 1: what it would do" in dry
    assert "no_id" in dry
    pipeline.run(MONDAY)
    assert "# Run 2: what it did" in reports()[-1]
    cells = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in dry.splitlines() if line.startswith("| users")
    ]
    assert cells[0] == ["users", "3", "2", "0", "1"]  # extracted, created, sent, rejected


def test_metrics_are_those_of_the_memory_and_a_run_that_fails_has_them_too(
    people: Shop, pipeline: Pipeline, counting: Counting
) -> None:
    pipeline.sandbox.faults([{"method": "POST", "path": "/usage$", "status": 401}])
    assert pipeline.run(MONDAY) == "failed"
    failed = dict(counting.heard)
    assert failed["smrt_startdeliver.runs.failed"] == 1
    assert failed["smrt_startdeliver.rows.created"] == 4
    assert "smrt_startdeliver.last_success" not in failed
    assert "smrt_startdeliver.seconds.report" not in failed

    counting.heard.clear()
    pipeline.sandbox.clear_faults()
    pipeline.sandbox.reset_requests()
    assert pipeline.run(MONDAY) == "success"
    sent = pipeline.state("select sum(rows) as rows from counts where run = 2 and fate = 'sent'")[0]["rows"]
    assert counting.heard["smrt_startdeliver.runs.success"] == 1
    assert counting.heard["smrt_startdeliver.rows.sent"] == sent == 2
    assert counting.heard["smrt_startdeliver.requests.write"] == pipeline.sandbox.requests()["writes"] == 2
    assert counting.heard["smrt_startdeliver.last_success"] > MONDAY.timestamp()
    assert counting.heard["smrt_startdeliver.seconds.report"] > 0


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> list[HookLineageCollector]:
    """What Airflow's collector is told of by each task that tells of anything, as it is where somebody reads it."""
    collectors: list[HookLineageCollector] = []

    def collector() -> HookLineageCollector:
        collectors.append(HookLineageCollector())
        return collectors[-1]

    monkeypatch.setattr(lineage, "get_hook_lineage_collector", collector)
    return collectors


def test_lineage_has_the_tables_that_were_read_and_what_was_written_with_its_rows(
    people: Shop, pipeline: Pipeline, collected: list[HookLineageCollector]
) -> None:
    pipeline.run_as("scheduled", MONDAY)

    tables = [{one.asset.uri.rpartition("/")[2] for one in task.collected_assets.inputs} for task in collected]
    assert tables == [{"users", "order_created"}] * 4
    outputs = [(one.asset.uri, one.asset.extra) for task in collected for one in task.collected_assets.outputs]
    host = pipeline.sandbox.root.replace("http://", "startdeliver://")
    assert outputs == [
        (f"{host}/customers", {"rows": 2}),
        (f"{host}/users", {"rows": 2}),
        (f"{host}/events", {"rows": 2}),
    ]


def test_a_dry_run_has_written_nothing(people: Shop, pipeline: Pipeline, collected: list[HookLineageCollector]) -> None:
    pipeline.run_as("manual", MONDAY, dry_run=True)

    assert len(collected) == 4
    assert [task.collected_assets.outputs for task in collected] == [[]] * 4
