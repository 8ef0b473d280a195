"""Visits to the website and the app."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from demo.warehouse.loading import Row
from demo.warehouse.segment import Segment

SITE = "https://baybreeze.example.com"
PAGES = (
    ("Home", None, "/"),
    ("Prices", "Information", "/prices"),
    ("Schedule a Pickup", "Account", "/account/pickup"),
    ("My Orders", "Account", "/account/orders"),
    (None, "Information", "/wedding-gowns"),  # a page that nobody named
)
"""Name, category, path."""
SCREENS = (("Orders", "Account"), ("Pickup", "Account"), ("Stores", "Information"))


def browse(segment: Segment, rng: Random, user_id: str, before: datetime) -> None:
    """Look something up in the hours before a visit: on the website, at times in the app."""
    time = before - timedelta(minutes=rng.randint(30, 900))
    if rng.random() < 0.25:
        screen, category = rng.choice(SCREENS)
        segment.screen(screen, user_id, time, {"category": category})
        return
    for _ in range(rng.choice((1, 1, 2))):
        name, properties = _page(rng)
        segment.page(name, user_id, time, properties)
        time += timedelta(seconds=rng.randint(8, 90))


def visit_anonymously(segment: Segment, rng: Random, time: datetime) -> None:
    """A stranger on the website: a page without a user id."""
    name, properties = _page(rng)
    segment.page(name, None, time, {**properties, "referrer": "https://search.example.com/"})


def _page(rng: Random) -> tuple[str | None, Row]:
    name, category, path = rng.choice(PAGES)
    title = f"{name or 'Wedding Gowns'} | Bay Breeze Cleaners"
    return name, {"category": category, "path": path, "title": title, "url": SITE + path}
