"""What the guards compare a run with: what is usual, and what the run before left undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.plan.fates import Fates
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.state.accounts import note_stage
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.runs import close_run, open_run, past
from smrt_startdeliver.warehouse.catalog import Catalog
from smrt_startdeliver.window import Request, decide

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NO_TABLES = Catalog("smrt", {})


def run(
    state: State, counts: dict[str, float], became: str = "success", *, guard: str | None = None, **asked: Any
) -> int:
    """A run that measured this and was closed as it became; the number."""
    request = Request("a run", "scheduled", None, NOW, **asked)
    number = open_run(state, request, decide(request, past(state), Settings()), Settings(), "", Declared(), NO_TABLES)
    note_stage(state, number, "plan", Fates(), counts)
    if guard:
        state.write("note_guard", [{"run": number, "guard": guard}])
    close_run(state, number, became)
    return number


def usual(state: State, number: int = 1_000_000) -> dict[str, float]:
    return {row["name"]: row["value"] for row in state.rows("usual", run=number)}


def undone(state: State, number: int = 1_000_000) -> dict[str, float]:
    return {row["name"]: row["value"] for row in state.rows("undone", run=number, entity="users")}


def test_usual_is_the_median_of_the_last_five(state: State) -> None:
    assert usual(state) == {}
    for rows in (9000, 10, 30, 20, 50, 40):
        run(state, {"rows users": rows})
    assert usual(state) == {"rows users": 30}


def test_fewer_runs_and_counts_that_not_all_of_them_have_are_enough(state: State) -> None:
    run(state, {"rows users": 10})
    second = run(state, {"rows users": 20, "rows pages": 7})
    assert usual(state) == {"rows users": 15, "rows pages": 7}
    assert usual(state, second) == {"rows users": 10}


def test_runs_that_failed_or_were_dry_or_sent_only_a_part_are_not_usual(state: State) -> None:
    run(state, {"rows users": 10})
    run(state, {"rows users": 1}, "failed", guard="fewer_rows")
    run(state, {"rows users": 1}, dry_run=True, force=True, guard="fewer_rows")
    run(state, {"rows users": 1}, entities=("users",))
    state.write("acknowledge_traits", [{"run": 1}])
    run(state, {"rows users": 1}, until=NOW - timedelta(days=9))
    assert usual(state) == {"rows users": 10}


def test_the_usual_begins_anew_with_a_run_that_was_forced_past_a_guard_also_where_it_failed_later(state: State) -> None:
    run(state, {"rows users": 100})
    run(state, {"rows users": 90}, force=True)
    assert usual(state) == {"rows users": 95}
    run(state, {"rows users": 10}, "failed", force=True, guard="fewer_rows")
    assert usual(state) == {"rows users": 10}
    run(state, {"rows users": 12})
    assert usual(state) == {"rows users": 11}


def test_undone_is_what_the_last_run_that_wrote_measured_as_far_as_it_left_records(state: State) -> None:
    assert undone(state) == {}
    first = run(state, {"users new": 30, "users changed name": 4, "users vanished": 9, "customers new": 3})
    assert undone(state) == {}
    state.write("acknowledge_traits", [{"run": first}])
    assert undone(state) == {"users new": 0, "users changed name": 0, "users vanished": 0}
    left = Fates()
    left.add("users", "created", 20)
    left.add("users", "rejected", 3, "refused")
    left.add("users", "skipped", 7, "deferred")
    left.add("vanished users", "skipped", 80, "vanished")
    left.add("vanished users", "skipped", 5, "aborted")
    note_stage(state, first, "load_users", left, {})
    run(state, {"users new": 99}, "failed", guard="many_new")
    assert undone(state) == {"users new": 10, "users changed name": 4, "users vanished": 5}
    assert undone(state, first) == {}


def test_an_entity_is_synced_for_the_first_time_until_a_run_had_nothing_left_and_one_of_it_is_tied(
    state: State,
) -> None:
    def synced(entity: str) -> bool:
        return bool(state.rows("first_synced", entity=entity)[0]["synced"])

    state.write("defer_run", [{"run": run(state, {})}])
    user = {"key": "7", "match_field": "email", "match_value": "a@b", "fingerprint": 1, "fields": {}, "run": 1}
    record = {
        "startdeliver_id": 70,
        "created_here": True,
        "customer_key": None,
        "customer_known": True,
        "outcome": "created",
    }
    state.write_all("acknowledge_records", [user | record | {"entity": "user"}])
    assert not synced("user")
    run(state, {})
    assert synced("user")
    assert not synced("customer")
