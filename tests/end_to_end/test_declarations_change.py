"""What is declared anew, taken out, put back or given another key, and runs that must not say anything of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from airflow.sdk.exceptions import AirflowFailException

from tests.end_to_end.declaring import MAPPING, STORE_1, members, move, people, values, writes
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY = timedelta(days=1)
NOTHING = {"traits": "traits: []\n", "audiences": "audiences: []\n"}
ORDERS = """
traits:
  - {name: Orders, kind: event_counter, event: Order Created, window_days: 30, field: customfieldOrders}
  - {name: Spent, kind: aggregation, function: sum, event: Order Created, property: value, window_days: 30,
     field: customfieldSpent}
"""


def sync(pipeline: Pipeline, day: int, **params: bool) -> None:
    pipeline.run_as("scheduled", MONDAY + day * DAY, **params)


@pytest.fixture
def shop_of_six(shop: Shop, pipeline: Pipeline) -> Pipeline:
    """Six customers, two of them of store 1; one other ordered twice. Nothing is declared, and all is synced."""
    people(pipeline, 4, agent="Store 2")
    people(pipeline, 2, agent="Store 1", first=4)
    for days in (25, 26):
        shop.event("Order Created", "0", MONDAY - days * DAY, value=5)
    pipeline.configure(mapping=MAPPING, settings="audience_events: true\n", **NOTHING)
    sync(pipeline, 0)
    writes(pipeline)
    return pipeline


def test_what_is_new_is_computed_over_history_and_writes_to_its_members_alone(shop_of_six: Pipeline) -> None:
    pipeline = shop_of_six
    pipeline.configure(settings="audience_events: false\n", audiences=STORE_1, traits=ORDERS)

    sync(pipeline, 1)

    assert values(pipeline, "customfieldStore1") == {"4": True, "5": True}
    assert (values(pipeline, "customfieldOrders"), values(pipeline, "customfieldSpent")) == ({"0": 2}, {"0": 10})
    assert (writes(pipeline), pipeline.fates("users")) == (3, {"extracted": 6, "unchanged": 3, "updated": 3})


def test_what_is_taken_out_sends_nothing_more_and_what_is_put_back_sends_the_differences(shop_of_six: Pipeline) -> None:
    pipeline = shop_of_six
    pipeline.configure(traits=ORDERS, audiences=STORE_1)
    sync(pipeline, 1)
    writes(pipeline)

    pipeline.configure(**NOTHING)
    move(pipeline, "Store 2", first=4)
    move(pipeline, "Store 1", first=1)
    sync(pipeline, 10)  # by then the orders are older than 30 days
    assert writes(pipeline) == 0
    assert values(pipeline, "customfieldStore1") == {"4": True, "5": True}
    assert members(pipeline, "store_1") == {"4": (True, 1), "5": (True, 1)}

    pipeline.configure(traits=ORDERS, audiences=STORE_1)
    sync(pipeline, 11)
    assert values(pipeline, "customfieldStore1") == {"1": True, "4": False, "5": True}
    assert values(pipeline, "customfieldOrders") == {"0": 0}
    assert values(pipeline, "customfieldSpent") == {}
    assert members(pipeline, "store_1") == {"1": (True, 1), "4": (False, 2), "5": (True, 1)}
    assert writes(pipeline) == 3 + 2  # users, and the events of the two who changed


RENAMED = {
    "by name": ("name: Store 1", "name: Main street"),
    "by key": ("name: Store 1", "name: Store 1\n    key: main_street"),
    "by field": ("name: Store 1\n", "name: Elsewhere\n    none: [{event: Pickup Missed, at_least: 9}]\n"),
}


def test_another_key_stops_the_run_before_it_is_opened_unless_it_is_forced(shop_of_six: Pipeline) -> None:
    pipeline = shop_of_six
    pipeline.configure(audiences=STORE_1, traits=ORDERS)
    sync(pipeline, 1)
    writes(pipeline)
    runs = len(pipeline.state("select from runs"))
    file = pipeline.config / "audiences.yaml"
    for (old, new), line in zip(RENAMED.values(), (3, 4, 3), strict=True):
        pipeline.configure(audiences=STORE_1.replace(old, new))
        with pytest.raises(AirflowFailException) as stopped:
            sync(pipeline, 2)
        assert str(stopped.value).startswith(f"{file}, line {line}: ")
        assert "the last sync knew it as 'Store 1', key store_1" in str(stopped.value)
        assert "Set `key: store_1` to go on with it, or trigger the DAG with force" in str(stopped.value)
    pipeline.configure(audiences=STORE_1, traits=ORDERS.replace("name: Orders", "name: Orders of late"))
    with pytest.raises(AirflowFailException, match="line 3: 'Orders of late' gives the key orders_of_late"):
        sync(pipeline, 2)
    assert (writes(pipeline), len(pipeline.state("select from runs"))) == (0, runs)

    old, new = RENAMED["by name"]
    pipeline.configure(audiences=STORE_1.replace(old, new), traits=ORDERS)
    move(pipeline, "Store 2", first=4)
    sync(pipeline, 2, force=True)
    assert values(pipeline, "customfieldStore1") == {"4": False, "5": True}
    assert members(pipeline, "store_1") == {"4": (True, 1), "5": (True, 1)}
    assert members(pipeline, "main_street") == {"5": (True, 1)}


def audience_events(pipeline: Pipeline) -> int:
    return sum(usage["usageType"].startswith("Audience") for usage in pipeline.sandbox.objects("usage"))


def test_runs_of_the_past_and_dry_runs_speak_of_no_audience_and_no_trait(shop_of_six: Pipeline) -> None:
    pipeline = shop_of_six
    pipeline.configure(audiences=STORE_1, traits=ORDERS)
    sync(pipeline, 10)
    held = [values(pipeline, f"customfield{field}") for field in ("Store1", "Orders", "Spent")]
    in_audience = members(pipeline, "store_1")
    move(pipeline, "Store 1", last=5)
    told = audience_events(pipeline)
    writes(pipeline)

    pipeline.run_as("backfill", MONDAY + 5 * DAY)
    pipeline.run_as("scheduled", MONDAY + 9 * DAY)
    pipeline.run_as("manual", MONDAY + 20 * DAY, dry_run=True)

    assert (writes(pipeline), audience_events(pipeline)) == (0, told) == (0, 2)
    assert [values(pipeline, f"customfield{field}") for field in ("Store1", "Orders", "Spent")] == held
    assert members(pipeline, "store_1") == in_audience
