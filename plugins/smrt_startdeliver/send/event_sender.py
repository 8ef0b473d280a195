"""Events on their way: written down as intended, sent in order, settled; each one once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from smrt_startdeliver.send.in_flight import send_in_order
from smrt_startdeliver.send.reasons import Rejection, rejection_of
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.errors import OutcomeUnknown, Refused, Unreachable
from smrt_startdeliver.state.database import State

_TRIES = 4


@dataclass
class OutgoingEvent:
    """One event to send; `time` is aware.

    `match_field` and `match_value` (canonical text) say which user it goes to; `at_path` is the value that it has at
    `segment_override_matching_field` ('' for none), None where its customer's own match counts.
    """

    id: str
    user_id: str
    name: str
    entity: str
    type: str
    time: datetime
    properties: dict[str, Any]
    at_path: str | None
    match_field: str = ""
    match_value: str = ""
    fate: Literal["sent", "rejected", "already sent"] | None = None
    rejection: Rejection | None = None

    def body(self) -> dict[str, Any]:
        """What the memory keeps of it until it is acknowledged."""
        return {"type": self.type, "entity": self.entity, "properties": self.properties, "at_path": self.at_path}


@dataclass
class EventSender:
    """Sends events. `match_types` are the types of the fields that users are matched on."""

    api: Startdeliver
    state: State
    run: int
    max_in_flight: int
    match_types: Mapping[str, wire.FieldType]

    def send(self, events: Sequence[OutgoingEvent]) -> None:
        """Send events that come ordered by customer and time; those that have a fate already are only remembered.

        Raises KeyRefused, Unreachable. What was answered by then is settled; the others stay intended, and the next
        run looks them up before it sends them again.
        """
        self.state.write(
            "intend_events",
            [
                {
                    "id": event.id,
                    "name": event.name,
                    "user_id": event.user_id,
                    "happened_at": event.time,
                    "body": json.dumps(event.body()),
                    "run": self.run,
                }
                for event in events
            ],
        )
        sendable = [event for event in events if event.fate is None]
        by_user = [list(group) for _, group in groupby(sendable, key=lambda event: event.user_id)]
        try:
            send_in_order(by_user, self._send_one, self.max_in_flight)
        finally:
            self._settle([event for event in events if event.fate is not None])

    def settle_unknown(self, events: Sequence[OutgoingEvent]) -> list[OutgoingEvent]:
        """Of events whose outcome is unknown, those that did not arrive; the others are settled as sent."""
        missing = []
        for start in range(0, len(events), wire.PAGE_SIZE):
            some = events[start : start + wire.PAGE_SIZE]
            arrived = self.api.sent_messages([event.id for event in some])
            for event in some:
                event.fate = "already sent" if event.id in arrived else None
            missing += [event for event in some if event.fate is None]
            self._settle([event for event in some if event.fate is not None])
        return missing

    def _send_one(self, event: OutgoingEvent) -> None:
        if event.match_field not in self.match_types:  # its user was tied by a field that is not mapped any more
            event.fate, event.rejection = "rejected", Rejection("match_field_not_mapped", event.match_field)
            return
        value = wire.json_value(event.match_value, self.match_types[event.match_field])
        body = wire.usage_body(
            {"id": event.id, "name": event.name, "type": event.type, "time": event.time},
            event.match_field,
            value,
            event.properties,
        )
        for _ in range(_TRIES):
            try:
                self.api.create("usage", body)
            except OutcomeUnknown:
                if event.id not in self.api.sent_messages([event.id]):
                    continue
            except Refused as refused:
                texts = [text for text in event.properties.values() if isinstance(text, str)]
                event.fate = "rejected"
                event.rejection = rejection_of(refused, [event.match_value, *texts])
                return
            event.fate = "sent"
            return
        raise Unreachable(f"Startdeliver lost {_TRIES} tries to take one {event.name}: the next run goes on")

    def _settle(self, events: Sequence[OutgoingEvent]) -> None:
        self.state.write(
            "settle_events",
            [
                {
                    "id": event.id,
                    "state": "rejected" if event.fate == "rejected" else "sent",
                    "reason": event.rejection.reason if event.rejection else None,
                }
                for event in events
            ],
        )
