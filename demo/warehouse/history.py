"""One customer's life in the warehouse, from the day that Segment was connected (`start`) to `now`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from demo.warehouse.browsing import browse
from demo.warehouse.business import ZONE, at, local_day, open_day
from demo.warehouse.loading import Row
from demo.warehouse.people import Customer
from demo.warehouse.rhythms import Rhythm, visit_days
from demo.warehouse.segment import Segment
from demo.warehouse.visits import route_cycle, store_cycle
from smrt_startdeliver.vocabulary import NEW_CUSTOMER_SIGNUP

AFTER_A_VISIT = timedelta(seconds=20)
"""When SMRT identifies the customer again."""
REQUESTED_REGULAR_PICKUPS = "Customer Requested Regular Pickups"


def live(segment: Segment, rng: Random, customer: Customer, start: datetime, now: datetime) -> None:
    """All calls about one customer: signup or first export, visits, pages, and what Identify says after them."""
    signed_up_since = customer.created_at >= start
    joined = local_day(customer.created_at)
    if signed_up_since and customer.on_route:
        joined += timedelta(days=2)
    cycle = route_cycle if customer.on_route else store_cycle
    days = visit_days(rng, customer.rhythm, joined, local_day(start), local_day(now))
    visits = sorted(visit for day in days for visit in cycle(segment, rng, customer, day))

    if signed_up_since:
        sign_up(segment, rng, customer, customer.created_at)
        identify(segment, rng, customer, customer.created_at, None)
    else:
        exported = start + timedelta(seconds=rng.randrange(7200))
        identify(segment, rng, customer, exported, _visit_before(rng, customer, start, bool(visits)))
    known_visits = [visit for visit in visits if segment.has_loaded(visit + AFTER_A_VISIT)]
    for visit in known_visits:
        if visit == known_visits[-1] or rng.random() < 0.2:
            identify(segment, rng, customer, visit + AFTER_A_VISIT, visit)
        if customer.uses_website and rng.random() < 0.3:
            browse(segment, rng, customer.user_id, visit)


def sign_up(segment: Segment, rng: Random, customer: Customer, time: datetime) -> None:
    """The customer is entered at the counter, or enters themselves on the website."""
    website = customer.on_route or rng.random() < 0.25
    segment.track(NEW_CUSTOMER_SIGNUP, customer.user_id, time, {"source": "Website" if website else "POS"})
    if website and customer.traits["delivery_preference"] == "Route Regular":
        segment.track(REQUESTED_REGULAR_PICKUPS, customer.user_id, time + timedelta(minutes=4), {})


def identify(segment: Segment, rng: Random, customer: Customer, time: datetime, last_visit: datetime | None) -> None:
    """An Identify call, and the row of `users` that it leaves; nothing where no sync has loaded it yet."""
    traits = {**customer.traits, "created_at": iso(customer.created_at), "last_visit": last_visit}
    row = segment.identify(customer.user_id, time, traits)
    if row is not None:
        segment.upsert(customer.user_id, row, user_traits(rng, customer, last_visit))


def user_traits(rng: Random, customer: Customer, last_visit: datetime | None) -> Row:
    """Traits as `users` holds them: there `last_visit` and `demographic` are text, the first in several forms."""
    demographic = customer.traits["demographic"]
    return {
        **customer.traits,
        "created_at": customer.created_at,
        "last_visit": None if last_visit is None else rng.choices(_FORMS, _FORM_WEIGHTS)[0](last_visit),
        "demographic": None if demographic is None else str(demographic),
    }


def iso(instant: datetime) -> str:
    """`2025-01-31T08:00:00.000Z`."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_FORMS = (
    iso,
    lambda instant: instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds"),
    lambda instant: instant.astimezone(ZONE).isoformat(timespec="seconds"),
    lambda instant: f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S}+00",
)
_FORM_WEIGHTS = (70, 14, 10, 6)


def _visit_before(rng: Random, customer: Customer, start: datetime, still_comes: bool) -> datetime | None:
    """The last visit before Segment was connected."""
    if customer.rhythm is Rhythm.NEVER_CAME:
        return None
    day = local_day(start - timedelta(days=rng.randrange(2, 30 if still_comes else 400)))
    return max(at(open_day(day - timedelta(days=2), route=True), rng, 9, 18), customer.created_at)
