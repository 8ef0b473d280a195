"""What runs leave in the memory, written straight into it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from smrt_startdeliver.plan.fates import Fate, Fates
from smrt_startdeliver.state.accounts import note_stage
from smrt_startdeliver.state.database import State

SCHEMA = "startdeliver_sync"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
_RUN: dict[str, Any] = {
    "dag_run_id": "scheduled__2026-11-20T12:00:00+00:00",
    "kind": "scheduled",
    "state": "success",
    "window_start": NOON - timedelta(hours=2),
    "window_end": NOON,
    "read_from": NOON - timedelta(hours=50),
    "derive_from": NOON - timedelta(days=90),
    "dry_run": False,
    "complete": True,
    "watermark": True,
    "history_whole": False,
    "sends_traits": True,
    "swept": False,
    "full_resync": False,
    "entities": ["customers", "users", "events"],
    "settings": '{"partitions": 1}',
    "rules": "{}",
    "mapping": "",
}


def execute(state: State, statement: str, parameters: Mapping[str, Any]) -> Any:
    """Execute a statement; `{schema}` is the memory's."""
    with state.transaction() as connection:
        return connection.execute(sa.text(statement.replace("{schema}", SCHEMA)), dict(parameters))


def add_run(state: State, /, **columns: Any) -> int:
    """A run, successful and finished now if nothing else is said; its number."""
    values = {**_RUN, "finished_at": datetime.now(UTC), **columns}
    places = ", ".join(f":{name}" for name in values)
    statement = f"insert into {{schema}}.runs ({', '.join(values)}) values ({places}) returning run"
    return int(execute(state, statement, values).scalar_one())


def account(state: State, run: int, stage: str, counts: Mapping[tuple[str, Fate, str], int], **measures: float) -> None:
    """A stage's account: (entity, fate, reason) -> rows; `requests_write` is the measure `requests write`."""
    fates = Fates()
    for (entity, fate, reason), rows in counts.items():
        fates.add(entity, fate, rows, reason)
    named = {name.replace("requests_", "requests "): value for name, value in measures.items()}
    note_stage(state, run, stage, fates, named)


def refuse(state: State, entity: str, key: str, *, reason: str = "refused", parked: bool = False) -> None:
    """Something that Startdeliver refused in run 1."""
    about = {"fingerprint": 1, "reason": reason, "field": "email", "answer": "400: no email …", "run": 1}
    state.write("refuse", [{"entity": entity, "key": key, **about}])
    if parked:
        statement = "update {schema}.refusals set tries = 6, parked_at = now() where entity = :entity and key = :key"
        execute(state, statement, {"entity": entity, "key": key})


def reject(state: State, entity: str, key: str, *, reason: str, field: str = "", shape: str | None = None) -> None:
    """Something that was rejected in run 1 before it was sent."""
    about = {"field": field, "reason": reason, "shape": shape, "fingerprint": 1, "run": 1}
    state.write("remember_rejections", [{"entity": entity, "key": key, **about}])
