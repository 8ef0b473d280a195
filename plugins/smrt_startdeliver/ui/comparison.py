"""One customer compared: what Startdeliver has, what the warehouse has, what the next run would do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import BoundedSemaphore

from sqlalchemy import RowMapping

from smrt_startdeliver.errors import SmrtStartdeliverError
from smrt_startdeliver.mapping.document import Entity
from smrt_startdeliver.preview.one_customer import CustomerPlan, RecordPlan, plan_of_customer
from smrt_startdeliver.preview.rehearsal import Rehearsal, rehearsal_of
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.ui.asking import Asking
from smrt_startdeliver.ui.memory import Source
from smrt_startdeliver.window import Request

_PLACES = BoundedSemaphore(2)
_PLACE_SECONDS = 5
"""A comparison computes for a while: so many at once leave the API server time for all else that it does."""

Records = Mapping[str, RowMapping]
"""What the memory holds, by entity."""


@dataclass(frozen=True)
class Comparison:
    """`plan`: what the next run would do; `told`: the objects that Startdeliver has of each entity it answered about.

    `problems`: what could not be found out, and what to do about it, a sentence each.
    """

    plan: CustomerPlan | None
    told: Mapping[Entity, list[wire.Json]]
    problems: Sequence[str]

    def plan_of(self, entity: Entity) -> RecordPlan | None:
        """What the next run would make of a record."""
        if self.plan is None:
            return None
        return self.plan.user if entity == "user" else self.plan.customer

    def held(self, entity: Entity, record: RowMapping | None) -> wire.Json | None:
        """The object that a record is tied to, else the oldest that it would be tied to; None where there is none."""
        objects = sorted(self.told.get(entity, []), key=lambda one: int(one["id"]))
        if record is not None and record["startdeliver_id"] is not None:
            objects = [one for one in objects if int(one["id"]) == record["startdeliver_id"]]
        return objects[0] if objects else None


def compare(
    source: Source, user_id: str, others: Sequence[str], records: Records, *, asks_startdeliver: bool
) -> Comparison:
    """Compare a user, and their customer; `others`: users of the same customer. It takes two requests at most.

    What fails is said, and the rest is compared all the same. Nothing is written, but for the count of the requests.
    """
    if not _PLACES.acquire(timeout=_PLACE_SECONDS):
        return Comparison(None, {}, ["Others are compared just now: look again in a moment."])
    try:
        return _compared(source, user_id, others, records, asks_startdeliver=asks_startdeliver)
    finally:
        _PLACES.release()


def _compared(
    source: Source, user_id: str, others: Sequence[str], records: Records, *, asks_startdeliver: bool
) -> Comparison:
    try:
        rehearsal = _rehearsal(source)
    except SmrtStartdeliverError as error:
        return Comparison(None, {}, [_not_worked_out(error)])
    asking = Asking(source, rehearsal.run.document)

    def ask(entity: Entity, match_field: str, match_value: str) -> list[wire.Json] | None:
        if not asks_startdeliver:
            return None
        record = records.get(entity)  # what is tied is there by what it was matched on, whatever it will be
        if record is not None and record["startdeliver_id"] is not None:
            match_field, match_value = record["match_field"], record["match_value"]
        return asking.ask(entity, match_field, match_value)

    problems = []
    plan = None
    try:
        plan = plan_of_customer(rehearsal, user_id, others, ask)
    except SmrtStartdeliverError as error:
        problems.append(_not_worked_out(error))
    for entity in ("user", "customer"):  # what the warehouse does not name any more
        if entity in records and entity not in asking.told:
            ask(entity, records[entity]["match_field"], records[entity]["match_value"])
    if asking.problem is not None:
        problems.append(f"Startdeliver did not say what it has: {asking.problem}.")
    return Comparison(plan, asking.told, problems)


def _rehearsal(source: Source) -> Rehearsal:
    """Of the next run; forced, as what stops a run or holds an audience is a matter of all customers."""
    request = Request("look", "scheduled", None, datetime.now(UTC), force=True)
    return rehearsal_of(source.warehouse, source.state, source.settings, request)


def _not_worked_out(error: SmrtStartdeliverError) -> str:
    return f"What the next run would send could not be worked out: {error}."
