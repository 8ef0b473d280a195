"""Customers whose own data is a trap (warehouse.md, Traps; semantics.md, Whom a record is)."""

from __future__ import annotations

from demo.warehouse.loading import Row
from demo.warehouse.people import Customer
from demo.warehouse.rhythms import Rhythm

LONG_TEXT = "Terms apply. ".ljust(1_000_000, "x")
"""A megabyte of small print that somebody pasted into a discount."""
IDS = ("00102", "00417", "9007199254740993")
"""As a number they lose their zeros or, over 2^53, their last digit."""
TRAITS: tuple[Row, ...] = (
    {"email": "the.family@example.com"},
    {"email": "the.family@example.com"},
    {"email": ""},
    {"name": "Maya 🌻 O'Neill", "first_name": "Maya 🌻", "last_name": "O'Neill", "email": "maya.oneill@example.com"},
    {
        "name": "José Nuñez-Łuczak 👔",
        "first_name": "José",
        "last_name": "Nuñez-Łuczak 👔",
        "email": "j.nunez@example.org",
    },
    {"name": "小林 Aya", "first_name": "Aya", "last_name": "小林", "email": "aya.k@example.net"},
    {"account_discount_name": "Terms", "account_discount_description": LONG_TEXT, "account_discount_value": 5},
    {"account_discount_name": "Staff", "account_discount_description": None, "account_discount_value": "NaN"},
    {"custom_fields": '[{"name": "Birthday", "value": "03/05/19'},
)
"""One customer each."""


def make_odd(customers: list[Customer]) -> None:
    """Give some of those who come regularly an id, an email, a name or a text that is hard to handle, in place."""
    regular = [c for c in customers if c.rhythm in (Rhythm.WEEKLY, Rhythm.BIWEEKLY, Rhythm.MONTHLY)]
    for customer, user_id in zip(regular, IDS, strict=False):
        customer.user_id = user_id
    for customer, traits in zip(regular[len(IDS) :], TRAITS, strict=False):
        customer.traits |= traits
