"""A server that fails at one record or event costs that one alone; the next run looks whether it arrived."""

from __future__ import annotations

import pytest

from sandbox.testing import Sandbox
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.breaker import FAILURES, ServerBreaker
from smrt_startdeliver.startdeliver.client import TRIES, Client
from smrt_startdeliver.startdeliver.errors import ServerFailed, Unreachable
from smrt_startdeliver.state.database import State
from tests.send.conftest import ID, MakeEventSender, MakeSender, Memory, arrived, event, events_of, fates, objects

BOB = {"method": "POST", "where": {"name": "Bob"}}
SECOND = {"method": "POST", "where": {"messageId": "m-2"}}


def everybody(memory: Memory, **fields: str) -> list:
    return [memory.record(name.lower(), name=name, **fields) for name in ("Ann", "Bob", "Cyd")]


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"status": 423}, {"drop": "before"}], ids=str)
def test_a_create_that_the_server_always_fails_at_costs_that_record_alone(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, fault: dict
) -> None:
    sandbox.faults([{**BOB, **fault}])
    records = everybody(memory)
    sender(max_in_flight=1).send(records)
    assert fates(records) == ["created", "rejected", "created"]
    rejection = records[1].rejection
    assert (rejection.reason, rejection.field) == ("server_error", "")
    assert "failed at all tries of POST user" in rejection.detail
    assert "Bob" not in rejection.detail
    assert sorted(user["name"] for user in objects(sandbox)) == ["Ann", "Cyd"]
    assert sandbox.requests()["writes"] == 2 + TRIES
    tied = {key: row["startdeliver_id"] is not None for key, row in memory.rows().items()}
    assert tied == {"ann": True, "bob": False, "cyd": True}


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": "before"}, {"delay_ms": 300}], ids=str)
def test_an_update_that_the_server_always_fails_at_costs_that_record_alone(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, fault: dict
) -> None:
    sender().send(everybody(memory))
    before = memory.rows()["bob"]
    monkeypatch.setattr(wire, "CLIENT_TIMEOUT_SECONDS", 0.2)
    sandbox.faults([{"method": "PATCH", "where": {"id": before["startdeliver_id"]}, **fault}])
    records = everybody(memory, phone="555")
    sender(max_in_flight=1).send(records)
    assert fates(records) == ["updated", "rejected", "updated"]
    assert records[1].rejection.reason == "server_error"
    assert memory.rows()["bob"] == before


def test_a_record_that_came_through_although_every_answer_was_lost_is_found_by_the_next_run(
    memory: Memory, sender: MakeSender, sandbox: Sandbox
) -> None:
    """It is done after the last look: nobody could know then."""
    sandbox.faults([{**BOB, "status": 500}])
    records = everybody(memory)
    sender().send(records)
    sandbox.clear_faults()
    assert fates(records) == ["created", "rejected", "created"]
    again = memory.record("bob", name="Bob")
    assert again.intended == (ID, "bob")
    sender(run=2).send([again])
    assert again.fate == "created"
    assert len(objects(sandbox)) == 3


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 425}, {"drop": "before"}], ids=str)
def test_an_event_that_the_server_always_fails_at_costs_that_event_alone_and_is_looked_up_by_the_next_run(
    event_sender: MakeEventSender, sandbox: Sandbox, state: State, fault: dict
) -> None:
    sandbox.faults([{**SECOND, **fault}])
    events = [event("m-1"), event("m-2", minutes=1, properties={"note": "secret"}), event("m-3", minutes=2)]
    event_sender(1).send(events)
    assert fates(events) == ["sent", "rejected", "sent"]
    rejection = events[1].rejection
    assert rejection is not None
    assert (rejection.reason, rejection.field) == ("server_error", "")
    assert "secret" not in (rejection.detail or "")
    assert arrived(sandbox) == ["m-1", "m-3"]
    assert events_of(state) == {
        "m-1": ("sent", None, False),
        "m-2": ("intended", "server_error", True),
        "m-3": ("sent", None, False),
    }


def test_an_event_that_arrived_after_the_last_look_is_not_sent_again(
    event_sender: MakeEventSender, sandbox: Sandbox, state: State, api: Startdeliver
) -> None:
    sandbox.faults([{**SECOND, "status": 500}])
    event_sender().send([event("m-2")])
    sandbox.clear_faults()
    api.create("usage", wire.usage_body(vars(event("m-2")), ID, "ann", {}))
    late = event("m-2", refused_before=True)
    assert event_sender(run=2).settle_unknown([late]) == []
    assert late.fate == "already sent"
    assert events_of(state)["m-2"] == ("sent", None, False)
    assert state.rows("refused", entity="event", keys=["m-2"]) == []


def test_what_failed_in_an_earlier_run_is_sent_once_a_run_as_long_as_it_fails(
    memory: Memory, sender: MakeSender, event_sender: MakeEventSender, sandbox: Sandbox
) -> None:
    sender().send([memory.record("cyd", name="Cyd")])
    fault = {"status": 500}
    sandbox.faults([{**BOB, **fault}, {**SECOND, **fault}, {"method": "PATCH", **fault}])
    sender().send([memory.record("bob", name="Bob"), memory.record("cyd", name="Cyd Lee")])
    event_sender().send([event("m-2")])
    sandbox.reset_requests()
    records = [memory.record("bob", name="Bob"), memory.record("cyd", name="Cyd Lee")]
    again = event("m-2", refused_before=True)
    sender(run=2).send(records)
    event_sender(run=2).send([again])
    assert fates([*records, again]) == ["rejected"] * 3
    assert sandbox.requests()["writes"] == 3


def test_where_the_look_up_fails_the_run_stops_and_nothing_is_said_of_the_record(
    memory: Memory, sender: MakeSender, sandbox: Sandbox
) -> None:
    records = everybody(memory)
    sandbox.faults([{**BOB, "status": 500}, {"method": "GET", "status": 500, "times": 100}])
    with pytest.raises(Unreachable) as unreachable:
        sender(max_in_flight=1).send(records)
    assert not isinstance(unreachable.value, ServerFailed)
    assert fates(records) == [None, None, None]


def test_a_server_that_fails_at_everything_stops_the_run_and_what_was_done_is_remembered(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, state: State
) -> None:
    clock = iter(range(0, 10_000, 2))
    api = Startdeliver(Client(sandbox.url, sandbox.key, breaker=ServerBreaker(clock=lambda: next(clock))))
    ann = memory.record("ann")
    records = [memory.record(f"user {number:02}") for number in range(30)]
    sandbox.faults([{"method": "POST", "status": 500, "where": {ID: record.key}} for record in records])
    with pytest.raises(Unreachable, match="tries to write in a row"):
        sender(api=api, max_in_flight=1).send([ann, *records])
    assert ann.fate == "created"
    assert memory.rows()["ann"]["startdeliver_id"] is not None
    assert [fate for fate in fates(records) if fate] == ["rejected"] * (FAILURES // TRIES)
    assert sandbox.requests()["writes"] == 1 + FAILURES
    assert set(memory.refusals()) == {record.key for record in records if record.fate}
