"""A run that breaks off accounts for every row, and says where and why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from smrt_startdeliver.plan.fates import check_sums
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY = timedelta(days=1)


@pytest.fixture
def shop_of_five(shop: Shop) -> Shop:
    for user in range(5):
        shop.customer(str(user))
        shop.event("Pickup Missed", str(user), MONDAY - DAY)
    return shop


def refuse_the_key(pipeline: Pipeline, entity: str, where: dict[str, str]) -> None:
    pipeline.configure(settings="max_in_flight: 1\n")
    pipeline.sandbox.faults([{"method": "POST", "path": f"/{entity}$", "status": 403, "where": where}])


def check_account(pipeline: Pipeline) -> None:
    counts = pipeline.state("select entity, fate, rows from counts where run = (select max(run) from runs)")
    check_sums((row["entity"], row["fate"], row["rows"]) for row in counts)


def test_events_that_a_refused_key_left_are_aborted_and_sent_by_the_next_run(
    shop_of_five: Shop, pipeline: Pipeline
) -> None:
    refuse_the_key(pipeline, "usage", {"userId": "2"})
    assert pipeline.run(MONDAY) == "failed"

    assert pipeline.fates("Pickup Missed") == {"extracted": 5, "sent": 2, "skipped: aborted": 3}
    check_account(pipeline)
    ((message,),) = [row.values() for row in pipeline.state("select message from runs")]
    assert message.startswith("load_events: Startdeliver refuses the API key (403")

    pipeline.sandbox.clear_faults()
    assert pipeline.run(MONDAY + timedelta(hours=2)) == "success"
    assert len(pipeline.sandbox.objects("usage")) == 5


def test_all_that_comes_after_the_entity_that_broke_off_is_aborted_too(shop_of_five: Shop, pipeline: Pipeline) -> None:
    refuse_the_key(pipeline, "user", {"customfieldSmrtId": "3"})
    assert pipeline.run(MONDAY) == "failed"

    fates = pipeline.fates("users")
    assert fates["created"] + fates["skipped: aborted"] == fates["extracted"] == 5
    assert 0 < fates["created"] < 5
    assert pipeline.fates("Pickup Missed") == {"extracted": 5, "skipped: aborted": 5}
    check_account(pipeline)


def test_a_task_that_is_tried_again_counts_what_its_first_try_did(shop_of_five: Shop, pipeline: Pipeline) -> None:
    refuse_the_key(pipeline, "user", {"customfieldSmrtId": "3"})
    pipeline.run_as("scheduled", MONDAY, mend=pipeline.sandbox.clear_faults)
    assert pipeline.fates("users") == {"extracted": 5, "created": 5}
    assert pipeline.fates("Pickup Missed") == {"extracted": 5, "sent": 5}
    check_account(pipeline)
    assert pipeline.state("select state, message from runs") == [{"state": "success", "message": None}]
