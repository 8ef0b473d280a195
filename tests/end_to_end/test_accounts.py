"""Customers are accounts: several users share one, Group calls tie them; one that changes its key is no second one."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY = timedelta(days=1)
MAPPING = """
startdeliverMatchingField: {{field: customfieldSmrtId, type: text}}
externalMatchingField: {{field: userId}}
startdeliverCustomerField: {{field: customfieldAccount, type: text}}
externalCustomerField: {{field: {path}}}
userMapping:
  - {{field: name, externalField: traits.name, type: text}}
customerMapping:
  - {{field: name, externalField: traits.company, type: text}}
"""


@pytest.fixture
def shop(pipeline: Pipeline) -> Shop:
    pipeline.configure(mapping=MAPPING.format(path="traits.account"))
    shop = Shop(pipeline, account="text", company="text")
    for user in ("ann", "bob"):
        shop.customer(user, name=user, account="A-1", company="Hotel")
    shop.customer("cid", name="cid", account="B-1", company="Bistro")
    return shop


def accounts(pipeline: Pipeline) -> dict[str, list[str]]:
    """The users of each customer, by its key in Startdeliver."""
    keys = {customer["id"]: customer["customfieldAccount"] for customer in pipeline.sandbox.objects("customer")}
    users: dict[str, list[str]] = {key: [] for key in keys.values()}
    for user in pipeline.sandbox.objects("user"):
        if user.get("customerId") is not None:
            users[keys[user["customerId"]]].append(user["customfieldSmrtId"])
    return {key: sorted(names) for key, names in users.items()}


def change_key(pipeline: Pipeline, old: str, new: str) -> None:
    """What a person does in Startdeliver."""
    (customer,) = (one for one in pipeline.sandbox.objects("customer") if one["customfieldAccount"] == old)
    requests.patch(
        f"{pipeline.sandbox.url}customer/{customer['id']}",
        json={"customfieldAccount": new},
        headers={"Authorization": pipeline.sandbox.key},
        timeout=10,
    ).raise_for_status()


def test_several_users_of_one_account_share_one_customer_and_one_may_move_to_another(
    shop: Shop, pipeline: Pipeline
) -> None:
    pipeline.run_as("scheduled", MONDAY)
    assert accounts(pipeline) == {"A-1": ["ann", "bob"], "B-1": ["cid"]}
    pipeline.execute("update smrt.users set account = 'C-1' where id = 'bob'")
    pipeline.run_as("scheduled", MONDAY + DAY)
    assert accounts(pipeline) == {"A-1": ["ann"], "B-1": ["cid"], "C-1": ["bob"]}


def test_group_calls_make_and_update_customers_and_tie_their_users(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(mapping=MAPPING.format(path="groupId"))
    pipeline.create_table(
        "groups", id="text", user_id="text", group_id="text", company="text", timestamp="timestamptz",
        received_at="timestamptz",
    )  # fmt: skip
    for place, (user, group) in enumerate((("ann", "G-1"), ("bob", "G-2"), ("bob", "G-1"), ("events alone", "G-1"))):
        at = MONDAY - DAY + timedelta(minutes=place)
        pipeline.insert(
            "groups", id=f"g{place}", user_id=user, group_id=group, company=group, timestamp=at, received_at=at
        )
    shop.event("Order Created", "events alone", MONDAY - DAY)
    pipeline.run_as("scheduled", MONDAY)
    assert accounts(pipeline) == {"G-1": ["ann", "bob", "events alone"], "G-2": []}

    later = MONDAY + timedelta(hours=1)
    pipeline.insert(
        "groups", id="g9", user_id="ann", group_id="G-1", company="Hotel", timestamp=later, received_at=later
    )
    pipeline.sandbox.reset_requests()
    pipeline.run_as("scheduled", MONDAY + DAY)
    assert {one["customfieldAccount"]: one["name"] for one in pipeline.sandbox.objects("customer")}["G-1"] == "Hotel"
    assert pipeline.sandbox.requests()["writes"] == 1


def test_an_account_that_changes_its_key_is_reported_until_its_key_is_changed_in_startdeliver_too(
    shop: Shop, pipeline: Pipeline
) -> None:
    pipeline.configure(settings="on_vanish: delete\n")
    pipeline.run_as("scheduled", MONDAY)
    pipeline.execute("update smrt.users set account = 'A-2', name = upper(name) where account = 'A-1'")
    for days in (1, 2):
        pipeline.run_as("scheduled", MONDAY + days * DAY)
        assert accounts(pipeline) == {"A-1": ["ann", "bob"], "B-1": ["cid"]}
        fates = pipeline.fates("customers")
        assert fates["rejected: key_changed"] == 1
        assert "created" not in fates
        assert pipeline.fates("vanished customers") == {}
    assert pipeline.users()["ann"]["name"] == "ANN"  # all else of theirs goes on
    (rejection,) = pipeline.state("select key, field from rejections where reason = 'key_changed'")
    assert rejection == {"key": "A-2", "field": "customfieldAccount"}
    pipeline.run_as("scheduled", MONDAY + 2 * DAY, dry_run=True)
    assert pipeline.fates("customers")["rejected: key_changed"] == 1

    change_key(pipeline, "A-1", "A-2")
    pipeline.sandbox.reset_requests()
    pipeline.run_as("scheduled", MONDAY + 3 * DAY)
    assert accounts(pipeline) == {"A-2": ["ann", "bob"], "B-1": ["cid"]}
    assert pipeline.sandbox.requests()["writes"] == 0
    remembered = pipeline.state("select key, created_here from records where entity = 'customer' order by key")
    assert remembered == [{"key": "A-2", "created_here": True}, {"key": "B-1", "created_here": True}]
    links = pipeline.state("select distinct customer_key from records where entity = 'user' order by customer_key")
    assert links == [{"customer_key": "A-2"}, {"customer_key": "B-1"}]


def test_a_second_customer_is_made_where_it_is_meant(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.run_as("scheduled", MONDAY)
    pipeline.execute("update smrt.users set account = 'A-2' where account = 'A-1'")
    pipeline.run_as("scheduled", MONDAY + DAY, force=True)
    assert accounts(pipeline) == {"A-1": [], "A-2": ["ann", "bob"], "B-1": ["cid"]}
    pipeline.run_as("scheduled", MONDAY + 2 * DAY)
    assert "rejected: key_changed" not in pipeline.fates("customers")


def test_an_account_that_joins_another_one_is_no_conflict(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.run_as("scheduled", MONDAY)
    pipeline.execute("update smrt.users set account = 'B-1' where account = 'A-1'")
    pipeline.run_as("scheduled", MONDAY + DAY)
    assert accounts(pipeline) == {"A-1": [], "B-1": ["ann", "bob", "cid"]}
    assert "rejected: key_changed" not in pipeline.fates("customers")
