"""`guard_max_change`: an audience that would change too much at once is held, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from airflow.sdk.exceptions import AirflowFailException

from smrt_startdeliver.errors import WarehouseError
from tests.end_to_end.declaring import MAPPING, STORE_1, measures, members, move, people, values, writes
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY = timedelta(days=1)
STORE_2 = """
  - name: Store 2
    field: customfieldStore2
    all: [{trait: agent, op: equals, value: Store 2}]
"""
MISSED = """
traits:
  - {name: Missed, kind: event_counter, event: Pickup Missed, field: customfieldMissed}
"""
NO_TIME = "update startdeliver_sync.runs set sending_since = now() - interval '1 day'"
NO_MEMORY = """
create function refuse() returns trigger language plpgsql as $$ begin raise 'the disk is full'; end $$;
create trigger refuse before insert on startdeliver_sync.memberships execute function refuse()
"""


def sync(pipeline: Pipeline, day: int, **params: bool) -> None:
    pipeline.run_as("scheduled", MONDAY + day * DAY, **params)


def are_in(pipeline: Pipeline, audience: str, alias: str) -> int:
    """How many are in an audience: Startdeliver and the memory say the same."""
    held = {user for user, value in values(pipeline, alias).items() if value is True}
    assert held == {user for user, (member, _) in members(pipeline, audience).items() if member}
    return len(held)


@pytest.fixture
def synced(shop: Shop, pipeline: Pipeline) -> Pipeline:
    """Twenty customers in one audience and ten in another, synced."""
    people(pipeline, 20, agent="Store 1")
    people(pipeline, 10, agent="Store 2", first=20)
    pipeline.configure(mapping=MAPPING, traits=MISSED, audiences=STORE_1 + STORE_2, settings="audience_events: true\n")
    shop.event("Pickup Missed", "0", MONDAY - DAY)
    sync(pipeline, 0)
    return pipeline


def test_an_audience_that_changes_too_much_is_held_while_all_else_goes_on_and_tried_again(
    shop: Shop, synced: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    events = len(synced.sandbox.objects("usage"))
    move(synced, "Store 2", last=6)  # 7 of 20
    shop.event("Pickup Missed", "0", MONDAY)
    sync(synced, 1)

    assert are_in(synced, "store_1", "customfieldStore1") == 20
    assert are_in(synced, "store_2", "customfieldStore2") == 17
    assert values(synced, "customfieldMissed") == {"0": 2}
    assert measures(synced, "store_1") == {"members": 20, "entered": 0, "left": 0, "held": 7}
    assert measures(synced, "store_2") == {"members": 17, "entered": 7, "left": 0}
    assert len(synced.sandbox.objects("usage")) == events + 7 + 1
    assert "store_1 is held, all else goes on: 0 would enter and 7 leave an audience of 20" in caplog.text

    writes(synced)
    sync(synced, 2)
    assert (writes(synced), measures(synced, "store_1")["held"]) == (0, 7)

    move(synced, "Store 1")  # 6 of 20 would leave
    sync(synced, 3)
    assert are_in(synced, "store_1", "customfieldStore1") == 14
    assert measures(synced, "store_1") == {"members": 14, "entered": 0, "left": 6}


def test_force_lets_an_audience_change_as_it_likes(synced: Pipeline) -> None:
    move(synced, None, last=8)
    sync(synced, 1)
    assert are_in(synced, "store_1", "customfieldStore1") == 20

    sync(synced, 2, force=True)

    assert are_in(synced, "store_1", "customfieldStore1") == 11
    assert "held" not in measures(synced, "store_1")


def test_an_audience_of_fewer_than_twenty_is_free(synced: Pipeline) -> None:
    move(synced, None, first=20, last=25)
    sync(synced, 1)
    assert are_in(synced, "store_2", "customfieldStore2") == 4


def no_key(pipeline: Pipeline) -> None:
    """Startdeliver refuses the key while users are loaded."""
    pipeline.sandbox.faults([{"method": "POST", "path": "/user$", "status": 403}])
    with pytest.raises(AirflowFailException, match="refuses the API key"):
        sync(pipeline, 0)
    pipeline.sandbox.clear_faults()


def no_time(pipeline: Pipeline) -> None:
    """There is no time for users."""
    pipeline.run_as("scheduled", MONDAY, before={"load_users": NO_TIME})
    assert pipeline.fates("users") == {"extracted": 25, "skipped: deferred": 25}


def no_memory(pipeline: Pipeline) -> None:
    """The warehouse takes what is declared, but no membership."""
    with pytest.raises(WarehouseError):
        pipeline.run_as("scheduled", MONDAY, before={"load_users": NO_MEMORY})
    pipeline.execute("drop function refuse cascade")


@pytest.mark.parametrize("first_run", [no_key, no_time, no_memory])
def test_the_first_sync_is_free_also_where_it_takes_more_than_one_run(
    first_run: Callable[[Pipeline], None], shop: Shop, pipeline: Pipeline
) -> None:
    people(pipeline, 25, agent="Store 1")
    pipeline.configure(mapping=MAPPING, audiences=STORE_1)
    first_run(pipeline)
    assert values(pipeline, "customfieldStore1") == {}

    people(pipeline, 15, agent="Store 1", first=25)
    sync(pipeline, 1)
    assert are_in(pipeline, "store_1", "customfieldStore1") == 40

    move(pipeline, None, last=12)  # from here on it is guarded
    sync(pipeline, 2)
    assert are_in(pipeline, "store_1", "customfieldStore1") == 40
