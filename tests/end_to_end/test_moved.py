"""A run that looks only at those who may have moved does what one would do that looks at everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from demo.warehouse.activity import add_activity
from demo.warehouse.creation import create
from smrt_startdeliver.clock import Interval
from smrt_startdeliver.preview.next_run import NextRun, next_run
from smrt_startdeliver.preview.rehearsal import rehearsal_of
from smrt_startdeliver.settings_file import config_folder, load_settings
from smrt_startdeliver.stages import reach
from smrt_startdeliver.state.database import State
from smrt_startdeliver.warehouse.engine import warehouse_engine
from smrt_startdeliver.warehouse.engines.postgres import Postgres
from smrt_startdeliver.window import Request
from tests.end_to_end.declaring import writes
from tests.end_to_end.pipeline import Pipeline

THURSDAY = datetime(2026, 11, 19, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTINGS = "sweep_hours: 1000\nguard_max_change: 1\ntimezone: America/Chicago\n"
DECLARED = {
    "traits": """
traits:
  - {name: Orders lately, kind: event_counter, event: Order Created, window_days: 30, field: customfieldOrdersLately}
  - {name: Visits, kind: event_counter, event: Customer Visit, window_days: 90, field: customfieldVisits}
  - {name: Spent, kind: aggregation, function: sum, event: Order Created, property: value, field: customfieldSpent}
""",
    "audiences": """
audiences:
  - name: Cooling down
    field: customfieldCoolingDown
    all:
      - {event: Customer Visit, at_least: 1, between_days: [14, 90]}
      - {event: Customer Visit, at_most: 0, within_days: 14}
  - name: Top
    field: customfieldTop
    all: [{trait: demographic, op: less_or_equal, value: 2}]
  - name: Lost and top
    field: customfieldLostAndTop
    all: [{trait: isLost, op: equals, value: true}, {audience: Top}]
""",
}


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many have moved."""
    monkeypatch.setattr(reach, "MOVED_AT_MOST", 1.0)


@pytest.fixture
def shop(pipeline: Pipeline, narrow: None) -> Pipeline:
    create(pipeline.uri, customers=150, months=9, now=THURSDAY)
    pipeline.configure(settings=SETTINGS, **DECLARED)
    return pipeline


def everybody(end: datetime) -> NextRun:
    """What a run that looks at everybody would do at this moment."""
    engine = warehouse_engine()
    try:
        settings = load_settings(config_folder())
        request = Request("all", "scheduled", Interval(end - 2 * HOUR, end), now=end, dry_run=True)
        return next_run(
            rehearsal_of(Postgres(engine), State(engine, settings.state_schema), settings, request), None, 0
        )
    finally:
        engine.dispose()


def left_undone(end: datetime) -> dict[str, int]:
    """What of it is not nothing."""
    plan = everybody(end)
    records = {
        f"{name} {what}": getattr(one, what) for name, one in plan.records.items() for what in ("new", "changed")
    }
    events = {name: one.sent for name, one in plan.events.items()}
    audiences = {one.key: one.entered + one.left for one in plan.audiences}
    return {name: count for name, count in (records | events | audiences).items() if count}


def looked_at(pipeline: Pipeline) -> str:
    """Whom the last run looked at: those who moved, or why everybody."""
    (run,) = pipeline.state("select whole, whole_because from runs order by run desc limit 1")
    return str(run["whole_because"]) if run["whole"] else "who moved"


MONDAY = "ranks are counted anew (demographic_refresh)"
SYNCED = THURSDAY + 2 * HOUR
"""When the shop has been synced, and all that was loaded was compared with the memory for the first time."""


def sync(shop: Pipeline) -> None:
    shop.run_as("scheduled", THURSDAY)
    assert looked_at(shop) == "nothing is kept of an earlier run of this configuration"
    shop.run_as("scheduled", SYNCED)
    assert looked_at(shop) == "it compares all loaded rows with the memory (sweep_hours)"


def test_as_time_goes_by_it_leaves_nothing_undone_that_a_run_over_everybody_would_do(shop: Pipeline) -> None:
    sync(shop)
    end = SYNCED
    hours = [2, 2, 26, 5, 70, 2, 400]
    reached = []
    for seed, later in enumerate(hours):
        since, end = end, end + later * HOUR
        if later in (2, 5):
            add_activity(shop.uri, "smrt", seed, since, end)
        shop.run_as("scheduled", end)
        reached.append(looked_at(shop))
        assert left_undone(end) == {}, (seed, later)
    assert reached == [
        "who moved",
        "who moved",
        "who moved",
        "who moved",
        MONDAY,
        "who moved",
        MONDAY,
    ]
    events = [usage["messageId"] for usage in shop.sandbox.objects("usage")]
    assert len(events) == len(set(events))
    # Only runs that knew who had moved prove what was kept of the others, and there was nothing to repair.
    repaired = shop.state("select run, value from measures where name = 'repaired customers'")
    assert [(row["run"], row["value"]) for row in repaired] == [(2, 0)]


def test_what_the_clock_alone_changes_is_found_without_a_look_at_most_of_them(shop: Pipeline) -> None:
    shop.configure(settings=SETTINGS + "lookback_hours: 0\n")
    sync(shop)
    end = SYNCED
    written = []
    for later in (1, 11, 20, 24):
        end += later * HOUR
        writes(shop)
        shop.run_as("scheduled", end)
        assert looked_at(shop) == "who moved"
        assert moved_customers(shop) < 50
        assert left_undone(end) == {}, later
        written.append(writes(shop))
    assert sum(written) > 5


def moved_customers(pipeline: Pipeline) -> int:
    (moved,) = pipeline.state("select value from measures where name = 'moved customers' order by run desc limit 1")
    return int(moved["value"])


def test_it_counts_as_many_records_and_members_as_one_over_everybody(shop: Pipeline) -> None:
    sync(shop)
    add_activity(shop.uri, "smrt", 1, SYNCED, SYNCED + 2 * HOUR)
    shop.run_as("scheduled", SYNCED + 2 * HOUR)
    assert looked_at(shop) == "who moved"
    counted = _counted(shop)

    shop.run_as("manual", SYNCED + 2 * HOUR, force=True)
    assert looked_at(shop) == "it was asked to (full_resync, force)"
    assert counted == _counted(shop)


def _counted(pipeline: Pipeline) -> dict[str, float]:
    rows = pipeline.state("select name, value from measures where run = (select max(run) from runs)")
    counts = (" wanted", " members", *(f" with {alias}" for alias in ("name", "email", "phone")))
    return {row["name"]: row["value"] for row in rows if row["name"].endswith(counts)}


def test_an_audience_keeps_its_members_where_nobody_moves(shop: Pipeline) -> None:
    sync(shop)
    counted = _counted(shop)
    shop.run_as("scheduled", SYNCED + timedelta(seconds=1))
    shop.run_as("scheduled", SYNCED + timedelta(seconds=2))
    assert looked_at(shop) == "who moved"
    assert _counted(shop) == counted
    assert counted["audience top members"] > 0


def test_nobody_is_read_where_nothing_was_loaded_and_nobody_is_due(shop: Pipeline) -> None:
    shop.configure(settings=SETTINGS + "lookback_hours: 0\n", traits="traits: []\n", audiences="audiences: []\n")
    sync(shop)
    shop.run_as("scheduled", SYNCED + timedelta(seconds=1))
    assert looked_at(shop) == "who moved"
    writes(shop)
    shop.run_as("scheduled", SYNCED + timedelta(seconds=2))
    assert looked_at(shop) == "who moved"
    assert writes(shop) == 0
    (doubled,) = shop.state("select count(*) from (select from smrt.users group by id having count(*) > 1) as ids")
    assert moved_customers(shop) == doubled["count"]  # of two rows of one id the older one is never as the other


def test_rows_of_an_earlier_time_that_come_or_go_have_everybody_looked_at(shop: Pipeline) -> None:
    sync(shop)
    shop.execute(
        "insert into smrt.order_created (id, user_id, received_at, timestamp) "
        "select 'late', id, '2026-06-01', '2026-06-01' from smrt.users where id is not null limit 1"
    )
    shop.run_as("scheduled", SYNCED + 2 * HOUR)
    assert looked_at(shop) == "rows of an earlier time came or went in order_created"
    assert left_undone(SYNCED + 2 * HOUR) == {}
    shop.execute("delete from smrt.order_created where id = 'late'")
    shop.run_as("scheduled", SYNCED + 4 * HOUR)
    assert looked_at(shop) == "rows of an earlier time came or went in order_created"


def test_a_run_over_everybody_repairs_what_was_kept_wrongly_and_says_so(
    shop: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    shop.configure(settings=SETTINGS + "lookback_hours: 0\n")
    sync(shop)
    shop.execute(
        "update startdeliver_sync.customers set due = null, spend = 1 where spend is not null and settled "
        "and user_id not in (select id from smrt.users where id is not null group by id having count(*) > 1)"
    )
    (wrong,) = shop.state("select count(*) as customers from customers where spend = 1")
    assert wrong["customers"] > 20
    shop.run_as("scheduled", SYNCED + timedelta(seconds=1), force=True)
    repaired = shop.state("select value::int as customers from measures where name = 'repaired customers'")
    assert repaired[-1] == wrong
    assert "had changed though nothing had said that they might have" in caplog.text
    assert shop.state("select count(*) as customers from customers where spend = 1") == [{"customers": 0}]
