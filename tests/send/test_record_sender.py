"""Customers and users: looked up, created, updated, acknowledged; against the sandbox and a real memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.testing import Sandbox
from smrt_startdeliver.mapping.records import UNKNOWN
from smrt_startdeliver.send.reasons import Rejection
from smrt_startdeliver.send.record import Record
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.errors import KeyRefused
from tests.send.conftest import ID, MakeSender, Memory, delete, fates, objects


@pytest.fixture
def ann(memory: Memory, sender: MakeSender) -> dict[str, Any]:
    """Ann, created by an earlier run: her row in the memory."""
    record = memory.record("ann", name="Ann", email="ann@example.com")
    sender().send([record])
    assert record.fate == "created"
    record_row: dict[str, Any] = memory.rows()["ann"]
    return record_row


# Create


def test_who_is_new_is_created_with_every_value_and_remembered(
    memory: Memory, sender: MakeSender, sandbox: Sandbox
) -> None:
    record = memory.record(
        "ann", name="Ann", phone=None, customfieldNumber="19.5", customfieldLost="false", email=UNKNOWN
    )
    sender().send([record])
    (user,) = objects(sandbox)
    assert user == {"id": user["id"], ID: "ann", "name": "Ann", "customfieldNumber": 19.5, "customfieldLost": False}
    assert record.fate == "created"
    row = memory.rows()["ann"]
    assert (row["startdeliver_id"], row["match_field"], row["match_value"]) == (user["id"], ID, "ann")
    assert (row["fingerprint"], row["created_here"]) == (record.fingerprint, True)
    assert set(row["fields"]) == {ID, "name", "customfieldNumber", "customfieldLost"}
    assert "Ann" not in str(row["fields"])


def test_a_batch_is_looked_up_in_one_request_a_match_field(
    memory: Memory, sender: MakeSender, sandbox: Sandbox
) -> None:
    by_id = [memory.record(f"id {number}") for number in range(30)]
    by_email = [memory.record(f"mail {n}", f"{n}@example.com", match_field="email") for n in range(30)]
    sender().send([*by_id, *by_email])
    assert fates([*by_id, *by_email]) == ["created"] * 60
    assert sandbox.requests()["searches"] == 2
    assert sandbox.requests()["writes"] == 60
    assert len({row["startdeliver_id"] for row in memory.rows().values()}) == 60


def test_customers_are_sent_as_users_are(sender: MakeSender, sandbox: Sandbox, state) -> None:
    memory = Memory(state, "customer")
    record = memory.record("acme", match_field="customfieldAccount", name="Acme")
    sender("customer").send([record])
    (customer,) = objects(sandbox, "customer")
    assert customer == {"id": customer["id"], "customfieldAccount": "acme", "name": "Acme"}
    assert memory.rows()["acme"]["startdeliver_id"] == customer["id"]


# Update


def test_only_what_changed_is_sent(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver, ann: dict
) -> None:
    api.update("user", ann["startdeliver_id"], {"name": "Ann, by hand"})
    sandbox.reset_requests()
    record = memory.record("ann", name="Ann", email="new@example.com")
    sender().send([record])
    assert record.fate == "updated"
    (user,) = objects(sandbox)
    assert (user["name"], user["email"]) == ("Ann, by hand", "new@example.com")
    assert (sandbox.requests()["total"], sandbox.requests()["writes"]) == (1, 1)
    assert memory.record("ann", name="Ann", email="new@example.com").acknowledged == record.acknowledged


def test_where_no_field_differs_nothing_is_requested(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, ann: dict
) -> None:
    sandbox.reset_requests()
    record = memory.record("ann", name="Ann", email="ann@example.com", phone=None)
    sender().send([record])
    assert record.fate == "unchanged"
    assert sandbox.requests()["total"] == 0
    assert memory.rows()["ann"]["fingerprint"] == record.fingerprint


def test_a_value_that_became_null_is_cleared(memory: Memory, sender: MakeSender, sandbox: Sandbox, ann: dict) -> None:
    sender().send([memory.record("ann", name=None, email="ann@example.com")])
    (user,) = objects(sandbox)
    assert "name" not in user
    again = memory.record("ann", name=None, email="ann@example.com")
    sender().send([again])
    assert again.fate == "unchanged"


def test_without_sync_nulls_a_value_that_became_null_stays(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, ann: dict
) -> None:
    record = memory.record("ann", name=None, email=UNKNOWN)
    sender(sync_nulls=False).send([record])
    assert record.fate == "unchanged"
    assert objects(sandbox)[0]["name"] == "Ann"


def test_a_full_resync_says_every_value_again(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver, ann: dict
) -> None:
    api.update("user", ann["startdeliver_id"], {"name": "by hand", "email": "by@hand"})
    record = memory.record("ann", name="Ann", email="ann@example.com")
    sender(full_resync=True).send([record])
    assert record.fate == "updated"
    (user,) = objects(sandbox)
    assert (user["name"], user["email"]) == ("Ann", "ann@example.com")
    assert memory.rows()["ann"]["fields"] == ann["fields"]


# Adoption


def test_who_is_there_already_and_lacks_nothing_is_adopted_without_a_write(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver
) -> None:
    theirs = api.create("user", {ID: "ann", "name": "Ann", "customfieldNumber": 7, "customfieldLost": True})
    sandbox.reset_requests()
    record = memory.record("ann", name="Ann", customfieldNumber="7", customfieldLost="true")
    sender().send([record])
    assert record.fate == "unchanged"
    assert sandbox.requests()["writes"] == 0
    row = memory.rows()["ann"]
    assert (row["startdeliver_id"], row["created_here"]) == (theirs, False)


def test_who_is_there_already_is_sent_only_what_she_lacks_and_keeps_what_is_hers(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver
) -> None:
    api.create("user", {ID: "ann", "name": "Annie", "phone": "555"})
    record = memory.record("ann", name="Ann", phone=None, email="ann@example.com")
    sender().send([record])
    assert record.fate == "updated"
    (user,) = objects(sandbox)
    assert (user["name"], user["phone"], user["email"]) == ("Ann", "555", "ann@example.com")
    later = memory.record("ann", name="Ann", phone=None, email="ann@example.com")
    sender().send([later])
    assert later.fate == "unchanged"
    assert objects(sandbox) == [user]


def test_of_several_that_match_the_oldest_is_adopted(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver
) -> None:
    oldest, *_ = [api.create("user", {ID: "ann"}) for _ in range(3)]
    sender().send([memory.record("ann")])
    assert memory.rows()["ann"]["startdeliver_id"] == oldest


def test_a_number_is_matched_as_a_number(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver
) -> None:
    theirs = api.create("user", {"customfieldNumber": 102})
    record = memory.record("ann", "102", match_field="customfieldNumber")
    sender().send([record])
    assert (record.fate, memory.rows()["ann"]["startdeliver_id"]) == ("unchanged", theirs)


def test_who_is_tied_to_another_customer_is_not_taken_from_her(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, ann: dict
) -> None:
    record = memory.record("bob", "ann@example.com", match_field="email", name="Bob")
    sender().send([record])
    assert (record.fate, record.rejection) == ("rejected", Rejection("match_not_unique", "email"))
    assert len(objects(sandbox)) == 1
    assert objects(sandbox)[0]["name"] == "Ann"
    assert "bob" not in memory.rows()


def test_two_of_one_batch_do_not_tie_themselves_to_one_user(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver
) -> None:
    theirs = api.create("user", {ID: "bob", "email": "ann@example.com"})
    ann, bob = memory.record("ann", "ann@example.com", match_field="email"), memory.record("bob")
    sender().send([ann, bob])
    assert sorted(map(str, fates([ann, bob]))) == ["rejected", "unchanged"]
    assert [row["startdeliver_id"] for row in memory.rows().values()] == [theirs]


# What goes wrong


def test_a_record_that_is_refused_costs_itself_alone(memory: Memory, sender: MakeSender, sandbox: Sandbox) -> None:
    records = [
        memory.record(name, customfieldSize=size) for name, size in [("a", "small"), ("b", "huge"), ("c", "large")]
    ]
    sender().send(records)
    assert fates(records) == ["created", "rejected", "created"]
    rejection = records[1].rejection
    assert rejection is not None
    assert (rejection.reason, rejection.field) == ("refused", "customfieldSize")
    assert rejection.detail is not None
    assert "huge" not in rejection.detail
    assert sorted(user[ID] for user in objects(sandbox)) == ["a", "c"]
    assert memory.rows()["b"]["startdeliver_id"] is None


def test_a_refused_update_leaves_what_was_acknowledged(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, ann: dict
) -> None:
    record = memory.record("ann", name="Ann", email="ann@example.com", customfieldSize="huge")
    sender().send([record])
    assert record.fate == "rejected"
    assert memory.rows()["ann"] == ann


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_create_whose_answer_is_lost_is_settled_without_a_second_one(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, drop: str
) -> None:
    sandbox.faults([{"method": "POST", "drop": drop, "times": 1}])
    record = memory.record("ann", name="Ann")
    sender().send([record])
    assert record.fate == "created"
    (user,) = objects(sandbox)
    assert user["name"] == "Ann"
    assert memory.rows()["ann"]["startdeliver_id"] == user["id"]
    again = memory.record("ann", name="Ann")
    sender().send([again])
    assert again.fate == "unchanged"


def test_a_key_that_is_refused_in_between_ends_the_run_and_what_was_done_is_remembered(
    memory: Memory, sender: MakeSender, sandbox: Sandbox
) -> None:
    sandbox.faults([{"method": "POST", "where": {"name": "Bob"}, "status": 401}])
    ann, bob, cyd = (memory.record(name.lower(), name=name) for name in ("Ann", "Bob", "Cyd"))
    with pytest.raises(KeyRefused):
        sender(max_in_flight=1).send([ann, bob, cyd])
    assert memory.rows()["ann"]["startdeliver_id"] == objects(sandbox)[0]["id"]
    assert [user["name"] for user in objects(sandbox)] == ["Ann"]


def test_who_was_deleted_in_startdeliver_is_created_anew(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver, ann: dict
) -> None:
    delete(sandbox, "user", ann["startdeliver_id"])
    record = memory.record("ann", name="Ann Lee", email="ann@example.com")
    sender().send([record])
    (user,) = objects(sandbox)
    assert record.fate == "created"
    assert user == {"id": user["id"], ID: "ann", "name": "Ann Lee", "email": "ann@example.com"}
    assert memory.rows()["ann"]["startdeliver_id"] == user["id"] != ann["startdeliver_id"]


@pytest.mark.parametrize(("their_name", "fate"), [("Annie", "updated"), ("Ann Lee", "unchanged")])
def test_who_was_deleted_and_is_there_under_another_id_is_adopted(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver, ann: dict, their_name: str, fate: str
) -> None:
    delete(sandbox, "user", ann["startdeliver_id"])
    other = api.create("user", {ID: "ann", "name": their_name})
    record = memory.record("ann", name="Ann Lee")
    sender().send([record])
    assert record.fate == fate
    assert objects(sandbox) == [{"id": other, ID: "ann", "name": "Ann Lee"}]
    assert memory.rows()["ann"]["startdeliver_id"] == other


def test_who_was_deleted_and_whose_match_is_tied_to_another_customer_is_rejected(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver, ann: dict
) -> None:
    bob = memory.record("bob", email="ann@example.com")
    sender().send([bob])
    delete(sandbox, "user", ann["startdeliver_id"])
    record = memory.record("ann", "ann@example.com", match_field="email", name="Ann Lee")
    sender().send([record])
    assert (record.fate, record.rejection) == ("rejected", Rejection("match_not_unique", "email"))
    assert [user[ID] for user in objects(sandbox)] == ["bob"]


# A run that was killed


@pytest.fixture
def killed(memory: Memory, sender: MakeSender, state, monkeypatch: pytest.MonkeyPatch) -> Callable[[Record], None]:
    """Sends a record in a run that is killed after the request, before the memory learns of it."""

    def send(record: Record) -> None:
        dying = sender()
        with monkeypatch.context() as patch:
            patch.setattr(dying, "_acknowledge", lambda _: (_ for _ in ()).throw(SystemExit))
            with pytest.raises(SystemExit):
                dying.send([record])

    return send


def test_what_a_killed_run_created_is_found_by_the_next(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, killed: Callable[[Record], None]
) -> None:
    killed(memory.record("ann", name="Ann"))
    assert memory.rows()["ann"]["startdeliver_id"] is None
    record = memory.record("ann", name="Ann")
    sender().send([record])
    (user,) = objects(sandbox)
    assert record.fate == "unchanged"
    assert memory.rows()["ann"]["startdeliver_id"] == user["id"]


def test_what_a_killed_run_created_is_found_even_where_its_match_value_has_changed_since(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, killed: Callable[[Record], None]
) -> None:
    killed(memory.record("ann", "old@example.com", match_field="email"))
    record = memory.record("ann", "new@example.com", match_field="email")
    assert record.intended == ("email", "old@example.com")
    sender().send([record])
    assert record.fate == "updated"
    assert [user["email"] for user in objects(sandbox)] == ["new@example.com"]


def test_what_a_killed_run_updated_is_updated_again_and_nothing_more(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, ann: dict, killed: Callable[[Record], None]
) -> None:
    killed(memory.record("ann", name="Ann Lee", email="ann@example.com"))
    record = memory.record("ann", name="Ann Lee", email="ann@example.com")
    sender().send([record])
    assert record.fate == "updated"
    assert [user["name"] for user in objects(sandbox)] == ["Ann Lee"]


def test_an_intent_on_a_field_that_is_not_mapped_any_more_stops_nobody(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, state
) -> None:
    intent = {"entity": "user", "key": "ann", "match_field": "customfieldOld", "match_value": "7", "run": 1}
    state.write_all("intend_records", [intent])
    record = memory.record("ann")
    assert record.intended == ("customfieldOld", "7")
    sender().send([record])
    assert record.fate == "created"


# A dry run


def test_a_dry_run_plans_every_fate_and_writes_nothing_anywhere(
    memory: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver, ann: dict
) -> None:
    api.create("user", {ID: "there", "name": "There"})
    before, remembered = objects(sandbox), memory.rows()
    sandbox.reset_requests()
    records = [
        memory.record("new", name="New"),
        memory.record("there", name="There"),
        memory.record("ann", name="Ann Lee", email="ann@example.com"),
        memory.record("bob", "ann@example.com", match_field="email"),
    ]
    sender(dry_run=True).send(records)
    assert fates(records) == ["created", "unchanged", "updated", "rejected"]
    assert sandbox.requests()["writes"] == 0
    assert (objects(sandbox), memory.rows()) == (before, remembered)
