"""Custom fields: their types, what is refused, how they are declared."""

from __future__ import annotations

import pytest
from requests import request

from .conftest import FIELDS, READONLY_KEY, refused

GOOD = [
    ("name", "Ann 🌷"),
    ("name", ""),
    ("name", "x" * 1_000_000),
    ("customfieldNumber", 0),
    ("customfieldNumber", -2.5),
    ("customfieldNumber", 2**53),
    ("customfieldDay", "2024-02-29"),
    ("customfieldFlag", False),
    ("customfieldSize", "large"),
]
BAD = [
    ("name", 5),
    ("email", ["a@example.com"]),
    ("customfieldExternalId", 5),
    ("customfieldExternalId", True),
    ("customfieldNumber", "5"),
    ("customfieldNumber", True),
    ("customfieldNumber", 2**53 + 1),
    ("customfieldDay", "2023-02-29"),
    ("customfieldDay", "2024-2-9"),
    ("customfieldDay", "20240229"),
    ("customfieldDay", "2024-02-29T00:00:00.000Z"),
    ("customfieldDay", 20240229),
    ("customfieldFlag", "true"),
    ("customfieldFlag", 1),
    ("customfieldSize", "medium"),
    ("customfieldSize", 1),
    ("customerId", "1"),
    ("customfieldNobody", "x"),
    ("customfieldexternalid", "x"),
    ("surname", "x"),
]
BAD_OF_CUSTOMERS = [
    ("active", "yes"),
    ("arr", "1"),
    ("seats", "12"),
    ("renewsAt", "2025-01-31T00:00:00Z"),
    ("tag", "a"),
    ("tag", [1]),
    ("teamMemberId", ["1"]),
    ("productId", 1),
    ("customfieldExternalId", "a field of users"),
]


@pytest.mark.parametrize(("alias", "value"), GOOD, ids=lambda value: str(value)[:20])
def test_a_value_of_the_fields_type_is_kept_as_it_is(client, alias, value):
    created = client.create("user", **{alias: value})
    assert client("GET", f"user/{created['id']}").json()[alias] == value


@pytest.mark.parametrize(("entity", "alias", "value"), [("user", *bad) for bad in BAD] + [
    ("customer", *bad) for bad in BAD_OF_CUSTOMERS
])  # fmt: skip
def test_any_other_value_and_any_other_field_is_refused_by_name(client, entity, alias, value):
    before = len(client.sandbox.objects(entity))
    message = refused(client("POST", entity, {"name": "x", alias: value}), 400, alias)
    assert alias in message
    assert len(client.sandbox.objects(entity)) == before


def test_one_bad_field_leaves_an_object_as_it_was(client, unique):
    user = client.create("user", name=unique)
    refused(
        client("PATCH", f"user/{user['id']}", {"name": "other", "customfieldNumber": "x"}), 400, "customfieldNumber"
    )
    assert client("GET", f"user/{user['id']}").json() == user


def test_a_refusal_does_not_repeat_the_value(client):
    assert "secret" not in client("POST", "user", {"customfieldNumber": "secret"}).text


def put_fields(sandbox, document, key=None):
    headers = {"Authorization": key or sandbox.key}
    return request("PUT", f"{sandbox.root}/sandbox/fields", json=document, headers=headers, timeout=30)


def test_declaring_fields_puts_them_in_place_of_those_before(client):
    client.sandbox.declare({"user": {"customfieldOther": "number"}})
    try:
        refused(client("POST", "user", {"customfieldExternalId": "x"}), 400, "customfieldExternalId")
        assert client.create("user", customfieldOther=1)["customfieldOther"] == 1
    finally:
        client.sandbox.declare(FIELDS)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], None),
        ({"usage": {"customfieldA": "text"}}, None),
        ({"user": ["customfieldA"]}, "user"),
        ({"user": {"externalId": "text"}}, "externalId"),
        ({"user": {"customfieldA'": "text"}}, "customfieldA'"),
        ({"user": {"customfieldA": "string"}}, "customfieldA"),
        ({"user": {"customfieldA": "select"}}, "customfieldA"),
        ({"user": {"customfieldA": {"type": "select", "options": [1]}}}, "customfieldA"),
        ({"user": {"customfieldA": {"type": "text", "options": ["a"]}}}, "customfieldA"),
    ],
)
def test_a_declaration_that_cannot_be_changes_nothing(client, document, field):
    refused(put_fields(client.sandbox, document), 400, field)
    assert client.create("user", customfieldExternalId="still there")


def test_declaring_needs_the_key_that_writes(client):
    refused(put_fields(client.sandbox, FIELDS, "wrong"), 401)
    refused(put_fields(client.sandbox, FIELDS, READONLY_KEY), 403)
