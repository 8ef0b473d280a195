"""Searches: short and long, of one page and of several."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.testing import Sandbox
from smrt_startdeliver.send.in_flight import send_in_order
from smrt_startdeliver.startdeliver import wire
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.client import Client
from tests.startdeliver.scripted import Answer, Scripted


def names(objects: list[wire.Json]) -> list[str]:
    return sorted(one["name"] for one in objects)


def test_a_short_search_is_a_get_with_its_query_in_the_url(told: Client, scripted: Scripted) -> None:
    scripted.answers = [Answer(200, b'{"result": [{"id": 1}]}')]
    assert Startdeliver(told).find("user", "email", ["ann+1@example.com", "Zoë & co"]) == [{"id": 1}]
    (asked,) = scripted.asked
    url = urlsplit(asked.path)
    assert (asked.method, url.path, asked.body) == ("GET", "/api/v1/user", b"")
    assert json.loads(parse_qs(url.query)["query"][0]) == {
        "filter": {"email": ["ann+1@example.com", "Zoë & co"]},
        "limit": 500,
        "offset": 0,
    }


@pytest.mark.parametrize(("too_long_by", "method"), [(0, "GET"), (1, "POST")])
def test_a_url_over_7500_characters_goes_as_an_overridden_post(
    told: Client, scripted: Scripted, too_long_by: int, method: str
) -> None:
    scripted.answers = [Answer(200, b'{"result": []}')]
    empty = len(scripted.url) + len(wire.search_path("user", wire.search_query({"name": ""})))
    query = wire.search_query({"name": "n" * (7_500 + too_long_by - empty)})
    told.search("user", query, purpose="lookup")
    (asked,) = scripted.asked
    assert asked.method == method
    if method == "POST":
        assert asked.path == "/api/v1/user"
        assert asked.headers["X-HTTP-Method-Override"] == "GET"
        assert json.loads(asked.body) == {"query": query}
    else:
        assert len(scripted.url.removesuffix("/api/v1/") + asked.path) == 7_500


def test_a_long_search_finds_what_a_short_one_finds(
    startdeliver: Startdeliver, sandbox: Sandbox, waits: list[float], unique: str
) -> None:
    for letter in "abc":
        startdeliver.create("user", {"name": unique + letter})
    short = startdeliver.find("user", "name", [unique + "a", unique + "c"])
    padding = [f"{unique}-nobody-{number:04}" for number in range(490)]
    sandbox.reset_requests()
    sandbox.faults([{"method": "GET", "status": 503, "times": 1}])  # and it is tried again, as any read
    long = startdeliver.find("user", "name", [*padding, unique + "a", unique + "c"])
    assert names(short) == [unique + "a", unique + "c"]
    assert long == short
    assert [(row["method"], row["action"], row["status"]) for row in sandbox.requests()["requests"]] == [
        ("GET", "search", 200),
        ("GET", "search", 503),
    ]
    assert sandbox.requests()["writes"] == 0


def test_all_pages_of_a_search_are_read(startdeliver: Startdeliver, sandbox: Sandbox, unique: str) -> None:
    def create(number: int) -> None:
        startdeliver.create("user", {"name": f"{unique}-{number:04}", "customfieldSmrtId": unique})

    send_in_order([[number] for number in range(501)], create, 4, lambda: True, lambda: None)
    sandbox.reset_requests()
    found = startdeliver.find("user", "customfieldSmrtId", [unique])
    assert names(found) == [f"{unique}-{number:04}" for number in range(501)]
    assert sandbox.requests()["total"] == 2


def test_a_full_page_may_be_followed_by_another(told: Client, scripted: Scripted) -> None:
    page = json.dumps({"result": [{"id": number} for number in range(500)]}).encode()
    scripted.answers = [Answer(200, page), Answer(200, page), Answer(200, b'{"result": []}')]
    assert len(Startdeliver(told).find("user", "email", ["a"])) == 1000
    offsets = [json.loads(parse_qs(urlsplit(asked.path).query)["query"][0])["offset"] for asked in scripted.asked]
    assert offsets == [0, 500, 1000]


def test_of_message_ids_those_that_arrived_are_told(startdeliver: Startdeliver, unique: str) -> None:
    startdeliver.create("user", {"customfieldSmrtId": unique})
    for message in (unique + "1", unique + "2"):
        startdeliver.create(
            "usage",
            {
                "userId": unique,
                "startdeliverUserFieldToMatchOn": "customfieldSmrtId",
                "usageType": "Order Created",
                "timestamp": 1_700_000_000_000,
                "messageId": message,
            },
        )
    assert startdeliver.sent_messages([unique + "1", unique + "3"]) == {unique + "1"}
    assert startdeliver.client.requests_made == {"write": 3, "lookup": 1}
