"""The right to write to Startdeliver: one task at a time, and none for ever."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.state.database import State
from tests.state.conftest import engine_of

_HOLDERS = sa.text("""
    select pid from pg_locks join pg_database on pg_database.oid = pg_locks.database
    where locktype = 'advisory' and granted = :granted and datname = current_database()
""")


class Another:
    """Another task that takes the lock, on an engine of its own, and holds it until it is told to let go."""

    def __init__(self, uri: str, schema: str, options: str = "") -> None:
        self._engine = engine_of(f"{uri}?options={quote(options)}")
        self._state = State(self._engine, schema)
        self._pool = ThreadPoolExecutor(1)
        self.has_it, self.let_go = threading.Event(), threading.Event()
        self.waited: Future[bool] = self._pool.submit(self._hold)

    def _hold(self) -> bool:
        with self._state.lock() as lock:
            self.has_it.set()
            assert self.let_go.wait(30)
        return lock.waited

    def end(self) -> None:
        self.let_go.set()
        self._pool.shutdown()
        self._engine.dispose()


@pytest.fixture
def another(uri: str, schema: str):
    tasks: list[Another] = []

    def start(of_schema: str = schema, options: str = "") -> Another:
        tasks.append(Another(uri, of_schema, options))
        return tasks[-1]

    yield start
    for task in tasks:
        task.end()


def waiting(engine: sa.Engine) -> int:
    """How many sessions wait for a lock, once one does."""
    while True:
        with engine.connect() as connection:
            if count := len(connection.execute(_HOLDERS, {"granted": False}).all()):
                return count


def test_a_free_lock_is_taken_without_waiting_time_and_again(state: State) -> None:
    for _ in range(2):
        with state.lock() as lock:
            assert not lock.waited


def test_the_second_waits_until_the_first_lets_go(state: State, engine: sa.Engine, another) -> None:
    with state.lock():
        second = another()
        assert waiting(engine) == 1
        assert not second.has_it.is_set()
    assert second.has_it.wait(30)
    second.let_go.set()
    assert second.waited.result(30) is True


def test_waiting_is_no_failure_whatever_the_time_outs_of_the_session_are(
    state: State, engine: sa.Engine, another
) -> None:
    with state.lock():
        second = another(options="-c lock_timeout=50 -c statement_timeout=50")
        assert waiting(engine) == 1
        assert not second.waited.done()
        assert not second.has_it.wait(0.3)
    second.let_go.set()
    assert second.waited.result(30) is True


def test_a_task_that_fails_lets_go(state: State, another) -> None:
    with pytest.raises(LookupError), state.lock():
        raise LookupError
    assert another().has_it.wait(30)


def test_the_lock_dies_with_the_session_of_its_holder_who_is_told(state: State, engine: sa.Engine, another) -> None:
    first = another()
    assert first.has_it.wait(30)
    second = another()
    assert waiting(engine) == 1
    with engine.connect() as connection:
        holder = connection.execute(_HOLDERS, {"granted": True}).scalar_one()
        connection.execute(sa.text("select pg_terminate_backend(:pid)"), {"pid": holder})
    assert second.has_it.wait(30)
    first.let_go.set()
    with pytest.raises(WarehouseError):
        first.waited.result(30)
    second.let_go.set()
    assert second.waited.result(30) is True


def test_a_holder_may_ask_whether_it_still_has_the_lock_and_holds_no_transaction_open_by_it(
    state: State, engine: sa.Engine
) -> None:
    idle = sa.text("""
        select state from pg_stat_activity join pg_locks using (pid)
        where locktype = 'advisory' and granted and datname = current_database()
    """)
    with state.lock() as lock:
        for _ in range(3):
            lock.check()
        with engine.connect() as connection:
            assert connection.execute(idle).scalars().all() == ["idle"]
            assert len(connection.execute(_HOLDERS, {"granted": True}).all()) == 1


def test_a_holder_that_asks_learns_at_once_that_the_lock_died_and_another_can_have_it(
    state: State, engine: sa.Engine, another
) -> None:
    def lose_it() -> None:
        with engine.connect() as connection:
            holder = connection.execute(_HOLDERS, {"granted": True}).scalar_one()
            connection.execute(sa.text("select pg_terminate_backend(:pid)"), {"pid": holder})

    gone_on = []
    with pytest.raises(WarehouseError, match=r"the memory in schema .* failed"), state.lock() as lock:
        lose_it()
        lock.check()
        gone_on.append(True)
    assert gone_on == []
    assert another().has_it.wait(30)


def test_a_run_can_be_opened_while_another_one_sends(state: State, uri: str, schema: str) -> None:
    impatient = engine_of(f"{uri}?options=-c%20lock_timeout%3D2000")
    try:
        with state.lock():
            State(impatient, schema).create()
    finally:
        impatient.dispose()


def test_memories_of_two_schemas_do_not_wait_for_each_other(state: State, schema: str, another) -> None:
    other = another(f"{schema}_other")
    assert other.has_it.wait(30)
    with state.lock() as lock:
        assert not lock.waited
