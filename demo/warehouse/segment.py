"""Segment's part: calls become rows, and an hourly sync loads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random

from demo.warehouse.loading import Row
from demo.warehouse.schema import COLUMNS
from smrt_startdeliver.vocabulary import PAGES, SCREENS, SMRT_EVENTS

_TABLES = {event.name: event.table for event in SMRT_EVENTS}
_LIBRARY = {"context_library_name": "smrt-segment", "context_library_version": "3.4.1"}
_WEB_LIBRARY = {"context_library_name": "analytics.js", "context_library_version": "2.11.1"}


def hourly_sync(received: datetime) -> datetime:
    """When the sync that follows loads a row: some minutes past the next full hour, the same for all of its rows."""
    hour = received.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return hour + timedelta(seconds=180 + (hour.toordinal() * 24 + hour.hour) * 137 % 480)


class Segment:
    """Takes calls, and holds the rows that the warehouse has of them at `now`: what no sync has loaded is not there.

    `rows` are those of every table but `users`, whose rows are in `users`, by id, and `tracks`, which is made of the
    event tables in the database. `sync` says when a row received at an instant is loaded (`uuid_ts`).
    """

    def __init__(self, rng: Random, now: datetime, sync: Callable[[datetime], datetime] = hourly_sync) -> None:
        self.rng = rng
        self.now = now
        self.sync = sync
        self.rows: dict[str, list[Row]] = {table: [] for table in COLUMNS if table not in ("users", "tracks")}
        self.users: dict[str, Row] = {}

    def track(self, name: str, user_id: str | None, time: datetime, properties: Mapping[str, object]) -> None:
        """A Track call of one of SMRT's events."""
        table = _TABLES[name]
        self._add(table, user_id, time, {"event": table, "event_text": name, **properties})

    def page(self, name: str | None, user_id: str | None, time: datetime, properties: Mapping[str, object]) -> None:
        """A Page call; without a user id it is an anonymous visitor's."""
        self._add(PAGES, user_id, time, {"name": name, **_WEB_LIBRARY, **properties})

    def screen(self, name: str, user_id: str, time: datetime, properties: Mapping[str, object]) -> None:
        """A Screen call."""
        self._add(SCREENS, user_id, time, {"name": name, **_WEB_LIBRARY, **properties})

    def group(self, group_id: str, user_id: str, time: datetime, traits: Mapping[str, object]) -> None:
        """A Group call: the user is a member of the group."""
        self._add("groups", user_id, time, {"group_id": group_id, **traits})

    def identify(self, user_id: str, time: datetime, traits: Mapping[str, object]) -> Row | None:
        """An Identify call. Returns its row, None where it is not loaded by `now`."""
        return self._add("identifies", user_id, time, traits)

    def upsert(self, user_id: str, identified: Mapping[str, object], traits: Mapping[str, object]) -> None:
        """The row of `users` that an Identify call's row leaves behind; the last one of a user stays."""
        loaded = {column: identified[column] for column in ("received_at", "uuid_ts")}
        self.users[user_id] = {"id": user_id, **loaded, **_LIBRARY, **traits}

    def has_loaded(self, received: datetime) -> bool:
        """Whether the sync for what was received then has run by `now`."""
        return self.sync(received + timedelta(seconds=2)) <= self.now

    def message_id(self) -> str:
        """A new id of a call."""
        return f"smrt-{self.rng.getrandbits(128):032x}"

    def _add(self, table: str, user_id: str | None, time: datetime, content: Mapping[str, object]) -> Row | None:
        sent = time + timedelta(milliseconds=20 + int(self.rng.random() * 880))
        received = sent + timedelta(milliseconds=40 + int(self.rng.random() * 360))
        loaded = self.sync(received)
        if loaded > self.now:
            return None
        row = {
            "id": self.message_id(),
            "user_id": user_id,
            "timestamp": time,
            "original_timestamp": time,
            "sent_at": sent,
            "received_at": received,
            "uuid_ts": loaded,
            **_LIBRARY,
            **content,
        }
        if user_id is None:
            row["anonymous_id"] = self.message_id()
        self.rows[table].append(row)
        return row
