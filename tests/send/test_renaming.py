"""A customer that may be another one under a new key: not created, but taken over once Startdeliver has it so."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.testing import Sandbox
from smrt_startdeliver.mapping.records import CUSTOMER_LINK, UNKNOWN
from smrt_startdeliver.send.reasons import Rejection
from smrt_startdeliver.send.record import Record
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.state.database import State
from tests.send.conftest import MakeSender, Memory, objects

ACCOUNT = "customfieldAccount"
KEY_CHANGED = Rejection("key_changed", ACCOUNT)


@pytest.fixture
def customers(state: State) -> Memory:
    return Memory(state, "customer")


@pytest.fixture
def old(customers: Memory, sender: MakeSender, memory: Memory) -> int:
    """The id of Acme's object, which an earlier run created; Ann belongs to Acme."""
    acme = customers.record("old", match_field=ACCOUNT, name="Acme", customfieldRegion="555")
    sender("customer").send([acme])
    assert acme.startdeliver_id is not None
    ann = memory.record("ann", **{CUSTOMER_LINK: str(acme.startdeliver_id)})
    ann.customer_key = "old"
    sender().send([ann])
    return acme.startdeliver_id


def new(customers: Memory, **fields: str | None) -> Record:
    """Acme under its new key, as a run finds it."""
    record = customers.record("new", match_field=ACCOUNT, **fields)
    record.renamed_from = frozenset({"old", "other"})
    return record


def remembered(customers: Memory) -> dict[str, Any]:
    return {key: row["startdeliver_id"] for key, row in customers.rows().items()}


@pytest.mark.parametrize("dry_run", [False, True])
def test_who_is_not_found_by_the_new_key_is_not_created(
    dry_run: bool, old: int, customers: Memory, sender: MakeSender, sandbox: Sandbox
) -> None:
    sandbox.reset_requests()
    record = new(customers, name="Acme")
    sender("customer", dry_run=dry_run).send([record])
    assert (record.fate, record.rejection) == ("rejected", KEY_CHANGED)
    assert (sandbox.requests()["writes"], sandbox.requests()["searches"]) == (0, 1)
    assert remembered(customers) == {"old": old}


def test_the_object_with_the_new_key_is_taken_over_and_what_differs_is_sent(
    old: int, customers: Memory, memory: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver
) -> None:
    api.update("customer", old, {ACCOUNT: "new"})
    sandbox.reset_requests()
    record = new(customers, name="Acme Ltd", customfieldRegion=None)
    sender("customer").send([record])
    assert (record.fate, sandbox.requests()["writes"]) == ("updated", 1)
    assert objects(sandbox, "customer") == [{"id": old, ACCOUNT: "new", "name": "Acme Ltd"}]
    row = customers.rows()["new"]
    assert (row["startdeliver_id"], row["created_here"], row["former_keys"]) == (old, True, ["old"])
    assert set(row["fields"]) == {ACCOUNT, "name"}
    assert list(customers.rows()) == ["new"]
    assert memory.rows()["ann"]["customer_key"] == "new"


def test_a_dry_run_takes_nothing_over(old: int, customers: Memory, sender: MakeSender, api: Startdeliver) -> None:
    api.update("customer", old, {ACCOUNT: "new"})
    record = new(customers, name="Acme", customfieldRegion="555")
    sender("customer", dry_run=True).send([record])
    assert record.fate == "unchanged"
    assert remembered(customers) == {"old": old}


def test_what_is_refused_leaves_the_memory_as_it_was(
    old: int, customers: Memory, memory: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver
) -> None:
    api.update("customer", old, {ACCOUNT: "new"})
    sandbox.faults([{"method": "PATCH", "path": "/customer/", "status": 400, "times": 1}])
    refused = new(customers, name="Acme Ltd")
    sender("customer").send([refused])
    assert refused.rejection is not None
    assert refused.rejection.reason == "refused"
    assert remembered(customers) == {"old": old}
    assert memory.rows()["ann"]["customer_key"] == "old"

    again = new(customers, name="Acme Ltd")
    again.refused_before = True
    sender("customer", run=2).send([again])
    assert again.fate == "updated"
    assert remembered(customers) == {"new": old}
    assert customers.refusals() == {}


def test_another_object_with_the_new_key_is_adopted_and_the_old_one_stays(
    old: int, customers: Memory, sender: MakeSender, api: Startdeliver
) -> None:
    third = api.create("customer", {ACCOUNT: "new"})
    record = new(customers, name="Acme")
    sender("customer").send([record])
    assert record.fate == "updated"
    assert remembered(customers) == {"old": old, "new": third}
    assert customers.rows()["new"]["created_here"] is False


@pytest.mark.parametrize("older", [False, True])
def test_of_several_with_the_new_key_it_is_the_one_that_was_its_own(
    older: bool, customers: Memory, sender: MakeSender, api: Startdeliver
) -> None:
    if older:
        api.create("customer", {ACCOUNT: "new"})
    acme = customers.record("old", match_field=ACCOUNT, name="Acme")
    sender("customer").send([acme])
    api.update("customer", acme.startdeliver_id or 0, {ACCOUNT: "new"})
    api.create("customer", {ACCOUNT: "new"})
    record = new(customers, name="Acme")
    sender("customer").send([record])
    assert remembered(customers) == {"new": acme.startdeliver_id}


def test_one_that_is_a_customer_of_its_own_is_not_taken_over(
    old: int, customers: Memory, sender: MakeSender, api: Startdeliver
) -> None:
    third = customers.record("third", match_field=ACCOUNT)
    sender("customer").send([third])
    api.update("customer", third.startdeliver_id or 0, {ACCOUNT: "new"})
    record = new(customers)
    sender("customer").send([record])
    assert record.rejection == Rejection("match_not_unique", ACCOUNT)
    assert remembered(customers) == {"old": old, "third": third.startdeliver_id}


def test_what_was_intended_under_the_new_key_makes_room(
    old: int, customers: Memory, sender: MakeSender, state: State, api: Startdeliver
) -> None:
    state.write_all(
        "intend_records",
        [{"entity": "customer", "key": "new", "match_field": ACCOUNT, "match_value": "new", "run": 1}],
    )
    rejected = new(customers)
    sender("customer", run=2).send([rejected])
    assert rejected.rejection == KEY_CHANGED

    api.update("customer", old, {ACCOUNT: "new"})
    sender("customer", run=3).send([new(customers)])
    assert remembered(customers) == {"new": old}


def test_a_field_that_is_only_filled_keeps_what_somebody_typed(
    old: int, customers: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver
) -> None:
    api.update("customer", old, {ACCOUNT: "new", "customfieldRegion": "by hand"})
    sender("customer", fill_empty=frozenset({"name", "customfieldRegion"})).send(
        [new(customers, name="Acme Ltd", customfieldRegion="777")]
    )
    (customer,) = objects(sandbox, "customer")
    assert (customer["name"], customer["customfieldRegion"]) == ("Acme Ltd", "by hand")


def test_one_that_was_deleted_meanwhile_is_not_created_either(
    old: int, customers: Memory, sender: MakeSender, sandbox: Sandbox, api: Startdeliver
) -> None:
    api.update("customer", old, {ACCOUNT: "new"})
    sandbox.faults([{"method": "PATCH", "path": "/customer/", "status": 404, "times": 1}])
    record = new(customers, name="Acme Ltd")
    asking = sender("customer")
    find = asking.api.find

    def found_once(*arguments: Any) -> Any:
        found = find(*arguments)
        asking.api.find = lambda *_: []  # type: ignore[method-assign]
        return found

    asking.api.find = found_once  # type: ignore[method-assign]
    asking.send([record])
    assert (record.fate, record.rejection) == ("rejected", KEY_CHANGED)
    assert remembered(customers) == {"old": old}


def test_a_user_is_remembered_with_the_customer_that_startdeliver_has(
    old: int, memory: Memory, sender: MakeSender
) -> None:
    def send(customer_key: str | None, link: str | None) -> str | None:
        ann = memory.record("ann", **{CUSTOMER_LINK: link})
        ann.customer_key = customer_key
        sender().send([ann])
        return memory.rows()["ann"]["customer_key"]

    assert send("new", UNKNOWN) == "old"
    assert send(UNKNOWN, UNKNOWN) == "old"
    assert send("new", str(old)) == "new"
    assert send(None, None) is None
    assert send("later", UNKNOWN) == "later"
