"""Customers and users on their way: looked up, created or updated, and acknowledged, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from smrt_startdeliver.mapping.records import CUSTOMER_LINK, UNKNOWN
from smrt_startdeliver.plan.records import AtRest, after, canonical_text, changed_fields, held_already, known_before
from smrt_startdeliver.send.filling import Filling
from smrt_startdeliver.send.in_flight import Work, send_batches
from smrt_startdeliver.send.reasons import Rejection, rejection_of, server_error
from smrt_startdeliver.send.record import Fate, Record
from smrt_startdeliver.send.refusals import note_refusals
from smrt_startdeliver.send.renaming import acknowledged_of, reject_renamed, rename
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.breaker import RefusalBreaker
from smrt_startdeliver.startdeliver.errors import Gone, Refused, ServerFailed
from smrt_startdeliver.state.database import State


@dataclass
class RecordSender:
    """Sends the records of one entity. With `dry_run` it looks up, plans, and writes nothing anywhere.

    `at_rest`: values that are not sent where none was ever set. `fill_empty`: fields that are left alone where
    Startdeliver holds what we did not write; it is asked right before. `may_go_on` is asked before each batch and each
    record: once it says no, what is left keeps no fate. `still_ours` raises where the right to write was lost.
    """

    entity: Literal["customer", "user"]
    types: Mapping[str, wire.FieldType]
    api: Startdeliver
    state: State
    run: int
    max_in_flight: int
    sync_nulls: bool
    full_resync: bool
    dry_run: bool
    may_go_on: Callable[[], bool]
    still_ours: Callable[[], None]
    at_rest: AtRest = field(default_factory=dict)
    fill_empty: frozenset[str] = frozenset()
    _breaker: RefusalBreaker = field(init=False, default_factory=RefusalBreaker)
    _tied: dict[int, str] = field(init=False, default_factory=dict)
    """Whose Startdeliver's ids are that were found or created here: not all of them are acknowledged yet."""

    def __post_init__(self) -> None:
        self._filling = Filling(self.fill_empty, self.entity, self.types, self.api)

    def send_all(self, batches: Iterable[list[Record]], done: Callable[[list[Record]], None]) -> None:
        """Give the records of each batch (500 at most) their fates; what they hold is written down before `done`.

        A batch is looked up while the one before it is sent. Raises KeyRefused, Unreachable, CircuitOpen; what was done
        is acknowledged, and what was refused remembered.
        """
        work = Work(self._begin, self._send_one, self._end, done)
        send_batches(batches, work, self.max_in_flight, self.may_go_on, self.still_ours)

    def _begin(self, records: Sequence[Record]) -> list[list[Record]]:
        """Those of a batch that are to be sent, in sequences of one; they are intended then."""
        if not self.may_go_on():
            return []
        self._look_up([record for record in records if record.startdeliver_id is None and record.fate is None])
        reject_renamed(records)
        open_records = [record for record in records if record.fate is None]
        # Who was looked up just now, or is created, needs no asking.
        tied_before = [one for one in open_records if one.startdeliver_id and one.startdeliver_id not in self._tied]
        self._filling.look(tied_before, self.changes)
        if self.dry_run:
            for record in open_records:
                record.fate = self._planned(record)
            return []
        self.still_ours()
        self._intend([record for record in open_records if record.startdeliver_id is None])
        return [[record] for record in open_records]

    def _end(self, _: Sequence[Record], sent: Sequence[Sequence[Record]]) -> None:
        records = [record for sequence in sent for record in sequence]
        with self.state.transaction():
            self._acknowledge([record for record in records if record.fate and not record.rejection])
            self._note_refusals(records)

    def _look_up(self, records: Sequence[Record]) -> None:
        """Find those that Startdeliver has already, in one request for each field that they match on.

        A field that the mapping document no longer has is not searched: its type is not known any more.
        """
        fields = {record.match_field for record in records} | {r.intended[0] for r in records if r.intended}
        for match_field in sorted(fields & self.types.keys()):
            wanted: dict[str, Record] = {}
            for record in records:
                for candidate in {(record.match_field, record.match_value), record.intended}:
                    if candidate and candidate[0] == match_field and record.startdeliver_id is None:
                        wanted[candidate[1]] = record
            self._adopt(match_field, wanted)

    def _adopt(self, match_field: str, wanted: Mapping[str, Record]) -> None:
        values = [wire.json_value(value, self.types[match_field]) for value in wanted]
        found = self.api.find(self.entity, match_field, values) if values else []
        holders = {
            row["startdeliver_id"]: row["key"]
            for row in self.state.rows("match_holders", entity=self.entity, ids=[one["id"] for one in found])
        } | self._tied
        for one in sorted(found, key=lambda one: int(one["id"]), reverse=True):  # of several, the oldest is the match
            record = wanted.get(canonical_text(one.get(match_field)))
            if record is None or record.taken_from:
                continue
            holder = holders.get(one["id"], record.key)
            if holder != record.key and holder not in record.renamed_from:
                record.fate, record.rejection = "rejected", Rejection("match_not_unique", match_field)
                continue
            record.fate, record.rejection = None, None
            record.startdeliver_id = int(one["id"])
            record.taken_from = holder if holder != record.key else None
            # It was not there before we meant to create it; or it was, under another key.
            record.created_here = record.intended is not None and record.taken_from is None
            self._tied[record.startdeliver_id] = record.key
            before = acknowledged_of(self.state, self.entity, record.taken_from)
            record.acknowledged = known_before(before, record.fields) | held_already(one, record.fields)
            self._filling.leave_theirs(record, one, ours=record.acknowledged if record.created_here else before)

    def _send_one(self, record: Record) -> None:
        try:
            try:
                self._save(record)
            except Gone:
                self._find_or_create(record)
        except ServerFailed as failed:
            record.fate, record.rejection = "rejected", server_error(failed)
        except Refused as refused:
            rejection = rejection_of(refused, record.fields.values())
            record.fate, record.rejection = "rejected", rejection
            if not record.refused_before:
                self._breaker.refused(refused.status, rejection.field, rejection.detail)
        if record.fate in ("created", "updated"):
            self._breaker.accepted()

    def _save(self, record: Record) -> None:
        if record.startdeliver_id is None:
            self._create(record)
        else:
            self._update(record, record.startdeliver_id)

    def _create(self, record: Record) -> None:
        sent = self.changes(record)  # nothing is acknowledged yet, so that no null is among them
        created = self.api.create_once(
            self.entity, self._body(sent), lambda: self._is_settled(record), suspect=record.refused_before
        )
        if record.fate == "rejected":
            return
        if created is not None:
            record.startdeliver_id = created
            self._tied[created] = record.key
        elif record.startdeliver_id is not None:
            self._update(record, record.startdeliver_id)  # it was created after all; whatever it lacks is sent
        record.acknowledged = after(record.acknowledged, sent)
        record.fate, record.created_here = "created", True

    def _is_settled(self, record: Record) -> bool:
        """Whether a create whose answer was lost came through; or what it made is another's, so that it is rejected."""
        self._adopt(record.match_field, {record.match_value: record})
        return record.startdeliver_id is not None or record.fate == "rejected"

    def _update(self, record: Record, startdeliver_id: int) -> None:
        sent = self.changes(record)
        if sent:
            self.api.update(self.entity, startdeliver_id, self._body(sent), suspect=record.refused_before)
        record.acknowledged = after(record.acknowledged, sent)
        record.fate = "updated" if sent else "unchanged"

    def _find_or_create(self, record: Record) -> None:
        """Somebody deleted it in Startdeliver: it is a new record again, unless it is there under another id."""
        record.startdeliver_id, record.acknowledged, record.theirs = None, {}, frozenset()
        record.taken_from = None
        self._adopt(record.match_field, {record.match_value: record})
        reject_renamed([record])
        if record.fate != "rejected":
            self._save(record)

    def changes(self, record: Record) -> dict[str, str | None]:
        """The fields of a record to send, and their values."""
        acknowledged: Mapping[str, str] = record.acknowledged
        if self.full_resync:  # every value again, whatever is acknowledged of it; nulls as ever
            acknowledged = dict.fromkeys(acknowledged, "")
        ours = {alias: value for alias, value in record.fields.items() if alias not in record.theirs}
        return changed_fields(ours, acknowledged, sync_nulls=self.sync_nulls, at_rest=self.at_rest)

    def _planned(self, record: Record) -> Fate:
        if record.startdeliver_id is None:
            return "created"
        return "updated" if self.changes(record) else "unchanged"

    def _body(self, fields: Mapping[str, str | None]) -> dict[str, Any]:
        return {alias: wire.json_value(value, self.types[alias]) for alias, value in fields.items()}

    def _intend(self, records: Sequence[Record]) -> None:
        self.state.write_all(
            "intend_records",
            [
                {
                    "entity": self.entity,
                    "key": one.key,
                    "match_field": one.match_field,
                    "match_value": one.match_value,
                    "run": self.run,
                }
                for one in records
            ],
        )

    def _acknowledge(self, records: Sequence[Record]) -> None:
        rename(self.state, self.entity, records)
        self.state.write_all(
            "acknowledge_records",
            [
                {
                    "entity": self.entity,
                    "key": one.key,
                    "startdeliver_id": one.startdeliver_id,
                    "match_field": one.match_field,
                    "match_value": one.match_value,
                    "fingerprint": one.fingerprint,
                    "fields": one.acknowledged,
                    "created_here": one.created_here,
                    "customer_key": None if one.customer_key == UNKNOWN else one.customer_key,
                    "customer_known": UNKNOWN not in (one.customer_key, one.fields.get(CUSTOMER_LINK)),
                    "outcome": one.fate,
                    "run": self.run,
                }
                for one in records
            ],
        )

    def _note_refusals(self, records: Sequence[Record]) -> None:
        note_refusals(
            self.state,
            self.run,
            self.entity,
            refused=[(one.key, one.fingerprint, one.rejection) for one in records if one.rejection],
            accepted=[one.key for one in records if one.refused_before and one.fate and not one.rejection],
        )
