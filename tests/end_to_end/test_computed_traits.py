"""Computed traits: what is sent of them as they change, and how they arrive in fields of another type."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.end_to_end.declaring import MAPPING, STORE_1, move, people, values, writes
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY = timedelta(days=1)
LATELY = """
traits:
  - {name: Orders, kind: event_counter, event: Order Created, window_days: 30, field: customfieldOrders}
  - {name: Agents, kind: unique_list_count, event: Order Created, property: agent, window_days: 30,
     field: customfieldAgents}
  - {name: Spent, kind: aggregation, function: sum, event: Order Created, property: value, window_days: 30,
     field: customfieldSpent}
  - {name: Agent of late, kind: last, event: Order Created, property: agent, window_days: 30,
     field: customfieldAgentOfLate}
"""
COUNTS, OTHERS = ("customfieldOrders", "customfieldAgents"), ("customfieldSpent", "customfieldAgentOfLate")


@pytest.mark.parametrize("sync_nulls", [True, False])
def test_counts_fall_to_0_and_others_to_null_where_nulls_are_synced_and_what_was_never_set_is_not_sent(
    sync_nulls: bool, shop: Shop, pipeline: Pipeline
) -> None:
    people(pipeline, 3)
    shop.event("Order Created", "0", MONDAY - DAY, value=7, agent="Lee")
    pipeline.configure(
        mapping=MAPPING, traits=LATELY, audiences=STORE_1, settings=f"sync_nulls: {str(sync_nulls).lower()}\n"
    )
    pipeline.run_as("scheduled", MONDAY)
    assert [values(pipeline, alias) for alias in (*COUNTS, *OTHERS)] == [{"0": 1}, {"0": 1}, {"0": 7}, {"0": "Lee"}]

    writes(pipeline)
    pipeline.run_as("scheduled", MONDAY + 40 * DAY)
    assert writes(pipeline) == 1

    for full_resync in (False, True):
        if full_resync:
            pipeline.run_as("manual", MONDAY + 40 * DAY, full_resync=True)
            assert pipeline.fates("users") == {"extracted": 3, "updated": 3}
        assert [values(pipeline, alias) for alias in COUNTS] == [{"0": 0}, {"0": 0}]
        kept = [{}, {}] if sync_nulls else [{"0": 7}, {"0": "Lee"}]
        assert [values(pipeline, alias) for alias in OTHERS] == kept
        assert values(pipeline, "customfieldStore1") == {}


MAPPED = (
    MAPPING
    + """
  - {field: customfieldCountText, externalField: traits.orders, type: text}
  - {field: customfieldCount, externalField: traits.orders, type: number}
  - {field: customfieldSpentText, externalField: traits.spent, type: text}
  - {field: customfieldCode, externalField: traits.code, type: number}
  - {field: customfieldPromisedDay, externalField: traits.promised_day, type: date}
  - {field: customfieldAgents, externalField: traits.agents, type: text}
  - {field: customfieldStore1Text, externalField: traits.store_1, type: text}
startdeliverCustomerField: {field: customfieldSmrtId, type: text}
externalCustomerField: {field: userId}
customerMapping:
  - {field: customfieldIsInStore1, externalField: traits.store_1, type: boolean}
  - {field: customfieldVisits, externalField: traits.visits, type: number}
"""
)
TRAITS = """
traits:
  - {name: Orders, kind: event_counter, event: Order Created}
  - {name: Spent, kind: aggregation, function: sum, event: Order Created, property: value}
  - {name: Code, kind: first, event: Order Created, property: order_id}
  - {name: Promised day, kind: last, event: Order Created, property: order_id}
  - {name: Agents, kind: unique_list, event: Order Created, property: agent}
  - {name: Visits, kind: event_counter, event: Customer Visit}
  - {name: Nowhere, kind: event_counter, event: Order Created}
"""
REGULARS = (
    STORE_1
    + """
  - name: Regulars
    all: [{trait: nowhere, op: greater_or_equal, value: 2}]
  - name: Regulars of store 1
    field: customfieldRegulars
    all: [{audience: Regulars}, {audience: Store 1}]
"""
)


def test_what_is_mapped_to_a_field_of_another_type_arrives_cast_and_what_goes_nowhere_can_be_used(
    shop: Shop, pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    people(pipeline, 2, agent="Store 1")
    people(pipeline, 1, first=2)
    shop.event("Order Created", "0", MONDAY - 9 * DAY, value=4.5, order_id="0017.50", agent="Lee")
    shop.event("Order Created", "0", MONDAY - 8 * DAY, value=6, order_id="2026-03-05T09:00:00Z", agent="Åsa")
    shop.event("Order Created", "only events", MONDAY + DAY, loaded=MONDAY - DAY, value=1)
    pipeline.configure(mapping=MAPPED, traits=TRAITS, audiences=REGULARS, settings="extra_properties: true\n")

    pipeline.run_as("scheduled", MONDAY)

    held = pipeline.users()["0"]
    assert {alias: held[alias] for alias in held if alias.startswith("customfield")} == {
        "customfieldSmrtId": "0",
        "customfieldCountText": "2",
        "customfieldCount": 2,
        "customfieldSpentText": "10.5",
        "customfieldCode": 17.5,
        "customfieldPromisedDay": "2026-03-05",
        "customfieldAgents": '["Lee","Åsa"]',
        "customfieldStore1": True,
        "customfieldStore1Text": "true",
        "customfieldRegulars": True,
    }
    customers = {one["customfieldSmrtId"]: one for one in pipeline.sandbox.objects("customer")}
    assert (customers["0"]["customfieldIsInStore1"], customers["0"]["customfieldVisits"]) == (True, 2)
    said = [record.message for record in caplog.records if "is not sent" in record.message]
    assert said == [
        f"'{name}' is not sent: it names no `field`, and the mapping document does not map traits.{name.lower()}"
        for name in ("Nowhere", "Regulars")
    ]

    move(pipeline, None)
    pipeline.run_as("scheduled", MONDAY + DAY)
    assert values(pipeline, "customfieldStore1") == {"0": False, "1": True}
    assert values(pipeline, "customfieldStore1Text") == {"0": "false", "1": "true"}
    assert values(pipeline, "customfieldRegulars") == {"0": False}


NEW = """
audiences:
  - name: No regular
    field: customfieldNoRegular
    none: [{event: Order Created, at_least: 2}]
"""


def test_who_has_events_alone_is_computed_also_beside_one_whose_first_event_is_yet_to_come(
    shop: Shop, pipeline: Pipeline
) -> None:
    people(pipeline, 1)
    as_text = "  - {field: customfieldNoRegularText, externalField: traits.no_regular, type: text}\n"
    pipeline.configure(mapping=MAPPING + as_text, traits=LATELY, audiences=NEW)
    for days in (1, 2):
        shop.event("Order Created", "two orders", MONDAY - days * DAY)
    shop.event("Order Created", "one order", MONDAY - DAY)
    shop.event("Order Created", "to come", MONDAY + timedelta(hours=3), loaded=MONDAY - timedelta(hours=3))

    pipeline.run_as("scheduled", MONDAY)

    assert values(pipeline, "customfieldNoRegular") == {"0": True, "one order": True}
    assert values(pipeline, "customfieldNoRegularText") == {"0": "true", "one order": "true"}
    assert values(pipeline, "customfieldOrders") == {"two orders": 2, "one order": 1}
    assert pipeline.users().keys() == {"0", "two orders", "one order", "to come"}
    assert pipeline.state("select * from rejections") == []
