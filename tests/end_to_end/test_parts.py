"""The customers in parts, a task each: the same rows and requests as in one, whatever becomes of a task."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from airflow.sdk.exceptions import AirflowFailException

from sandbox.testing import running_sandbox
from smrt_startdeliver.plan.fates import check_sums
from smrt_startdeliver.stages import airflow_run
from smrt_startdeliver.stages.job import IN_PARTS
from smrt_startdeliver.staging import bucket_of
from tests.end_to_end import pipeline as pipelines
from tests.end_to_end.pipeline import DEFAULT_MAPPING, Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY, HOURS = timedelta(days=1), timedelta(hours=2)
CUSTOMERS = 24
PARTS = 4
MISSED = {"usageType": "Pickup Missed"}
IN_FOUR = f"partitions: {PARTS}\n"


@pytest.fixture
def shop_of_many(shop: Shop) -> Shop:
    """Customers who share an account by twos, two of them a name; each has bought, and missed a pickup."""
    for user in range(CUSTOMERS):
        shop.customer(str(user), name=f"Ann {user // 2}")
        shop.event("Order Created", str(user), MONDAY - 2 * DAY, order_id=str(user), value=user)
        shop.event("Pickup Missed", str(user), MONDAY - DAY)
    return shop


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """All parts of a stage are done at once, as several workers do them.

    Where one fails, what is in the list is done and that part tried again, as Airflow does; else its run has failed.
    """
    mending: list[Callable[[], None]] = []

    def do_stage(stage: str, tickets: list[dict[str, Any]]) -> None:
        if stage not in IN_PARTS:
            airflow_run.run_stage(stage, tickets)
            return
        with ThreadPoolExecutor(len(tickets)) as workers:
            parts = [workers.submit(airflow_run.run_part, stage, ticket) for ticket in tickets]
        for ticket, part in zip(tickets, parts, strict=True):
            if not (mending and part.exception()):
                part.result()
            else:
                mending.pop()()
                airflow_run.run_part(stage, ticket)

    monkeypatch.setattr(pipelines, "do_stage", do_stage)
    return mending


def synced(pipeline: Pipeline) -> dict[str, list[dict[str, Any]]]:
    """What Startdeliver holds, without what tells when and in which order it came."""
    users = {user["id"]: user["customfieldSmrtId"] for user in pipeline.sandbox.objects("user")}
    found = {}
    for entity in ("customer", "user", "usage"):
        objects = [
            {name: value for name, value in one.items() if name not in ("id", "customerId", "createdAt", "updatedAt")}
            for one in pipeline.sandbox.objects(entity)
        ]
        found[entity] = sorted(objects, key=repr)
    found["belongs"] = sorted(
        (
            {"user": users[one["id"]], "tied": one.get("customerId") is not None}
            for one in pipeline.sandbox.objects("user")
        ),
        key=repr,
    )
    return found


def account(pipeline: Pipeline) -> dict[tuple[str, str, str], int]:
    """What became of the rows of the last run."""
    rows = pipeline.state("""
        select entity, fate, reason, sum(rows) as rows from counts where run = (select max(run) from runs)
        group by entity, fate, reason
    """)
    check_sums((row["entity"], row["fate"], row["rows"]) for row in rows)
    return {(row["entity"], row["fate"], row["reason"]): int(row["rows"]) for row in rows}


def parts_of(pipeline: Pipeline, stage: str) -> list[int]:
    """The parts of which the last run has the account of a stage."""
    rows = pipeline.state(
        f"select part from measures where stage = '{stage}' and name = 'seconds'"
        " and run = (select max(run) from runs) order by part"
    )
    return [row["part"] for row in rows]


@pytest.mark.usefixtures("mended", "shop_of_many")
def test_in_parts_the_same_is_sent_in_as_many_requests_as_in_one(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.run_as("scheduled", MONDAY)
    one, accounts, writes = synced(pipeline), account(pipeline), pipeline.sandbox.requests()["writes"]
    assert parts_of(pipeline, "load_users") == [0]

    pipeline.execute("drop schema startdeliver_sync cascade")
    with running_sandbox(tmp_path / "another.sqlite") as another:
        pipeline.sandbox = another
        pipeline.connect_startdeliver()
        pipeline.configure(mapping=DEFAULT_MAPPING.read_text(), settings=IN_FOUR)
        pipeline.run_as("scheduled", MONDAY)

        assert synced(pipeline) == one
        assert account(pipeline) == accounts
        assert another.requests()["writes"] == writes
        for stage, parts in (("extract", 1), ("derive", PARTS), ("load_users", PARTS), ("load_events", PARTS)):
            assert parts_of(pipeline, stage) == list(range(parts))
        another.reset_requests()
        pipeline.run_as("scheduled", MONDAY + HOURS)
        assert another.requests()["writes"] == 0


@pytest.mark.parametrize(("path", "where"), [("/user$", {"customfieldSmrtId": "7"}), ("/usage$", {"userId": "7"})])
@pytest.mark.usefixtures("shop_of_many")
def test_a_part_that_failed_is_tried_again_and_counts_what_its_first_try_did(
    pipeline: Pipeline, mended: list[Callable[[], None]], path: str, where: dict[str, str]
) -> None:
    pipeline.configure(settings=IN_FOUR)
    pipeline.sandbox.faults([{"method": "POST", "path": path, "status": 401, "where": where}])
    mended.append(pipeline.sandbox.clear_faults)
    pipeline.run_as("scheduled", MONDAY)

    assert mended == []
    assert pipeline.fates("users") == {"extracted": CUSTOMERS, "created": CUSTOMERS}
    assert pipeline.fates("Pickup Missed") == {"extracted": CUSTOMERS, "sent": CUSTOMERS}
    account(pipeline)
    assert len(pipeline.sandbox.objects("user")) == CUSTOMERS
    sent = [usage["messageId"] for usage in pipeline.sandbox.objects("usage")]
    assert len(sent) == len(set(sent))


@pytest.mark.usefixtures("mended", "shop_of_many")
def test_what_a_part_did_not_get_to_is_aborted_the_others_stand_and_the_next_run_sends_it(pipeline: Pipeline) -> None:
    pipeline.configure(settings=IN_FOUR)
    pipeline.sandbox.faults([{"method": "POST", "path": "/user$", "status": 401, "where": {"customfieldSmrtId": "7"}}])
    with pytest.raises(AirflowFailException, match="refuses the API key"):
        pipeline.run_as("scheduled", MONDAY)
    (run,) = pipeline.state("select run from runs")
    airflow_run.close_run([{**run, "state_schema": "startdeliver_sync", "buckets": PARTS, "part": 0}], {})

    fates = pipeline.fates("users")
    created = len(pipeline.sandbox.objects("user"))
    assert fates == {"extracted": CUSTOMERS, "created": created, "skipped: aborted": CUSTOMERS - created}
    assert parts_of(pipeline, "load_users") == [part for part in range(PARTS) if part != part_of("7")]
    assert pipeline.fates("Pickup Missed") == {"extracted": CUSTOMERS, "skipped: aborted": CUSTOMERS}
    account(pipeline)

    pipeline.sandbox.clear_faults()
    pipeline.run_as("scheduled", MONDAY + HOURS)
    assert len(pipeline.sandbox.objects("user")) == CUSTOMERS
    sent = [usage["messageId"] for usage in pipeline.sandbox.objects("usage")]
    assert len(sent) == len(set(sent))
    assert sum(usage["usageType"] == "Pickup Missed" for usage in pipeline.sandbox.objects("usage")) == CUSTOMERS


@pytest.mark.usefixtures("shop_of_many")
def test_no_part_begins_before_all_parts_of_the_stage_before_are_done(pipeline: Pipeline) -> None:
    pipeline.configure(settings=IN_FOUR)
    with pytest.raises(AirflowFailException, match="load_events of run 1 cannot start without load_users"):
        pipeline.run_as("scheduled", MONDAY, before={"load_users": lambda: one_part_too_soon(pipeline)})
    assert pipeline.sandbox.objects("usage") == []


def one_part_too_soon(pipeline: Pipeline) -> None:
    (run,) = pipeline.state("select run, buckets from runs")
    first, second = ({**run, "state_schema": "startdeliver_sync", "part": part} for part in (0, 1))
    airflow_run.run_part("load_users", first)
    airflow_run.run_part("load_events", second)


@pytest.mark.usefixtures("mended", "shop_of_many")
def test_what_an_earlier_run_left_open_is_sent_by_the_part_of_its_customer_alone(pipeline: Pipeline) -> None:
    pipeline.configure(settings=IN_FOUR)
    pipeline.sandbox.faults([{"method": "POST", "path": "/usage$", "status": 422, "where": MISSED}])
    pipeline.run_as("scheduled", MONDAY)
    assert pipeline.fates("Pickup Missed") == {"extracted": CUSTOMERS, "rejected: refused": CUSTOMERS}

    pipeline.sandbox.clear_faults()
    pipeline.sandbox.reset_requests()
    pipeline.run_as("scheduled", MONDAY + HOURS)
    usages = pipeline.sandbox.objects("usage")
    assert len({usage["messageId"] for usage in usages}) == len(usages)
    assert pipeline.sandbox.requests()["writes"] == CUSTOMERS
    assert sum(usage["usageType"] == "Pickup Missed" for usage in usages) == CUSTOMERS


@pytest.mark.usefixtures("mended", "shop_of_many")
def test_of_who_vanished_all_users_are_deleted_before_any_customer(pipeline: Pipeline) -> None:
    pipeline.configure(settings=f"{IN_FOUR}on_vanish: delete\n")
    pipeline.run_as("scheduled", MONDAY)
    for table in ("users", "order_created", "pickup_missed"):
        pipeline.execute(f"delete from smrt.{table} where {'id' if table == 'users' else 'user_id'}::integer < 8")
    pipeline.sandbox.reset_requests()
    pipeline.run_as("scheduled", MONDAY + HOURS, force=True)

    assert pipeline.fates("vanished users") == pipeline.fates("vanished customers") == {"extracted": 8, "deleted": 8}
    assert len(pipeline.sandbox.objects("user")) == len(pipeline.sandbox.objects("customer")) == CUSTOMERS - 8


def part_of(user: str) -> int:
    """The part that a user is worked on in."""
    return int(bucket_of(pd.Series([user]), PARTS).iloc[0])
