"""The warehouse misbehaves: a run fails with one line, or goes on; the next one sends all that was left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.stages import airflow_run, job, open_run, report
from smrt_startdeliver.stages.job import STAGES
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.runs import past
from smrt_startdeliver.warehouse import failures
from smrt_startdeliver.warehouse.engine import warehouse_engine
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

HOURS = timedelta(hours=2)
DAY = timedelta(days=1)


@pytest.fixture
def ann(shop: Shop) -> Shop:
    shop.customer("7", name="Ann", email="ann@example.com")
    shop.customer("8", name="Bob", email="bob@example.com")
    shop.event("Order Created", "7", MONDAY - DAY)
    return shop


def watermark() -> datetime | None:
    """Where the next run starts."""
    engine = warehouse_engine()
    try:
        return past(State(engine, "startdeliver_sync")).last_end
    finally:
        engine.dispose()


def sent(pipeline: Pipeline) -> tuple[list[str], list[str]]:
    """The names of all users and of Ann's events."""
    return (
        sorted(user["name"] for user in pipeline.users().values()),
        sorted(name for name, _ in pipeline.timeline("7")),
    )


def a_connection_that_drops(pipeline: Pipeline, _: pytest.MonkeyPatch) -> Iterator[str]:
    pipeline.execute("alter table smrt.order_created rename to orders")
    pipeline.execute(
        "create view smrt.order_created as select * from smrt.orders where pg_terminate_backend(pg_backend_pid())"
    )
    yield "the next run reads it again"
    pipeline.execute("drop view smrt.order_created")
    pipeline.execute("alter table smrt.orders rename to order_created")


def a_table_that_the_loader_has_locked(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(failures, "LOCK_TIMEOUT_SECONDS", 1)
    with psycopg.connect(pipeline.uri) as loader:
        loader.execute("lock table smrt.order_created in access exclusive mode")
        yield "another session, as the loader's, has it locked"


def a_statement_time_out(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    pipeline.execute("alter table smrt.order_created rename to orders")
    pipeline.execute("create view smrt.order_created as select orders.* from smrt.orders, pg_sleep(2)")
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", f"{pipeline.uri}?options=-c%20statement_timeout%3D1000")
    yield "alter role smrt_startdeliver set statement_timeout"
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", pipeline.uri)


@pytest.mark.parametrize("trouble", [a_connection_that_drops, a_table_that_the_loader_has_locked, a_statement_time_out])
def test_what_breaks_off_while_it_is_read_fails_plainly_and_is_read_again(
    ann: Shop,
    pipeline: Pipeline,
    capsys: pytest.CaptureFixture[str],
    trouble: Callable[[Pipeline, pytest.MonkeyPatch], Iterator[str]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for advice in trouble(pipeline, patch):
            assert pipeline.run(MONDAY) == "failed"
            assert advice in "".join(capsys.readouterr())
    assert sent(pipeline) == ([], [])
    assert watermark() is None

    assert pipeline.run(MONDAY + HOURS) == "success"

    assert sent(pipeline) == (["Ann", "Bob"], ["Customer Visit", "Order Created"])
    assert watermark() == MONDAY + HOURS


def broken(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage that fails at its last moment, when all of its work is done and nobody knows yet."""

    def refusing(*arguments, **_):
        if stage in (*arguments, "report"):
            raise WarehouseError("the warehouse went away")

    if stage == "report":
        monkeypatch.setattr(report, "close_run", refusing)
        return
    for module in (job, open_run):
        noted = module.note_stage
        monkeypatch.setattr(
            module, "note_stage", lambda *arguments, noted=noted: (refusing(*arguments), noted(*arguments))
        )


def test_a_run_that_fails_at_any_stage_leaves_the_next_one_to_start_where_it_did(
    ann: Shop, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.run_as("scheduled", MONDAY)
    ann.customer("9", name="Cyd", email="cyd@example.com")
    pipeline.execute("update smrt.users set name = 'Anna' where id = '7'")

    for number, stage in enumerate(STAGES, start=1):
        end = MONDAY + number * HOURS
        ann.event("Order Ready", "7", end - timedelta(minutes=90))
        with monkeypatch.context() as patch:
            broken(stage, patch)
            with pytest.raises(WarehouseError, match="the warehouse went away"):
                pipeline.run_as("scheduled", end)
        (run,) = pipeline.state("select max(run) as run from runs")
        assert (stage, watermark()) == (stage, MONDAY)
        airflow_run.close_run([{**run, "state_schema": "startdeliver_sync", "buckets": 1}], {})
        assert (stage, watermark()) == (stage, MONDAY)

    end += HOURS
    pipeline.run_as("scheduled", end)
    assert watermark() == end
    assert sent(pipeline) == (
        ["Anna", "Bob", "Cyd"],
        ["Customer Visit", "Order Created", *["Order Ready"] * len(STAGES)],
    )


def test_columns_that_come_go_or_change_their_type_between_runs_are_read_as_they_are(
    ann: Shop, pipeline: Pipeline
) -> None:
    pipeline.run_as("scheduled", MONDAY)
    for change in (
        "order_created alter column value type text using '12.50'",
        "order_created alter column order_id type integer using 77",
        "order_created drop column agent",
        "order_created add column route text default 'North'",
        "users alter column id type bigint using id::bigint",
        "users alter column name type varchar(20)",
        "users drop column email",
        "users add column phone text default '555'",
    ):
        pipeline.execute(f"alter table smrt.{change}")
    for order in ("o-2", "o-3"):
        ann.pipeline.insert(
            "order_created", id=order, user_id="7", timestamp=MONDAY, received_at=MONDAY, order_id=5, value="9.5"
        )

    pipeline.run_as("scheduled", MONDAY + HOURS)

    orders = {usage["messageId"]: usage for usage in pipeline.sandbox.objects("usage")}
    assert orders["o-2"]["properties"] == orders["o-3"]["properties"] == {"order_id": 5, "value": 9.5}
    assert pipeline.users()["7"]["phone"] == "555"
    assert pipeline.users()["7"]["email"] == "ann@example.com"
    assert len(pipeline.users()) == 2


def test_what_is_added_while_a_run_is_under_way_waits_for_the_next(ann: Shop, pipeline: Pipeline) -> None:
    added = """
        alter table smrt.users add column phone text default '555';
        alter table smrt.order_created add column "extra" text default 'more';
        create table smrt.pickup_missed as select 'p-1' as id, '7' as user_id, timestamptz '2026-03-02' as timestamp,
            timestamptz '2026-03-02' as received_at
    """
    pipeline.run_as("scheduled", MONDAY, before={"plan": added})
    assert "phone" not in pipeline.users()["7"]

    pipeline.run_as("scheduled", MONDAY + HOURS)

    assert pipeline.users()["7"]["phone"] == "555"
    assert sent(pipeline)[1] == ["Customer Visit", "Order Created", "Pickup Missed"]


@pytest.mark.parametrize(
    "change",
    [
        "alter table smrt.order_created drop column agent",
        "alter table smrt.users drop column email",
        "drop table smrt.order_created",
    ],
)
def test_what_goes_between_opening_and_reading_stops_the_run_with_what_to_do(
    ann: Shop, pipeline: Pipeline, change: str
) -> None:
    with pytest.raises(WarehouseError, match="clear the whole DAG run, from open_run on, or wait for the next run"):
        pipeline.run_as("scheduled", MONDAY, before={"extract": change})
    assert sent(pipeline) == ([], [])


def test_what_goes_after_it_was_read_is_not_missed(ann: Shop, pipeline: Pipeline) -> None:
    pipeline.run_as("scheduled", MONDAY, before={"derive": "drop table smrt.order_created"})
    assert sent(pipeline) == (["Ann", "Bob"], ["Customer Visit", "Order Created"])


def test_a_run_of_which_an_earlier_version_noted_no_catalog_is_not_carried_on(ann: Shop, pipeline: Pipeline) -> None:
    with pytest.raises(AirflowFailException, match="run 1 was opened by an earlier version: clear the whole DAG run"):
        pipeline.run_as("scheduled", MONDAY, before={"extract": "update startdeliver_sync.runs set catalog = '{}'"})
