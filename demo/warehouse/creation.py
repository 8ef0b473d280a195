"""The whole warehouse, from a seed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import cycle
from random import Random

import psycopg

from demo.warehouse.browsing import visit_anonymously
from demo.warehouse.history import live
from demo.warehouse.loading import analyze, copy_rows, create_tables, fill_tracks
from demo.warehouse.names import BUSINESSES
from demo.warehouse.odd_customers import make_odd
from demo.warehouse.odd_rows import OddRows
from demo.warehouse.orders import number_orders
from demo.warehouse.people import FIRST_NUMBER, Customer, join_group, make_corporate, make_customer, signup_time
from demo.warehouse.rhythms import Rhythm, assign_rhythms
from demo.warehouse.segment import Segment

FIRST_ORDER = 184_001


def create(
    uri: str, schema: str = "smrt", customers: int = 2000, months: int = 18, seed: int = 7, *, now: datetime
) -> None:
    """Make `schema` in the database at `uri`, as Segment has filled it up to `now` (aware).

    `months` of history, `customers` customers (of fewer than 150 not every trap finds a row). Equal arguments give
    equal rows. A schema that exists is an error: psycopg's DuplicateSchema.
    """
    with _no_garbage_collection():
        segment = generate(customers, months, seed, now)
    with psycopg.connect(uri) as connection:
        create_tables(connection, schema)
        copy_rows(connection, schema, {**segment.rows, "users": list(segment.users.values())})
        fill_tracks(connection, schema)
        analyze(connection, schema)


def generate(customers: int, months: int, seed: int, now: datetime) -> Segment:
    """All rows that the warehouse holds at `now`."""
    start = now - timedelta(days=round(months * 365.25 / 12))
    rng = Random(f"{seed}")  # nosec B311 # seeded
    segment = Segment(Random(f"{seed} calls"), now)  # nosec B311 # seeded
    people = make_people(seed, rng, customers, start, now)
    for customer in people:
        live(segment, Random(f"{seed} life of {customer.user_id}"), customer, start, now)  # nosec B311 # seeded
    group_calls(segment, rng, people, start)
    for _ in range(customers // 2):
        visit_anonymously(segment, rng, start + (now - start) * rng.random())
    OddRows(segment, rng, now).add_all()
    number_orders(segment, FIRST_ORDER)
    return segment


def make_people(seed: int, rng: Random, customers: int, start: datetime, now: datetime) -> list[Customer]:
    """The customers, odd ones among them; some belong to a corporate account and pay through it."""
    people = []
    for number, rhythm in enumerate(assign_rhythms(rng, customers), start=FIRST_NUMBER):
        own = Random(f"{seed} customer {number}")  # nosec B311 # seeded
        people.append(make_customer(own, number, rhythm, signup_time(own, rhythm, start, now)))
    masters = [person for person in people if person.rhythm is Rhythm.CORPORATE]
    for master, (business, _) in zip(masters, cycle(BUSINESSES), strict=False):
        make_corporate(master, business)
    for person in people:
        if person.rhythm is not Rhythm.CORPORATE and rng.random() < 0.02:
            join_group(person, rng.choice(masters))
    make_odd(people)
    return people


def group_calls(segment: Segment, rng: Random, people: list[Customer], start: datetime) -> None:
    """A Group call for each corporate account, and for everybody who belongs to one."""
    masters = {person.traits["group"]: person for person in people if person.rhythm is Rhythm.CORPORATE}
    industries = dict(BUSINESSES)
    for person in people:
        business = person.traits["group"]
        if business in masters:
            master = masters[business]
            traits = {column: master.traits[column] for column in ("name", "phone", "payment_term", "address_city")}
            time = max(start, person.created_at) + timedelta(minutes=rng.randrange(30, 600))
            group_id = f"account-{master.user_id}"
            segment.group(group_id, person.user_id, time, {**traits, "industry": industries[str(business)]})


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Everything that is made is kept; looking for garbage among it takes as long as the work."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
