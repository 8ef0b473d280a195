"""Where a source is gone, what reads it stays as it was, by whatever way it reads it; all else goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.end_to_end.declaring import MAPPING, measures, members, move, people, values, writes
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY = timedelta(days=1)
TRAITS = """
traits:
  - {name: Orders, kind: event_counter, event: Order Created, field: customfieldOrders}
  - {name: Spent, kind: aggregation, function: sum, event: Order Created, property: value, field: customfieldSpent}
  - {name: Missed, kind: event_counter, event: Pickup Missed, field: customfieldMissed}
"""
AUDIENCES = """
audiences:
  - {name: Big, field: customfieldBig, all: [{trait: spent, op: greater, value: 5}]}
  - {name: Big ones of store 1, field: customfieldBig1, all: [{audience: Big}, {audience: Store 1}]}
  - {name: Store 1, field: customfieldStore1, all: [{trait: agent, op: equals, value: Store 1}]}
  - {name: Never missed, field: customfieldNeverMissed, all: [{event: Pickup Missed, at_most: 0}]}
  - {name: Has birthday, field: customfieldHasBirthday, all: [{trait: nextBirthday, op: exists}]}
  - {name: Never picked up, field: customfieldNeverPicked, all: [{event: Pickup Completed, at_most: 0}]}
  - {name: Top spenders, field: customfieldTop, all: [{trait: demographic, op: equals, value: 1}]}
"""
FIELDS = ("Orders", "Spent", "Missed", "Big", "Big1", "Store1", "NeverMissed", "HasBirthday", "NeverPicked", "Top")
KEYS = ("big", "big_ones_of_store_1", "store_1", "never_missed", "has_birthday", "top_spenders")


def held(pipeline: Pipeline) -> dict[str, dict[str, Any]]:
    """What Startdeliver holds, by field."""
    return {field: values(pipeline, f"customfield{field}") for field in FIELDS}


@pytest.fixture
def synced(shop: Shop, pipeline: Pipeline) -> Pipeline:
    """Two customers of store 1, of whom one ordered and missed a pickup; each has a birthday; synced."""
    people(pipeline, 2, agent="Store 1")
    pipeline.execute('alter table smrt.users add custom_fields text default \'{"Birthday": "05/17"}\'')
    shop.event("Order Created", "0", MONDAY - DAY, value=9)
    shop.event("Pickup Missed", "0", MONDAY - DAY)
    pipeline.configure(mapping=MAPPING, traits=TRAITS, audiences=AUDIENCES)
    pipeline.run_as("scheduled", MONDAY)
    both, first = {"0": True, "1": True}, {"0": True}
    assert held(pipeline) == {
        "Orders": {"0": 1},
        "Spent": {"0": 9},
        "Missed": {"0": 1},
        "Big": first,
        "Big1": first,
        "Store1": both,
        "NeverMissed": {"1": True},
        "HasBirthday": both,
        "NeverPicked": both,  # a table that never was there is just no event
        "Top": first,
    }
    writes(pipeline)
    return pipeline


def sync(pipeline: Pipeline, day: int, **params: bool) -> None:
    pipeline.run_as("scheduled", MONDAY + day * DAY, **params)


@pytest.mark.parametrize(
    ("gone", "runs"),
    [
        (
            "alter table smrt.order_created drop column value;"
            "alter table smrt.users drop column agent, drop column custom_fields",
            1,
        ),
        ("drop table smrt.order_created, smrt.pickup_missed", 1),
        ("delete from smrt.order_created; delete from smrt.pickup_missed", 3),
    ],
    ids=["columns", "tables", "rows"],
)
def test_what_reads_a_source_that_is_gone_stays_as_it_was_for_as_long_as_it_is_gone(
    gone: str, runs: int, synced: Pipeline
) -> None:
    before, in_audiences = held(synced), [members(synced, key) for key in KEYS]
    synced.execute(gone)

    for day in range(1, 1 + runs):
        sync(synced, day)

    assert held(synced) == before
    assert [members(synced, key) for key in KEYS] == in_audiences
    assert writes(synced) == 0
    if runs > 1:
        sync(synced, runs, force=True)  # the rows are gone for good
        assert held(synced).items() >= {"Missed": {"0": 0}, "NeverMissed": {"0": True, "1": True}}.items()


def test_all_else_goes_on_and_what_was_held_follows_when_its_source_is_back(
    shop: Shop, synced: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    before = held(synced)
    synced.execute("alter table smrt.order_created rename column value to amount")
    shop.event("Order Created", "1", MONDAY, amount=7)
    move(synced, "Store 2")
    sync(synced, 1)
    assert held(synced) == before | {"Orders": {"0": 1, "1": 1}, "Store1": {"0": False, "1": True}}
    assert "big_ones_of_store_1 is held, all else goes on: the warehouse has no column value of order_created" in (
        caplog.text
    )
    assert measures(synced, "big_ones_of_store_1") == {"members": 1, "entered": 0, "left": 0, "held": 1}

    synced.execute("alter table smrt.order_created rename column amount to value")
    writes(synced)
    sync(synced, 2)

    assert held(synced) == before | {
        "Orders": {"0": 1, "1": 1},
        "Spent": {"0": 9, "1": 7},
        "Big": {"0": True, "1": True},
        "Big1": {"0": False, "1": True},
        "Store1": {"0": False, "1": True},
    }
    assert writes(synced) == 2
