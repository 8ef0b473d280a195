"""What each request must bring: key, length, JSON; and how requests are counted."""

from __future__ import annotations

import pytest
from requests import request

from .conftest import READONLY_KEY, refused

LONG = {"X-HTTP-Method-Override": "GET"}


def test_a_valid_key_learns_who_it_is(client):
    assert client("GET", "me").status_code == 200
    assert client("GET", "me", headers={"Authorization": READONLY_KEY}).status_code == 200


@pytest.mark.parametrize("key", [None, "", "wrong", "Demo-Key", "bearer x", "schlüssel".encode()])
def test_a_key_that_is_none_is_refused_everywhere(client, key):
    for method, path in (("GET", "me"), ("GET", "user"), ("POST", "user"), ("GET", "nowhere")):
        refused(client(method, path, headers={"Authorization": key}), 401)
    refused(request("GET", f"{client.sandbox.root}/sandbox/export", headers={"Authorization": key}, timeout=30), 401)


def test_the_right_key_behind_bearer_is_refused_with_advice(client):
    answer = client("GET", "me", headers={"Authorization": f"Bearer {client.sandbox.key}"})
    assert "without Bearer" in refused(answer, 401)
    assert client.sandbox.key not in answer.text


def test_a_read_only_key_reads_and_searches_and_writes_nothing(client, unique):
    user = client.create("user", name=unique)
    readonly = {"Authorization": READONLY_KEY}
    assert client("GET", f"user/{user['id']}", headers=readonly).status_code == 200
    assert client("POST", "user", {"query": {}}, headers=readonly | LONG).status_code == 200
    for method, path in (("POST", "user"), ("PATCH", "user/1"), ("PUT", "user/1"), ("DELETE", f"user/{user['id']}")):
        refused(client(method, path, {"name": "x"}, headers=readonly), 403)
    assert client("GET", f"user/{user['id']}").json() == user


def test_a_url_of_8000_characters_passes_and_a_longer_one_does_not(client):
    room = 8000 - len(client.sandbox.url + "user?name=")
    assert client("GET", "user?name=" + "x" * room).status_code == 200
    assert "X-HTTP-Method-Override" in refused(client("GET", "user?name=" + "x" * (room + 1)), 414)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{}", None, 415),
        ("{}", "text/plain", 415),
        ('{"name": "Ann"}', "application/json; charset=utf-8", 201),
        ("", "application/json", 400),
        ("{", "application/json", 400),
        ('[{"name": "Ann"}]', "application/json", 400),
        ('"Ann"', "application/json", 400),
        ('{"customfieldNumber": NaN}', "application/json", 400),
        ('{"customfieldNumber": 1e999}', "application/json", 400),
        ('{"name": "\\ud83c"}', "application/json", 400),
        ('{"name": "\\u0000"}', "application/json", 201),
        (b'{"name": "\xff"}', "application/json", 400),
        (b'{"name": "\xed\xa0\x80"}', "application/json", 400),
        ('{"name": "\\ud83c\\udf37"}', "application/json", 201),
        ('{"name": ' + "[" * 5000 + "]" * 5000 + "}", "application/json", 400),
        ('{"customfieldNumber": ' + "9" * 5000 + "}", "application/json", 400),
    ],
    ids=range(16),
)
def test_a_body_is_one_json_object(client, body, content_type, status):
    answer = request(
        "POST",
        f"{client.sandbox.url}user",
        data=body,
        headers={"Authorization": client.sandbox.key, "Content-Type": content_type},
        timeout=30,
    )
    assert answer.status_code == status, answer.text


def test_an_override_is_a_get_with_a_query_and_nothing_else(client):
    refused(client("POST", "user", {"query": {}, "name": "x"}, headers=LONG), 400, "query")
    refused(client("POST", "user", {"filter": {}}, headers=LONG), 400, "query")
    refused(client("POST", "user", {"name": "x"}, headers={"X-HTTP-Method-Override": "PATCH"}), 400)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 404),
        ("GET", "account", 404),
        ("POST", "account", 404),
        ("GET", "user/1", 404),
        ("GET", "user/x", 404),
        ("GET", "user/99999999999999999999999", 404),
        ("GET", "user/1/usage", 404),
        ("DELETE", "user", 405),
        ("POST", "user/1", 405),
        ("POST", "me", 404),
    ],
)
def test_other_paths_and_methods_are_refused_in_json(client, method, path, status):
    assert refused(client(method, path, {"name": "x"}), status)


def test_requests_are_counted_by_method_entity_and_status(client, unique):
    client.sandbox.reset_requests()
    user = client.create("user", name=unique)
    client("PATCH", f"user/{user['id']}", {"name": 5})
    client("GET", f"user/{user['id']}")
    client("GET", "user", params={"name": unique})
    client.search("user", filter={"name": unique})
    client("GET", "me")
    client("DELETE", "customer/1")
    summary = client.sandbox.requests()
    assert summary["requests"] == [
        {"method": "DELETE", "entity": "customer", "action": "delete", "status": 404, "count": 1},
        {"method": "GET", "entity": "me", "action": "read", "status": 200, "count": 1},
        {"method": "GET", "entity": "user", "action": "read", "status": 200, "count": 1},
        {"method": "GET", "entity": "user", "action": "search", "status": 200, "count": 2},
        {"method": "PATCH", "entity": "user", "action": "update", "status": 400, "count": 1},
        {"method": "POST", "entity": "user", "action": "create", "status": 201, "count": 1},
    ]
    assert [summary[name] for name in ("total", "writes", "searches", "reads")] == [7, 3, 2, 2]
    client.sandbox.reset_requests()
    assert client.sandbox.requests()["total"] == 0
