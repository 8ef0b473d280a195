"""The customers: who they are, and what SMRT knows of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from demo.warehouse.business import BRANDS, DISCOUNTS, ROUTES, STORES, at, local_day, open_day
from demo.warehouse.custom_fields import custom_fields
from demo.warehouse.names import CITIES, FIRST_NAMES, LAST_NAMES, STREETS
from demo.warehouse.rhythms import Rhythm

FIRST_NUMBER = 10_001


@dataclass
class Customer:
    """One customer. `traits` are the columns of `users` but for `created_at` and `last_visit`."""

    user_id: str
    rhythm: Rhythm
    on_route: bool
    created_at: datetime
    departments: dict[str, int]
    """Department -> how often, of all their things, it is for that."""
    uses_website: bool
    traits: dict[str, object]


def make_customer(rng: Random, number: int, rhythm: Rhythm, created_at: datetime) -> Customer:
    """A customer of that rhythm, made up from `rng` alone; `number` makes the user id and the email unique."""
    on_route = rhythm is Rhythm.CORPORATE or (rhythm is not Rhythm.WEDDING and rng.random() < 0.4)
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    city, postal_codes, area_code = rng.choice(CITIES)
    traits: dict[str, object] = {
        "email": _email(rng, first, last, number),
        "name": f"{first} {last}",
        "first_name": first,
        "last_name": last,
        "phone": phone(rng, area_code),
        "is_mobile": rng.random() < 0.8,
        "agent": rng.choice(ROUTES if on_route else STORES),
        "payment_term": rng.choices(("POS", "AutoPay", "Statement"), (20, 75, 5) if on_route else (75, 23, 2))[0],
        "delivery_preference": _delivery_preference(rng, on_route),
        "link": f"https://baybreeze.example.com/account/{rng.getrandbits(64):016x}",
        "brand": rng.choice(BRANDS),
        "address_street": f"{rng.randrange(10, 3900)} {rng.choice(STREETS)}",
        "address_city": city,
        "address_state": "CA",
        "address_postal_code": rng.choice(postal_codes),
        "address_country": "USA",
        "receive_emails": rng.random() < 0.85,
        "receive_texts": rng.random() < 0.6,
        "group": rng.choice(("Employees", "Seniors", "Neighbors")) if rng.random() < 0.04 else None,
        "demographic": rng.randint(1, 5) if rng.random() < 0.15 else None,
        **custom_fields(rng),
    }
    traits["has_credit_card"] = traits["payment_term"] == "AutoPay" or rng.random() < 0.1
    if rng.random() < 0.04:
        name, description, percent = rng.choice(DISCOUNTS)
        traits |= {
            "account_discount_name": name,
            "account_discount_description": description,
            "account_discount_value": percent,
        }
    return Customer(
        user_id=str(number),
        rhythm=rhythm,
        on_route=on_route,
        created_at=created_at,
        departments=_departments(rng, rhythm),
        uses_website=rng.random() < 0.35,
        traits=traits,
    )


def signup_time(rng: Random, rhythm: Rhythm, start: datetime, now: datetime) -> datetime:
    """When a customer of that rhythm signed up: half of them years ago, the others since `start`.

    Who never came, and who came for a wedding, signed up since `start`: the others of their kind are long forgotten.
    Who stopped coming had time to.
    """
    if rhythm in (Rhythm.NEVER_CAME, Rhythm.WEDDING):
        recently = True
    else:
        recently = rhythm not in (Rhythm.LAPSING, Rhythm.WON_BACK) and rng.random() < (
            0.2 if rhythm is Rhythm.LOST else 0.5
        )
    latest = max(start, now - timedelta(days=130 if rhythm is Rhythm.LOST else 2))
    earliest, latest = (start, latest) if recently else (start - timedelta(days=3600), start - timedelta(days=60))
    day = local_day(earliest + (latest - earliest) * rng.random())
    return at(open_day(day, route=True), rng, 7, 9.5)


def make_corporate(customer: Customer, business: str) -> None:
    """Turn a person into the contact of a business, which has the account, and a group of its own."""
    customer.traits |= {"name": business, "group": business, "payment_term": "Statement", "custom_fields": None}
    customer.traits["delivery_preference"] = "Route Regular"


def join_group(customer: Customer, master: Customer) -> None:
    """Let a business pay for a customer, and its driver bring the clothes along."""
    customer.traits |= {"group": master.traits["group"], "payment_term": "Statement"}
    if customer.on_route:
        customer.traits["delivery_preference"] = "Deliver with Master"


def phone(rng: Random, area_code: str) -> str:
    """As SMRT formats it: `(415) 555 0123`. 555 is nobody's exchange."""
    return f"({area_code}) 555 {rng.randrange(10000):04d}"


def _email(rng: Random, first: str, last: str, number: int) -> str | None:
    if rng.random() < 0.06:
        return None
    name = rng.choice((f"{first}.{last}", f"{first[0]}{last}", f"{last}.{first}")).lower()
    return f"{name}{number}@example.{rng.choice(('com', 'org', 'net'))}"


def _delivery_preference(rng: Random, on_route: bool) -> str:
    if on_route:
        return rng.choices(("Route Regular", "Will Call"), (70, 30))[0]
    others = ("No Delivery Preference", "Route Approval Pending", "Delivery Address Declined")
    return rng.choices(others, (94, 4, 2))[0]


def _departments(rng: Random, rhythm: Rhythm) -> dict[str, int]:
    if rhythm is Rhythm.WEDDING:
        return {"Wedding": 80, "Alteration": 20}
    if rhythm is Rhythm.CORPORATE:
        return {"Laundry": 85, "Dry Cleaning": 15}
    return {"Dry Cleaning": rng.randint(20, 80), "Laundry": rng.randint(0, 60), "Alteration": rng.randint(0, 15)}
