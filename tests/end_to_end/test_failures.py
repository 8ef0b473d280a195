"""What goes wrong: the run fails with one line that says what to fix, and the next one carries on where it stood."""

from __future__ import annotations

from datetime import timedelta

import pytest
from airflow.sdk.exceptions import AirflowFailException

from smrt_startdeliver.stages.airflow_run import run_part
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY = timedelta(days=1)


def failure(capsys: pytest.CaptureFixture[str]) -> str:
    """What the log says of the failure."""
    return "".join(capsys.readouterr())


@pytest.fixture
def ann(shop: Shop) -> Shop:
    shop.customer("7", name="Ann", email="ann@example.com")
    shop.event("Order Created", "7", MONDAY - DAY)
    return shop


def test_a_wrong_key_stops_the_run_before_anything_is_written_and_is_in_no_log(
    ann: Shop, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.connect_startdeliver(key="s3cret-and-wrong")

    assert pipeline.run(MONDAY) == "failed"

    said = failure(capsys)
    assert "Startdeliver refuses the API key" in said
    assert "s3cret-and-wrong" not in said
    assert pipeline.sandbox.requests()["writes"] == 0
    pipeline.connect_startdeliver()
    assert pipeline.run(MONDAY) == "success"
    assert len(pipeline.timeline("7")) == 2


def test_a_host_that_is_not_there_is_named(ann: Shop, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline.connect_startdeliver(host="http://127.0.0.1:1/api/v1/")
    assert pipeline.run(MONDAY) == "failed"
    assert "check the host of connection 'startdeliver'" in failure(capsys)


def test_a_custom_field_that_does_not_exist_is_named(
    ann: Shop, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.sandbox.declare({"user": {"customfieldSmrtId": "text"}, "customer": {"customfieldSmrtId": "text"}})
    assert pipeline.run(MONDAY) == "failed"
    assert "Startdeliver does not accept user field 'customfield" in failure(capsys)
    assert pipeline.sandbox.requests()["writes"] == 0


def test_a_warehouse_that_refuses_is_named_without_its_password(
    ann: Shop, pipeline: Pipeline, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", pipeline.uri.replace("postgres:", "postgres:not-the-"))
    assert pipeline.run(MONDAY) == "failed"
    said = failure(capsys)
    assert "the warehouse of connection 'smrt_warehouse' cannot be reached" in said
    assert "not-the-" not in said


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("drop table smrt.users", "no table 'smrt.users'"),
        ("alter table smrt.order_created drop column user_id", "column 'smrt.order_created.user_id' is missing"),
        (
            "alter table smrt.order_created drop column received_at",
            "table 'smrt.order_created' has none of the columns",
        ),
        ("drop schema smrt cascade", "no schema 'smrt'"),
    ],
)
def test_what_every_warehouse_must_have_is_named(
    statement: str, named: str, ann: Shop, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.execute(statement)
    assert pipeline.run(MONDAY) == "failed"
    assert named in failure(capsys)


def test_a_server_that_commits_and_drops_the_answer_gets_nothing_twice(ann: Shop, pipeline: Pipeline) -> None:
    pipeline.sandbox.faults(
        [
            {"method": "POST", "path": f"/{entity}$", "drop": "after", "times": 1}
            for entity in ("customer", "user", "usage")
        ]
    )

    assert pipeline.run(MONDAY) == "success"

    for entity, count in (("customer", 1), ("user", 1), ("usage", 2)):
        assert len(pipeline.sandbox.objects(entity)) == count


def test_a_run_that_breaks_off_is_carried_on_by_the_next(ann: Shop, pipeline: Pipeline) -> None:
    pipeline.sandbox.faults([{"method": "POST", "path": "/usage$", "status": 401, "times": 1}])
    assert pipeline.run(MONDAY) == "failed"
    assert pipeline.state("select state from runs") == [{"state": "failed"}]

    assert pipeline.run(MONDAY + timedelta(hours=2)) == "success"

    assert sorted(name for name, _ in pipeline.timeline("7")) == ["Customer Visit", "Order Created"]


def test_a_record_that_startdeliver_refuses_costs_itself_alone_and_is_tried_again(
    ann: Shop, pipeline: Pipeline
) -> None:
    ann.customer("8", name="Bob", email="bob@example.com")
    ann.event("Order Created", "8", MONDAY - DAY)
    refusal = {"method": "POST", "path": "/(user|usage)$", "status": 400, "times": 2}
    pipeline.sandbox.faults([refusal | {"where": {"customfieldSmrtId": "8"}}])

    assert pipeline.run(MONDAY) == "success"
    assert pipeline.fates("users") == {"extracted": 2, "created": 1, "rejected: refused": 1}
    assert pipeline.fates("Order Created") == {"extracted": 2, "sent": 1, "rejected: user_refused": 1}
    assert "bob@example.com" not in str(pipeline.state("select * from refusals"))
    assert pipeline.state("select entity, key, reason from refusals") == [
        {"entity": "user", "key": "8", "reason": "refused"}
    ]
    rejected = pipeline.state("select entity, reason from rejections order by entity")
    assert [(one["entity"], one["reason"]) for one in rejected] == [
        ("Customer Visit", "user_refused"),
        ("Order Created", "user_refused"),
    ]

    pipeline.sandbox.clear_faults()
    assert pipeline.run(MONDAY + timedelta(hours=2)) == "success"
    assert len(pipeline.timeline("8")) == 2
    assert pipeline.users()["8"]["name"] == "Bob"


def test_a_single_task_that_is_cleared_later_sends_nothing_and_counts_nothing_as_read(
    ann: Shop, pipeline: Pipeline
) -> None:
    pipeline.sandbox.faults([{"method": "POST", "path": "/usage$", "status": 401, "times": 1}])
    pipeline.run(MONDAY)
    (closed,) = pipeline.state("select run from runs")

    with pytest.raises(AirflowFailException, match="clear the whole DAG run, from open_run on"):
        run_part("load_events", {"run": closed["run"], "state_schema": "startdeliver_sync", "buckets": 1})
