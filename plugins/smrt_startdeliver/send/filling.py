"""Fields that are only filled (`policy: fill_empty`): what a person typed is never written over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from smrt_startdeliver.plan.records import held_by
from smrt_startdeliver.send.record import Record
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.api import Startdeliver


@dataclass(frozen=True)
class Filling:
    """The fields of an entity that are only filled; `types` are those of all its fields."""

    aliases: frozenset[str]
    entity: wire.Entity
    types: Mapping[str, wire.FieldType]
    api: Startdeliver

    def look(self, records: Iterable[Record], changes: Callable[[Record], Mapping[str, Any]]) -> None:
        """Ask Startdeliver what it holds of records (500 at most) that are tied, where such a field is to change.

        Who is not found by what they match on is left alone.
        """
        changing = [record for record in records if self.aliases & changes(record).keys()]
        for record in changing:
            record.theirs = self.aliases
        for match_field in sorted({record.match_field for record in changing} & self.types.keys()):
            by_id = {
                record.startdeliver_id: record
                for record in changing
                if record.match_field == match_field and record.startdeliver_id is not None
            }
            values = [wire.json_value(record.match_value, self.types[match_field]) for record in by_id.values()]
            for found in self.api.find(self.entity, match_field, values, ids=by_id.keys()):
                if int(found["id"]) in by_id:
                    of_ours = by_id[int(found["id"])]
                    self.leave_theirs(of_ours, found, ours=of_ours.acknowledged)

    def leave_theirs(self, record: Record, found: Mapping[str, Any], ours: Mapping[str, str]) -> None:
        """Leave alone what is typed into the fields: all that is there, and is not what we wrote (`ours`)."""
        held = held_by(found, [alias for alias in self.aliases if found.get(alias) != ""])
        record.theirs = frozenset(alias for alias in held if held[alias] != ours.get(alias))
        record.acknowledged = {
            alias: print_ for alias, print_ in record.acknowledged.items() if alias not in record.theirs
        }
