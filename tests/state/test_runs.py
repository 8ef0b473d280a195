"""Runs: opened, read by their tasks, closed, and what they leave for the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.runs import close_run, open_run, past, read_run
from smrt_startdeliver.warehouse.catalog import Catalog
from smrt_startdeliver.window import Past, Request, decide

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOURS = timedelta(hours=2)
HISTORY = timedelta(days=90)
MAPPING = """
startdeliverMatchingField: {field: customfieldSmrtId, type: text}
externalMatchingField: {field: userId}
userMapping: []
"""
CATALOG = Catalog("smrt", {"users": {"id": "text", "uuid_ts": "time", "agent": "text"}, "pages": {"id": "integer"}})
PARIS = Settings(timezone="Europe/Paris")


def request(end: datetime = NOW, kind: Any = "scheduled", **asked: Any) -> Request:
    return Request(f"{kind} {end}", kind, Interval(end - HOURS, end), end, **asked)


def opened(state: State, asked: Request, settings: Settings = Settings(), **changed: Any) -> int:  # noqa: B008 - frozen
    window = replace(decide(asked, past(state), settings), **changed)
    return open_run(state, asked, window, settings, MAPPING, Declared(), CATALOG)


def ended(state: State, asked: Request, settings: Settings = Settings(), **changed: Any) -> int:  # noqa: B008 - frozen
    """A run that was opened and succeeded; its traits were acknowledged."""
    number = opened(state, asked, settings, **changed)
    state.write("acknowledge_traits", [{"run": number}])
    close_run(state, number, "success")
    return number


def row(state: State, number: int) -> sa.RowMapping:
    return state.rows("run", run=number)[0]


def test_before_the_first_run_there_is_no_past(state: State) -> None:
    assert past(state) == Past()


def test_a_run_comes_back_to_its_tasks_as_it_was_opened(state: State) -> None:
    settings = Settings(lost_multiplier=Decimal("1.50"), events=("Order Created", "pages"), timezone="Asia/Tokyo")
    asked = request(entities=("users", "events"), full_resync=True, dry_run=True)
    window = replace(decide(asked, Past(), settings), sweep=True)
    number = open_run(state, asked, window, settings, MAPPING, Declared(), CATALOG)
    run = read_run(state, number)
    assert run.number == number
    assert run.interval == window.interval == Interval(NOW - HISTORY, NOW)
    assert run.loaded == Interval(NOW - HISTORY - timedelta(hours=48), NOW)
    assert run.derive_from.start == run.loaded.start
    assert (run.dry_run, run.full_resync, run.sweep, run.history_whole) == (True, True, True, False)
    assert run.entities == ("users", "events")
    assert run.settings == settings
    assert run.document.user_match.field == "customfieldSmrtId"
    assert run.catalog == CATALOG
    assert [*run.catalog.columns("users")] == ["id", "uuid_ts", "agent"]
    assert [epoch.settings for epoch in run.epochs] == [settings]
    assert (run.syncs_users, run.syncs_customers) == (True, False)


def test_a_run_that_sends_no_traits_syncs_nobody(state: State) -> None:
    ended(state, request())
    run = read_run(state, opened(state, request(NOW - timedelta(days=30), "backfill")))
    assert (run.sends_traits, run.syncs_users, run.syncs_customers) == (False, False, False)


def test_a_run_that_succeeded_is_where_the_next_one_starts(state: State) -> None:
    ended(state, request(), sweep=True)
    assert past(state) == Past(
        last_end=NOW,
        first_start=NOW - HISTORY,
        earliest_start=NOW - HISTORY,
        last_traits=NOW,
        last_sweep=NOW,
    )
    assert decide(request(NOW + HOURS), past(state), Settings()).interval == Interval(NOW, NOW + HOURS)


def test_a_run_that_failed_leaves_its_first_start_and_the_traits_it_had_acknowledged(state: State) -> None:
    number = opened(state, request(), sweep=True)
    state.write("acknowledge_traits", [{"run": number}])
    close_run(state, number, "failed", "the warehouse went away")
    assert past(state) == Past(first_start=NOW - HISTORY, last_traits=NOW)
    assert (row(state, number)["state"], row(state, number)["message"]) == ("failed", "the warehouse went away")


def test_a_run_that_was_deferred_is_not_where_the_next_one_starts(state: State) -> None:
    ended(state, request())
    number = opened(state, request(NOW + HOURS))
    state.write("defer_run", [{"run": number}])
    close_run(state, number, "success")
    assert past(state).last_end == NOW


@pytest.mark.parametrize("asked", [{"dry_run": True}, {"entities": ("events",)}, {"kind": "backfill"}], ids=str)
def test_dry_runs_partial_runs_and_backfills_are_not_where_the_next_one_starts(state: State, asked: dict) -> None:
    ended(state, request())
    ended(state, request(NOW + HOURS, **asked))
    assert past(state).last_end == NOW
    assert past(state).first_start == NOW - HISTORY


def test_a_dry_run_leaves_nothing_at_all(state: State) -> None:
    ended(state, request(dry_run=True))
    assert past(state) == Past()


def test_a_backfill_counts_for_how_far_back_anything_was_sent(state: State) -> None:
    ended(state, request())
    year_ago = NOW - timedelta(days=365)
    ended(state, request(year_ago, "backfill"))
    assert past(state).earliest_start == year_ago - HOURS
    assert past(state).last_traits == NOW


def test_a_run_is_closed_once(state: State) -> None:
    number = ended(state, request())
    close_run(state, number, "failed", "a task failed")
    assert (row(state, number)["state"], row(state, number)["message"]) == ("success", None)
    assert row(state, number)["finished_at"] is not None


def test_a_dag_run_that_is_started_anew_gives_up_its_earlier_try_and_no_other(state: State) -> None:
    first, other = opened(state, request()), opened(state, request(NOW + HOURS))
    second = opened(state, request())
    assert [row(state, number)["state"] for number in (first, other, second)] == ["failed", "running", "running"]


def test_what_was_read_is_joined_where_windows_touch(state: State) -> None:
    ended(state, request())
    ended(state, request(NOW + HOURS))
    opened(state, request(NOW + 9 * HOURS))
    ended(state, request(NOW + 9 * HOURS, dry_run=True))
    (windows,) = [row["windows"] for row in state.rows("completed_windows")]
    assert [(window.lower, window.upper) for window in windows] == [(NOW - HISTORY - timedelta(hours=48), NOW + HOURS)]


def zones(state: State, number: int) -> list[tuple[datetime, str]]:
    return [(epoch.interval.start, epoch.settings.timezone) for epoch in read_run(state, number).epochs]


def test_a_change_of_the_rules_holds_from_the_end_of_the_last_run_that_succeeded(state: State) -> None:
    ended(state, request())
    ended(state, request(NOW + HOURS))
    number = opened(state, request(NOW + 2 * HOURS), PARIS)
    beginning = zones(state, number)[0][0]
    changed = [(beginning, "UTC"), (NOW + HOURS, "Europe/Paris")]
    assert zones(state, number) == changed
    close_run(state, number, "failed")
    again = opened(state, request(NOW + 3 * HOURS), PARIS)
    assert zones(state, again) == changed
    close_run(state, again, "success")
    later = ended(state, request(NOW + 4 * HOURS), PARIS)
    assert zones(state, later) == changed
    back = opened(state, request(NOW + 5 * HOURS))
    assert zones(state, back) == [*changed, (NOW + 4 * HOURS, "UTC")]


@pytest.mark.parametrize("became", ["failed", "deferred"])
def test_a_run_that_did_not_finish_its_window_leaves_no_rules_behind(state: State, became: str) -> None:
    ended(state, request())
    number = opened(state, request(NOW + HOURS), PARIS)
    if became == "deferred":
        state.write("defer_run", [{"run": number}])
    close_run(state, number, "failed" if became == "failed" else "success")
    following = opened(state, request(NOW + 2 * HOURS))
    assert [zone for _, zone in zones(state, following)] == ["UTC"]


def test_a_setting_that_is_no_rule_makes_no_change(state: State) -> None:
    ended(state, request())
    number = opened(state, request(NOW + HOURS), Settings(lookback_hours=1))
    assert [zone for _, zone in zones(state, number)] == ["UTC"]


def test_a_run_over_history_uses_the_rules_of_today_throughout_and_changes_none(state: State) -> None:
    ended(state, request())
    backfill = ended(state, request(NOW - timedelta(days=9), "backfill"), PARIS)
    assert [zone for _, zone in zones(state, backfill)] == ["Europe/Paris"]
    following = opened(state, request(NOW + HOURS))
    assert [zone for _, zone in zones(state, following)] == ["UTC"]
