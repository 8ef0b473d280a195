"""The parts of one run write side by side; nobody else does meanwhile, and no part twice."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.state.database import State
from tests.state.conftest import engine_of

_WAITING = sa.text("""
    select count(*) from pg_locks join pg_database on pg_database.oid = pg_locks.database
    where locktype = 'advisory' and not granted and datname = current_database()
""")


class Task:
    """A task that takes the lock, on an engine of its own, and holds it until it is told to let go."""

    def __init__(self, uri: str, schema: str, group: str | None, member: int) -> None:
        self._engine = engine_of(uri)
        self._state = State(self._engine, schema)
        self._pool = ThreadPoolExecutor(1)
        self.has_it, self.let_go = threading.Event(), threading.Event()
        self.waited: Future[bool] = self._pool.submit(self._hold, group, member)

    def _hold(self, group: str | None, member: int) -> bool:
        with self._state.lock(group, member) as lock:
            self.has_it.set()
            while not self.let_go.wait(0.02):
                lock.check()
        return lock.waited

    def end(self) -> bool:
        """Let go; whether it had to wait for the lock."""
        self.let_go.set()
        return self.waited.result(30)

    def close(self) -> None:
        self._pool.shutdown()
        self._engine.dispose()


@pytest.fixture
def start(uri: str, schema: str):
    tasks: list[Task] = []

    def begin(group: str | None, member: int = 0) -> Task:
        tasks.append(Task(uri, schema, group, member))
        return tasks[-1]

    yield begin
    for task in tasks:
        task.let_go.set()  # all of them first: one may wait for another
    for task in tasks:
        task.close()


def begun(task: Task) -> Task:
    assert task.has_it.wait(30)
    return task


def wait_until_waiting(engine: sa.Engine, tasks: int) -> None:
    with engine.connect() as connection:
        while connection.execute(_WAITING).scalar_one() != tasks:
            connection.rollback()


def test_the_members_of_a_group_hold_it_at_the_same_time(start) -> None:
    tasks = [begun(start("1", member)) for member in range(3)]
    assert [task.end() for task in tasks] == [False] * 3


@pytest.mark.parametrize(("first", "second"), [("1", "2"), ("1", None), (None, "1"), (None, None)])
def test_who_is_of_no_group_or_another_waits_until_all_members_have_let_go(
    engine: sa.Engine, start, first: str | None, second: str | None
) -> None:
    members = [begun(start(first, member)) for member in range(2 if first else 1)]
    other = start(second)
    wait_until_waiting(engine, 1)
    for member in members:
        assert not other.has_it.is_set()
        wait_until_waiting(engine, 1)
        member.end()
    assert begun(other).end() is True


def test_a_member_is_in_once_at_a_time_so_that_a_try_waits_for_the_one_before(engine: sa.Engine, start) -> None:
    first, sibling = begun(start("1", 0)), begun(start("1", 1))
    again = start("1", 0)
    wait_until_waiting(engine, 1)
    sibling.end()
    assert not again.has_it.is_set()
    first.end()
    assert begun(again).end() is True


def test_who_joins_late_comes_after_who_waited_and_nobody_waits_for_ever(engine: sa.Engine, start) -> None:
    early = begun(start("1", 0))
    other = start("2", 0)
    wait_until_waiting(engine, 1)
    late = start("1", 1)
    wait_until_waiting(engine, 2)
    early.end()
    begun(other)
    assert not late.has_it.is_set()
    other.end()
    assert begun(late).end() is True


def test_a_member_whose_session_is_lost_learns_of_it_while_the_others_go_on_and_keep_all_else_out(
    engine: sa.Engine, start
) -> None:
    sessions = sa.text("select pid from pg_locks where locktype = 'advisory' and granted group by pid order by pid")

    def holders() -> list[int]:
        with engine.connect() as connection:
            return list(connection.execute(sessions).scalars())

    before = holders()
    lost = begun(start("1", 0))
    (session,) = set(holders()) - set(before)
    left = begun(start("1", 1))
    with engine.connect() as connection:
        connection.execute(sa.text("select pg_terminate_backend(:pid)"), {"pid": session})
    with pytest.raises(WarehouseError):
        lost.waited.result(30)
    other = start("2")
    wait_until_waiting(engine, 1)
    assert not other.has_it.is_set()
    assert left.end() is False
    assert begun(other).end() is True


def test_the_status_says_that_it_is_held_and_how_many_wait(engine: sa.Engine, state: State, start) -> None:
    assert dict(state.lock_state()) == {"held": False, "waiting": 0}
    members = [begun(start("1", member)) for member in range(2)]
    assert dict(state.lock_state()) == {"held": True, "waiting": 0}
    for tasks, group in enumerate(["2", "3", None], start=1):
        start(group)
        wait_until_waiting(engine, tasks)
    assert dict(state.lock_state()) == {"held": True, "waiting": 3}
    for member in members:
        member.end()
