"""Accounts under a new key: of one object in Startdeliver no second one is made.

A record that may be another customer under a new key is looked up as every new one is, and not created. Once somebody
gave the object of that customer the new key, it is found, and taken over.
"""

from __future__ import annotations

from collections.abc import Sequence

from smrt_startdeliver.send.reasons import Rejection
from smrt_startdeliver.send.record import Record
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.state.database import State


def reject_renamed(records: Sequence[Record]) -> None:
    """Reject those that may be another customer under a new key, and were not found by it."""
    for record in records:
        if record.renamed_from and record.startdeliver_id is None and record.fate is None:
            record.fate, record.rejection = "rejected", Rejection("key_changed", record.match_field)


def acknowledged_of(state: State, entity: wire.Entity, taken_from: str | None) -> dict[str, str]:
    """What is acknowledged of the record whose object is taken over; nothing where it is nobody's."""
    if taken_from is None:
        return {}
    (row,) = state.rows("record_fields", entity=entity, keys=[taken_from])
    return dict(row["fields"])


def rename(state: State, entity: wire.Entity, records: Sequence[Record]) -> None:
    """Move what is known of those that are taken over to the new keys, and forget what was intended there."""
    taken = [record for record in records if record.taken_from is not None]
    if taken:
        old, new = [record.taken_from for record in taken], [record.key for record in taken]
        state.write("drop_record", [{"entity": entity, "key": key} for key in new])
        state.write("rename_customers", [{"old": old, "new": new}])
        state.write("rename_links", [{"old": old, "new": new}])
        state.write("accept", [{"entity": entity, "key": key} for key in old])
