"""Customers are accounts: several users share one, Group calls tie them; one that changes its key is no second one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import requests
from psycopg.errors import UndefinedTable

from smrt_startdeliver.plan.fates import check_sums
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
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


def rename(pipeline: Pipeline, old: str, new: str) -> None:
    """What SMRT does."""
    pipeline.execute(f"update smrt.users set account = '{new}' where account = '{old}'")


def call(pipeline: Pipeline, user: str, group: str, at: datetime, **traits: str) -> None:
    """A Group call; the first one makes the table."""
    if not pipeline.state("select from information_schema.tables where table_name = 'groups'"):
        columns = {"id": "text", "user_id": "text", "group_id": "text", "company": "text"}
        pipeline.create_table("groups", **columns, timestamp="timestamptz", received_at="timestamptz")
    identity = f"{user} {group} {at}"
    pipeline.insert("groups", id=identity, user_id=user, group_id=group, timestamp=at, received_at=at, **traits)


def check_account(pipeline: Pipeline) -> None:
    counts = pipeline.state("select entity, fate, rows from counts where run = (select max(run) from runs)")
    check_sums((row["entity"], row["fate"], row["rows"]) for row in counts)


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
    for place, (user, group) in enumerate((("ann", "G-1"), ("bob", "G-2"), ("bob", "G-1"), ("events alone", "G-1"))):
        call(pipeline, user, group, MONDAY - DAY + timedelta(minutes=place), company=group)
    shop.event("Order Created", "events alone", MONDAY - DAY)
    pipeline.run_as("scheduled", MONDAY)
    assert accounts(pipeline) == {"G-1": ["ann", "bob", "events alone"], "G-2": []}

    call(pipeline, "ann", "G-1", MONDAY + HOUR, company="Hotel")
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


def test_old_group_calls_make_no_second_customer_of_an_account_that_changed_its_key(
    shop: Shop, pipeline: Pipeline
) -> None:
    pipeline.configure(mapping=MAPPING.format(path="groupId"))
    for user in ("ann", "bob"):
        call(pipeline, user, "G-1", MONDAY - DAY, company="Hotel")
    pipeline.run_as("scheduled", MONDAY)
    for user in ("ann", "bob"):
        call(pipeline, user, "G-2", MONDAY + HOUR, company="Grand Hotel")
    pipeline.run_as("scheduled", MONDAY + DAY)
    assert pipeline.fates("customers") == {
        "extracted": 7,
        "rejected: key_changed": 1,
        "skipped: no_customer_key": 3,
        "skipped: same_customer": 3,
    }
    assert accounts(pipeline) == {"G-1": ["ann", "bob"]}

    change_key(pipeline, "G-1", "G-2")
    for days in (2, 3):
        pipeline.run_as("scheduled", MONDAY + days * DAY, full_resync=True)
        (customer,) = pipeline.sandbox.objects("customer")
        assert (customer["customfieldAccount"], customer["name"]) == ("G-2", "Grand Hotel")
        assert accounts(pipeline) == {"G-2": ["ann", "bob"]}

    # The old key may become another account's.
    call(pipeline, "cid", "G-1", MONDAY + 3 * DAY + HOUR)
    pipeline.run_as("scheduled", MONDAY + 4 * DAY)
    assert accounts(pipeline) == {"G-1": ["cid"], "G-2": ["ann", "bob"]}


def test_a_run_of_a_part_of_the_entities_makes_no_second_customer_and_hides_none(
    shop: Shop, pipeline: Pipeline
) -> None:
    pipeline.run_as("scheduled", MONDAY)
    rename(pipeline, "A-1", "A-2")
    for entities in (["users"], ["customers"], ["customers", "events"], ["users", "events"]):
        assert pipeline.run(MONDAY + DAY, entities=entities) == "success"
        check_account(pipeline)
    pipeline.run_as("scheduled", MONDAY + 2 * DAY)
    assert pipeline.fates("customers")["rejected: key_changed"] == 1
    assert accounts(pipeline) == {"A-1": ["ann", "bob"], "B-1": ["cid"]}

    change_key(pipeline, "A-1", "A-2")
    assert pipeline.run(MONDAY + 3 * DAY, entities=["customers"]) == "success"
    assert accounts(pipeline) == {"A-2": ["ann", "bob"], "B-1": ["cid"]}


def test_two_accounts_that_become_one_are_both_kept_until_one_of_them_is_it(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.configure(settings="on_vanish: delete\npartitions: 7\n")
    pipeline.run_as("scheduled", MONDAY)
    rename(pipeline, "A-1", "C-1")
    rename(pipeline, "B-1", "C-1")
    pipeline.run_as("scheduled", MONDAY + DAY)
    assert pipeline.fates("customers")["rejected: key_changed"] == 1
    assert accounts(pipeline) == {"A-1": ["ann", "bob"], "B-1": ["cid"]}

    change_key(pipeline, "B-1", "C-1")
    pipeline.run_as("scheduled", MONDAY + 2 * DAY)
    assert accounts(pipeline) == {"A-1": [], "C-1": ["ann", "bob", "cid"]}


def test_an_account_that_was_taken_over_before_a_run_broke_off_is_known_by_its_new_key_alone(
    shop: Shop, pipeline: Pipeline
) -> None:
    pipeline.run_as("scheduled", MONDAY)
    change_key(pipeline, "B-1", "B-2")
    rename(pipeline, "B-1", "B-2")
    with pytest.raises(UndefinedTable):
        pipeline.run_as("scheduled", MONDAY + DAY, before={"load_users": "drop table smrt.nothing"})
    pipeline.run_as("scheduled", MONDAY + 2 * DAY)

    rename(pipeline, "B-2", "B-3")
    pipeline.run_as("scheduled", MONDAY + 3 * DAY)
    assert pipeline.fates("customers")["rejected: key_changed"] == 1
    assert accounts(pipeline) == {"A-1": ["ann", "bob"], "B-2": ["cid"]}


def test_a_task_that_broke_off_counts_each_account_once(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.run_as("scheduled", MONDAY)
    change_key(pipeline, "A-1", "A-2")
    for old, new in (("A-1", "A-2"), ("B-1", "B-2")):
        rename(pipeline, old, new)
    pipeline.execute("update smrt.users set company = 'Grand Hotel' where account = 'A-2'")
    shop.customer("dan", account="D-1")
    pipeline.sandbox.faults([{"method": "POST", "path": "/customer$", "status": 403, "where": {"name": None}}])

    pipeline.run_as("scheduled", MONDAY + DAY, mend=pipeline.sandbox.clear_faults)

    fates = pipeline.fates("customers")
    assert {name: fates[name] for name in ("created", "updated", "rejected: key_changed")} == {
        "created": 1,
        "updated": 1,
        "rejected: key_changed": 1,
    }
    check_account(pipeline)


def test_many_accounts_that_change_their_key_are_reported_and_trip_no_guard(shop: Shop, pipeline: Pipeline) -> None:
    for number in range(12):
        shop.customer(f"u{number}", account=f"K-{number}")
    pipeline.run_as("scheduled", MONDAY)
    pipeline.execute("update smrt.users set account = '0' || account where account like 'K-%'")
    pipeline.run_as("scheduled", MONDAY + DAY)
    assert pipeline.fates("customers")["rejected: key_changed"] == 12
    assert len(pipeline.sandbox.objects("customer")) == 14


def test_what_became_null_while_the_key_changed_is_cleared(shop: Shop, pipeline: Pipeline) -> None:
    pipeline.run_as("scheduled", MONDAY)
    change_key(pipeline, "A-1", "A-2")
    pipeline.execute("update smrt.users set account = 'A-2', company = null where account = 'A-1'")
    pipeline.run_as("scheduled", MONDAY + DAY)
    names = {one["customfieldAccount"]: one.get("name") for one in pipeline.sandbox.objects("customer")}
    assert names == {"A-2": None, "B-1": "Bistro"}
