"""The window of a run: what a scheduler, a person and a backfill ask for, and what earlier runs left."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.window import ENTITIES, Past, Request, RunKind, Window, decide

SETTINGS = Settings()
LOOKBACK, HISTORY = timedelta(hours=48), timedelta(days=90)
some = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TWO_HOURS = timedelta(hours=2)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text + ("" if "T" in text else "T00:00") + "+00:00")


NOW = at("2026-11-20T12:00")
LAST = NOW - TWO_HOURS
REGULAR = Past(
    last_end=LAST, first_start=at("2026-08-01"), earliest_start=at("2026-08-01"), last_traits=LAST, last_sweep=LAST
)


def run(kind: RunKind = "scheduled", end: datetime | None = NOW, past: Past = REGULAR, **asked) -> Window:
    """The window of a run whose data interval is the two hours before `end`."""
    interval = None if end is None else Interval(end - TWO_HOURS, end)
    return decide(Request("run", kind, interval, NOW + timedelta(minutes=1), **asked), past, SETTINGS)


def test_the_first_run_reaches_back_as_far_as_history_days_says() -> None:
    window = run(past=Past())
    assert window.interval == Interval(NOW - HISTORY, NOW)
    assert window.read_from == NOW - HISTORY - LOOKBACK
    assert window.derive_from == NOW - HISTORY
    assert (window.complete, window.watermark, window.sends_traits) == (True, True, True)
    assert (window.history_whole, window.sweep) == (False, False)


def test_the_next_run_goes_on_where_the_last_one_ended_and_reads_the_look_back_again() -> None:
    window = run()
    assert window.interval == Interval(LAST, NOW)
    assert window.read_from == LAST - LOOKBACK
    assert window.derive_from == at("2026-08-01")
    assert (window.complete, window.watermark, window.sends_traits, window.history_whole) == (True, True, True, False)


def test_after_a_week_without_the_scheduler_the_whole_week_is_read() -> None:
    week_ago = NOW - timedelta(days=7)
    assert run(past=Past(last_end=week_ago, first_start=at("2026-08-01"))).interval == Interval(week_ago, NOW)


def test_until_a_first_run_succeeds_each_starts_where_the_first_one_did() -> None:
    assert run(past=Past(first_start=at("2026-08-01"))).interval.start == at("2026-08-01")


def test_a_second_run_with_the_same_end_has_an_empty_window_and_its_look_back() -> None:
    window = run(past=Past(last_end=NOW, last_traits=NOW))
    assert window.interval == Interval(NOW, NOW)
    assert window.read_from == NOW - LOOKBACK
    assert (window.watermark, window.sends_traits, window.history_whole) == (True, True, False)


def test_a_run_that_was_deferred_leaves_its_window_to_be_read() -> None:
    # What a deferred run leaves: it is no last end, but its traits were acknowledged.
    window = run(past=Past(last_end=LAST - TWO_HOURS, last_traits=LAST))
    assert window.interval.start == LAST - TWO_HOURS
    assert window.sends_traits


def test_a_backfill_reads_its_own_interval_and_look_back_and_sends_history_whole() -> None:
    window = run("backfill", at("2026-09-01"))
    assert window.interval == Interval(at("2026-09-01") - TWO_HOURS, at("2026-09-01"))
    assert window.read_from == window.interval.start - LOOKBACK
    assert window.history_whole
    assert window.complete
    assert not (window.watermark or window.sends_traits or window.sweep)


def test_a_backfill_before_any_other_run_sends_traits_and_leaves_no_watermark() -> None:
    window = run("backfill", past=Past())
    assert window.interval == Interval(NOW - TWO_HOURS, NOW)
    assert (window.sends_traits, window.watermark, window.history_whole) == (True, False, True)


@pytest.mark.parametrize("kind", ["scheduled", "manual"])
def test_a_run_of_an_earlier_date_reads_that_dates_interval_and_sends_no_traits(kind: RunKind) -> None:
    window = run(kind, at("2026-09-01"))
    assert window.interval == Interval(at("2026-09-01") - TWO_HOURS, at("2026-09-01"))
    assert not (window.watermark or window.sends_traits or window.sweep)


def test_since_and_until_replace_the_window_as_they_stand() -> None:
    window = run("manual", since=at("2026-03-01"), until=at("2026-04-01"))
    assert window.interval == Interval(at("2026-03-01"), at("2026-04-01"))
    assert window.read_from == at("2026-03-01")
    assert window.derive_from == at("2026-03-01")
    assert window.history_whole
    assert not (window.watermark or window.sends_traits or window.sweep)


def test_late_evidence_is_followed_back_to_the_earliest_start_of_all_runs() -> None:
    assert run("manual", since=at("2026-10-01")).derive_from == REGULAR.earliest_start
    assert run("manual", since=at("2026-10-01"), past=Past()).derive_from == at("2026-10-01")


def test_since_alone_reads_up_to_the_runs_end() -> None:
    assert run("manual", since=at("2026-11-01")).interval == Interval(at("2026-11-01"), NOW)
    no_date = run("manual", None, since=at("2026-11-01"))
    assert no_date.interval == Interval(at("2026-11-01"), NOW + timedelta(minutes=1))
    assert no_date.sends_traits


@pytest.mark.parametrize(
    ("past", "start"),
    [
        (REGULAR, LAST),
        (Past(last_end=NOW, first_start=at("2026-08-01")), at("2026-08-01")),
        (Past(last_end=NOW, first_start=NOW), NOW - timedelta(minutes=30) - HISTORY),
        (Past(), NOW - timedelta(minutes=30) - HISTORY),
    ],
)
def test_until_alone_reads_from_the_last_known_moment_before_it(past: Past, start: datetime) -> None:
    until = NOW - timedelta(minutes=30)
    window = run("manual", past=past, until=until)
    assert window.interval == Interval(start, until)
    assert window.read_from == start


def test_since_after_the_end_is_refused_with_what_to_look_at() -> None:
    with pytest.raises(ConfigurationError, match="see since and until"):
        run("manual", since=NOW + TWO_HOURS)
    with pytest.raises(ConfigurationError, match="see since and until"):
        run("manual", since=at("2026-04-01"), until=at("2026-03-01"))
    assert run("manual", since=NOW, until=NOW).interval == Interval(NOW, NOW)


def test_a_manual_run_without_a_date_speaks_of_now_and_counts_as_a_regular_one() -> None:
    window = run("manual", None)
    assert window.interval == Interval(LAST, NOW + timedelta(minutes=1))
    assert (window.watermark, window.sends_traits, window.history_whole) == (True, True, False)


@pytest.mark.parametrize(
    "asked", [{"dry_run": True}, {"entities": ("customers", "users")}, {"entities": ("events",)}, {"entities": ()}]
)
def test_a_run_that_is_dry_or_partial_moves_no_watermark_and_sweeps_nothing(asked: dict) -> None:
    window = run(past=Past(last_end=LAST), **asked)
    assert window.interval == Interval(LAST, NOW)
    assert not (window.complete or window.watermark or window.sweep)


def test_all_entities_in_whatever_order_are_a_complete_run() -> None:
    assert run(entities=tuple(reversed(ENTITIES))).watermark


@pytest.mark.parametrize(
    ("last_traits", "sends"), [(None, True), (NOW, True), (NOW - TWO_HOURS, True), (NOW + TWO_HOURS, False)]
)
def test_a_run_whose_end_lies_before_the_last_acknowledged_traits_sends_none(
    last_traits: datetime | None, sends: bool
) -> None:
    assert run(past=Past(last_end=LAST, last_traits=last_traits)).sends_traits == sends


@pytest.mark.parametrize(
    ("last_sweep", "sweeps"),
    [
        (None, True),
        (NOW - timedelta(hours=24), True),
        (NOW - timedelta(hours=23, minutes=59), False),
        (NOW - timedelta(days=9), True),
    ],
)
def test_once_in_sweep_hours_a_scheduled_run_sweeps(last_sweep: datetime | None, sweeps: bool) -> None:
    assert run(past=Past(last_end=LAST, last_sweep=last_sweep)).sweep == sweeps


def test_only_a_scheduled_run_sweeps_and_only_where_there_is_something_behind_it() -> None:
    due = Past(last_end=LAST)
    assert run(past=due).sweep
    assert not run("manual", past=due).sweep
    assert not run("backfill", past=due).sweep
    assert not run(past=due, until=NOW).sweep
    assert not run(past=Past(first_start=at("2026-08-01"))).sweep


@some
@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(["success", "failed", "deferred"])), max_size=12))
def test_whatever_fails_the_windows_of_what_succeeded_leave_no_gap(runs: list[tuple[int, str]]) -> None:
    """Regular runs in order of time: what the successful ones read is one stretch, from the first start on."""
    past, end, read = Past(), NOW, []
    for hours, outcome in runs:
        end += timedelta(hours=hours)
        window = run(end=end, past=past)
        past = Past(
            last_end=end if outcome == "success" else past.last_end,
            first_start=min(filter(None, (past.first_start, window.interval.start))),
        )
        if outcome == "success":
            read.append(window.interval)
    first_start = past.first_start
    for interval in read:
        assert interval.start == first_start
        first_start = interval.end
