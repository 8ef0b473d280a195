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


def test_an_audience_that_changes_too_much_is_held_while_all_else_goes_on_until_it_is_forced(
    shop: Shop, pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    people(pipeline, 30, agent="Store 1")
    people(pipeline, 10, agent="Store 2", first=30)
    pipeline.configure(mapping=MAPPING, traits=MISSED, audiences=STORE_1 + STORE_2, settings="audience_events: true\n")
    shop.event("Pickup Missed", "0", MONDAY - DAY)
    sync(pipeline, 0)

    move(pipeline, "Store 2", last=8)  # 9 of 30 leave; fewer than 20 may change as they like
    sync(pipeline, 1)
    assert measures(pipeline, "store_1") == {"members": 21, "entered": 0, "left": 9}
    assert measures(pipeline, "store_2") == {"members": 19, "entered": 9, "left": 0}

    events = len(pipeline.sandbox.objects("usage"))
    move(pipeline, "Store 2", first=9)
    move(pipeline, None, first=10, last=15)  # 7 of 21 would leave
    shop.event("Pickup Missed", "0", MONDAY + DAY)
    sync(pipeline, 2)
    assert are_in(pipeline, "store_1", "customfieldStore1") == 21
    assert are_in(pipeline, "store_2", "customfieldStore2") == 20
    assert values(pipeline, "customfieldMissed") == {"0": 2}
    assert measures(pipeline, "store_1") == {"members": 21, "entered": 0, "left": 0, "held": 7}
    assert len(pipeline.sandbox.objects("usage")) == events + 1 + 1
    assert "store_1 is held, all else goes on: 0 would enter and 7 leave an audience of 21" in caplog.text
    assert "store_2 is held" not in caplog.text

    writes(pipeline)
    sync(pipeline, 3)
    assert (writes(pipeline), measures(pipeline, "store_1")["held"]) == (0, 7)

    sync(pipeline, 4, force=True)
    assert are_in(pipeline, "store_1", "customfieldStore1") == 14
    assert measures(pipeline, "store_1") == {"members": 14, "entered": 0, "left": 7}


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
