"""Who is no longer in the source: reported once, and by `on_vanish` deactivated or deleted, where we created it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests

from smrt_startdeliver.plan.fates import check_sums
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

HOURS = timedelta(hours=2)
MAPPING = """
startdeliverMatchingField: {field: customfieldSmrtId, type: text}
externalMatchingField: {field: userId}
startdeliverCustomerField: {field: customfieldSmrtId, type: text}
externalCustomerField: {field: userId}
userMapping:
  - {field: name, externalField: traits.name, type: text}
customerMapping:
  - {field: name, externalField: traits.name, type: text}
"""
COMPANIES = MAPPING.replace("externalCustomerField: {field: userId}", "externalCustomerField: {field: traits.company}")
LEAVES = "delete from smrt.users where id = '8'"
IS_BACK = {"name": "Bob"}


@pytest.fixture
def two_customers(shop: Shop, pipeline: Pipeline) -> Shop:
    """Ann stays, Bob is going to leave; both are synced."""
    shop.customer("7", name="Ann")
    shop.customer("8", name="Bob")
    return shop


def configure(pipeline: Pipeline, on_vanish: str, mapping: str = MAPPING) -> None:
    pipeline.configure(mapping=mapping, settings=f"on_vanish: {on_vanish}\nmax_in_flight: 1\n")


def create(pipeline: Pipeline, entity: str, **fields: Any) -> None:
    headers = {"Authorization": pipeline.sandbox.key}
    requests.post(pipeline.sandbox.url + entity, json=fields, headers=headers, timeout=10).raise_for_status()


def customers(pipeline: Pipeline) -> dict[str, Any]:
    """Startdeliver's customers by their match value; whether each is active, as far as that was ever said."""
    return {one["customfieldSmrtId"]: one.get("active") for one in pipeline.sandbox.objects("customer")}


def writes(pipeline: Pipeline) -> int:
    return int(pipeline.sandbox.requests()["writes"])


def run(pipeline: Pipeline, number: int) -> None:
    pipeline.sandbox.reset_requests()
    pipeline.run_as("scheduled", MONDAY + number * HOURS)


def test_who_vanished_is_reported_once_and_nothing_is_done_about_it(two_customers: Shop, pipeline: Pipeline) -> None:
    configure(pipeline, "ignore")
    run(pipeline, 0)
    pipeline.execute(LEAVES)

    run(pipeline, 1)
    for entity in ("users", "customers"):
        assert pipeline.fates(f"vanished {entity}") == {"extracted": 1, "skipped: vanished": 1}
    vanished = pipeline.state("select entity, key from records where vanished_at is not null order by entity")
    assert [tuple(row.values()) for row in vanished] == [("customer", "8"), ("user", "8")]

    run(pipeline, 2)
    assert pipeline.fates("vanished users") == pipeline.fates("vanished customers") == {}
    assert writes(pipeline) == 0
    assert sorted(pipeline.users()) == ["7", "8"]


def test_who_is_back_can_vanish_another_time(two_customers: Shop, pipeline: Pipeline) -> None:
    configure(pipeline, "ignore")
    run(pipeline, 0)
    pipeline.execute(LEAVES)
    run(pipeline, 1)

    two_customers.customer("8", **IS_BACK)
    run(pipeline, 2)
    assert pipeline.fates("users") == {"extracted": 2, "unchanged": 2}
    assert writes(pipeline) == 0
    assert pipeline.state("select from records where vanished_at is not null") == []

    pipeline.execute(LEAVES)
    run(pipeline, 3)
    assert pipeline.fates("vanished users") == {"extracted": 1, "skipped: vanished": 1}


def test_a_customer_is_deactivated_once_and_activated_once_when_it_is_back(
    two_customers: Shop, pipeline: Pipeline
) -> None:
    configure(pipeline, "deactivate")
    run(pipeline, 0)
    pipeline.execute(LEAVES)

    run(pipeline, 1)
    assert pipeline.fates("vanished customers") == {"extracted": 1, "updated": 1}
    assert pipeline.fates("vanished users") == {"extracted": 1, "skipped: vanished": 1}
    assert (customers(pipeline), writes(pipeline)) == ({"7": None, "8": False}, 1)
    run(pipeline, 2)
    assert writes(pipeline) == 0

    two_customers.customer("8", **IS_BACK)
    run(pipeline, 3)
    assert pipeline.fates("customers") == {"extracted": 2, "unchanged": 1, "updated": 1}
    assert (customers(pipeline), writes(pipeline)) == ({"7": None, "8": True}, 1)
    run(pipeline, 4)
    assert writes(pipeline) == 0


def test_users_and_customers_are_deleted_and_made_anew_when_they_are_back(
    two_customers: Shop, pipeline: Pipeline
) -> None:
    configure(pipeline, "delete")
    run(pipeline, 0)
    pipeline.execute(LEAVES)

    run(pipeline, 1)
    for entity in ("users", "customers"):
        assert pipeline.fates(f"vanished {entity}") == {"extracted": 1, "deleted": 1}
    deleted = [row for row in pipeline.sandbox.requests()["requests"] if row["method"] == "DELETE"]
    assert sorted((row["entity"], row["count"]) for row in deleted) == [("customer", 1), ("user", 1)]
    assert (list(pipeline.users()), list(customers(pipeline))) == (["7"], ["7"])
    assert [row["key"] for row in pipeline.state("select key from records")] == ["7", "7"]

    two_customers.customer("8", **IS_BACK)
    run(pipeline, 2)
    assert pipeline.users()["8"]["name"] == "Bob"
    assert "8" in customers(pipeline)


@pytest.mark.parametrize("on_vanish", ["deactivate", "delete"])
def test_what_startdeliver_had_before_us_is_left_alone(on_vanish: str, two_customers: Shop, pipeline: Pipeline) -> None:
    configure(pipeline, on_vanish)
    create(pipeline, "user", customfieldSmrtId="8")
    create(pipeline, "customer", customfieldSmrtId="8")
    run(pipeline, 0)
    pipeline.execute(LEAVES)

    run(pipeline, 1)

    for entity in ("users", "customers"):
        assert pipeline.fates(f"vanished {entity}") == {"extracted": 1, "skipped: vanished": 1}
    assert writes(pipeline) == 0
    assert (sorted(pipeline.users()), customers(pipeline)) == (["7", "8"], {"7": None, "8": None})


def test_who_is_in_the_source_in_any_row_has_not_vanished(two_customers: Shop, pipeline: Pipeline) -> None:
    configure(pipeline, "delete", COMPANIES)
    pipeline.execute("alter table smrt.users add column company text default 'Acme'")
    run(pipeline, 0)

    pipeline.execute(LEAVES)
    long_ago = MONDAY - timedelta(days=20_000)
    two_customers.event("Pickup Completed", "8", long_ago, loaded=MONDAY + HOURS / 2)
    run(pipeline, 1)

    assert pipeline.state("select reason from rejections") == [{"reason": "ancient_timestamp"}]
    assert pipeline.fates("vanished users") == pipeline.fates("vanished customers") == {}
    assert sorted(pipeline.users()) == ["7", "8"]


def test_a_customer_whose_key_is_rejected_now_has_not_vanished(two_customers: Shop, pipeline: Pipeline) -> None:
    numbered = COMPANIES.replace(
        "startdeliverCustomerField: {field: customfieldSmrtId, type: text}",
        "startdeliverCustomerField: {field: customfieldSmrtId, type: number}",
    )
    configure(pipeline, "delete", numbered)
    pipeline.execute("alter table smrt.users add column company text")
    pipeline.execute("update smrt.users set company = '10' || id")
    run(pipeline, 0)

    pipeline.execute("update smrt.users set company = '00' || company where id = '8'")
    run(pipeline, 1)

    assert pipeline.fates("customers")["rejected: lossy_match"] == 1
    assert pipeline.fates("vanished customers") == {}
    assert len(customers(pipeline)) == 2


@pytest.mark.parametrize(
    "loss",
    [
        "alter table smrt.users drop column company",
        "alter table smrt.groups drop column group_id",
        "drop table smrt.groups",
    ],
)
def test_where_customers_came_from_is_gone_nobody_vanishes_however_often_that_is_read(
    loss: str, two_customers: Shop, pipeline: Pipeline
) -> None:
    path = "groupId" if "group" in loss else "traits.company"
    configure(pipeline, "delete", MAPPING.replace("{field: userId}\nuser", f"{{field: {path}}}\nuser"))
    pipeline.execute("alter table smrt.users add column company text default 'Acme'")
    pipeline.create_table("groups", id="text", user_id="text", group_id="text", received_at="timestamptz")
    pipeline.insert("groups", id="g-1", user_id="7", group_id="Acme", received_at=MONDAY - HOURS)
    run(pipeline, 0)
    assert list(customers(pipeline)) == ["Acme"]

    pipeline.execute(loss)
    for number in (1, 2):
        run(pipeline, number)
        assert pipeline.fates("vanished customers") == {}
    assert list(customers(pipeline)) == ["Acme"]


def test_users_of_a_table_that_is_gone_have_not_vanished(two_customers: Shop, pipeline: Pipeline) -> None:
    configure(pipeline, "delete")
    two_customers.event("Pickup Completed", "9", MONDAY - timedelta(days=1))
    run(pipeline, 0)

    pipeline.execute("drop table smrt.pickup_completed")
    run(pipeline, 1)

    assert pipeline.fates("vanished users") == {}
    assert sorted(pipeline.users()) == ["7", "8", "9"]


def test_only_a_regular_run_looks_for_who_vanished(two_customers: Shop, pipeline: Pipeline) -> None:
    configure(pipeline, "delete")
    run(pipeline, 0)
    pipeline.execute(LEAVES)

    pipeline.run_as("backfill", MONDAY + HOURS)
    assert pipeline.run(MONDAY + 2 * HOURS, dry_run=True) == "success"
    assert pipeline.run(MONDAY + 2 * HOURS, entities=["users"]) == "success"

    assert sorted(pipeline.users()) == ["7", "8"]


def test_a_deletion_whose_answer_was_lost_is_done_once_more_and_counted_once(
    two_customers: Shop, pipeline: Pipeline
) -> None:
    configure(pipeline, "delete")
    run(pipeline, 0)
    pipeline.execute(LEAVES)
    pipeline.sandbox.faults([{"method": "DELETE", "drop": "after", "times": 1}])

    run(pipeline, 1)

    assert pipeline.fates("vanished users") == {"extracted": 1, "deleted": 1}
    assert (list(pipeline.users()), list(customers(pipeline))) == (["7"], ["7"])


def test_a_task_that_broke_off_counts_what_its_first_try_did(two_customers: Shop, pipeline: Pipeline) -> None:
    configure(pipeline, "delete")
    two_customers.customer("9", name="Cleo")
    run(pipeline, 0)
    pipeline.execute("delete from smrt.users where id in ('8', '9')")
    pipeline.sandbox.faults([{"method": "DELETE", "path": "/customer/", "status": 403}])

    pipeline.run_as("scheduled", MONDAY + HOURS, mend=pipeline.sandbox.clear_faults)

    for entity in ("users", "customers"):
        assert pipeline.fates(f"vanished {entity}") == {"extracted": 2, "deleted": 2}
    assert (list(pipeline.users()), list(customers(pipeline))) == (["7"], ["7"])


def test_what_a_run_that_broke_off_did_not_get_to_is_aborted_and_done_by_the_next(
    two_customers: Shop, pipeline: Pipeline
) -> None:
    configure(pipeline, "delete")
    assert pipeline.run(MONDAY) == "success"
    pipeline.execute(LEAVES)
    pipeline.sandbox.faults([{"method": "DELETE", "path": "/customer/", "status": 403}])

    assert pipeline.run(MONDAY + HOURS) == "failed"
    assert pipeline.fates("vanished users") == {"extracted": 1, "deleted": 1}
    assert pipeline.fates("vanished customers") == {"extracted": 1, "skipped: aborted": 1}
    counts = pipeline.state("select entity, fate, rows from counts where run = (select max(run) from runs)")
    check_sums((row["entity"], row["fate"], row["rows"]) for row in counts)

    pipeline.sandbox.clear_faults()
    assert pipeline.run(MONDAY + 2 * HOURS) == "success"
    assert pipeline.fates("vanished customers") == {"extracted": 1, "deleted": 1}


def test_a_deletion_that_startdeliver_refuses_is_tried_again_then_parked(
    two_customers: Shop, pipeline: Pipeline
) -> None:
    configure(pipeline, "delete")
    run(pipeline, 0)
    pipeline.execute(LEAVES)
    pipeline.sandbox.faults([{"method": "DELETE", "path": "/user/", "status": 400}])

    for number in range(1, 7):
        run(pipeline, number)
        assert pipeline.fates("vanished users") == {"extracted": 1, "rejected: refused": 1}
    run(pipeline, 7)
    assert pipeline.fates("vanished users") == {"extracted": 1, "skipped: parked": 1}
    assert writes(pipeline) == 0

    pipeline.sandbox.clear_faults()
    two_customers.customer("8", **IS_BACK)
    run(pipeline, 8)
    assert pipeline.fates("users") == {"extracted": 2, "unchanged": 1, "updated": 1}  # its customer is a new one
    assert pipeline.state("select * from refusals") == []
