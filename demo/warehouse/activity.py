"""What the next sync brings: a few hours of business, and the usual oddities."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from random import Random

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from demo.warehouse import known
from demo.warehouse.browsing import browse
from demo.warehouse.history import identify, iso, sign_up
from demo.warehouse.loading import Row, copy_rows, fill_tracks
from demo.warehouse.odd_rows import FAR_FUTURE
from demo.warehouse.orders import Order, clerk, create_order, new_order, return_order, some_departments
from demo.warehouse.people import Customer, make_customer, phone
from demo.warehouse.rhythms import Rhythm
from demo.warehouse.segment import Segment
from demo.warehouse.visits import driver_of, stop
from smrt_startdeliver.vocabulary import PICKUP_COMPLETED

VISITORS = 60
RETURNED_ORDERS = 25
CHANGED_CUSTOMERS = 25
NEW_CUSTOMERS = 8
LATE_ROWS = 6
DUPLICATES = 10


def add_activity(uri: str, schema: str, seed: int, since: datetime, now: datetime) -> None:
    """Add what happened from `since` to `now` (aware, an hour apart or more), all of it loaded in between.

    60 customers were there: some have their order back, others, some of them long away, bring a new one. 25 rows of
    `users` change, 8 are new. 6 rows are days late, 10 were there already, 1 is of the far future. Takes a warehouse of
    a hundred customers or more. Equal arguments on an equal warehouse add equal rows.
    """
    with psycopg.connect(uri, row_factory=dict_row) as connection:
        connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(schema)))
        activity = _Activity(connection, Random(f"{seed} activity since {since.isoformat()}"), since, now)  # nosec B311 # seeded
        visitors = activity.visits()
        activity.changed_customers(visitors)
        activity.new_customers()
        activity.late_rows()
        activity.far_future()
        activity.duplicates()
        segment = activity.segment
        copy_rows(connection, schema, {**segment.rows, "users": list(segment.users.values())})
        fill_tracks(connection, schema)


class _Activity:
    """Gathers the new rows in `segment`; changes rows of `users` at once."""

    def __init__(self, connection: psycopg.Connection[Row], rng: Random, since: datetime, now: datetime) -> None:
        self.connection = connection
        self.rng = rng
        self.since = since
        self.loaded = since + (now - since) * 0.9
        self.segment = Segment(rng, now, sync=lambda _: self.loaded)
        self.known = known.ordinary_customers(connection)

    def visits(self) -> list[str]:
        """Returns the user ids of who was there."""
        waiting = [order for order in known.waiting_orders(self.connection) if order["user_id"] in self.known]
        collected = self.rng.sample(waiting, min(RETURNED_ORDERS, len(waiting)))
        for row in collected:
            properties = {column: row[column] for column in known.ORDER_PROPERTIES}
            customer = self._customer(row["user_id"])
            order = Order(properties, some_departments(self.rng, customer))
            return_order(self.segment, self.rng, customer, order, self._moment(), by=clerk(self.rng))

        collectors = [str(row["user_id"]) for row in collected]
        others = self.rng.sample([id_ for id_ in self.known if id_ not in collectors], VISITORS - len(collectors))
        order_ids = count(known.next_number(self.connection, "order_created", "order_id"))
        for user_id, order_id in zip(others, order_ids, strict=False):
            self._bring_order(self._customer(user_id), str(order_id))
        return collectors + others

    def changed_customers(self, visitors: list[str]) -> None:
        """The last visit of some who were there; a new phone or payment term of others."""
        visited = visitors[: CHANGED_CUSTOMERS // 3]
        others = [user_id for user_id in self.known if user_id not in visited]
        for user_id in visited + self.rng.sample(others, CHANGED_CUSTOMERS - len(visited)):
            customer, last_visit, time = self._customer(user_id), self.known[user_id].last_visit, self._moment()
            if user_id in visited:
                last_visit = iso(time)
            elif self.rng.random() < 0.5:
                customer.traits["phone"] = phone(self.rng, "415")
            else:
                customer.traits["payment_term"] = "POS" if customer.traits["payment_term"] == "AutoPay" else "AutoPay"
            traits = {**customer.traits, "created_at": iso(customer.created_at), "last_visit": last_visit}
            self.segment.identify(user_id, time, traits)
            row = self.segment.rows["identifies"][-1]
            self.connection.execute(
                "UPDATE users SET phone = %s, payment_term = %s, last_visit = %s, received_at = %s, uuid_ts = %s"
                " WHERE id = %s",
                (traits["phone"], traits["payment_term"], last_visit, row["received_at"], row["uuid_ts"], user_id),
            )

    def new_customers(self) -> None:
        """They sign up, and have not been there yet."""
        first = known.next_number(self.connection, "users", "id")
        for number in range(first, first + NEW_CUSTOMERS):
            customer = make_customer(self.rng, number, Rhythm.MONTHLY, self._moment())
            sign_up(self.segment, self.rng, customer, customer.created_at)
            identify(self.segment, self.rng, customer, customer.created_at, None)

    def late_rows(self) -> None:
        """Stops of days or weeks ago that no sync had brought."""
        for customer in self._on_route(LATE_ROWS):
            time = self.since - timedelta(minutes=self.rng.randrange(3 * 1440, 20 * 1440))
            self._stop(customer, time, deliveries=1)

    def far_future(self) -> None:
        """A stop that a driver's clock put into another age."""
        self._stop(self._on_route(1)[0], self.since + (self.loaded - self.since) / 2, deliveries=1)
        self.segment.rows["pickup_completed"][-1] |= {"timestamp": FAR_FUTURE, "original_timestamp": FAR_FUTURE}

    def duplicates(self) -> None:
        """Orders that are there already, loaded again; some with newer content."""
        for row in self.rng.sample(known.recent_orders(self.connection), DUPLICATES):
            newer = {"sold_by": f"{row['sold_by']} (corrected)"} if self.rng.random() < 0.3 else {}
            self.segment.rows["order_created"].append({**row, **newer, "uuid_ts": self.loaded})

    def _bring_order(self, customer: Customer, order_id: str) -> None:
        time = self._moment()
        if customer.on_route:
            self._stop(customer, time - timedelta(seconds=30), pickups=1)
        order = new_order(self.rng, customer, order_id, clerk(self.rng))
        create_order(self.segment, customer, order, time)
        if self.rng.random() < 0.2:
            browse(self.segment, self.rng, customer.user_id, time)

    def _stop(self, customer: Customer, time: datetime, pickups: int = 0, deliveries: int = 0) -> None:
        properties = stop(customer, driver_of(self.rng, customer), pickups, deliveries)
        self.segment.track(PICKUP_COMPLETED, customer.user_id, time, properties)

    def _customer(self, user_id: object) -> Customer:
        return self.known[str(user_id)].customer

    def _on_route(self, number: int) -> list[Customer]:
        return self.rng.sample([one.customer for one in self.known.values() if one.customer.on_route], number)

    def _moment(self) -> datetime:
        """Some time after `since`, early enough to be loaded."""
        return self.since + (self.loaded - self.since) * self.rng.uniform(0.05, 0.8)
