"""The statements over what was acknowledged and sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.state.database import State

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def intend(state: State, identity: str, *, name: str = "Customer Lost", user: str = "ann", hours: int = 0) -> None:
    event = {"id": identity, "name": name, "user_id": user, "happened_at": NOON + timedelta(hours=hours)}
    state.write_all("intend_events", [event | {"body": {"type": "track"}, "run": 1}])


def settle(state: State, identity: str, outcome: str, reason: str | None = None) -> None:
    state.write_all("settle_events", [{"id": identity, "state": outcome, "reason": reason}])


def test_what_is_not_sent_stays_open_in_order_of_customer_and_time(state: State) -> None:
    for identity, user, hours in [("3", "bob", 0), ("2", "ann", 2), ("1", "ann", 1), ("0", "ann", 0), ("4", "bob", 0)]:
        intend(state, identity, user=user, hours=hours)
    settle(state, "0", "sent")
    settle(state, "2", "rejected", "no_user")
    rows = state.rows("open_events", page=9, after_user="", after_time="-infinity", after_id="")
    assert [(row["id"], row["state"]) for row in rows] == [
        ("1", "intended"),
        ("2", "rejected"),
        ("3", "intended"),
        ("4", "intended"),
    ]
    assert {str(row["body"]) for row in rows} == {"{'type': 'track'}"}
    after = {"after_user": "ann", "after_time": rows[1]["happened_at"], "after_id": "2"}
    assert [row["id"] for row in state.rows("open_events", page=1, **after)] == ["3"]


def test_an_event_is_known_whatever_became_of_it(state: State) -> None:
    for identity in "123":
        intend(state, identity)
    settle(state, "1", "sent")
    settle(state, "2", "rejected", "refused")
    known = {row["id"]: row["state"] for row in state.rows("known_events", ids=["1", "2", "3", "4"])}
    assert known == {"1": "sent", "2": "rejected", "3": "intended"}
    assert [row["id"] for row in state.rows("unknown_events", ids=["1", "2", "3", "4"])] == ["4"]


def test_a_lost_that_may_have_been_sent_counts_and_one_that_was_rejected_does_not(state: State) -> None:
    for identity in "123":
        intend(state, identity)
    intend(state, "4", user="bob")
    intend(state, "5", name="Customer Visit")
    settle(state, "1", "sent")
    settle(state, "2", "rejected", "refused")
    assert sorted(row["id"] for row in state.rows("lost_sent", user_ids=["ann"])) == ["1", "3"]


def record(key: str, number: int, **changed: object) -> dict:
    row = {"entity": "user", "key": key, "match_field": "email", "match_value": key, "run": 1}
    held = {"startdeliver_id": number, "fingerprint": 1, "fields": {}, "created_here": False, "outcome": "created"}
    return {**row, **held, "customer_key": None, "customer_known": True, **changed}


def test_who_was_created_here_stays_so(state: State) -> None:
    state.write_all("acknowledge_records", [record("ann", 1, created_here=True), record("bob", 2)])
    state.write_all("acknowledge_records", [record("ann", 1), record("bob", 2, created_here=True)])
    with state.transaction() as connection:
        rows = connection.exec_driver_sql(f"select created_here from {state._schema}.records").scalars().all()
    assert rows == [True, True]


def test_an_intent_does_not_touch_who_is_tied(state: State) -> None:
    state.write_all("acknowledge_records", [record("ann", 1)])
    intent = {"entity": "user", "match_field": "name", "match_value": "x", "run": 2}
    state.write_all("intend_records", [{**intent, "key": "ann"}, {**intent, "key": "bob"}])
    rows = {row["key"]: row for row in state.rows("records", entity="user", keys=["ann", "bob"])}
    assert (rows["ann"]["startdeliver_id"], rows["ann"]["match_field"]) == (1, "email")
    assert (rows["bob"]["startdeliver_id"], rows["bob"]["match_field"]) == (None, "name")
    state.write_all("intend_records", [{**intent, "key": "bob", "match_value": "y"}])
    assert state.rows("records", entity="user", keys=["bob"])[0]["match_value"] == "y"


def test_nobody_in_startdeliver_is_two_records_of_ours(state: State) -> None:
    state.write_all("acknowledge_records", [record("ann", 1), record("acme", 1, entity="customer")])
    with pytest.raises(WarehouseError):
        state.write_all("acknowledge_records", [record("bob", 1)])


def test_users_are_found_by_what_they_match_on_and_by_their_id(state: State) -> None:
    state.write_all("acknowledge_records", [record("ann", 1), record("bob", 2), record("acme", 1, entity="customer")])
    found = state.rows("users_by_match", match_field="email", keys=["ann", "acme"])
    assert [(row["key"], row["startdeliver_id"]) for row in found] == [("ann", 1)]
    holders = state.rows("match_holders", entity="user", ids=[1, 7])
    assert [(row["startdeliver_id"], row["key"]) for row in holders] == [(1, "ann")]
