"""A sandbox, a memory in a real PostgreSQL, and senders between them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from demo.postgres import Postgres
from sandbox.testing import Sandbox, running_sandbox
from smrt_startdeliver.send.event_sender import EventSender, OutgoingEvent
from smrt_startdeliver.send.record import Record
from smrt_startdeliver.send.record_sender import RecordSender
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.client import Client
from smrt_startdeliver.startdeliver.pace import Pace
from smrt_startdeliver.startdeliver.wire import FieldType
from smrt_startdeliver.state.database import State

FIELDS = {
    "user": {
        "customfieldSmrtId": "text",
        "customfieldNumber": "number",
        "customfieldLost": "boolean",
        "customfieldSize": {"type": "select", "options": ["small", "large"]},
    },
    "customer": {"customfieldAccount": "text", "customfieldRegion": "text"},
}
TYPES: dict[str, FieldType] = {
    "customfieldSmrtId": "text",
    "customfieldNumber": "number",
    "customfieldLost": "boolean",
    "customfieldSize": "text",
    "customfieldAccount": "text",
    "customfieldRegion": "text",
    "customerId": "number",
    "email": "text",
    "name": "text",
    "phone": "text",
}
ID = "customfieldSmrtId"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class OneBatch(RecordSender):
    def send(self, records: list[Record]) -> None:
        """Send one batch alone."""
        self.send_all([records], lambda _: None)


class OneBatchOfEvents(EventSender):
    def send(self, events: list[OutgoingEvent]) -> None:
        """Send one batch alone."""
        self.send_all([events], lambda _: None)


MakeSender = Callable[..., OneBatch]
MakeEventSender = Callable[..., OneBatchOfEvents]


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox") / "data.sqlite", fields=FIELDS) as sandbox:
        yield sandbox


@pytest.fixture
def api(running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Startdeliver:
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda _: None))
    return Startdeliver(Client(running.url, running.key, pace=Pace(sleep=lambda _: None)))


@pytest.fixture
def sandbox(running: Sandbox, api: Startdeliver) -> Iterator[Sandbox]:
    """The sandbox, empty."""
    for entity in ("usage", "user", "customer"):
        for one in running.objects(entity):
            delete(running, entity, one["id"])
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

    def refusals(self) -> dict[str, dict[str, Any]]:
        """What is remembered of this entity's refusals, by key."""
        with self.state.transaction() as connection:
            found = connection.execute(
                sa.text("select * from memory.refusals where entity = :entity"), {"entity": self.entity}
            )
            return {row["key"]: dict(row) for row in found.mappings()}

    def new(self, key: str, match_value: str | None = None, *, match_field: str = ID, **fields: str | None) -> Record:
        """The record of a customer that is wanted like this, of whom the memory holds nothing."""
        value = key if match_value is None else match_value
        return Record(
            key=key,
            match_field=match_field,
            match_value=value,
            fingerprint=hash(json.dumps(fields)),
            fields={match_field: value, **fields},
        )

    def record(self, key: str, *match_value: str, **given: str | None) -> Record:
        """The record of a customer that is wanted like this, with what the memory holds of it."""
        record = self.new(key, *match_value, **given)
        row = self.rows().get(key, {})
        record.startdeliver_id = row.get("startdeliver_id")
        record.acknowledged = row.get("fields", {})
        if row and record.startdeliver_id is None:
            record.intended = row["match_field"], row["match_value"]
        record.refused_before = key in self.refusals()
        return record


@pytest.fixture
def memory(state: State) -> Memory:
    return Memory(state)


@pytest.fixture
def sender(api: Startdeliver, state: State, sandbox: Sandbox) -> MakeSender:
    """Makes a sender, as each run has its own."""

    def make(entity: str = "user", **options: Any) -> OneBatch:
        usual: dict[str, Any] = {
            "api": api,
            "run": 1,
            "sync_nulls": True,
            "full_resync": False,
            "dry_run": False,
            "max_in_flight": 4,
            "may_go_on": lambda: True,
            "still_ours": lambda: None,
        }
        return OneBatch(entity=entity, types=TYPES, state=state, **usual | options)

    return make


@pytest.fixture
def event_sender(api: Startdeliver, state: State, sandbox: Sandbox) -> MakeEventSender:
    """Makes a sender of events, as each run has its own; Ann and Bob are users."""
    for name in ("ann", "bob"):
        api.create("user", {ID: name})
    sandbox.reset_requests()

    def make(max_in_flight: int = 4, **options: Any) -> OneBatchOfEvents:
        usual: dict[str, Any] = {"run": 1, "may_go_on": lambda: True, "still_ours": lambda: None}
        return OneBatchOfEvents(api, state, max_in_flight=max_in_flight, match_types=TYPES, **usual | options)

    return make


def event(identity: str, user: str = "ann", minutes: int = 0, **given: Any) -> OutgoingEvent:
    usual: dict[str, Any] = {"properties": {}, "match_field": ID, "match_value": user}
    return OutgoingEvent(
        id=identity,
        user_id=user,
        name="Order Created",
        entity="Order Created",
        type="track",
        time=NOON + timedelta(minutes=minutes),
        at_path=None,
        **usual | given,
    )


def events_of(state: State) -> dict[str, tuple[str, str | None, bool]]:
    """Of each event in the memory its state, the reason, and whether its body is kept."""
    with state.transaction() as connection:
        rows = connection.execute(sa.text("select id, state, reason, body is not null as kept from memory.events"))
        return {row.id: (row.state, row.reason, row.kept) for row in rows}


def arrived(sandbox: Sandbox) -> list[str]:
    """The message ids that Startdeliver holds, in the order in which they came."""
    return [usage["messageId"] for usage in sandbox.objects("usage")]


def fates(sent: Sequence[Record | OutgoingEvent]) -> list[str | None]:
    return [one.fate for one in sent]


def objects(sandbox: Sandbox, entity: str = "user") -> list[dict[str, Any]]:
    """What Startdeliver holds, without what the server owns but the id."""
    return [
        {name: value for name, value in one.items() if name not in ("createdAt", "createdBy", "updatedAt", "updatedBy")}
        for one in sandbox.objects(entity)
    ]


def delete(sandbox: Sandbox, entity: str, object_id: int) -> None:
    """Delete an object, as a person does in Startdeliver."""
    url, key = f"{sandbox.url}{entity}/{object_id}", {"Authorization": sandbox.key}
    requests.delete(url, headers=key, timeout=30).raise_for_status()
