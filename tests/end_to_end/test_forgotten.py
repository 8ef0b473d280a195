"""Who asked to be forgotten: out of the memory, on request out of Startdeliver, and never sent again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from typer.testing import CliRunner, Result

from smrt_startdeliver.cli.app import app
from smrt_startdeliver.plan.fates import check_sums
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

HOURS, DAY = timedelta(hours=2), timedelta(days=1)
OF_BOB = {
    "records": "key = '8'",
    "events": "user_id = '8'",
    "refusals": "key = '8' or key like 'pickup%'",
    "rejections": "key = '8' or key like 'pickup%'",
    "last_visits": "user_id = '8'",
    "customers_loaded": "user_id = '8'",
    "customers_loaded_now": "user_id = '8'",
}
COMPANY = "externalCustomerField: {field: traits.company}"


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["forget", *arguments], catch_exceptions=False)


def left_of_bob(pipeline: Pipeline) -> dict[str, int]:
    """The tables of the memory that hold rows of Bob's, and how many."""
    counts = {
        table: pipeline.state(f"select count(*) as rows from {table} where {whose}")[0]["rows"]
        for table, whose in OF_BOB.items()
    }
    return {table: count for table, count in counts.items() if count}


def fill(shop: Shop) -> None:
    """Ann stays; Bob, who is going to ask, has an event that was sent, one that was refused, and a bad birthday."""
    shop.pipeline.execute("alter table smrt.users add last_visit timestamptz, add custom_fields text")
    shop.customer("7", name="Ann")
    shop.customer("8", name="Bob", last_visit=MONDAY - DAY, custom_fields="{")
    shop.event("Pickup Missed", "7", MONDAY - DAY)
    shop.event("Pickup Missed", "8", MONDAY - DAY)
    shop.event("Pickup Completed", "8", MONDAY - DAY)


@pytest.fixture
def synced(shop: Shop, pipeline: Pipeline) -> Pipeline:
    """What `fill` says, after a run."""
    fill(shop)
    pipeline.sandbox.faults(
        [{"method": "POST", "path": "/usage$", "status": 400, "where": {"usageType": "Pickup Completed"}}]
    )
    pipeline.run_as("scheduled", MONDAY)
    pipeline.sandbox.clear_faults()
    pipeline.execute(  # as while a run is at work
        "insert into startdeliver_sync.customers_loaded_now (source_table, user_id)"
        " select source_table, user_id from startdeliver_sync.customers_loaded"
    )
    assert left_of_bob(pipeline).keys() == OF_BOB.keys()
    pipeline.sandbox.reset_requests()
    return pipeline


def check_account(pipeline: Pipeline) -> None:
    counts = pipeline.state("select entity, fate, rows from counts where run = (select max(run) from runs)")
    check_sums((row["entity"], row["fate"], row["rows"]) for row in counts)


def test_nothing_but_the_id_is_left_in_the_memory_and_startdeliver_is_not_touched(synced: Pipeline) -> None:
    said = command("8")

    assert (said.exit_code, left_of_bob(synced)) == (0, {})
    assert said.output.startswith(
        "Forgotten: nothing of theirs is sent any more.\nRemoved from schema startdeliver_sync"
    )
    assert [row["user_id"] for row in synced.state("select user_id from forgotten")] == ["8"]
    assert synced.sandbox.requests()["total"] == 0
    assert len(synced.state("select from records where key = '7'")) == 2


def test_who_was_forgotten_is_not_sent_again_and_their_rows_have_a_fate(synced: Pipeline) -> None:
    command("8", "--in-startdeliver")

    synced.run_as("scheduled", MONDAY + HOURS)

    assert synced.fates("users") == {"extracted": 2, "unchanged": 1, "skipped: forgotten": 1}
    assert synced.fates("Pickup Completed") == {"extracted": 1, "skipped: forgotten": 1}
    assert synced.fates("Pickup Missed") == {"extracted": 2, "already sent": 1, "skipped: forgotten": 1}
    assert list(synced.users()) == ["7"]
    assert left_of_bob(synced) == {}
    check_account(synced)


def test_in_startdeliver_the_user_and_their_own_customer_are_deleted(synced: Pipeline) -> None:
    said = command("8", "--in-startdeliver")

    assert said.output.endswith("Deleted in Startdeliver: 1 users, 1 customers.\n")
    assert list(synced.users()) == ["7"]
    assert [customer["customfieldSmrtId"] for customer in synced.sandbox.objects("customer")] == ["7"]
    assert {usage["userId"] for usage in synced.sandbox.objects("usage")} == {"7"}


def test_a_customer_that_others_belong_to_stays_there_and_in_the_memory(shop: Shop, pipeline: Pipeline) -> None:
    mapping = (pipeline.config / "mapping.yaml").read_text()
    pipeline.configure(mapping=mapping.replace("externalCustomerField: {field: userId}", COMPANY))
    pipeline.execute("alter table smrt.users add company text default 'Acme'")
    shop.customer("7")
    shop.customer("8")
    pipeline.run_as("scheduled", MONDAY)

    assert command("8", "--in-startdeliver").output.endswith("Deleted in Startdeliver: 1 users.\n")
    assert len(pipeline.sandbox.objects("customer")) == 1
    assert len(pipeline.state("select from records where entity = 'customer'")) == 1

    assert command("7", "--in-startdeliver").output.endswith("Deleted in Startdeliver: 1 users, 1 customers.\n")
    assert pipeline.sandbox.objects("customer") == pipeline.state("select * from records") == []


def test_asking_again_is_said_and_what_an_earlier_call_left_is_deleted(synced: Pipeline) -> None:
    command("8")

    again = command("8", "--in-startdeliver")

    assert again.output.splitlines() == [
        "They were forgotten already.",
        "Schema startdeliver_sync held nothing of theirs.",
        "Deleted in Startdeliver: 1 users.",
    ]
    assert list(synced.users()) == ["7"]


def test_a_deletion_that_fails_keeps_what_another_call_needs_but_nothing_is_sent(synced: Pipeline) -> None:
    synced.sandbox.faults([{"method": "DELETE", "status": 400, "times": 1}])
    with pytest.raises(Exception, match="400 to DELETE user"):
        command("8", "--in-startdeliver")
    assert "records" in left_of_bob(synced)
    synced.run_as("scheduled", MONDAY + HOURS)
    assert synced.fates("users")["skipped: forgotten"] == 1
    assert synced.fates("Pickup Completed") == {"extracted": 1, "skipped: forgotten": 1}

    assert command("8", "--in-startdeliver").output.startswith("They were forgotten already.")
    assert (list(synced.users()), left_of_bob(synced)) == (["7"], {})


def test_somebody_may_ask_before_they_were_ever_synced(shop: Shop, pipeline: Pipeline) -> None:
    said = command("8", "--in-startdeliver")
    assert said.exit_code == 0
    assert said.output.endswith("held nothing of theirs.\nNobody of theirs was found in Startdeliver.\n")

    fill(shop)
    pipeline.run_as("scheduled", MONDAY)

    assert list(pipeline.users()) == ["7"]
    assert left_of_bob(pipeline) == {}
    check_account(pipeline)


@pytest.mark.parametrize("stage", ["derive", "plan", "load_customers", "load_users", "load_events"])
def test_who_is_forgotten_while_a_run_is_under_way_is_not_sent_from_there_on(
    stage: str, shop: Shop, pipeline: Pipeline
) -> None:
    fill(shop)

    pipeline.run_as("scheduled", MONDAY, before={stage: lambda: command("8", "--in-startdeliver")})

    assert list(pipeline.users()) == ["7"]
    assert [customer["customfieldSmrtId"] for customer in pipeline.sandbox.objects("customer")] == ["7"]
    assert {usage["userId"] for usage in pipeline.sandbox.objects("usage")} == {"7"}
    assert left_of_bob(pipeline) == {}
    check_account(pipeline)
