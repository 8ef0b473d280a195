"""Customers as the last run left them: what a run compares the source with, and what it leaves for the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.state.database import State

_KEPT = {"user_id": "str", "customer_key": "str", "match": "Int64", "spend": "float64", "rejected": "str"}
_OF_KEYS = {"user_id": "str", "customer_key": "str"}
_OF_MATCHES = {"user_id": "str", "match": "int64"}
_USER_ID = {"user_id": "str"}
_SOURCE_TABLE = {"source_table": "str"}


@dataclass(frozen=True)
class Basis:
    """What the customers are kept as of.

    run, window_end: the run that left them so, and its clock. configuration: a fingerprint of what they were computed
    by. counted: the rows, by table of the source, that had been loaded before `counted_before`.
    """

    run: int
    window_end: datetime
    configuration: str
    counted_before: datetime
    counted: Mapping[str, int]


def read_basis(state: State) -> Basis | None:
    """What is kept; None where nothing is that can be built on."""
    rows = state.rows("customers/as_of")
    return Basis(**rows[0]) if rows else None


def measures_of_basis(state: State) -> dict[str, float]:
    """What the run counted that left the customers as they are kept, by name."""
    basis = read_basis(state)
    rows = state.rows("measures", run=basis.run) if basis else []
    return {row["name"]: row["value"] for row in rows}


def kept(state: State, user_ids: Iterable[str]) -> pd.DataFrame:
    """How these customers are kept: user_id, customer_key, match (Int64), spend, rejected; a row each who is."""
    return state.frame_of_keys("customers/of_users", _KEPT, user_ids, argument="user_ids")


def kept_totals(state: State) -> dict[str, int]:
    """How many customers are kept by why they are no user of Startdeliver; '' for those who are."""
    return {row["rejected"]: row["customers"] for row in state.rows("customers/total")}


def users_of(state: State, customer_keys: Iterable[str]) -> pd.DataFrame:
    """Who belongs to these customers (accounts) of Startdeliver: user_id, customer_key."""
    return state.frame_of_keys("customers/of_customer_keys", _OF_KEYS, customer_keys)


def holders_of(state: State, matches: Iterable[int]) -> pd.DataFrame:
    """Who matches on these fingerprints: user_id, match (int64)."""
    return state.frame_of_keys("customers/of_matches", _OF_MATCHES, matches, argument="matches")


def ranked_by(state: State, spends: Iterable[float]) -> pd.Series[str]:
    """The user ids of those who are ranked by one of these spends."""
    found: pd.Series[str] = state.frame_of_keys("customers/of_spends", _USER_ID, spends, argument="spends")["user_id"]
    return found


def changed_since(state: State, rows: str) -> pd.Series[str]:
    """Whose row in `users` is new, changed or gone; `rows`: `hashed_users`, which the warehouse compares by itself."""
    # Two joins: a full one PostgreSQL would not share out among its workers.
    frames = [state.frame(f"customers/{name}", _USER_ID, source=rows) for name in ("changed", "gone")]
    found: pd.Series[str] = pd.concat(frames)["user_id"]
    return found


def unsettled(state: State, end: datetime) -> pd.Series[str]:
    """Who is due at a moment before `end`, or of whom something was left to do."""
    found: pd.Series[str] = state.frame("customers/unsettled", _USER_ID, window_end=end)["user_id"]
    return found


def note_loaded(state: State, rows: str, seen: Interval, look_back: timedelta) -> None:
    """Note what was loaded since the last run looked back, by customer; `rows`: `hashed_loads`.

    seen: the run's window, with the end of the run before as its start. Raises WarehouseError.
    """
    moments = {
        "looked_back_to": seen.start - look_back,
        "started_at": seen.start,
        "look_back_to": seen.end - look_back,
        "ended_at": seen.end,
    }
    with state.transaction():  # another try of the same task waits, and notes it anew
        state.write("customers/drop_loaded_now", [{}])
        state.write("customers/note_loaded_now", [moments], source=rows)


def loaded_since(state: State) -> pd.Series[str]:
    """Of whom `note_loaded` noted other rows than the run before had seen."""
    found: pd.Series[str] = state.frame("customers/of_loaded", _USER_ID)["user_id"]
    return found


def nobodys_tables(state: State) -> frozenset[str]:
    """The tables in which `note_loaded` noted rows of nobody."""
    return frozenset(state.frame("customers/nobodys_loaded", _SOURCE_TABLE)["source_table"])


def keep_loaded(state: State) -> None:
    """Keep what `note_loaded` noted, for the next run to compare with."""
    for statement in ("empty_loaded", "keep_loaded", "empty_loaded_now"):
        state.write(f"customers/{statement}", [{}])
