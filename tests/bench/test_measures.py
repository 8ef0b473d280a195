"""The measures at a tiny size: requests and rows are what they should be. How long anything takes, no test asks."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from bench import warehouse
from bench.measures import deriving, runs, sending
from bench.measures.runs import Runs
from bench.world import Outcome, World, running_world
from tests.demo.folders import reachable_folder

CUSTOMERS = 1_000
RECORDS = ("load_customers", "load_users")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with reachable_folder() as folder, running_world(folder / "bench", CUSTOMERS) as world:
        yield world


@pytest.fixture(scope="module")
def done(world: World) -> Runs:
    return runs.go(world)


def test_the_warehouse_has_the_rows_that_it_says(world: World) -> None:
    assert warehouse.scan(world.uri) == world.rows == 11 * CUSTOMERS


def test_a_first_sync_creates_every_record_once_and_looks_up_500_at_a_time(done: Runs) -> None:
    assert done.first.requests("write", stages=RECORDS) == 2 * CUSTOMERS
    assert done.first.requests("lookup", stages=RECORDS) == 2 * ceil(CUSTOMERS / runs.BATCH)


def test_where_nothing_changed_nothing_is_written_whoever_is_looked_at(done: Runs) -> None:
    assert done.whole.requests("write", "lookup") == done.unchanged.requests("write", "lookup") == 0


def test_a_run_reads_everybody_or_only_who_may_have_moved(done: Runs) -> None:
    moved, repaired = ("extract", "moved customers"), ("report", "repaired customers")
    assert moved not in done.first.counted
    assert done.whole.counted[repaired] == 0
    assert repaired not in done.unchanged.counted
    assert done.unchanged.counted[moved] == 0
    assert done.changed.counted[moved] == done.changed_customers


def test_as_many_requests_as_records_that_changed(done: Runs) -> None:
    assert done.changed_customers == CUSTOMERS * runs.CHANGED_SHARE
    assert done.changed.requests("write", "lookup") == done.changed_customers


def test_counts_of_the_table_are_met(done: Runs) -> None:
    assert {line.what: line.met for line in runs.lines(done) if line.aim == "exactly"} == {
        "Nothing changed: write requests": True,
        "0.1 % changed: write requests": True,
        "Requests for new records": True,
        "Requests for changed records": True,
    }


def outcome(prepare: float, writes: int) -> Outcome:
    return Outcome(prepare + 5, {"plan": prepare, "load_users": 5}, 1, {("load_users", "requests write"): writes})


def test_of_several_runs_the_one_of_middle_time_is_told_and_none_may_write_another_number() -> None:
    assert runs.middle([outcome(3, 1), outcome(1, 1), outcome(2, 1)]).without_sending == 2
    with pytest.raises(RuntimeError, match="different requests"):
        runs.middle([outcome(1, 0), outcome(1, 1), outcome(1, 0)])


def test_customers_and_users_are_sent_over_connections_that_are_kept() -> None:
    with reachable_folder() as folder:
        lines = {line.what: line for line in sending.lines(folder / "bench", customers=50, peers=None)}
    assert 0 < lines["Sending: connections"].measured <= 2 * sending.IN_FLIGHT


def test_what_is_derived_is_of_everybody_and_the_same_each_time(tmp_path: Path) -> None:
    deriving.write(tmp_path, customers=50, buckets=2, seed=3)
    first, again = deriving.derived(tmp_path, 2), deriving.derived(tmp_path, 2)
    assert len(first["demographic"]) == len(first["computed"]) == 50
    assert first["computed"]["orders_last_90_days"].sum() > 0
    for name, frame in first.items():
        assert len(frame) > 0
        pd.testing.assert_frame_equal(frame, again[name])


def test_a_schema_that_is_there_is_not_overwritten(world: World) -> None:
    with pytest.raises(psycopg.errors.DuplicateSchema):
        warehouse.create(world.uri, 1)
