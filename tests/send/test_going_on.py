"""Sending stops where its time is over, and never goes on where the right to write was lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from sandbox.testing import Sandbox
from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.state.database import State
from tests.send.conftest import MakeEventSender, MakeSender, Memory, arrived, event, events_of, fates, objects


def times(allowed: int) -> Callable[[], bool]:
    """May be asked so often before it says no."""
    answers = iter([True] * allowed)
    return lambda: next(answers, False)


def test_records_for_which_no_time_is_left_keep_no_fate_and_are_sent_by_the_next_run(
    memory: Memory, sender: MakeSender, sandbox: Sandbox
) -> None:
    names = ["ann", "bob", "cyd", "dan"]
    records = [memory.record(name) for name in names]
    sender(max_in_flight=1, may_go_on=times(1 + 2)).send(records)
    assert fates(records) == ["created", "created", None, None]
    assert sandbox.requests()["writes"] == 2

    sandbox.reset_requests()
    rest = [memory.record(name) for name in names[2:]]
    sender(run=2).send(rest)
    assert fates(rest) == ["created", "created"]
    assert (sandbox.requests()["searches"], sandbox.requests()["writes"]) == (1, 2)
    assert len(objects(sandbox)) == 4


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_batch_for_which_no_time_is_left_is_not_even_looked_up(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, dry_run: bool
) -> None:
    record = memory.record("ann")
    sender(may_go_on=times(0), dry_run=dry_run).send([record])
    assert record.fate is None
    assert sandbox.requests()["total"] == 0
    assert memory.rows() == {}


def test_events_for_which_no_time_is_left_keep_no_fate_and_a_page_of_them_costs_the_next_run_one_request(
    event_sender: MakeEventSender, sandbox: Sandbox, state: State
) -> None:
    events = [event(f"m-{number:03}", minutes=number) for number in range(503)]
    event_sender(may_go_on=times(1 + 3)).send(events)
    assert fates(events) == ["sent"] * 3 + [None] * 500
    assert arrived(sandbox) == ["m-000", "m-001", "m-002"]
    left = [event(identity) for identity, (state_, *_) in events_of(state).items() if state_ == "intended"]
    assert len(left) == 500

    sandbox.reset_requests()
    assert len(event_sender(run=2).settle_unknown(left)) == 500
    assert sandbox.requests()["total"] == 1


def test_events_of_a_batch_for_which_no_time_is_left_are_not_even_intended_but_for_the_rejected(
    event_sender: MakeEventSender, sandbox: Sandbox, state: State
) -> None:
    lost = event("m-1")
    lost.fate = "rejected"
    events = [lost, event("m-2")]
    event_sender(may_go_on=times(0)).send(events)
    assert fates(events) == ["rejected", None]
    assert set(events_of(state)) == {"m-1"}
    assert sandbox.requests()["total"] == 0


def test_what_there_is_no_time_to_look_up_is_neither_missing_nor_sent(
    event_sender: MakeEventSender, sandbox: Sandbox
) -> None:
    events = [event(f"m-{number}") for number in range(1_200)]
    missing = event_sender(may_go_on=times(2)).settle_unknown(events)
    assert missing == events[:1_000]
    assert fates(events) == [None] * 1_200
    assert sandbox.requests()["total"] == 2


# The right to write


LOST = "the memory in schema 'memory' failed"


def lose_the_lock(engine: sa.Engine) -> None:
    """As a firewall does that forgets a silent connection."""
    end_all = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted"
    with engine.begin() as connection:
        connection.execute(sa.text(end_all))


def test_a_task_that_lost_the_right_to_write_sends_no_further_record(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, state: State, engine: sa.Engine
) -> None:
    with pytest.raises(WarehouseError, match=LOST), state.lock() as lock:
        one_run = sender(still_ours=lock.check)
        one_run.send([memory.record("cyd")])
        lose_the_lock(engine)
        one_run.send([memory.record("dan")])
    assert sandbox.requests()["writes"] == 1
    assert set(memory.rows()) == {"cyd"}


def test_a_task_that_lost_the_right_to_write_sends_no_further_event(
    event_sender: MakeEventSender, sandbox: Sandbox, state: State, engine: sa.Engine
) -> None:
    with pytest.raises(WarehouseError, match=LOST), state.lock() as lock:
        one_run = event_sender(still_ours=lock.check)
        one_run.send([event("m-1")])
        lose_the_lock(engine)
        one_run.send([event("m-2")])
    assert sandbox.requests()["writes"] == 1
    assert set(events_of(state)) == {"m-1"}


def test_the_right_is_checked_once_a_batch_before_its_first_write(
    memory: Memory, sender: MakeSender, event_sender: MakeEventSender, sandbox: Sandbox, api: Startdeliver
) -> None:
    writes_then: list[int] = []

    def still_ours() -> None:
        writes_then.append(sandbox.requests()["writes"])

    sender(still_ours=still_ours).send([memory.record(f"user {number}") for number in range(5)])
    event_sender(still_ours=still_ours).send([event(f"m-{number}") for number in range(5)])
    assert writes_then == [0, 5]
