"""People are told of a change once: when runs begin to fail, when they succeed again; whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.models import Variable
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException
from airflow.triggers.callback import CallbackTrigger

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.stages import airflow_run
from smrt_startdeliver.stages.tell import UNREACHABLE_TOLD
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

HOURS, DAY = timedelta(hours=2), timedelta(days=1)
RECORDER = "tests.end_to_end.recording.Recorder"
RUNS_FAIL, RUNS_SUCCEED = ("run failing", "problem"), ("run failing", "recovered")
GUARD, NO_GUARD = ("guard tripped", "problem"), ("guard tripped", "recovered")
MANY_REJECTED, FEW_REJECTED = ("rejected share high", "problem"), ("rejected share high", "recovered")
FAILED = "update startdeliver_sync.runs set state = 'failed', message = 'load_events: it broke'"
NO_SUCCESS, SUCCESS = ("no success", "problem"), ("no success", "recovered")


class Inbox:
    """What a recorder was told."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def messages(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []

    def changes(self) -> list[tuple[str, str]]:
        return [(message["alert"], message["state"]) for message in self.messages()]

    def break_down(self) -> None:
        self.file.with_suffix(".broken").touch()

    def mend(self) -> None:
        self.file.with_suffix(".broken").unlink()


def settings(*inboxes: Inbox, **others: Any) -> str:
    notifiers = [{"class": RECORDER, "arguments": {"file": str(inbox.file)}} for inbox in inboxes]
    return json.dumps({"notifiers": notifiers} | others)  # JSON is YAML


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox.jsonl")


@pytest.fixture
def told(shop: Shop, pipeline: Pipeline, inbox: Inbox) -> Pipeline:
    """A shop with a customer, whose notifier records."""
    shop.customer("7", name="Ann", email="ann@example.com")
    shop.event("Order Created", "7", MONDAY - DAY)
    pipeline.configure(settings=settings(inbox))
    return pipeline


@pytest.fixture
def no_variable(told: Pipeline) -> Iterator[None]:
    yield
    Variable.delete(UNREACHABLE_TOLD)


def fail_in(stage: str, told: Pipeline) -> None:
    path = {"load_customers": "/customer$", "load_users": "/user$", "load_events": "/usage$"}[stage]
    told.sandbox.faults([{"method": "POST", "path": path, "status": 401}])


def run(told: Pipeline, end: datetime, **params: Any) -> str:
    """Like `Pipeline.run`, without Airflow's own part, which takes its time; it is closed whatever happened."""
    try:
        told.run_as("scheduled", end, **params)
    except AirflowFailException:
        for opened in told.state("select run from runs where state = 'running'"):
            airflow_run.close_run([{**opened, "state_schema": "startdeliver_sync", "buckets": 1}], {})
        return "failed"
    return "success"


def test_a_failing_run_is_told_once_and_its_recovery_once(told: Pipeline, inbox: Inbox) -> None:
    fail_in("load_events", told)
    assert told.run(MONDAY) == "failed"
    assert inbox.changes() == [RUNS_FAIL]
    (message,) = inbox.messages()
    assert message["subject"] == "SMRT to Startdeliver: runs fail"
    assert "load_events: Startdeliver refuses the API key" in message["text"]

    assert told.run(MONDAY + HOURS) == "failed"
    assert inbox.changes() == [RUNS_FAIL]

    told.sandbox.clear_faults()
    assert told.run(MONDAY + 2 * HOURS) == "success"
    assert inbox.changes() == [RUNS_FAIL, RUNS_SUCCEED]
    assert told.run(MONDAY + 3 * HOURS) == "success"
    assert inbox.changes() == [RUNS_FAIL, RUNS_SUCCEED]


def test_runs_that_succeed_are_nothing_to_tell(told: Pipeline, inbox: Inbox) -> None:
    assert run(told, MONDAY) == "success"
    assert inbox.messages() == []


def test_who_names_no_notifier_is_told_nothing_and_nothing_is_noted(told: Pipeline, inbox: Inbox) -> None:
    told.configure(settings=settings())
    fail_in("load_events", told)
    assert run(told, MONDAY) == "failed"
    assert told.state("select * from alerts") == []


def test_a_run_that_fails_its_first_checks_is_told_once_with_the_reason(told: Pipeline, inbox: Inbox) -> None:
    run(told, MONDAY)
    told.connect_startdeliver(key="s3cret-and-wrong")
    for number in (1, 2):
        assert run(told, MONDAY + number * HOURS) == "failed"
        assert inbox.changes() == [RUNS_FAIL]
    assert "Startdeliver refuses the API key" in inbox.messages()[0]["text"]
    assert "s3cret-and-wrong" not in inbox.file.read_text()

    airflow_run.watch({})  # the last run that ended is the one before: no recovery
    assert inbox.changes() == [RUNS_FAIL]
    told.connect_startdeliver()
    assert run(told, MONDAY + 3 * HOURS) == "success"
    assert inbox.changes() == [RUNS_FAIL, RUNS_SUCCEED]


def test_a_mistake_in_the_settings_is_told_as_long_as_they_say_whom_to_tell(told: Pipeline, inbox: Inbox) -> None:
    told.configure(settings=settings(inbox, cycle_dayz=4))
    assert run(told, MONDAY) == "failed"
    assert inbox.changes() == [RUNS_FAIL]
    assert "cycle_dayz is not a known key" in inbox.messages()[0]["text"]


def test_a_guard_that_trips_is_told_once_and_as_nothing_else(shop: Shop, told: Pipeline, inbox: Inbox) -> None:
    for user in range(24):
        shop.customer(f"c{user}", name="Bea")
    run(told, MONDAY)
    told.execute("delete from smrt.users where id like 'c%'")
    for number in (1, 2):
        assert run(told, MONDAY + number * HOURS) == "failed"
        assert inbox.changes() == [GUARD]
    assert "rows users 1, usually 25" in inbox.messages()[0]["text"]

    assert run(told, MONDAY + 3 * HOURS, force=True) == "success"
    assert inbox.changes() == [GUARD, NO_GUARD]


def test_a_high_share_of_rejected_rows_is_told_once_with_counts_and_reasons(
    shop: Shop, told: Pipeline, inbox: Inbox
) -> None:
    def loaded(rows: int, before: datetime, *, rejected: bool) -> None:
        for number in range(rows):
            at = before - timedelta(minutes=number + 1)
            shop.event("Order Ready", "7", None if rejected else at, loaded=at)

    loaded(20, MONDAY, rejected=False)
    run(told, MONDAY)
    assert inbox.changes() == []
    loaded(12, MONDAY + HOURS, rejected=True)
    run(told, MONDAY + HOURS)
    assert inbox.changes() == [MANY_REJECTED]
    assert "Order Ready 12 of 12 (no_timestamp 12)" in inbox.messages()[0]["text"]

    run(told, MONDAY + 2 * HOURS)  # in which there is none of them: nobody knows better
    assert inbox.changes() == [MANY_REJECTED]

    loaded(20, MONDAY + 3 * HOURS, rejected=False)
    run(told, MONDAY + 3 * HOURS)
    assert inbox.changes() == [MANY_REJECTED, FEW_REJECTED]


def test_that_nothing_succeeds_for_too_long_is_told_once_also_while_no_run_starts(told: Pipeline, inbox: Inbox) -> None:
    run(told, MONDAY)
    told.execute("update startdeliver_sync.runs set finished_at = now() - interval '5 hours'")
    airflow_run.watch({})
    assert inbox.changes() == []

    told.execute("update startdeliver_sync.runs set finished_at = now() - interval '7 hours'")
    for _ in range(2):
        airflow_run.watch({})
        assert inbox.changes() == [NO_SUCCESS]
    assert inbox.messages()[0]["subject"] == "SMRT to Startdeliver: no success for 6 hours"
    fail_in("load_events", told)
    told.execute("update smrt.users set name = 'Anna'")
    run(told, MONDAY + HOURS)
    told.sandbox.clear_faults()
    run(told, MONDAY + 2 * HOURS)
    assert inbox.changes()[-1] == SUCCESS
    assert inbox.changes().count(NO_SUCCESS) == 1


def test_dry_runs_manual_windows_and_backfills_tell_nothing(shop: Shop, told: Pipeline, inbox: Inbox) -> None:
    run(told, MONDAY)
    kinds = ({"since": "2026-03-01T00:00:00Z"}, {"dry_run": True}, {"entities": ["events"]})
    told.connect_startdeliver(key="wrong")
    for params in kinds:
        assert run(told, MONDAY + HOURS, **params) == "failed"
    with pytest.raises(AirflowFailException):
        told.run_as("backfill", MONDAY - DAY)
    told.connect_startdeliver()
    shop.event("Order Created", "7", MONDAY)
    fail_in("load_events", told)
    assert run(told, MONDAY + HOURS, since="2026-03-01T00:00:00Z") == "failed"
    assert inbox.messages() == []


def test_a_notifier_that_fails_fails_no_run_holds_up_no_other_and_is_tried_again(
    told: Pipeline, inbox: Inbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = Inbox(tmp_path / "other.jsonl")
    told.configure(settings=settings(inbox, other))
    inbox.break_down()
    fail_in("load_events", told)
    assert run(told, MONDAY) == "failed"
    told.sandbox.clear_faults()
    assert run(told, MONDAY + HOURS) == "success"
    assert inbox.messages() == []
    assert other.changes() == [RUNS_FAIL, RUNS_SUCCEED]

    inbox.mend()
    for _ in range(2):
        airflow_run.watch({})
        assert inbox.changes() == [RUNS_FAIL, RUNS_SUCCEED]
        assert other.changes() == [RUNS_FAIL, RUNS_SUCCEED]


def test_a_task_that_is_killed_while_it_tells_leaves_the_message_to_another_once_it_is_missed(
    told: Pipeline, inbox: Inbox
) -> None:
    run(told, MONDAY)
    told.execute(FAILED)
    deadly = inbox.file.with_suffix(".deadly")
    deadly.touch()
    watch = "from smrt_startdeliver.stages import airflow_run; airflow_run.watch({})"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run([sys.executable, "-c", watch], env=environment, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    deadly.unlink()

    airflow_run.watch({})
    assert inbox.messages() == []  # it may be at it still
    told.execute("update startdeliver_sync.alerts set claimed_until = now() - interval '1 second'")
    airflow_run.watch({})
    assert inbox.changes() == [RUNS_FAIL]


def test_of_several_tasks_at_once_one_tells(told: Pipeline, inbox: Inbox) -> None:
    run(told, MONDAY)
    told.execute(FAILED)
    with ThreadPoolExecutor(8) as tasks:
        list(tasks.map(airflow_run.watch, [{} for _ in range(8)]))
    assert inbox.changes() == [RUNS_FAIL]


def test_a_warehouse_that_is_out_of_reach_is_told_once_though_the_memory_is_in_it(
    told: Pipeline, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, no_variable: None
) -> None:
    told.run(MONDAY)
    with monkeypatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_SMRT_WAREHOUSE", "postgresql://nobody:s3cret@127.0.0.1:1/nowhere")
        for number in (1, 2):
            assert told.run(MONDAY + number * HOURS) == "failed"
            assert inbox.changes() == [RUNS_FAIL]
        with pytest.raises(WarehouseError):
            airflow_run.watch({})
    assert "cannot be reached" in inbox.messages()[0]["text"]
    assert "s3cret" not in inbox.file.read_text()

    assert told.run(MONDAY + 3 * HOURS) == "success"
    assert inbox.changes() == [RUNS_FAIL, RUNS_SUCCEED]


def test_a_warehouse_that_goes_away_during_a_run_is_told_when_the_run_cannot_be_closed(
    told: Pipeline, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, no_variable: None
) -> None:
    def gone(_: object) -> None:
        raise WarehouseError("the warehouse went away")

    fail_in("load_events", told)
    with monkeypatch.context() as patch:
        patch.setattr("smrt_startdeliver.stages.close_run.memory_engine", gone)
        patch.setattr("smrt_startdeliver.stages.tell.memory_engine", gone)
        assert told.run(MONDAY) == "failed"
    assert inbox.changes() == [RUNS_FAIL]
    assert "the warehouse went away" in inbox.messages()[0]["text"]

    told.sandbox.clear_faults()
    assert told.run(MONDAY + HOURS) == "success"
    assert inbox.changes() == [RUNS_FAIL, RUNS_SUCCEED]


@pytest.fixture
def overdue(told: Pipeline) -> Pipeline:
    run(told, MONDAY)
    told.execute("update startdeliver_sync.runs set finished_at = now() - interval '7 hours'")
    return told


@pytest.fixture
def watching(dag: DAG) -> DAG:
    return DagBag().dags["smrt_to_startdeliver_watch"]


def test_the_dag_that_watches_tells(overdue: Pipeline, inbox: Inbox, watching: DAG) -> None:
    watching.deadline = None  # Airflow's test runs cannot prune deadlines: it has them without their ids there
    assert watching.test(logical_date=MONDAY).state == "success"
    assert inbox.changes() == [NO_SUCCESS]


def test_where_no_worker_takes_its_task_the_triggerer_tells(overdue: Pipeline, inbox: Inbox, watching: DAG) -> None:
    (alert,) = watching.deadline
    trigger = CallbackTrigger(alert.callback.path, alert.callback.kwargs | {"context": {"dag_run": {"run_id": "a"}}})

    async def events() -> list[str]:
        return [event.payload["state"] async for event in trigger.run()]

    assert asyncio.run(events()) == ["running", "success"]
    assert inbox.changes() == [NO_SUCCESS]
