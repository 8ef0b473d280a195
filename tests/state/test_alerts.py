"""What people are told, in the memory: of several tasks at once one changes a subject, and one tells."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from smrt_startdeliver.alerts.changes import Change, Ended, Standing
from smrt_startdeliver.alerts.words import Message
from smrt_startdeliver.state.alerts import claim_due, facts, note_change, note_told, settle, standing
from smrt_startdeliver.state.database import State

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MESSAGE = Message("run failing", "problem", "runs fail", "Run 12 failed")
TASKS = 8


def note(state: State, *, bad: bool, since: datetime) -> None:
    note_change(state, Change("run failing", bad, since), MESSAGE, 12)


def test_who_finds_the_same_at_the_same_time_notes_it_once(state: State) -> None:
    with ThreadPoolExecutor(TASKS) as tasks:
        list(tasks.map(lambda _: note(state, bad=True, since=NOON), range(TASKS)))
    assert standing(state) == {"run failing": Standing(True, NOON)}
    assert [due.change for due in claim_due(state)] == [1]


def test_who_comes_second_while_the_first_is_not_done_yet_waits_and_notes_nothing(state: State) -> None:
    with ThreadPoolExecutor() as tasks:
        with state.transaction() as connection:
            note(state, bad=True, since=NOON)
            second = tasks.submit(note, state, bad=True, since=NOON + HOUR)
            while not connection.execute(sa.text("select exists(select from pg_locks where not granted)")).scalar():
                assert not second.done()
        second.result()
    assert standing(state) == {"run failing": Standing(True, NOON)}


def test_a_subject_that_was_always_well_does_not_recover(state: State) -> None:
    note(state, bad=False, since=NOON)
    assert standing(state) == {}


def test_who_has_looked_at_what_became_old_changes_nothing(state: State) -> None:
    note(state, bad=True, since=NOON)
    for bad, since in ((True, NOON + HOUR), (False, NOON), (False, NOON - HOUR)):
        note(state, bad=bad, since=since)
        assert standing(state) == {"run failing": Standing(True, NOON)}
    note(state, bad=False, since=NOON + HOUR)
    assert standing(state) == {"run failing": Standing(False, NOON + HOUR)}


def test_of_those_who_ask_at_once_one_is_to_tell(state: State) -> None:
    note(state, bad=True, since=NOON)
    with ThreadPoolExecutor(TASKS) as tasks:
        claims = list(tasks.map(lambda _: claim_due(state), range(TASKS)))
    ((due,),) = [claim for claim in claims if claim]
    assert (due.message, due.told) == (MESSAGE, frozenset())


@pytest.mark.parametrize(("told", "left"), [([], [[]]), (["a"], [["a"]]), (["a", "b"], [])])
def test_what_not_all_have_told_is_left_for_the_next_occasion(state: State, told: list[str], left: list) -> None:
    note(state, bad=True, since=NOON)
    (due,) = claim_due(state)
    for notifier in told:
        note_told(state, due, notifier)
    settle(state, [due], ["a", "b"])
    assert [sorted(due.told) for due in claim_due(state)] == left


def test_what_was_told_without_the_memory_is_not_told_again(state: State) -> None:
    note_change(state, Change("run failing", True, NOON), MESSAGE, None, told_at=NOON)
    assert claim_due(state) == []


A_RUN = """
    insert into {schema}.runs (
        dag_run_id, state, kind, window_start, window_end, read_from, derive_from, dry_run, complete, watermark,
        history_whole, sends_traits, swept, full_resync, force, entities, settings, rules, mapping, guard, message,
        started_at, finished_at
    )
    select
        'a', :state, 'scheduled', at, at, at, at, false, true, :watermark,
        false, true, false, false, :force, '{}', '{}', '{}', '', :guard, :message,
        at, case when :state <> 'running' then at end
    from (select now() - make_interval(mins => :minutes_ago) as at) as moment
"""


def a_run(state: State, schema: str, minutes_ago: int, outcome: str = "success", **values: object) -> None:
    values = {"watermark": True, "guard": None, "message": None, "force": False} | values
    with state.transaction() as connection:
        statement = sa.text(A_RUN.replace("{schema}", schema))
        connection.execute(statement, values | {"state": outcome, "minutes_ago": minutes_ago})


def last(state: State) -> tuple[int | None, str] | None:
    ended: Ended | None = facts(state).last
    return ended and (ended.run, ended.outcome)


def test_of_an_empty_memory_nothing_is_known(state: State) -> None:
    known = facts(state)
    assert (known.begun, known.success_at, known.last, known.shares) == (None, None, None, ())


def test_the_last_regular_run_that_ended_counts(state: State, schema: str) -> None:
    a_run(state, schema, 60)
    a_run(state, schema, 50, outcome="failed", watermark=False)
    a_run(state, schema, 40, outcome="running")
    a_run(state, schema, 30, outcome="failed", message="started anew")  # cleared while it ran: the next row is it
    assert last(state) == (1, "success")
    a_run(state, schema, 20, outcome="failed", message="load_users: refused")
    assert last(state) == (5, "failed")
    assert facts(state).success_at is not None


@pytest.mark.parametrize(
    ("outcome", "force", "seen"),
    [("failed", False, "stopped"), ("failed", True, "failed"), ("success", True, "success")],
)
def test_a_run_that_was_not_forced_past_a_guard_was_stopped_by_it(
    state: State, schema: str, outcome: str, force: bool, seen: str
) -> None:
    a_run(state, schema, 5, outcome=outcome, force=force, guard="many_new")
    assert last(state) == (1, seen)
