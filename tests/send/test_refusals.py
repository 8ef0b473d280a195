"""What Startdeliver did not take is remembered by the one who sends it, and forgotten once it is taken."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from sandbox.testing import Sandbox
from smrt_startdeliver.mapping.records import UNKNOWN
from smrt_startdeliver.send.event_sender import OutgoingEvent
from smrt_startdeliver.startdeliver.breaker import REFUSALS
from smrt_startdeliver.startdeliver.errors import CircuitOpen, KeyRefused
from smrt_startdeliver.state.database import State
from tests.send.conftest import ID, MakeEventSender, MakeSender, Memory, event, fates


@pytest.fixture
def refused_events(state: State) -> Memory:
    return Memory(state, "event")


def what(row: dict[str, Any]) -> tuple[str, str, int, int, int]:
    return row["reason"], row["field"], row["tries"], row["first_run"], row["last_run"]


# Records


def test_a_record_that_is_refused_is_remembered_with_what_was_answered_and_nobodys_data(
    memory: Memory, sender: MakeSender
) -> None:
    record = memory.record("ann", customfieldSize="gigantic")
    sender().send([record])
    (row,) = memory.refusals().values()
    assert what(row) == ("refused", "customfieldSize", 1, 1, 1)
    assert (row["key"], row["fingerprint"], row["parked_at"]) == ("ann", record.fingerprint, None)
    assert "customfieldSize" in row["answer"]
    assert "gigantic" not in row["answer"]


def test_a_record_that_the_server_fails_at_is_remembered_too(
    memory: Memory, sender: MakeSender, sandbox: Sandbox
) -> None:
    sandbox.faults([{"method": "POST", "where": {"name": "Ann"}, "status": 500}])
    sender().send([memory.record("ann", name="Ann")])
    assert what(memory.refusals()["ann"]) == ("server_error", "", 1, 1, 1)


def test_each_run_counts_once_and_another_value_or_reason_counts_anew(
    memory: Memory, sender: MakeSender, sandbox: Sandbox
) -> None:
    for run in (1, 1, 2, 3):  # an Airflow retry of a task is the same run
        sender(run=run).send([memory.record("ann", name="Ann", customfieldSize="huge")])
    assert what(memory.refusals()["ann"]) == ("refused", "customfieldSize", 3, 1, 3)
    first_at = memory.refusals()["ann"]["first_at"]

    sandbox.faults([{"method": "POST", "where": {"name": "Ann"}, "status": 500}])
    sender(run=4).send([memory.record("ann", name="Ann", customfieldSize="huge")])
    assert what(memory.refusals()["ann"]) == ("server_error", "", 1, 1, 4)
    assert memory.refusals()["ann"]["first_at"] == first_at

    sandbox.clear_faults()
    sender(run=5).send([memory.record("ann", name="Ann", customfieldSize="vast")])
    assert what(memory.refusals()["ann"]) == ("refused", "customfieldSize", 1, 5, 5)
    assert memory.refusals()["ann"]["first_at"] > first_at


@pytest.mark.parametrize("there", [True, False])
def test_a_record_that_is_taken_is_forgotten(memory: Memory, sender: MakeSender, there: bool) -> None:
    if there:
        sender().send([memory.record("ann", name="Ann")])
    sender().send([memory.record("ann", name="Ann", customfieldSize="huge")])
    assert set(memory.refusals()) == {"ann"}
    record = memory.record("ann", name="Ann")  # the value is mended: nothing is left to send, where she is there
    sender(run=2).send([record])
    assert record.fate == ("unchanged" if there else "created")
    assert memory.refusals() == {}


def test_what_is_not_startdelivers_refusal_is_not_remembered_as_one(memory: Memory, sender: MakeSender) -> None:
    sender().send([memory.record("ann", email="ann@example.com")])
    record = memory.record("bob", "ann@example.com", match_field="email")
    sender().send([record])
    assert record.fate == "rejected"
    assert memory.refusals() == {}


def test_when_the_run_ends_in_between_what_was_refused_and_taken_by_then_is_remembered(
    memory: Memory, sender: MakeSender, sandbox: Sandbox
) -> None:
    sender().send([memory.record("ann", customfieldSize="huge")])
    sandbox.faults([{"method": "POST", "where": {"name": "Cyd"}, "status": 401}])
    records = [
        memory.record("ann", name="Ann"),
        memory.record("bob", name="Bob", customfieldSize="huge"),
        memory.record("cyd", name="Cyd"),
        memory.record("dan", name="Dan"),
    ]
    with pytest.raises(KeyRefused):
        sender(run=2, max_in_flight=1).send(records)
    assert fates(records) == ["created", "rejected", None, None]
    assert set(memory.refusals()) == {"bob"}


def test_a_dry_run_remembers_no_refusal(memory: Memory, sender: MakeSender) -> None:
    sender(dry_run=True).send([memory.record("ann", customfieldSize="huge")])
    assert memory.refusals() == {}


# Events


def test_an_event_that_is_refused_is_remembered_until_it_is_taken(
    event_sender: MakeEventSender, refused_events: Memory, sandbox: Sandbox
) -> None:
    sandbox.faults([{"method": "POST", "where": {"messageId": "m-3"}, "status": 500}])
    event_sender().send([event("m-1"), event("m-2", match_value="nobody-we-know"), event("m-3")])
    assert {key: what(row) for key, row in refused_events.refusals().items()} == {
        "m-2": ("refused", "userId", 1, 1, 1),
        "m-3": ("server_error", "", 1, 1, 1),
    }
    assert {row["fingerprint"] for row in refused_events.refusals().values()} == {0}
    assert "nobody-we-know" not in refused_events.refusals()["m-2"]["answer"]

    sandbox.clear_faults()
    again = [event("m-2", match_value="nobody-we-know", refused_before=True), event("m-3", refused_before=True)]
    event_sender(run=2).send(again)
    assert fates(again) == ["rejected", "sent"]
    assert {key: what(row) for key, row in refused_events.refusals().items()} == {"m-2": ("refused", "userId", 2, 1, 2)}


# One and the same reason


def huge(memory: Memory, numbers: range) -> list:
    return [memory.record(f"user {number:02}", customfieldSize="huge") for number in numbers]


def test_records_that_are_all_refused_for_one_reason_stop_the_run_and_the_next_gets_past_them(
    memory: Memory, sender: MakeSender, sandbox: Sandbox
) -> None:
    records = huge(memory, range(REFUSALS + 5))
    with pytest.raises(CircuitOpen, match=r"refused 20 records in a row .*customfieldSize") as open_:
        sender(max_in_flight=1).send(records)
    assert "huge" not in str(open_.value)
    assert sandbox.requests()["writes"] == REFUSALS
    assert fates(records) == ["rejected"] * REFUSALS + [None] * 5
    assert len(memory.refusals()) == REFUSALS

    again = [*huge(memory, range(REFUSALS + 5)), memory.record("zoe")]
    sender(run=2, max_in_flight=1).send(again)
    assert fates(again) == ["rejected"] * (REFUSALS + 5) + ["created"]


def test_one_that_is_taken_between_keeps_the_run_going_in_whatever_batch_it_is(
    memory: Memory, sender: MakeSender
) -> None:
    one_run = sender(max_in_flight=1)
    first, second = huge(memory, range(19)), huge(memory, range(20, 39))
    for batch in (first, [memory.record("ann")], second):
        one_run.send(batch)
    assert {*fates(first), *fates(second)} == {"rejected"}
    with pytest.raises(CircuitOpen):
        one_run.send(huge(memory, range(40, 41)))


def test_one_that_has_nothing_to_send_was_not_taken(memory: Memory, sender: MakeSender) -> None:
    sender().send([memory.record("ann")])
    one_run = sender(max_in_flight=1)
    one_run.send(huge(memory, range(19)))
    ann = memory.record("ann")
    one_run.send([ann])
    assert ann.fate == "unchanged"
    with pytest.raises(CircuitOpen):
        one_run.send(huge(memory, range(20, 21)))


def strangers(numbers: range) -> list[OutgoingEvent]:
    return [event(f"m-{number:02}", match_value=f"stranger {number}") for number in numbers]


def test_events_that_are_all_refused_for_one_reason_stop_the_run_and_the_next_gets_past_them(
    event_sender: MakeEventSender, refused_events: Memory
) -> None:
    events = strangers(range(REFUSALS + 5))
    with pytest.raises(CircuitOpen, match="refused 20 records in a row"):
        event_sender(1).send(events)
    assert fates(events) == ["rejected"] * REFUSALS + [None] * 5
    again = strangers(range(REFUSALS + 5))
    for one in again:
        one.refused_before = one.id in refused_events.refusals()
    event_sender(1, run=2).send(again)
    assert fates(again) == ["rejected"] * (REFUSALS + 5)


# What else is acknowledged


def test_what_became_of_a_record_and_whose_user_it_is_are_remembered(
    memory: Memory, sender: MakeSender, state: State
) -> None:
    def send(run: int, customer: str | None, **fields: str) -> tuple[str, str, bool]:
        record = memory.record("ann", **fields)
        record.customer_key = customer
        sender(run=run).send([record])
        row = memory.rows()["ann"]
        return row["outcome"], row["customer_key"], row["vanished_at"] is not None

    assert send(1, "acme", name="Ann") == ("created", "acme", False)
    with state.transaction() as connection:
        connection.execute(sa.text("update memory.records set vanished_at = now()"))
    assert send(2, UNKNOWN, name="Ann Lee") == ("updated", "acme", False)
    assert send(3, None, name="Ann Lee") == ("unchanged", None, False)
    assert send(4, UNKNOWN, name="Ann Lee") == ("unchanged", None, False)


def test_a_record_that_has_its_fate_already_is_left_as_it_is(
    memory: Memory, sender: MakeSender, sandbox: Sandbox
) -> None:
    sender().send([memory.record("ann", name="Ann")])
    sandbox.reset_requests()
    record = memory.record("ann", name="Ann Lee")
    record.fate = "created"
    sender().send([record])
    assert record.fate == "created"
    assert sandbox.requests()["total"] == 0
    assert ID in memory.rows()["ann"]["fields"]
