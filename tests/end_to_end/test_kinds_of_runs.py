"""What scheduled runs and backfills do that others do not."""

from __future__ import annotations

from datetime import timedelta

from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_once_a_day_a_scheduled_run_finds_what_turned_up_inside_windows_that_were_read_before(
    shop: Shop, pipeline: Pipeline
) -> None:
    shop.customer("7", name="Ann")
    shop.event("Pickup Missed", "7", MONDAY - DAY)
    pipeline.run_as("scheduled", MONDAY)
    pipeline.run_as("scheduled", MONDAY + 2 * HOUR)  # the first sweep
    turned_up = MONDAY - 20 * DAY
    shop.event("Order Created", "7", turned_up, loaded=turned_up)

    pipeline.run_as("scheduled", MONDAY + 4 * HOUR)
    assert [name for name, _ in pipeline.timeline("7")] == ["Pickup Missed"]

    for hours in (26, 28, 52):
        pipeline.run_as("scheduled", MONDAY + hours * HOUR)
    assert pipeline.timeline("7")[1:] == [("Customer Visit", turned_up), ("Order Created", turned_up)]


def test_a_scheduled_run_speaks_of_the_present_and_a_backfill_sends_history_whole(
    shop: Shop, pipeline: Pipeline
) -> None:
    shop.customer("7", name="Ann")
    shop.event("Order Created", "7", MONDAY - 80 * DAY)
    shop.event("Order Created", "7", MONDAY - DAY)
    pipeline.run_as("scheduled", MONDAY)
    assert "Customer Lost" not in [name for name, _ in pipeline.timeline("7")]
    assert pipeline.fates("Customer Lost") == {"extracted": 1, "skipped: stale": 1}

    lost_on = (MONDAY - 19 * DAY).replace(hour=0)
    pipeline.run_as("backfill", lost_on + 4 * HOUR)

    assert pipeline.timeline("7")[-1] == ("Customer Lost", lost_on)
    assert pipeline.state("select max(window_end) as last_end from runs where watermark") == [{"last_end": MONDAY}]


def test_a_customer_of_whom_there_are_only_events_can_be_lost_now(shop: Shop, pipeline: Pipeline) -> None:
    shop.event("Order Created", "8", MONDAY - 70 * DAY)
    pipeline.run_as("scheduled", MONDAY)
    assert [name for name, _ in pipeline.timeline("8")] == ["Customer Visit", "Customer Lost", "Order Created"]


def test_a_run_out_of_time_leaves_the_rest_to_the_next(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(settings="run_budget_minutes: 1\n")
    shop.customer("7", name="Ann")
    shop.event("Pickup Missed", "7", MONDAY - DAY)
    ticket_of_a_slow_run = "update startdeliver_sync.runs set sending_since = now() - interval '2 minutes'"

    pipeline.run_as("scheduled", MONDAY, before={"load_events": ticket_of_a_slow_run})
    assert pipeline.fates("Pickup Missed") == {"extracted": 1, "skipped: deferred": 1}
    pipeline.run_as("scheduled", MONDAY + 60 * DAY)

    assert [name for name, _ in pipeline.timeline("7")] == ["Pickup Missed"]
