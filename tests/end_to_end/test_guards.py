"""A run whose change is too large to be meant stops before its first write, and says why; `force` lets it go on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from smrt_startdeliver.plan.fates import check_sums
from tests.end_to_end.pipeline import Pipeline
from tests.end_to_end.shop import MONDAY, Shop

HOURS, DAY = timedelta(hours=2), timedelta(days=1)
CUSTOMERS = 24

EMPTY_TABLE = "delete from smrt.pickup_missed"
NEW_CUSTOMERS = (
    "insert into smrt.users (id, received_at, name) select 'new ' || n, now(), 'Zoe' from generate_series(1, 20) n"
)
LOST_VALUES = "update smrt.users set email = null"
CHANGED_VALUES = "update smrt.users set name = 'Customer ' || id"
MOST_GONE = "delete from smrt.users where id::int > 5; delete from smrt.pickup_missed where user_id::int > 5"
EMAIL = "  - {field: email, externalField: traits.email, type: text}\n"
NO_TIME = "update startdeliver_sync.runs set sending_since = now() - interval '1 day'"


def fill(shop: Shop, customers: int) -> None:
    """So many customers, each with an event that is sent and nothing is derived of."""
    for user in range(customers):
        shop.customer(str(user), name=f"Ann {user}", email=f"ann{user}@example.com")
        shop.event("Pickup Missed", str(user), MONDAY - DAY)


@pytest.fixture
def synced(shop: Shop, pipeline: Pipeline) -> Pipeline:
    """A shop whose first run has sent everything."""
    fill(shop, CUSTOMERS)
    pipeline.run_as("scheduled", MONDAY)
    pipeline.sandbox.reset_requests()
    return pipeline


def last_run(pipeline: Pipeline) -> dict[str, Any]:
    return pipeline.state("select state, guard, message from runs order by run desc limit 1")[0]


def stopped(pipeline: Pipeline, end: datetime, guards: str, **params: Any) -> None:
    """See that these guards stop a run."""
    with pytest.raises(AirflowFailException, match="stopped before anything was written, by"):
        pipeline.run_as("manual", end, **params)
    assert last_run(pipeline)["guard"] == guards


def writes(pipeline: Pipeline) -> int:
    return int(pipeline.sandbox.requests()["writes"])


@pytest.mark.parametrize(
    ("change", "guards", "said"),
    [
        (EMPTY_TABLE, "fewer_rows", "rows pickup_missed 0, usually 24"),
        (NEW_CUSTOMERS, "many_new", "users new 20, beside 24"),
        (CHANGED_VALUES, "field_changes", "users changed name 24, of 24"),
        (LOST_VALUES, "many_nulls, field_changes", "users with email 0, usually 24"),
    ],
    ids=["fewer_rows", "many_new", "field_changes", "many_nulls"],
)
def test_a_guard_stops_the_run_before_its_first_write_and_says_why(
    change: str, guards: str, said: str, synced: Pipeline
) -> None:
    synced.execute(change)

    assert synced.run(MONDAY + HOURS) == "failed"

    run = last_run(synced)
    assert (run["state"], run["guard"]) == ("failed", guards)
    assert said in run["message"]
    assert run["message"].startswith("guard: stopped before anything was written")
    assert run["message"].endswith("trigger the DAG with force")
    assert writes(synced) == 0
    counts = synced.state("select entity, fate, rows from counts where run = (select max(run) from runs)")
    check_sums((row["entity"], row["fate"], row["rows"]) for row in counts)


def test_what_the_stopped_run_would_have_sent_is_aborted_and_sent_once_it_is_forced_and_then_all_is_calm(
    synced: Pipeline,
) -> None:
    for change in (EMPTY_TABLE, NEW_CUSTOMERS, LOST_VALUES, CHANGED_VALUES):
        synced.execute(change)
    assert synced.run(MONDAY + HOURS) == "failed"
    assert synced.fates("users") == {"extracted": CUSTOMERS + 20, "skipped: aborted": CUSTOMERS + 20}

    assert synced.run(MONDAY + 2 * HOURS, force=True) == "success"
    assert last_run(synced)["guard"] == "fewer_rows, many_new, many_nulls, field_changes"
    assert synced.fates("users") == {"extracted": CUSTOMERS + 20, "created": 20, "updated": CUSTOMERS}

    synced.sandbox.reset_requests()
    assert synced.run(MONDAY + 3 * HOURS) == "success"
    assert last_run(synced) == {"state": "success", "guard": None, "message": None}
    assert writes(synced) == 0


def test_a_source_that_is_mended_lets_the_next_run_go_on(synced: Pipeline) -> None:
    synced.execute("alter table smrt.pickup_missed rename to kept")
    stopped(synced, MONDAY + HOURS, "fewer_rows")
    synced.execute("alter table smrt.kept rename to pickup_missed")
    synced.run_as("scheduled", MONDAY + 2 * HOURS)
    assert last_run(synced) == {"state": "success", "guard": None, "message": None}


def test_a_dry_run_shows_which_guards_would_trip(synced: Pipeline, caplog: pytest.LogCaptureFixture) -> None:
    synced.execute(EMPTY_TABLE)
    synced.run_as("manual", MONDAY + HOURS, dry_run=True)
    assert last_run(synced) == {"state": "success", "guard": "fewer_rows", "message": None}
    assert "another one would be stopped by fewer_rows (rows pickup_missed 0, usually 24)" in caplog.text


def test_a_first_sync_is_free_also_where_it_goes_on_in_further_runs(shop: Shop, pipeline: Pipeline) -> None:
    fill(shop, 12)
    pipeline.run_as("scheduled", MONDAY, before={"load_users": NO_TIME})
    pipeline.execute(NEW_CUSTOMERS)
    pipeline.run_as("scheduled", MONDAY + HOURS)
    assert [row["guard"] for row in pipeline.state("select guard from runs")] == [None, None]
    assert len(pipeline.users()) == 32


def test_a_small_shop_is_free_but_not_one_without_customers(shop: Shop, pipeline: Pipeline) -> None:
    fill(shop, 4)
    pipeline.run_as("scheduled", MONDAY)
    pipeline.execute("delete from smrt.users where id in ('1', '2', '3')")
    pipeline.execute(CHANGED_VALUES)
    pipeline.execute("insert into smrt.users (id, received_at) select 'new ' || n, now() from generate_series(1, 9) n")
    pipeline.run_as("scheduled", MONDAY + HOURS)
    assert last_run(pipeline)["guard"] is None

    pipeline.execute("delete from smrt.users")
    stopped(pipeline, MONDAY + 2 * HOURS, "fewer_rows")


def test_a_field_that_is_new_in_the_mapping_and_a_full_resync_are_no_change(shop: Shop, pipeline: Pipeline) -> None:
    fill(shop, CUSTOMERS)
    mapping = (pipeline.config / "mapping.yaml").read_text()
    pipeline.configure(mapping=mapping.replace(EMAIL, ""))
    pipeline.run_as("scheduled", MONDAY)
    pipeline.configure(mapping=mapping)

    for params in ({}, {"full_resync": True}):
        pipeline.run_as("manual", MONDAY + HOURS, **params)
        assert last_run(pipeline)["guard"] is None
        assert pipeline.fates("users") == {"extracted": CUSTOMERS, "updated": CUSTOMERS}


def test_users_that_startdeliver_refuses_again_are_not_new_in_each_run(shop: Shop, pipeline: Pipeline) -> None:
    fill(shop, CUSTOMERS)
    refused = [{"method": "POST", "path": "/user$", "status": 400, "where": {"name": f"Ann {n}"}} for n in range(14)]
    pipeline.sandbox.faults(refused)
    for run in range(3):
        pipeline.run_as("scheduled", MONDAY + run * HOURS)
        assert pipeline.fates("users")["rejected: refused"] == 14
    assert last_run(pipeline)["guard"] is None


def test_many_who_vanished_are_not_deleted_unless_it_is_forced(synced: Pipeline) -> None:
    synced.execute(MOST_GONE)
    synced.configure(settings="on_vanish: delete\n")
    stopped(synced, MONDAY + HOURS, "fewer_rows, many_nulls, many_vanished")
    assert len(synced.users()) == CUSTOMERS

    synced.run_as("scheduled", MONDAY + 2 * HOURS, force=True)
    assert len(synced.users()) == 6


def test_what_a_forced_run_did_not_get_to_is_free_in_the_next(synced: Pipeline) -> None:
    synced.execute(EMPTY_TABLE)
    synced.execute(NEW_CUSTOMERS)
    synced.sandbox.faults([{"method": "POST", "path": "/user$", "status": 403}])
    assert synced.run(MONDAY + HOURS, force=True) == "failed"
    assert last_run(synced)["guard"] == "fewer_rows, many_new"

    synced.sandbox.clear_faults()
    synced.run_as("scheduled", MONDAY + 2 * HOURS)
    assert len(synced.users()) == CUSTOMERS + 20


def test_a_run_that_only_creates_users_for_its_events_is_guarded_by_the_rows_alone(synced: Pipeline) -> None:
    synced.run_as("manual", MONDAY + HOURS, entities=["events"])
    synced.execute(NEW_CUSTOMERS)
    synced.run_as("backfill", MONDAY - DAY)
    assert last_run(synced)["guard"] is None
    synced.execute(EMPTY_TABLE)
    stopped(synced, MONDAY + 2 * HOURS, "fewer_rows", entities=["events"])
