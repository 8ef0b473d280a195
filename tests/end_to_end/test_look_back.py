"""Of what was loaded within the look-back, a run reads again only what is not as the run before saw it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop
from tests.end_to_end.test_moved import HOUR, left_undone, looked_at, moved_customers, narrow

__all__ = ["narrow"]

LATELY = MONDAY - 5 * HOUR
"""Within the look-back of every run of these tests."""
NEXT = MONDAY + 2 * HOUR


@pytest.fixture
def shop(pipeline: Pipeline, narrow: None) -> Shop:
    """Ann, Bob and Cyd have each missed a pickup and brought an order lately, all of which was sent."""
    pipeline.configure(settings="sweep_hours: 1000\nguard_max_change: 1\n")
    shop = Shop(pipeline)
    for user in ("ann", "bob", "cyd"):
        shop.customer(user, name=user)
        shop.event("Pickup Missed", user, LATELY)
        shop.event("Order Created", user, LATELY, order_id=user, value=20)
    for end in (MONDAY - HOUR, MONDAY):  # the second one compares all that was loaded with the memory
        pipeline.run_as("scheduled", end)
    return shop


def run(pipeline: Pipeline, end: datetime = NEXT) -> None:
    """A run of those who may have moved. One over everybody would find nothing left to do."""
    pipeline.run_as("scheduled", end)
    assert looked_at(pipeline) == "who moved"
    assert left_undone(end) == {}
    assert pipeline.state("select from customers_loaded_now") == []


def test_where_nothing_came_nobody_is_read_again(shop: Shop, pipeline: Pipeline) -> None:
    run(pipeline)
    assert moved_customers(pipeline) == 0
    assert pipeline.fates("Pickup Missed") == {}
    assert pipeline.fates("users") == {"extracted": 3, "unchanged": 3}


def test_an_event_that_was_loaded_late_is_sent_and_its_customer_alone_is_read(shop: Shop, pipeline: Pipeline) -> None:
    shop.event("Pickup Missed", "bob", LATELY - HOUR, loaded=LATELY)
    run(pipeline)
    assert moved_customers(pipeline) == 1
    assert pipeline.fates("Pickup Missed") == {"extracted": 2, "sent": 1, "already sent": 1}


def test_a_row_that_changed_in_place_has_its_customer_read(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.execute("update smrt.order_created set value = 90 where user_id = 'cyd'")
    run(pipeline)
    assert moved_customers(pipeline) == 1


def test_a_row_that_went_has_its_customer_read(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.execute("delete from smrt.order_created where user_id = 'ann'")
    run(pipeline)
    assert moved_customers(pipeline) == 1


def test_rows_that_two_customers_swapped_have_both_read(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.execute(
        "update smrt.pickup_missed set user_id = case user_id when 'ann' then 'bob' else 'ann' end "
        "where user_id in ('ann', 'bob')"
    )
    run(pipeline)
    assert moved_customers(pipeline) == 2


def test_what_was_loaded_after_a_run_had_ended_is_sent_by_the_next_though_it_was_there_already(
    shop: Shop, pipeline: Pipeline
) -> None:
    shop.event("Pickup Missed", "bob", LATELY, loaded=NEXT + HOUR)
    run(pipeline)
    assert moved_customers(pipeline) == 1
    assert pipeline.fates("Pickup Missed") == {"extracted": 1, "already sent": 1}
    run(pipeline, NEXT + 2 * HOUR)
    assert pipeline.fates("Pickup Missed")["sent"] == 1
    run(pipeline, NEXT + 4 * HOUR)
    assert moved_customers(pipeline) == 0


def test_what_nobody_knows_when_it_was_loaded_is_looked_at_by_every_run(shop: Shop, pipeline: Pipeline) -> None:
    shop.event("Pickup Missed", "bob", LATELY)
    pipeline.execute(
        "update smrt.pickup_missed set received_at = null where id = (select max(id) from smrt.pickup_missed)"
    )
    for end in (NEXT, NEXT + 2 * HOUR):
        run(pipeline, end)
        assert moved_customers(pipeline) == 1
        assert sum(count for fate, count in pipeline.fates("Pickup Missed").items() if "reject" in fate) == 1


def test_rows_of_nobody_have_their_fate_in_each_run_that_looks_back_to_them(shop: Shop, pipeline: Pipeline) -> None:
    shop.event("Pickup Missed", None, LATELY)
    shop.event("Order Created", "bob", MONDAY, value=1)
    run(pipeline)
    assert moved_customers(pipeline) == 1
    assert pipeline.fates("Pickup Missed") == {"extracted": 2, "already sent": 1, "skipped: anonymous": 1}
    run(pipeline, NEXT + 2 * HOUR)
    assert moved_customers(pipeline) == 0
    assert pipeline.fates("Pickup Missed") == {"extracted": 1, "skipped: anonymous": 1}


def test_as_the_look_back_moves_on_what_leaves_it_moves_nobody(shop: Shop, pipeline: Pipeline) -> None:
    for hours in (20, 47, 60, 100):
        run(pipeline, MONDAY + hours * HOUR)
        assert moved_customers(pipeline) == 0
    assert pipeline.state("select from customers_loaded") == []


def test_a_run_that_had_no_time_for_all_leaves_no_hashes_to_build_on(shop: Shop, pipeline: Pipeline) -> None:
    kept = pipeline.state("select * from customers_loaded order by 1, 2")
    shop.event("Pickup Missed", "bob", MONDAY)
    no_time = "update startdeliver_sync.runs set sending_since = now() - interval '1 day'"
    pipeline.run_as("scheduled", NEXT, before={"load_events": no_time})
    assert pipeline.fates("Pickup Missed")["skipped: deferred"] == 1
    assert pipeline.state("select * from customers_loaded order by 1, 2") == kept
    pipeline.run_as("scheduled", NEXT + 2 * HOUR)
    assert pipeline.fates("Pickup Missed")["sent"] == 1


def test_a_run_that_failed_after_it_had_looked_leaves_what_it_saw_to_the_next_one(
    shop: Shop, pipeline: Pipeline
) -> None:
    shop.event("Pickup Missed", "bob", MONDAY)
    pipeline.sandbox.faults([{"method": "POST", "path": "/usage$", "status": 401, "times": 1}])
    with pytest.raises(Exception, match="401"):
        pipeline.run_as("scheduled", NEXT)
    pipeline.run_as("scheduled", NEXT + 2 * HOUR)
    assert looked_at(pipeline) == "the run before was another one than what is kept is of"
    assert pipeline.fates("Pickup Missed")["sent"] == 1
    assert left_undone(NEXT + 2 * HOUR) == {}


@pytest.mark.parametrize("lookback_hours", [0, 1, 6])
def test_however_short_the_look_back_nothing_that_is_new_is_missed(
    pipeline: Pipeline, narrow: None, lookback_hours: int
) -> None:
    pipeline.configure(settings=f"sweep_hours: 1000\nlookback_hours: {lookback_hours}\nguard_max_change: 1\n")
    shop = Shop(pipeline)
    shop.customer("ann")
    shop.customer("bob")
    shop.event("Pickup Missed", "ann", LATELY)
    for end in (MONDAY - HOUR, MONDAY):
        pipeline.run_as("scheduled", end)
    for round_ in range(4):
        end = MONDAY + (round_ + 1) * HOUR
        shop.event("Pickup Missed", "bob", end - HOUR, loaded=end - HOUR)  # the first moment of its window
        shop.event("Pickup Missed", "ann", end - HOUR, loaded=end - timedelta(microseconds=1))
        run(pipeline, end)
        assert pipeline.fates("Pickup Missed")["sent"] == 2
