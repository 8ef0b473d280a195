"""Rows that are a trap (warehouse.md, Traps; semantics.md, Accepted rows): a few of each, of recent weeks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

from demo.warehouse.loading import Row
from demo.warehouse.segment import Segment, hourly_sync

FAR_FUTURE = datetime(2087, 5, 4, 12, tzinfo=UTC)
ANCIENT = datetime(1970, 1, 1, tzinfo=UTC)


class OddRows:
    """Changes rows of `segment` in place. Each method is one trap, and none touches a row that another changed."""

    def __init__(self, segment: Segment, rng: Random, now: datetime) -> None:
        self.segment = segment
        self.rng = rng
        self.now = now
        self.taken: set[object] = set()

    def add_all(self) -> None:
        """Every trap, in a fixed order."""
        self.sync_outage()
        self.late_rows()
        self.duplicates()
        self.odd_timestamps()
        self.anonymous_events()
        self.no_load_time()
        self.odd_money()
        self.odd_users()

    def sync_outage(self) -> None:
        """For two days no sync worked; the next one loaded all that was missed."""
        recovered = hourly_sync(self.now - timedelta(days=21))
        for row in [*self._all_rows(), *self.segment.users.values()]:
            if recovered - timedelta(days=2) <= row["uuid_ts"] < recovered:
                row["uuid_ts"] = recovered

    def late_rows(self) -> None:
        """Received in time, loaded hours or days later, by themselves."""
        for table in ("order_created", "order_returned", "pickup_completed", "pages"):
            for row in self._pick(table, 3):
                row["uuid_ts"] += timedelta(minutes=self.rng.randrange(6 * 60, 9 * 1440))

    def duplicates(self) -> None:
        """One id twice: the same again, and with newer content."""
        for table, column in (("order_created", "sold_by"), ("order_returned", "returned_by"), ("pages", None)):
            for row in self._pick(table, 4):
                newer = {} if column is None or self.rng.random() < 0.3 else {column: f"{row[column]} (corrected)"}
                copy = {**row, **newer, "uuid_ts": row["uuid_ts"] + timedelta(hours=self.rng.randint(1, 60))}
                self.segment.rows[table].append(copy)

    def odd_timestamps(self) -> None:
        """No timestamp; one of years from now; one of before there was a business."""
        for table, timestamp, count in (
            ("pickup_completed", None, 3),
            ("pages", None, 2),
            ("pickup_completed", FAR_FUTURE, 3),
            ("pages", FAR_FUTURE, 1),
            ("pickup_completed", ANCIENT, 2),
        ):
            for row in self._pick(table, count):
                row |= {"timestamp": timestamp, "original_timestamp": timestamp}

    def anonymous_events(self) -> None:
        """A driver's stop at the wrong door: no user id."""
        for row in self._pick("pickup_completed", 2):
            row |= {"user_id": None, "anonymous_id": self.segment.message_id()}

    def no_load_time(self) -> None:
        """`uuid_ts` is not filled in: `received_at` is all that there is."""
        for row in self._pick("screens", 2):
            row["uuid_ts"] = None

    def odd_money(self) -> None:
        """Amounts that are no finite number, or text that is hardly one."""
        for row, amount in zip(self._pick("order_created", 3), ("NaN", "NaN", "Infinity"), strict=False):
            row["value"] = row["revenue"] = amount
        for row, text in zip(self._pick("order_ready", 4), ("$42.50", "1,024.00", "n/a", ""), strict=False):
            row["value"] = row["revenue"] = text

    def odd_users(self) -> None:
        """In `users`: an id twice, a row without an id, and texts where a number or a time is due."""
        users = self.segment.users
        twice, nobody, vip, undated = self.rng.sample(sorted(users), 4)
        again = users[twice] | {"payment_term": "Statement", "uuid_ts": users[twice]["uuid_ts"] + timedelta(seconds=1)}
        users[f"{twice} again"] = again
        users["nobody"] = users[nobody] | {"id": None, "email": None}
        users[vip]["demographic"] = "VIP"
        users[undated]["last_visit"] = "last week"

    def _all_rows(self) -> Iterable[Row]:
        return (row for rows in self.segment.rows.values() for row in rows)

    def _pick(self, table: str, count: int) -> list[Row]:
        """Untouched rows of ten to eighty days ago: what is done to them has long been loaded by `now`."""
        earliest, latest = self.now - timedelta(days=80), self.now - timedelta(days=10)
        candidates = [
            row
            for row in self.segment.rows[table]
            if row["id"] not in self.taken
            and row["user_id"] is not None
            and row["timestamp"] is not None
            and earliest < row["timestamp"] < latest
        ]
        picked = self.rng.sample(candidates, min(count, len(candidates)))
        self.taken.update(row["id"] for row in picked)
        return picked
