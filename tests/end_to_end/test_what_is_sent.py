"""What reaches Startdeliver, to the letter."""

from __future__ import annotations

import json
from datetime import timedelta

import requests

from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY = timedelta(days=1)
MAPPING = """
startdeliverMatchingField: {field: customfieldSmrtId, type: text}
externalMatchingField: {field: userId}
startdeliverCustomerField: {field: customfieldSmrtId, type: text}
externalCustomerField: {field: userId}
userMapping:
  - {field: name, externalField: traits.name, type: text}
  - {field: email, externalField: email, type: text}
  - {field: customfieldIsLost, externalField: traits.isLost, type: boolean}
  - {field: customfieldLastVisit, externalField: traits.lastVisit, type: text}
customerMapping:
  - {field: name, externalField: traits.name, type: text}
"""


def test_a_customer_with_an_order_arrives_as_customer_user_visit_and_order(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(mapping=MAPPING)
    shop.customer("7", name="Ann 🧺", email="ann@example.com")
    ordered_at = MONDAY - timedelta(days=2)
    order = shop.event("Order Created", "7", ordered_at, order_id="A-1", value=19.5, agent=None)

    assert pipeline.run(MONDAY) == "success"

    (customer,) = pipeline.sandbox.objects("customer")
    (user,) = pipeline.sandbox.objects("user")
    visit, created = pipeline.sandbox.objects("usage")
    assert customer["name"] == user["name"] == "Ann 🧺"
    assert user["customerId"] == customer["id"]
    assert user["email"] == "ann@example.com"
    assert user["customfieldIsLost"] is False
    assert user["customfieldLastVisit"] == "2026-02-28T12:00:00.000Z"
    assert {key: visit[key] for key in ("userId", "usageType", "type", "timestamp", "properties")} == {
        "userId": "7",
        "usageType": "Customer Visit",
        "type": "track",
        "timestamp": int(ordered_at.timestamp() * 1000),
        "properties": {"source": "Order Created"},
    }
    assert {
        key: created[key] for key in ("usageType", "messageId", "startdeliverUserFieldToMatchOn", "properties")
    } == {
        "usageType": "Order Created",
        "messageId": order,
        "startdeliverUserFieldToMatchOn": "customfieldSmrtId",
        "properties": {"order_id": "A-1", "value": 19.5},
    }


def test_an_update_sends_the_changed_field_alone_and_a_value_that_became_null_as_null(
    shop: Shop, pipeline: Pipeline
) -> None:
    pipeline.configure(mapping=MAPPING)
    shop.customer("7", name="Ann", email="ann@example.com")
    pipeline.run(MONDAY)
    before = pipeline.users()["7"]

    pipeline.execute("update smrt.users set email = null")
    assert pipeline.run(MONDAY) == "success"

    assert pipeline.fates("users") == {"extracted": 1, "updated": 1}
    after = pipeline.users()["7"]
    assert "email" not in after
    assert after["name"] == before["name"] == "Ann"


def test_a_user_that_startdeliver_has_already_is_adopted_and_only_what_differs_is_sent(
    shop: Shop, pipeline: Pipeline
) -> None:
    pipeline.configure(mapping=MAPPING)
    headers = {"Authorization": pipeline.sandbox.key}
    for entity in ("user", "customer"):
        body = {"customfieldSmrtId": "7", "name": "Ann"}
        requests.post(pipeline.sandbox.url + entity, json=body, headers=headers, timeout=10).raise_for_status()
    shop.customer("7", name="Ann", email=None)
    pipeline.sandbox.reset_requests()

    assert pipeline.run(MONDAY) == "success"

    assert len(pipeline.sandbox.objects("user")) == 1
    assert pipeline.fates("customers") == {"extracted": 1, "unchanged": 1}
    assert pipeline.fates("users") == {"extracted": 1, "updated": 1}  # its customerId
    assert pipeline.sandbox.requests()["writes"] == 1


def test_a_customer_known_by_events_alone_becomes_a_user_with_the_match_field_alone(
    shop: Shop, pipeline: Pipeline
) -> None:
    pipeline.configure(mapping=MAPPING)
    shop.event("Order Created", "8", MONDAY - timedelta(days=1))

    assert pipeline.run(MONDAY) == "success"

    (user,) = pipeline.sandbox.objects("user")
    assert {key for key in user if not key.endswith(("At", "By"))} == {"id", "customfieldSmrtId"}
    assert not pipeline.sandbox.objects("customer")
    assert [name for name, _ in pipeline.timeline("8")] == ["Customer Visit", "Order Created"]


def test_one_users_events_arrive_in_order_of_time_derived_ones_first(shop: Shop, pipeline: Pipeline) -> None:
    shop.customer("7", name="Ann")
    days = [MONDAY - timedelta(days=day) for day in (20, 5, 12, 1)]
    for day in days:
        shop.event("Order Returned", "7", day)
        shop.event("Order Created", "7", day - timedelta(hours=3))

    assert pipeline.run(MONDAY) == "success"

    timeline = pipeline.timeline("7")
    visits = [time for name, time in timeline if name == "Customer Visit"]
    raw = [time for name, time in timeline if name != "Customer Visit"]
    assert [name for name, _ in timeline[:4]] == ["Customer Visit"] * 4
    assert visits == sorted(visits)
    assert raw == sorted(raw)
    assert len(raw) == 8


def test_derived_events_say_what_they_were_derived_from(shop: Shop, pipeline: Pipeline) -> None:
    shop.event("Order Created", "8", MONDAY - 70 * DAY)
    for days in (87, 73, 59, 45):
        shop.event("Order Created", "9", MONDAY - days * DAY)
    assert pipeline.run(MONDAY) == "success"
    sent = {
        (usage["userId"], usage["usageType"]): json.dumps(usage["properties"], sort_keys=True)
        for usage in pipeline.sandbox.objects("usage")
    }
    last = {user: f"{MONDAY - days * DAY:%Y-%m-%d}" for user, days in (("8", 70), ("9", 45))}
    assert sent["8", "Customer Visit"] == '{"source": "Order Created"}'
    assert sent["8", "Customer Lost"] == f'{{"cadenceDays": null, "lastVisitDay": "{last["8"]}", "thresholdDays": 60}}'
    assert sent["9", "Customer Lost"] == f'{{"cadenceDays": 14, "lastVisitDay": "{last["9"]}", "thresholdDays": 30}}'
