"""One visit cycle: clothes go in, and come back, over the counter of a store or with the driver of a route."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from demo.warehouse.business import ROUTES, at, open_day
from demo.warehouse.loading import Row
from demo.warehouse.names import DRIVERS
from demo.warehouse.orders import Order, clerk, create_order, make_ready, new_order, return_order
from demo.warehouse.people import Customer
from demo.warehouse.rhythms import Rhythm
from demo.warehouse.segment import Segment
from smrt_startdeliver.vocabulary import PICKUP_COMPLETED

PICKUP_MISSED = "Pickup Missed"
PICKUP_SCHEDULED = "Pickup Scheduled"
CUSTOMER_CANCELED_PICKUP = "Customer Canceled Pickup"


def store_cycle(segment: Segment, rng: Random, customer: Customer, day: date) -> list[datetime]:
    """Drop clothes at the store, and collect them some days later. Returns the instants at which one was there."""
    day = open_day(day, route=False)
    dropped = at(day, rng, 9.5, 18.5)
    orders = _orders(rng, customer, clerk(rng), dropped)
    ready_day = open_day(day + timedelta(days=rng.randint(1, 3)), route=False)
    collected_day = open_day(
        ready_day + timedelta(days=rng.choices((0, 1, 2, 4, 9), (20, 30, 25, 15, 10))[0]), route=False
    )
    collected = at(collected_day, rng, 17.2, 19)
    forgotten = rng.random() < 0.02
    for order in orders:
        create_order(segment, customer, order, dropped)
        make_ready(segment, customer, order, at(ready_day, rng, 14, 17))
        if not forgotten:
            return_order(segment, rng, customer, order, collected, by=clerk(rng))
    return [dropped] if forgotten else [dropped, collected]


def route_cycle(segment: Segment, rng: Random, customer: Customer, day: date) -> list[datetime]:
    """The driver takes clothes, and brings them back two to four days later. Returns the instants of the stops."""
    day = open_day(day, route=True)
    if not _driver_is_expected(segment, rng, customer, day):
        return []
    driver = driver_of(rng, customer)
    stopped = at(day, rng, 9.5, 14)
    orders = _orders(rng, customer, driver, stopped)
    ready_day = open_day(day + timedelta(days=1), route=True)
    delivered = at(open_day(ready_day + timedelta(days=rng.randint(1, 3)), route=True), rng, 9, 14)

    segment.track(PICKUP_COMPLETED, customer.user_id, stopped, stop(customer, driver, pickups=len(orders)))
    segment.track(PICKUP_COMPLETED, customer.user_id, delivered, stop(customer, driver, deliveries=len(orders)))
    for order in orders:
        create_order(segment, customer, order, at(day, rng, 15, 18))
        make_ready(segment, customer, order, at(ready_day, rng, 14, 18))
        return_order(segment, rng, customer, order, delivered, by=driver)
    return [stopped, delivered]


def driver_of(rng: Random, customer: Customer) -> str:
    """The route's driver, or at times another."""
    return DRIVERS[ROUTES.index(str(customer.traits["agent"]))] if rng.random() < 0.9 else rng.choice(DRIVERS)


def stop(customer: Customer, driver: str, pickups: int = 0, deliveries: int = 0) -> Row:
    """Properties of a Pickup Completed: orders taken, bags brought."""
    return {
        "driver": driver,
        "route": customer.traits["agent"],
        "had_pickup": pickups > 0,
        "had_delivery": deliveries > 0,
        "total_pickups": pickups,
        "total_deliveries": deliveries,
        **{column: value for column, value in customer.traits.items() if column.startswith("address_")},
    }


def _driver_is_expected(segment: Segment, rng: Random, customer: Customer, day: date) -> bool:
    """Whether clothes are handed over: they are not where the pickup is cancelled, or nothing hangs at the door."""
    evening_before = day - timedelta(days=1)
    if customer.traits["delivery_preference"] == "Will Call":
        by = rng.choices(("Customer", "Employee"), (70, 30))[0]
        segment.track(PICKUP_SCHEDULED, customer.user_id, at(evening_before, rng, 10, 17), {"scheduled_by": by})
    chance = rng.random()
    if chance < 0.03:
        segment.track(CUSTOMER_CANCELED_PICKUP, customer.user_id, at(evening_before, rng, 17.5, 21), {})
    elif chance < 0.10:
        segment.track(PICKUP_MISSED, customer.user_id, at(day, rng, 9.5, 14), {})
    return chance >= 0.10


def _orders(rng: Random, customer: Customer, sold_by: str, time: datetime) -> list[Order]:
    several = customer.rhythm is Rhythm.CORPORATE or rng.random() < 0.12
    return [
        new_order(rng, customer, (customer.user_id, time, number), sold_by) for number in range(2 if several else 1)
    ]
