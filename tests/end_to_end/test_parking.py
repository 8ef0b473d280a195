"""What Startdeliver refuses is tried again with its latest value, some runs long; then it waits for a person."""

from __future__ import annotations

from datetime import timedelta

from smrt_startdeliver.stages.report import TRIED_IN_RUNS
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY = timedelta(days=1)
PERIOD = timedelta(hours=2)
REFUSED_USER = {"method": "POST", "path": "/user$", "status": 400, "where": {"customfieldSmrtId": "8"}}
REFUSED_EVENT = {"method": "POST", "path": "/usage$", "status": 400, "where": {"userId": "8"}}


def refused_in_all_runs_but_one(pipeline: Pipeline) -> None:
    pipeline.run_as("scheduled", MONDAY)
    pipeline.execute(f"update startdeliver_sync.refusals set tries = {TRIED_IN_RUNS}")


def parked(pipeline: Pipeline) -> list[str]:
    return [row["key"] for row in pipeline.state("select key from refusals where parked_at is not null")]


def writes(pipeline: Pipeline) -> int:
    return int(pipeline.sandbox.requests()["writes"])


def test_a_refused_user_is_tried_again_in_five_runs_then_parked_and_tried_when_its_value_changes(
    shop: Shop, pipeline: Pipeline
) -> None:
    shop.customer("8", name="Bob")
    pipeline.sandbox.faults([REFUSED_USER])
    for runs in range(1 + TRIED_IN_RUNS):
        pipeline.run_as("scheduled", MONDAY + runs * PERIOD)
        assert parked(pipeline) == (["8"] if runs == TRIED_IN_RUNS else [])

    before = writes(pipeline)
    pipeline.run_as("scheduled", MONDAY + DAY)
    assert pipeline.fates("users") == {"extracted": 1, "skipped: parked": 1}
    assert writes(pipeline) == before

    pipeline.sandbox.clear_faults()
    pipeline.execute("update smrt.users set name = 'Robert'")
    pipeline.run_as("scheduled", MONDAY + DAY + PERIOD)
    assert pipeline.users()["8"]["name"] == "Robert"
    assert pipeline.state("select * from refusals") == []


def test_a_refused_event_is_parked_and_sent_when_it_is_loaded_with_another_content(
    shop: Shop, pipeline: Pipeline
) -> None:
    pipeline.configure(settings="events: [Pickup Completed]\nlookback_hours: 480\n")
    shop.customer("8")
    event = shop.event("Pickup Completed", "8", MONDAY - DAY, driver="Lee")
    pipeline.sandbox.faults([REFUSED_EVENT])
    refused_in_all_runs_but_one(pipeline)
    pipeline.run_as("scheduled", MONDAY + PERIOD)
    assert parked(pipeline) == [event]

    before = writes(pipeline)
    pipeline.run_as("scheduled", MONDAY + DAY)
    assert pipeline.fates("Pickup Completed")["skipped: parked"] == 1
    assert writes(pipeline) == before

    pipeline.sandbox.clear_faults()
    pipeline.execute(f"update smrt.pickup_completed set driver = 'Kim' where id = '{event}'")
    pipeline.run_as("scheduled", MONDAY + DAY + PERIOD)
    assert [usage["properties"] for usage in pipeline.sandbox.objects("usage")] == [{"driver": "Kim"}]


def test_a_refused_event_is_parked_after_two_weeks_however_few_runs_there_were(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(settings="events: [Pickup Completed]\n")
    shop.customer("8")
    shop.event("Pickup Completed", "8", MONDAY - DAY)
    pipeline.sandbox.faults([REFUSED_EVENT])
    pipeline.run_as("scheduled", MONDAY)
    pipeline.execute("update startdeliver_sync.refusals set first_at = now() - interval '15 days'")

    pipeline.run_as("scheduled", MONDAY + PERIOD)

    assert [row["tries"] for row in pipeline.state("select tries from refusals where parked_at is not null")] == [2]


def test_events_of_a_refused_user_wait_for_it_however_long_and_cost_no_request(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(settings="events: [Pickup Completed]\n")
    shop.customer("8", name="Bob")
    shop.event("Pickup Completed", "8", MONDAY - DAY)
    pipeline.sandbox.faults([REFUSED_USER])
    refused_in_all_runs_but_one(pipeline)
    pipeline.run_as("scheduled", MONDAY + PERIOD)
    assert parked(pipeline) == ["8"]
    assert pipeline.timeline("8") == []

    pipeline.sandbox.clear_faults()
    pipeline.execute("update smrt.users set name = 'Robert'")
    pipeline.run_as("scheduled", MONDAY + DAY)

    assert [name for name, _ in pipeline.timeline("8")] == ["Pickup Completed"]
