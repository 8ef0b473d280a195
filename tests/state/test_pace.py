"""One pace for all workers: kept in the warehouse, at the time of its clock."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
import sqlalchemy as sa

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.startdeliver.leases import Leases
from smrt_startdeliver.startdeliver.limit import Limit, grant
from smrt_startdeliver.startdeliver.pace import Pace
from smrt_startdeliver.startdeliver.shared import Shared
from smrt_startdeliver.state.database import State
from smrt_startdeliver.state.pace import WarehousePace
from tests.state.conftest import engine_of

LEARNED = Limit(holds=3, hold_seconds=2.0, peak=8.0, caution=0.1, climbed_seconds=5.0, sent=40.0, sent_seconds=5.0)


def kept(state: State) -> Shared:
    return WarehousePace(state).change(lambda shared, now: (shared, shared))


def leases(state: State, requests_per_second: float | None = 4.0, daily_quota: int | None = None) -> Leases:
    """One worker."""
    return Leases(WarehousePace(state), requests_per_second, daily_quota, time.monotonic)


@pytest.fixture
def elsewhere(uri: str, schema: str):
    """The same memory as another worker has it."""
    engine = engine_of(uri)
    yield State(engine, schema)
    engine.dispose()


def test_a_new_memory_knows_nothing_of_the_limit(state: State) -> None:
    shared, now = WarehousePace(state).change(lambda shared, now: (shared, (shared, now)))
    assert shared == Shared(Limit(next_at=shared.limit.next_at, held_until=shared.limit.held_until))
    assert max(shared.limit.next_at, shared.limit.held_until) <= now


def test_what_is_kept_comes_back_as_it_was(state: State) -> None:
    shared = Shared(Limit(1_800_000_000.25, 1_800_000_001.5, 7, 1.5, 9.75, 0.05, 60.125, 12.5, 1.25), 20_833, 412)
    WarehousePace(state).change(lambda _, now: (shared, None))
    assert kept(state) == shared


def test_a_memory_made_again_keeps_what_was_learned_in_its_one_row(state: State) -> None:
    WarehousePace(state).change(lambda shared, now: (Shared(LEARNED), None))
    state.create()
    assert kept(state).limit == LEARNED
    with state.transaction() as connection:
        schema = state._schema
        assert connection.execute(sa.text(f"select count(*) from {schema}.pace")).scalar_one() == 1


def test_two_workers_share_one_limit(state: State, elsewhere: State) -> None:
    workers = leases(state), leases(elsewhere)
    for worker in workers:  # beyond the start, where the pace is below the ceiling
        for _ in range(6):
            worker.take()
    moments = sorted(worker.take().at for _ in range(5) for worker in workers)
    assert [later - earlier for earlier, later in pairwise(moments)] == pytest.approx([0.25] * 9, abs=0.15)
    assert moments[-1] - moments[0] == pytest.approx(9 * 0.25, abs=0.15)


def test_moments_that_a_dead_worker_leased_pass(state: State, elsewhere: State) -> None:
    leases(state, 2.0).take()
    soon = leases(elsewhere, 2.0).take()
    assert soon.at - time.monotonic() < 1


def test_a_hold_reaches_the_other_worker_at_its_next_lease(state: State, elsewhere: State) -> None:
    one, other = leases(state), leases(elsewhere)
    other.take()
    moment = one.take()
    one.refused(moment, 60)
    assert other.take().at - time.monotonic() > 50
    assert not one.stands(moment)


def test_what_one_run_learned_the_next_one_starts_with(state: State, elsewhere: State) -> None:
    one = leases(state, None)
    for _ in range(12):
        moment = one.take()
    one.refused(moment, 1)
    learned = kept(elsewhere).limit
    assert (learned.holds, learned.hold_seconds) == (1, pytest.approx(1.0))
    assert learned.peak is not None
    _, moments = grant(learned, learned.held_until, None)
    again = leases(elsewhere, None).take()
    assert kept(elsewhere).limit.peak == learned.peak
    assert again.holds == 1
    assert len(moments) >= 1


def test_the_quota_counts_the_requests_of_all_workers(state: State, elsewhere: State) -> None:
    one, other = leases(state, daily_quota=5), leases(elsewhere, daily_quota=5)
    assert (one.quota_left(), other.quota_left()) == (5, 5)
    for worker in (one, other, other):
        worker.take()
    assert other.quota_left() == 2
    for _ in range(2):
        one.take()
    assert one.quota_left() == 0
    assert Pace(daily_quota=5, store=WarehousePace(elsewhere)).quota_spent


def test_the_quota_turns_at_midnight_in_utc(state: State, schema: str) -> None:
    with state.transaction() as connection:
        today = connection.execute(sa.text("select (clock_timestamp() at time zone 'UTC')::date")).scalar_one()
    leases(state).take()
    with state.transaction() as connection:
        kept_day = connection.execute(sa.text(f"select day from {schema}.pace")).scalar_one()
        connection.execute(sa.text(f"update {schema}.pace set requests = 7"))
    assert (kept_day - today).days in (0, 1)
    assert leases(state, daily_quota=10).quota_left() == 3
    with state.transaction() as connection:
        connection.execute(sa.text(f"update {schema}.pace set day = day - 1"))
    assert leases(state, daily_quota=10).quota_left() == 10
    leases(state).take()
    assert kept(state).requests == 1


def test_many_threads_lease_beside_the_lock_on_few_connections(uri: str, state: State, schema: str) -> None:
    engine = sa.create_engine(
        uri.replace("postgresql:", "postgresql+psycopg:"), pool_size=2, max_overflow=0, pool_timeout=5
    )
    theirs = State(engine, schema)
    pace = Pace(1_000.0, store=WarehousePace(theirs), sleep=lambda _: None)

    def send() -> None:
        pace.wait()
        pace.answered()

    try:
        with theirs.lock(), ThreadPoolExecutor(16) as pool:
            for sent in [pool.submit(send) for _ in range(200)]:
                sent.result()
    finally:
        engine.dispose()
    assert kept(state).requests >= 200


def test_a_warehouse_that_is_lost_while_leasing_is_said_to_be() -> None:
    lost = State(engine_of("postgresql://nobody@127.0.0.1:1/nothing"), "memory")
    with pytest.raises(WarehouseError):
        Pace(store=WarehousePace(lost)).wait()


def test_a_failure_in_a_change_leaves_what_was_kept(state: State) -> None:
    WarehousePace(state).change(lambda shared, now: (Shared(LEARNED), None))

    def fails(shared: Shared, now: float) -> tuple[Shared, None]:
        raise LookupError

    with pytest.raises(LookupError):
        WarehousePace(state).change(fails)
    assert kept(state).limit == LEARNED
