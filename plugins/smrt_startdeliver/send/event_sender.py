"""Events on their way: written down as intended, sent in order, settled; each one once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from smrt_startdeliver.send.in_flight import Work, send_batches
from smrt_startdeliver.send.reasons import Rejection, rejection_of, server_error, texts_in
from smrt_startdeliver.send.refusals import note_refusals
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.breaker import RefusalBreaker
from smrt_startdeliver.startdeliver.errors import Refused, ServerFailed
from smrt_startdeliver.state.database import State


@dataclass
class OutgoingEvent:
    """One event to send; `time` is aware.

    `match_field` and `match_value` (canonical text) say which user it goes to; `at_path` is the value that it has at
    `segment_override_matching_field` ('' for none), None where its customer's own match counts. `refused_before`: an
    earlier run could not make Startdeliver take it.
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
    refused_before: bool = False
    fate: Literal["sent", "rejected", "already sent"] | None = None
    rejection: Rejection | None = None

    def body(self) -> dict[str, Any]:
        """What the memory keeps of it until it is acknowledged."""
        return {"type": self.type, "entity": self.entity, "properties": self.properties, "at_path": self.at_path}


def intend(state: State, run: int, events: Sequence[OutgoingEvent]) -> None:
    """Write down that a run is about to send these events: until one is settled, nobody knows what came of it."""
    state.write_all(
        "intend_events",
        [
            {
                "id": event.id,
                "name": event.name,
                "user_id": event.user_id,
                "happened_at": event.time,
                "body": event.body(),
                "run": run,
            }
            for event in events
        ],
    )


@dataclass
class EventSender:
    """Sends events. `match_types` are the types of the fields that users are matched on.

    `may_go_on` is asked before each batch and each event: once it says no, what is left keeps no fate. `still_ours`
    raises where the right to write was lost.
    """

    api: Startdeliver
    state: State
    run: int
    max_in_flight: int
    match_types: Mapping[str, wire.FieldType]
    may_go_on: Callable[[], bool]
    still_ours: Callable[[], None]
    _breaker: RefusalBreaker = field(init=False, default_factory=RefusalBreaker)

    def send_all(self, batches: Iterable[list[OutgoingEvent]], done: Callable[[list[OutgoingEvent]], None]) -> None:
        """Send batches of events, each ordered by customer and time, all of a customer's in one.

        Those that have a fate already are only remembered; what came of each is written down before `done`. Raises
        KeyRefused, Unreachable, CircuitOpen. What was answered by then is settled; the others stay intended, and the
        next run looks them up before it sends them again.
        """
        work = Work(self._begin, self._send_one, self._end, done)
        send_batches(batches, work, self.max_in_flight, self.may_go_on, self.still_ours)

    def _begin(self, events: Sequence[OutgoingEvent]) -> list[list[OutgoingEvent]]:
        """Those of a batch that are to be sent, each customer's in a sequence; they are intended then."""
        self.still_ours()
        sendable = [event for event in events if event.fate is None] if self.may_go_on() else []
        intend(self.state, self.run, [event for event in events if event.fate is not None] + sendable)
        return [list(group) for _, group in groupby(sendable, key=lambda event: event.user_id)]

    def _end(self, events: Sequence[OutgoingEvent], _: Sequence[Sequence[OutgoingEvent]]) -> None:
        self._settle([event for event in events if event.fate is not None])

    def settle_unknown(self, events: Sequence[OutgoingEvent]) -> list[OutgoingEvent]:
        """Of events whose outcome is unknown, those that did not arrive; the others are settled as sent.

        What `may_go_on` leaves no time to look up stays unknown, and is neither.
        """
        missing = []
        for start in range(0, len(events), wire.PAGE_SIZE):
            if not self.may_go_on():
                break
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
        try:
            self.api.create_once(
                "usage", body, lambda: event.id in self.api.sent_messages([event.id]), suspect=event.refused_before
            )
        except ServerFailed as failed:
            event.fate, event.rejection = "rejected", server_error(failed)
        except Refused as refused:
            rejection = rejection_of(refused, [event.match_value, *texts_in(event.properties)])
            event.fate, event.rejection = "rejected", rejection
            if not event.refused_before:
                self._breaker.refused(refused.status, rejection.field, rejection.detail)
        else:
            event.fate = "sent"
            self._breaker.accepted()

    def _settle(self, events: Sequence[OutgoingEvent]) -> None:
        with self.state.transaction():
            self.state.write_all(
                "settle_events",
                [
                    {
                        "id": event.id,
                        "state": _state(event),
                        "reason": event.rejection.reason if event.rejection else None,
                    }
                    for event in events
                ],
            )
            note_refusals(
                self.state,
                self.run,
                "event",
                refused=[(event.id, 0, event.rejection) for event in events if event.rejection],
                accepted=[event.id for event in events if event.refused_before and not event.rejection],
            )


def _state(event: OutgoingEvent) -> str:
    """What the memory keeps of an event that has its fate; it may have arrived where the server failed."""
    if event.rejection is None:
        return "sent"
    return "intended" if event.rejection.reason == "server_error" else "rejected"
