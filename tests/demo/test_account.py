"""The demo's tables say what the pipeline's own schema says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from demo.account import Account, last_account
from demo.home import DemoError
from demo.tables import entities_table, runs_table
from demo.three_runs import verify
from smrt_startdeliver.plan.fates import Fates
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.state.accounts import note_stage
from smrt_startdeliver.state.database import State

END = datetime(2026, 11, 20, 2, tzinfo=UTC)
OPEN_RUN = """
    INSERT INTO startdeliver_sync.runs (
        dag_run_id, kind, state, window_start, window_end, read_from, derive_from, dry_run, complete, watermark,
        history_whole, sends_traits, swept, full_resync, entities, settings, rules, mapping, started_at, finished_at
    )
    SELECT '', 'scheduled', 'success', :end, :end, :end, :end, false, true, true,
        false, true, false, false, '{}', '{}', '{}', '', :end, :end + interval '90 seconds'
    RETURNING run
"""


@pytest.fixture
def state(database: str) -> Iterator[State]:
    engine = sa.create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
    state = State(engine, Settings().state_schema)
    state.create()
    yield state
    engine.dispose()


@pytest.fixture
def account(state: State, database: str) -> Account:
    """The account of a run in which two stages wrote, and one row lost a value."""
    with state.transaction() as connection:
        run = connection.execute(sa.text(OPEN_RUN), {"end": END}).scalar_one()
    users, events = Fates(), Fates()
    users.add("users", "extracted", 12)
    users.add("users", "created", 9)
    users.add("users", "updated", 2)
    users.add("users", "rejected", 1, "no_id")
    users.add("users values", "extracted", 4)
    users.add("users values", "rejected", 4, "broken_json")
    events.add("Order Created", "extracted", 30)
    events.add("Order Created", "sent", 29)
    events.add("Order Created", "skipped", 1, "duplicate")
    note_stage(state, run, "load_users", users, {"requests write": 11, "requests lookup": 1, "seconds": 5})
    note_stage(state, run, "load_events", events, {"requests write": 29, "seconds": 7})
    found = last_account(database)
    assert found is not None
    return found


def text(table: Table) -> list[list[str]]:
    """The table's rows as a person reads them, cell by cell."""
    console = Console(width=120)
    with console.capture() as captured:
        console.print(table)
    return [line.replace("  ", "\t").split() for line in captured.get().splitlines() if line.strip()]


def test_a_warehouse_without_runs_has_no_account(database: str) -> None:
    assert last_account(database) is None


def test_an_opened_schema_without_runs_has_no_account(state: State, database: str) -> None:
    assert last_account(database) is None


def test_rows_values_and_requests_are_told_apart(account: Account) -> None:
    assert (account.state, account.window_end, account.seconds) == ("success", END, 90)
    assert account.count("extracted") == 42
    assert account.count("extracted", entity="users") == 12
    assert account.written == 40
    assert account.reasons("rejected") == {"no_id": 1}
    assert account.values_left_out() == {"broken_json": 4}
    assert account.requests == {"write": 40, "lookup": 1}


def test_runs_stand_side_by_side(account: Account) -> None:
    rows = text(runs_table({"First": account, "Second": account}))
    assert ["rows", "in", "42", "42"] in rows
    assert ["no", "id", "1", "1"] in rows
    assert ["updated", "2", "2"] in rows
    assert ["broken", "json", "4", "4"] in rows
    assert ["requests", "41", "41"] in rows
    assert ["seconds", "90", "90"] in rows


def test_entities_stand_below_each_other(account: Account) -> None:
    rows = text(entities_table("A run", account))
    assert ["users", "12", "11", "-", "-", "-", "1"] in rows
    assert ["Order", "Created", "30", "29", "-", "-", "1", "-"] in rows


def test_a_run_with_more_or_fewer_writes_than_changes_is_no_success(account: Account) -> None:
    account.requests["write"] = 0
    unchanged = account
    with pytest.raises(DemoError, match="40 rows had changed, but there were 0 writes"):
        verify(unchanged, account)


def test_a_repeated_run_that_writes_is_no_success(account: Account) -> None:
    with pytest.raises(DemoError, match="with nothing new there were 40 writes"):
        verify(account, account)
