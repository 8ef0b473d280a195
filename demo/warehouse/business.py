"""The dry cleaner: its hours, brands, stores, routes, and what it charges."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Los_Angeles")

BRANDS = ("Bay Breeze Cleaners", "Bay Breeze Cleaners", "Bay Breeze Cleaners", "Presidio Valet")
STORES = ("Marina Store", "Noe Valley Store", "Rockridge Store", "Burlingame Store")
ROUTES = ("Route 1 Pacific Heights", "Route 2 Sunset", "Route 3 East Bay", "Route 4 Peninsula")

PRICE_LIST = {
    "Dry Cleaning": (
        (1995, "suit"),
        (950, "pants"),
        (1795, "dress"),
        (895, "sweater"),
        (1650, "coat"),
        (725, "blouse"),
    ),
    "Laundry": ((395, "shirt"), (2475, "wash and fold, 11 lb"), (3800, "comforter"), (1450, "sheets")),
    "Alteration": ((1800, "hem"), (2400, "zipper"), (3200, "waist")),
    "Wedding": ((28500, "gown, cleaned and boxed"), (9500, "bridesmaid dress"), (6500, "veil")),
}
"""Department -> (price of a piece in cents, piece)."""

DISCOUNTS = (
    ("Spring Cleaning", "15% off the order", 15),
    ("Neighbor", "10% off for a first order", 10),
    ("Prepaid", "20% off prepaid orders", 20),
)
"""Name, description, percent."""


def open_day(day: date, *, route: bool) -> date:
    """That day, or the next on which a store is open (Monday to Saturday) or a route is driven (Monday to Friday)."""
    last = 4 if route else 5
    return day if day.weekday() <= last else day + timedelta(days=7 - day.weekday())


def at(day: date, rng: Random, earliest_hour: float, latest_hour: float) -> datetime:
    """An instant (UTC, whole milliseconds) of that day between two hours of the business's clock."""
    second = int(3600 * (earliest_hour + (latest_hour - earliest_hour) * rng.random()))
    local = datetime(
        day.year,
        day.month,
        day.day,
        second // 3600,
        second // 60 % 60,
        second % 60,
        int(rng.random() * 1000) * 1000,
        tzinfo=ZONE,
    )
    return local.astimezone(UTC)


def local_day(instant: datetime) -> date:
    """The business's calendar day of an instant."""
    return instant.astimezone(ZONE).date()


def dollars(cents: int) -> str:
    """`1995` is "19.95"."""
    return f"{cents // 100}.{cents % 100:02d}"
