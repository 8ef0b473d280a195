"""Computed traits and audiences, from the files that declare them to what Startdeliver holds."""

from __future__ import annotations

from datetime import timedelta

from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

MAPPING = """
startdeliverMatchingField: {field: customfieldSmrtId, type: text}
externalMatchingField: {field: userId}
userMapping:
  - {field: name, externalField: traits.name, type: text}
  - {field: customfieldOrders, externalField: traits.orders, type: number}
"""
TRAITS = """
traits:
  - {name: Orders, kind: event_counter, event: Order Created, window_days: 30}
  - {name: Spent, kind: aggregation, function: sum, event: Order Created, property: value, field: customfieldSpent}
"""
AUDIENCES = """
audiences:
  - name: Regulars
    field: customfieldRegular
    all: [{event: Order Created, at_least: 2, within_days: 30}]
"""
DAY = timedelta(days=1)


def fields(pipeline: Pipeline, user: str) -> dict[str, object]:
    """What is computed of a user, as Startdeliver has it."""
    return {
        alias: value
        for alias, value in pipeline.users()[user].items()
        if alias in ("customfieldOrders", "customfieldSpent", "customfieldRegular")
    }


def test_the_first_sync_sends_members_and_values_and_says_nothing_of_the_others(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(mapping=MAPPING, traits=TRAITS, audiences=AUDIENCES)
    shop.customer("in", name="Ann")
    shop.customer("out", name="Bob")
    for days in (3, 9):
        shop.event("Order Created", "in", MONDAY - days * DAY, value=9.5)
        shop.event("Order Created", "events alone", MONDAY - days * DAY, value=1)

    assert pipeline.run(MONDAY) == "success"

    assert fields(pipeline, "in") == {"customfieldOrders": 2, "customfieldSpent": 19, "customfieldRegular": True}
    assert fields(pipeline, "events alone") == {
        "customfieldOrders": 2,
        "customfieldSpent": 2,
        "customfieldRegular": True,
    }
    assert fields(pipeline, "out") == {}
    pipeline.sandbox.reset_requests()
    assert pipeline.run(MONDAY) == "success"
    assert pipeline.sandbox.requests()["writes"] == 0


def test_later_syncs_send_only_who_entered_and_who_left(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(mapping=MAPPING, traits=TRAITS, audiences=AUDIENCES)
    for user in ("stays", "leaves", "enters"):
        shop.customer(user, name=user)
    for user, days in (("stays", 1), ("stays", 2), ("leaves", 29), ("leaves", 28), ("enters", 1)):
        shop.event("Order Created", user, MONDAY - days * DAY, value=5)
    assert pipeline.run(MONDAY) == "success"
    shop.event("Order Created", "enters", MONDAY + DAY, value=5)
    pipeline.sandbox.reset_requests()

    assert pipeline.run(MONDAY + 3 * DAY) == "success"

    assert fields(pipeline, "enters") == {"customfieldOrders": 2, "customfieldSpent": 10, "customfieldRegular": True}
    assert fields(pipeline, "leaves") == {"customfieldOrders": 0, "customfieldSpent": 10, "customfieldRegular": False}
    assert fields(pipeline, "stays") == {"customfieldOrders": 2, "customfieldSpent": 10, "customfieldRegular": True}
    assert pipeline.fates("users") == {"extracted": 3, "unchanged": 1, "updated": 2}
