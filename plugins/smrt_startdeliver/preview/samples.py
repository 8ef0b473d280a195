"""Some of the records that would change, as examples: ids and names of fields, never a value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from smrt_startdeliver.mapping.document import Entity
from smrt_startdeliver.send.record import Record
from smrt_startdeliver.send.record_sender import RecordSender
from smrt_startdeliver.stages.users_at_path import AT_PATH


@dataclass(frozen=True, order=True)
class Sample:
    """A customer or user by its key, whether it is new, and the aliases of the fields that would be sent."""

    entity: Entity
    key: str
    new: bool
    fields: tuple[str, ...]


@dataclass
class Samples:
    """The first few of each entity, in order of their keys."""

    shown: int
    _kept: dict[Entity, list[Sample]] = field(default_factory=lambda: defaultdict(list))

    @property
    def found(self) -> list[Sample]:
        """All of them."""
        return list(chain.from_iterable(self._kept.values()))

    def add(self, entity: Entity, sender: RecordSender, records: Sequence[Record]) -> None:
        """Look at records that have their fates; one whose key is a value of an event is no sample."""
        changing = [
            Sample(entity, one.key, one.fate == "created", tuple(sorted(sender.changes(one))))
            for one in records
            if one.fate in ("created", "updated") and not one.key.startswith(AT_PATH)
        ]
        self._kept[entity] = sorted(self._kept[entity] + changing)[: self.shown]
