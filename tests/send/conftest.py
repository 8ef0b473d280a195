"""A sandbox, a memory in a real PostgreSQL, and senders between them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from demo.postgres import Postgres
from sandbox.testing import Sandbox, running_sandbox
from smrt_startdeliver.send.record_sender import Record, RecordSender
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.client import Client
from smrt_startdeliver.startdeliver.wire import FieldType
from smrt_startdeliver.state.database import State

FIELDS = {
    "user": {
        "customfieldSmrtId": "text",
        "customfieldNumber": "number",
        "customfieldLost": "boolean",
        "customfieldSize": {"type": "select", "options": ["small", "large"]},
    },
    "customer": {"customfieldAccount": "text"},
}
TYPES: dict[str, FieldType] = {
    "customfieldSmrtId": "text",
    "customfieldNumber": "number",
    "customfieldLost": "boolean",
    "customfieldSize": "text",
    "customfieldAccount": "text",
    "email": "text",
    "name": "text",
    "phone": "text",
}
ID = "customfieldSmrtId"


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox") / "data.sqlite", fields=FIELDS) as sandbox:
        yield sandbox


@pytest.fixture
def api(running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Startdeliver:
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda _: None))
    return Startdeliver(Client(running.url, running.key))


@pytest.fixture
def sandbox(running: Sandbox, api: Startdeliver) -> Iterator[Sandbox]:
    """The sandbox, empty."""
    for entity in ("usage", "user", "customer"):
        for one in running.objects(entity):
            api.client._persist("DELETE", f"{entity}/{one['id']}", purpose="write")
    running.reset_requests()
    yield running
    running.clear_faults()


@pytest.fixture(scope="package")
def engine(postgres: Postgres) -> Iterator[sa.Engine]:
    uri = postgres.create_database("send")
    engine = sa.create_engine(uri.replace("postgresql:", "postgresql+psycopg:"))
    yield engine
    engine.dispose()


@pytest.fixture
def state(engine: sa.Engine) -> State:
    """An empty memory."""
    with engine.begin() as connection:
        connection.execute(sa.schema.DropSchema("memory", cascade=True, if_exists=True))
    state = State(engine, "memory")
    state.create()
    return state


class Memory:
    """What is in the memory, and records as a run reads them from it."""

    def __init__(self, state: State, entity: str = "user") -> None:
        self.state = state
        self.entity = entity

    def rows(self) -> dict[str, dict[str, Any]]:
        """The rows of all records by key."""
        with self.state.transaction() as connection:
            found = connection.execute(
                sa.text("select * from memory.records where entity = :entity"), {"entity": self.entity}
            )
            return {row["key"]: dict(row) for row in found.mappings()}

    def record(
        self, key: str, match_value: str | None = None, *, match_field: str = ID, **fields: str | None
    ) -> Record:
        """The record of a customer that is wanted like this, with what the memory holds of it."""
        value = key if match_value is None else match_value
        row = self.rows().get(key, {})
        tied = row.get("startdeliver_id")
        return Record(
            key=key,
            match_field=match_field,
            match_value=value,
            fingerprint=hash(json.dumps(fields)),
            fields={match_field: value, **fields},
            startdeliver_id=tied,
            acknowledged=row.get("fields", {}),
            intended=(row["match_field"], row["match_value"]) if row and tied is None else None,
        )


@pytest.fixture
def memory(state: State) -> Memory:
    return Memory(state)


@pytest.fixture
def sender(api: Startdeliver, state: State, sandbox: Sandbox):
    """Makes a sender, as each run has its own."""

    def make(entity: str = "user", **options: Any) -> RecordSender:
        usual: dict[str, Any] = {"sync_nulls": True, "full_resync": False, "dry_run": False, "max_in_flight": 4}
        return RecordSender(entity=entity, types=TYPES, api=api, state=state, run=1, **usual | options)

    return make


def objects(sandbox: Sandbox, entity: str = "user") -> list[dict[str, Any]]:
    """What Startdeliver holds, without what the server owns but the id."""
    return [
        {name: value for name, value in one.items() if name not in ("createdAt", "createdBy", "updatedAt", "updatedBy")}
        for one in sandbox.objects(entity)
    ]
