"""The schema of the memory: made once, used in transactions, read without losing a digit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from smrt_startdeliver.errors import WarehouseError
from smrt_startdeliver.state.database import State
from tests.state.conftest import engine_of

TABLES = {
    *("runs", "records", "events", "refusals", "forgotten", "rejections", "last_visits", "counts", "measures", "pace"),
    *("declarations", "memberships", "progress", "alerts"),
    *("customers", "customers_as_of", "customers_loaded", "customers_loaded_now", "customers_now"),
}


def measure(run: int, name: str = "seconds", value: float = 1.0) -> dict:
    return {"run": run, "stage": "extract", "part": 0, "name": name, "value": value}


def tables(engine: sa.Engine, schema: str) -> set[str]:
    return set(sa.inspect(engine).get_table_names(schema))


def test_the_schema_is_made_with_all_its_tables_and_made_again_without_harm(engine: sa.Engine, schema: str) -> None:
    state = State(engine, schema)
    state.create()
    state.write("add_measure", [measure(1)])
    state.create()
    assert tables(engine, schema) == TABLES
    assert len(state.rows("measures", run=1)) == 1


def test_two_first_runs_at_once_make_it_once(engine: sa.Engine, schema: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: State(engine, schema).create(), range(4)))
    assert tables(engine, schema) == TABLES


def test_a_schema_whose_name_needs_quotes_is_quoted(engine: sa.Engine) -> None:
    state = State(engine, "Memory_Of_Smrt")
    state.create()
    state.write("add_measure", [measure(1)])
    assert tables(engine, "Memory_Of_Smrt") == TABLES
    assert [row["name"] for row in state.rows("measures", run=1)] == ["seconds"]


@pytest.fixture
def plain(engine: sa.Engine, uri: str, schema: str):
    """An engine of a role that is nobody in particular, and may do what is granted to it."""
    role = f"role_of_{schema}"
    with engine.begin() as connection:
        connection.execute(sa.text(f"create role {role} login password 'plain'"))
    theirs = engine_of(sa.make_url(uri).set(username=role, password="plain").render_as_string(hide_password=False))
    yield theirs, role
    theirs.dispose()
    with engine.begin() as connection:
        connection.execute(sa.text(f"drop owned by {role} cascade"))
        connection.execute(sa.text(f"drop role {role}"))


def test_a_plain_role_that_may_create_schemas_makes_it_and_works_with_it(engine, schema: str, plain) -> None:
    theirs, role = plain
    with engine.begin() as connection:
        connection.execute(sa.text(f"grant create on database state to {role}"))
    state = State(theirs, schema)
    state.create()
    with engine.begin() as connection:
        connection.execute(sa.text(f"revoke create on database state from {role}"))
    state.create()
    state.write("add_measure", [measure(1)])
    with state.lock() as lock:
        assert not lock.waited
    assert len(state.rows("measures", run=1)) == 1


def test_a_role_that_may_not_is_told_in_one_line_what_it_needs(schema: str, plain) -> None:
    theirs, _ = plain
    with pytest.raises(WarehouseError, match="must own it, or be allowed to create schemas") as error:
        State(theirs, schema).create()
    assert schema in str(error.value)
    assert "\n" not in str(error.value)


def test_what_the_database_refuses_shows_no_value(state: State) -> None:
    visit = {"user_id": "ann@example.com", "time": None}
    with pytest.raises(WarehouseError) as error:
        state.write("remember_last_visits", [visit])
    assert "ann@example.com" not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_transaction_that_fails_leaves_nothing_and_one_that_does_not_leaves_all(state: State) -> None:
    with pytest.raises(LookupError), state.transaction():
        state.write("add_measure", [measure(1)])
        assert len(state.rows("measures", run=1)) == 1
        raise LookupError
    assert state.rows("measures", run=1) == []
    with state.transaction(), state.transaction():
        state.write("add_measure", [measure(1)])
        state.write("add_measure", [measure(1, "requests")])
    assert len(state.rows("measures", run=1)) == 2


def test_one_row_that_is_refused_refuses_all_of_the_statement(state: State) -> None:
    with pytest.raises(WarehouseError):
        state.write("add_measure", [measure(1), measure(2), measure(1)])
    assert state.rows("measures", run=2) == []


def test_after_a_failure_the_memory_can_be_used_again(state: State) -> None:
    with pytest.raises(WarehouseError):
        state.write("add_measure", [measure(1), measure(1)])
    state.write("add_measure", [measure(1)])
    assert len(state.rows("measures", run=1)) == 1


def test_threads_have_transactions_of_their_own(state: State) -> None:
    with state.transaction():
        state.write("add_measure", [measure(1)])
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(state.rows, "measures", run=1).result() == []
    assert len(state.rows("measures", run=1)) == 1


def test_writing_nothing_needs_no_database() -> None:
    State(engine_of("postgresql://nobody@127.0.0.1:1/nothing"), "memory").write("add_measure", [])


RECORDS = {"key": "str", "startdeliver_id": "Int64", "match_value": "str", "fingerprint": "Int64"}


def remember(state: State, key: str, number: int | None, fingerprint: int | None) -> None:
    row = {"entity": "user", "key": key, "match_field": "email", "match_value": f"{key}@example.com", "run": 1}
    acknowledged = {"startdeliver_id": number, "fingerprint": fingerprint, "fields": {}, "created_here": True}
    outcome = {"outcome": "created", "customer_key": None, "customer_known": True}
    state.write_all("acknowledge_records", [row | acknowledged | outcome])


def test_a_frame_has_the_types_that_were_asked_for_and_every_digit_beside_nulls(state: State) -> None:
    remember(state, "ann", 1, 2**62 + 1)
    remember(state, "bob", None, None)
    remember(state, "cyd", 3, -(2**62) - 1)
    frame = state.frame("records", RECORDS, entity="user", keys=["ann", "bob", "cyd"]).sort_values("key")
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        "key": "str",
        "startdeliver_id": "Int64",
        "match_value": "str",
        "fingerprint": "Int64",
    }
    assert frame["fingerprint"].astype(object).where(frame["fingerprint"].notna(), None).to_list() == [
        2**62 + 1,
        None,
        -(2**62) - 1,
    ]


def test_a_frame_without_rows_has_its_types(state: State) -> None:
    types = {"user_id": "str", "time": "datetime64[us, UTC]"}
    for frame in (
        state.frame("last_visits", types, user_ids=["ann"]),
        state.frame_of_keys("last_visits", types, [], argument="user_ids"),
    ):
        assert len(frame) == 0
        assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == types


def test_any_number_of_keys_is_asked_in_pieces_and_answered_whole(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = [{"user_id": f"user {number}", "time": datetime(2026, 1, 1, tzinfo=UTC)} for number in range(25)]
    state.write("remember_last_visits", visits)
    state.write("remember_last_visits", visits[:5])
    asked = []
    monkeypatch.setattr("smrt_startdeliver.state.database._KEYS_A_QUERY", 10)
    frame_of = State.frame
    monkeypatch.setattr(
        State, "frame", lambda *of, **keys: asked.append(len(keys["user_ids"])) or frame_of(*of, **keys)
    )
    types = {"user_id": "str", "time": "datetime64[us, UTC]"}
    keys = (f"user {number}" for number in range(30))
    frame = state.frame_of_keys("last_visits", types, keys, argument="user_ids")
    assert sorted(frame["user_id"]) == sorted(visit["user_id"] for visit in visits)
    assert asked == [10, 10, 10]
