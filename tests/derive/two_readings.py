"""The two readings of the rules behind one face: plain records in, plain values out, with pandas or without."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from smrt_startdeliver.clock import Interval
from smrt_startdeliver.derive import birthdays, demographic, lapses, visits
from smrt_startdeliver.settings import Settings
from tests.derive.frames import (
    by_id,
    customers_frame,
    events,
    evidence_frame,
    last_visits_frame,
    orders_frame,
    values,
)
from tests.plain import birthdays as plain_birthdays
from tests.plain import demographic as plain_demographic
from tests.plain import lapses as plain_lapses
from tests.plain import visits as plain_visits
from tests.plain.records import Customer, Evidence, LastVisit, Order, PlainEvent

YEARS = Interval(datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))


class WithPandas:
    def visits(self, evidence: list[Evidence], settings: Settings) -> list[PlainEvent]:
        return events(visits.customer_visits(evidence_frame(evidence), YEARS, settings))

    def lost(self, evidence: list[Evidence], seen: list[LastVisit], settings: Settings) -> list[PlainEvent]:
        return events(lapses.customer_lost(evidence_frame(evidence), last_visits_frame(seen), YEARS, settings))

    def traits(self, evidence: list[Evidence], end: datetime, settings: Settings) -> dict[str, tuple[bool, int | None]]:
        frame = lapses.lapse_traits(evidence_frame(evidence), last_visits_frame([]), end, settings)
        return values(frame, "isLost", "visitCadenceDays")

    def birthdays(self, customer: Customer, interval: Interval, settings: Settings) -> list[PlainEvent]:
        read, _ = birthdays.birthdays(customers_frame([customer]), settings)
        return events(birthdays.customer_birthday(read, interval, settings))

    def next_birthday(self, customer: Customer, end: datetime, settings: Settings) -> str | None:
        read, _ = birthdays.birthdays(customers_frame([customer]), settings)
        return values(birthdays.next_birthday(read, end, settings), "nextBirthday").get(customer.user_id)

    def spend(self, orders: list[Order], end: datetime, settings: Settings) -> dict[str, float]:
        return values(demographic.spend(orders_frame(orders), end, settings), "spend")

    def demographics(
        self, customers: list[Customer], orders: list[Order], end: datetime, settings: Settings
    ) -> dict[str, int]:
        spend = demographic.spend(orders_frame(orders), end, settings)
        ranked = spend.loc[spend["spend"] > 0, "spend"].to_numpy(dtype=np.float64)
        return values(demographic.demographic(customers_frame(customers), spend, ranked), "demographic")


class Plain:
    def visits(self, evidence: list[Evidence], settings: Settings) -> list[PlainEvent]:
        return by_id(plain_visits.customer_visits(evidence, YEARS, settings))

    def lost(self, evidence: list[Evidence], seen: list[LastVisit], settings: Settings) -> list[PlainEvent]:
        return by_id(plain_lapses.customer_lost(evidence, seen, YEARS, settings))

    def traits(self, evidence: list[Evidence], end: datetime, settings: Settings) -> dict[str, tuple[bool, int | None]]:
        traits = plain_lapses.lapse_traits(evidence, [], end, settings)
        return {user_id: (of_user.is_lost, of_user.visit_cadence_days) for user_id, of_user in traits.items()}

    def birthdays(self, customer: Customer, interval: Interval, settings: Settings) -> list[PlainEvent]:
        known, _ = plain_birthdays.birthdays([customer], settings)
        return by_id(plain_birthdays.customer_birthday(known, interval, settings))

    def next_birthday(self, customer: Customer, end: datetime, settings: Settings) -> str | None:
        known, _ = plain_birthdays.birthdays([customer], settings)
        return plain_birthdays.next_birthday(known, end, settings).get(customer.user_id)

    def spend(self, orders: list[Order], end: datetime, settings: Settings) -> dict[str, float]:
        return plain_demographic.spend(orders, end, settings)

    def demographics(
        self, customers: list[Customer], orders: list[Order], end: datetime, settings: Settings
    ) -> dict[str, int]:
        return plain_demographic.demographics(customers, plain_demographic.spend(orders, end, settings))


Rules = WithPandas | Plain
