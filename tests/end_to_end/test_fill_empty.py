"""`policy: fill_empty`: what a person typed is never written over, and asking what they typed costs few requests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import requests

from tests.end_to_end.declaring import MAPPING, STORE_1, move, people, values, writes
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY = timedelta(days=1)
ORDERS = """
traits:
  - {name: Orders, kind: event_counter, event: Order Created, field: customfieldOrders, policy: fill_empty}
  - {name: Promised, kind: last, event: Order Created, property: order_id, policy: fill_empty}
"""
PROMISED = MAPPING + "  - {field: customfieldPromised, externalField: traits.promised, type: date}\n"
IN_STORE_1 = STORE_1.replace("field:", "policy: fill_empty\n    field:")
USERS = ("found", "known", "ours", "later")


def type_in(pipeline: Pipeline, user: str, **fields: Any) -> None:
    """A person fills in fields of a user, who is created where there is none."""
    there = pipeline.users().get(user)
    headers = {"Authorization": pipeline.sandbox.key}
    url = pipeline.sandbox.url + "user"
    if there:
        answer = requests.patch(f"{url}/{there['id']}", json={"id": there["id"], **fields}, headers=headers, timeout=10)
    else:
        answer = requests.post(url, json={"customfieldSmrtId": user, **fields}, headers=headers, timeout=10)
    answer.raise_for_status()


def order(shop: Shop, day: int, users: tuple[str, ...] = USERS) -> None:
    for user in users:
        shop.event("Order Created", user, MONDAY + day * DAY, order_id=f"2026-04-{10 + day}")


def sync(pipeline: Pipeline, day: int, **params: bool) -> None:
    pipeline.run_as("manual", MONDAY + day * DAY, **params)


def lookups(pipeline: Pipeline) -> int:
    """How often the last run asked what Startdeliver holds of users."""
    rows = pipeline.state("select stage, name, value from measures where run = (select max(run) from runs)")
    return sum(int(row["value"]) for row in rows if (row["stage"], row["name"]) == ("load_users", "requests lookup"))


def held(pipeline: Pipeline) -> dict[str, tuple[Any, Any]]:
    users = pipeline.users()
    return {
        user: (users[user].get("customfieldOrders"), users[user].get("customfieldPromised", "")[8:]) for user in USERS
    }


def test_what_a_person_typed_stays_and_what_is_empty_or_ours_is_written(shop: Shop, pipeline: Pipeline) -> None:
    for user in USERS[1:]:
        shop.customer(user, name=user)
    pipeline.configure(mapping=PROMISED, settings="events: [Pickup Missed]\n")
    sync(pipeline, 0)
    shop.customer("found", name="found")
    pipeline.configure(traits=ORDERS)
    type_in(pipeline, "found", customfieldOrders=60)
    type_in(pipeline, "known", customfieldOrders=50, customfieldPromised="2026-12-24")
    order(shop, 0)
    sync(pipeline, 1)
    assert held(pipeline) == {"found": (60, "10"), "known": (50, "24"), "ours": (1, "10"), "later": (1, "10")}
    assert lookups(pipeline) == 2  # of the one who is new, and of those who change

    type_in(pipeline, "later", customfieldOrders=70)
    type_in(pipeline, "found", customfieldPromised="2026-12-31")
    order(shop, 1)
    sync(pipeline, 2)
    typed = {"found": (60, "31"), "known": (50, "24"), "ours": (2, "11"), "later": (70, "11")}
    assert (held(pipeline), lookups(pipeline)) == (typed, 1)

    sync(pipeline, 2, full_resync=True)
    assert (held(pipeline), lookups(pipeline)) == (typed, 1)
    assert pipeline.fates("users") == {"extracted": 4, "updated": 4}

    type_in(pipeline, "later", customfieldOrders=None)
    type_in(pipeline, "known", customfieldOrders=None, customfieldPromised=None)
    order(shop, 2)
    sync(pipeline, 3)
    assert held(pipeline) == {"found": (60, "31"), "known": (3, "12"), "ours": (3, "12"), "later": (3, "12")}


def test_an_audience_is_filled_in_and_what_a_person_set_stays(shop: Shop, pipeline: Pipeline) -> None:
    people(pipeline, 4, agent="Store 1")
    move(pipeline, None, first=3)
    pipeline.configure(mapping=MAPPING)
    sync(pipeline, 0)
    pipeline.configure(audiences=IN_STORE_1)
    type_in(pipeline, "0", customfieldStore1=False)
    sync(pipeline, 1)
    assert values(pipeline, "customfieldStore1") == {"0": False, "1": True, "2": True}

    type_in(pipeline, "2", customfieldStore1=False)
    type_in(pipeline, "3", customfieldStore1=False)
    move(pipeline, None, last=1)
    move(pipeline, "Store 1", first=3)
    sync(pipeline, 2)
    assert values(pipeline, "customfieldStore1") == {"0": False, "1": False, "2": False, "3": False}


def test_startdeliver_is_asked_once_for_500_who_change_and_not_where_nothing_does(
    shop: Shop, pipeline: Pipeline
) -> None:
    people(pipeline, 501, agent="Store 1")
    pipeline.configure(mapping=MAPPING)
    sync(pipeline, 0)
    pipeline.configure(audiences=IN_STORE_1)
    writes(pipeline)

    counts = []
    for day, changing in enumerate((501, 0, 3), start=1):
        if changing == 3:
            move(pipeline, None, last=2)
        sync(pipeline, day)
        counts.append((lookups(pipeline), writes(pipeline)))

    assert counts == [(2, 501), (0, 0), (1, 3)]
