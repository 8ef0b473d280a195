"""The statements about who was forgotten."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from smrt_startdeliver.plan.fingerprints import field_fingerprint
from smrt_startdeliver.state.database import State

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
REJECTION = {"field": "", "reason": "no_match_value", "shape": None, "fingerprint": 0, "run": 1}
LINK = {"link_field": "customerId", "link": field_fingerprint("4")}


@pytest.fixture
def bob(state: State) -> str:
    """The id of somebody who was forgotten."""
    assert [row["user_id"] for row in state.rows("forget/tombstone", user_id="bob")] == ["bob"]
    return "bob"


def test_a_tombstone_is_laid_once(state: State, bob: str) -> None:
    assert state.rows("forget/tombstone", user_id=bob) == []
    assert [row["user_id"] for row in state.rows("forgotten")] == [bob]


def test_a_run_that_is_under_way_remembers_nothing_of_who_was_forgotten(state: State, bob: str) -> None:
    for user in ("ann", bob):
        state.write("remember_last_visits", [{"user_id": user, "time": NOON}])
        for entity in ("users", "customers"):
            state.write("remember_rejections", [{"entity": entity, "key": user, **REJECTION}])
    visits = state.rows("last_visits", user_ids=["ann", bob])
    assert [row["user_id"] for row in visits] == ["ann"]
    for entity in ("users", "customers"):
        assert [row["key"] for row in state.rows("rejections", entity=entity, keys=["ann", bob])] == ["ann"]


def test_an_events_rejection_is_remembered_whatever_ids_people_have(state: State, bob: str) -> None:
    state.write("remember_rejections", [{"entity": "Order Created", "key": bob, **REJECTION}])
    assert len(state.rows("rejections", entity="Order Created", keys=[bob])) == 1


def test_open_events_of_who_was_forgotten_are_not_tried_again(state: State, bob: str) -> None:
    for user in ("ann", bob):
        event = {"id": f"of {user}", "name": "Order Created", "user_id": user, "happened_at": NOON}
        state.write_all("intend_events", [event | {"body": {}, "run": 1}])
    rows = state.rows("open_events", page=9, after_user="", after_time="-infinity", after_id="")
    assert [row["id"] for row in rows] == ["of ann"]


def acknowledge(state: State, key: str, *, customer_key: str | None = None, link: str | None = None) -> None:
    fields = {} if link is None else {"customerId": link}
    row = {"entity": "user", "key": key, "startdeliver_id": None, "match_field": "email", "match_value": key, "run": 1}
    more = {"fingerprint": 1, "fields": fields, "created_here": True, "outcome": "created"}
    state.write_all("acknowledge_records", [row | more | {"customer_key": customer_key, "customer_known": True}])


def test_a_customer_is_shared_by_key_or_by_the_link_of_a_row_that_no_run_has_written_since_keys_are_kept(
    state: State,
) -> None:
    acknowledge(state, "ann", customer_key="acme")
    about = {"user_id": "ann", "customer_key": "acme", **LINK}
    assert state.rows("forget/sharers", **about) == []

    acknowledge(state, "cleo", link=field_fingerprint("5"))
    assert state.rows("forget/sharers", **about) == []

    acknowledge(state, "dan", link=field_fingerprint("4"))
    assert [row["key"] for row in state.rows("forget/sharers", **about)] == ["dan"]

    acknowledge(state, "dan", customer_key="acme")
    assert [row["key"] for row in state.rows("forget/sharers", **about)] == ["dan"]


def test_what_is_removed_is_the_persons_and_nobody_elses(state: State, bob: str) -> None:
    refusal = {"fingerprint": 0, "reason": "refused", "field": "", "answer": "", "run": 1}
    for entity, key in [("user", bob), ("user", "ann"), ("customer", bob), ("event", "of bob"), ("event", bob)]:
        state.write("refuse", [{"entity": entity, "key": key, **refusal}])
    state.rows("forget/refusals", user_id=bob, customer_key=None, events=["of bob"])
    left = {(row["entity"], row["key"]) for row in state.rows("refusals", parked=False)}
    assert left == {("user", "ann"), ("customer", bob), ("event", bob)}
