"""An order's life: created, ready, returned, and each of its things returned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from demo.warehouse.business import DISCOUNTS, PRICE_LIST, dollars
from demo.warehouse.loading import Row
from demo.warehouse.names import STAFF
from demo.warehouse.people import Customer
from demo.warehouse.rhythms import Rhythm
from demo.warehouse.segment import Segment
from smrt_startdeliver.vocabulary import ORDER_CREATED

ORDER_READY = "Order Ready"
ORDER_RETURNED = "Order Returned"
ORDER_LINE_ITEM_RETURNED = "Order Line Item Returned"
ORDER_TABLES = ("order_created", "order_ready", "order_returned", "order_line_item_returned")


@dataclass(frozen=True)
class Order:
    """An order: the properties that all of its events carry, and the department of each of its one to three lines."""

    properties: Row
    departments: tuple[str, ...]


def new_order(rng: Random, customer: Customer, order_id: object, sold_by: str) -> Order:
    """An order of what the customer usually brings."""
    departments = some_departments(rng, customer)
    most = 40 if customer.rhythm is Rhythm.CORPORATE else 5
    pieces = ((rng.choice(PRICE_LIST[d])[0], 1 if d == "Wedding" else rng.randint(1, most)) for d in departments)
    total = sum(price * quantity for price, quantity in pieces)
    properties: Row = {
        "order_id": order_id,
        "agent": customer.traits["agent"],
        "customer_brand": customer.traits["brand"],
        "sold_by": sold_by,
    }
    if rng.random() < 0.12:
        name, description, percent = rng.choice(DISCOUNTS)
        off = total * percent // 100
        total -= off
        properties |= {"discount_name": name, "discount_description": description, "discount_value": dollars(off)}
    properties["value"] = properties["revenue"] = dollars(total)
    return Order(properties, departments)


def some_departments(rng: Random, customer: Customer) -> tuple[str, ...]:
    """Of one to three things that the customer brings, the department of each."""
    tastes = customer.departments
    things = rng.choices((1, 2, 3), (55, 30, 15))[0]
    return tuple(rng.choices(list(tastes), list(tastes.values()), k=things))


def create_order(segment: Segment, customer: Customer, order: Order, time: datetime) -> None:
    """The order is counted in."""
    segment.track(ORDER_CREATED, customer.user_id, time, order.properties)


def make_ready(segment: Segment, customer: Customer, order: Order, time: datetime) -> None:
    """The order waits to be picked up or delivered."""
    segment.track(ORDER_READY, customer.user_id, time, order.properties)


def return_order(segment: Segment, rng: Random, customer: Customer, order: Order, time: datetime, *, by: str) -> None:
    """The customer has the order back: one event for it, and one for each line, a moment apart."""
    properties = {**order.properties, "returned_by": by}
    rack = f"{rng.choice('ABCDEF')}{rng.randint(1, 60)}"
    segment.track(ORDER_RETURNED, customer.user_id, time, {**properties, "rack_location": rack})
    for line, department in enumerate(order.departments, start=1):
        line_time = time + timedelta(milliseconds=40 * line)
        segment.track(ORDER_LINE_ITEM_RETURNED, customer.user_id, line_time, {**properties, "department": department})


def clerk(rng: Random) -> str:
    """Who stands at the counter."""
    return rng.choice(STAFF)


def number_orders(segment: Segment, first_number: int) -> None:
    """Give orders the running numbers that a business gives them, in the order in which they were created."""
    created = sorted(segment.rows["order_created"], key=lambda row: (row["timestamp"], row["id"]))
    in_order = dict.fromkeys(row["order_id"] for row in created)  # each once: an order may be there twice
    numbers = {order_id: number for number, order_id in enumerate(in_order, start=first_number)}
    for table in ORDER_TABLES:
        for row in segment.rows[table]:
            row["order_id"] = numbers[row["order_id"]]
