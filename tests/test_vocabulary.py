"""SMRT's names as its article on the Segment integration has them."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smrt_startdeliver.vocabulary import (
    DEFAULT_VISIT_SOURCES,
    DERIVED_TRAITS,
    EVENT_NAMES,
    EVENT_TABLES,
    SMRT_TRAITS,
    snake_case,
)

some = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TABLES = {table.table: table for table in EVENT_TABLES}
ADDRESS = {"address.street", "address.city", "address.state", "address.postalCode", "address.country"}
ORDER = {
    "order_id",
    "agent",
    "customer_brand",
    "value",
    "revenue",
    "sold_by",
    "returned_by",
    "discount.name",
    "discount.description",
    "discount.value",
}
PICKUP = {"driver", "route", "had_pickup", "had_delivery", "total_pickups", "total_deliveries", *ADDRESS}
PAGE = {"category", "path", "referrer", "search", "title", "url", "keywords"}


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("hasCreditCard", "has_credit_card"),
        ("customerID", "customer_id"),
        ("SMSOptIn", "smsopt_in"),
        ("sample 2 Text", "sample_2_text"),
        ("2FA Enabled", "2fa_enabled"),
        ("Base64Encode", "base64_encode"),
        ("Order Line Item Returned", "order_line_item_returned"),
        ("already_snake_case", "already_snake_case"),
        ("  --Top: Spenders!--  ", "top_spenders"),
        ("", ""),
        ("!?", ""),
        ("Ä", ""),
        ("Café Visit", "caf_visit"),
    ],
)
def test_a_name_in_segments_snake_case(name: str, snake: str) -> None:
    assert snake_case(name) == snake


@some
@given(st.text())
def test_snake_case_is_a_key_and_stays_what_it_is(name: str) -> None:
    snake = snake_case(name)
    assert re.fullmatch(r"([a-z0-9]+(_[a-z0-9]+)*)?", snake)
    assert snake_case(snake) == snake


@pytest.mark.parametrize(
    ("table", "name", "kind", "properties"),
    [
        ("pickup_completed", "Pickup Completed", "track", PICKUP),
        ("pickup_missed", "Pickup Missed", "track", set()),
        ("pickup_scheduled", "Pickup Scheduled", "track", {"scheduled_by"}),
        ("customer_canceled_pickup", "Customer Canceled Pickup", "track", set()),
        ("customer_requested_regular_pickups", "Customer Requested Regular Pickups", "track", set()),
        ("order_created", "Order Created", "track", ORDER),
        ("order_ready", "Order Ready", "track", ORDER),
        ("order_returned", "Order Returned", "track", ORDER),
        ("order_line_item_returned", "Order Line Item Returned", "track", ORDER | {"department"}),
        ("new_customer_signup", "New Customer Signup", "track", {"source"}),
        ("customer_visit", "Customer Visit", "track", set()),
        ("customer_lost", "Customer Lost", "track", set()),
        ("customer_birthday", "Customer Birthday", "track", set()),
        ("pages", None, "page", PAGE),
        ("screens", None, "page", PAGE),
    ],
)
def test_an_event_has_its_table_its_name_and_its_properties(
    table: str, name: str | None, kind: str, properties: set[str]
) -> None:
    event = TABLES[table]
    assert (event.name, event.type) == (name, kind)
    assert {".".join(path) for path in event.properties.values()} == properties
    assert {"_".join(map(snake_case, path)) for path in event.properties.values()} == set(event.properties)


def test_there_are_no_other_tables_of_events() -> None:
    assert len(EVENT_TABLES) == len(TABLES) == 15
    assert len(set(EVENT_NAMES)) == 13


def test_amounts_and_counts_are_numbers_and_nothing_else_is() -> None:
    numbers = {"value", "revenue", "discount_value", "total_pickups", "total_deliveries"}
    for event in EVENT_TABLES:
        assert event.numbers == numbers & set(event.properties)


def test_a_pickup_or_delivery_a_drop_a_pickup_at_the_store_and_a_signup_are_visits() -> None:
    assert DEFAULT_VISIT_SOURCES == ("Pickup Completed", "Order Created", "Order Returned", "New Customer Signup")


def test_traits_have_smrts_own_names_outside_the_warehouse() -> None:
    paths = {".".join(path) for path in SMRT_TRAITS.values()}
    assert paths == ADDRESS | {
        "email",
        "name",
        "firstName",
        "lastName",
        "phone",
        "isMobile",
        "agent",
        "paymentTerm",
        "hasCreditCard",
        "createdAt",
        "lastVisit",
        "deliveryPreference",
        "link",
        "brand",
        "receiveEmails",
        "receiveTexts",
        "group",
        "accountDiscount.name",
        "accountDiscount.description",
        "accountDiscount.value",
        "customFields",
        "demographic",
    }
    assert {"_".join(map(snake_case, path)) for path in SMRT_TRAITS.values()} == set(SMRT_TRAITS)


def test_a_derived_trait_stands_beside_smrts_or_in_its_place() -> None:
    assert DERIVED_TRAITS == ("lastVisit", "isLost", "visitCadenceDays", "demographic", "nextBirthday")
