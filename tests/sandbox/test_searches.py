"""Searches: both documented forms and the long one, every operator, pages, order."""

from __future__ import annotations

import json

import pytest

from sandbox.testing import running_sandbox

from .conftest import FIELDS, Client, refused

PEOPLE = [
    {"name": "Ann", "email": "ann@example.com", "customfieldNumber": 1, "customfieldDay": "2025-01-01"},
    {"name": "Bea", "email": "bea@example.com", "customfieldNumber": 2.5, "customfieldFlag": True},
    {"name": "Cid", "customfieldNumber": 10, "customfieldDay": "2025-03-01", "customfieldFlag": False},
    {"name": "Dot", "customfieldExternalId": "10", "customfieldSize": "small"},
]


@pytest.fixture(scope="module", autouse=True)
def people(sandbox):
    client = Client(sandbox)
    for person in PEOPLE:
        client.create("user", **person)
    client.create("customer", name="Acme", tag=["gold", "new"], productId=[1, 2])
    client.create("customer", name="Bolt", tag=["gold"], productId=[3])
    client.create("customer", name="Cone")
    client.create("usage", userId="ann@example.com", usageType="Order Created", timestamp=1_738_310_400_000)
    client.session.close()


def names(objects):
    return "".join(thing["name"][0] for thing in objects)


FILTERS = [
    ({}, "ABCD"),
    ({"email": "bea@example.com"}, "B"),
    ({"email": "BEA@example.com"}, ""),
    ({"email": None}, "CD"),
    ({"name": ["Cid", "Ann", "Zoe"]}, "AC"),
    ({"email": ["ann@example.com", None]}, "ACD"),
    ({"customfieldNumber": 10}, "C"),
    ({"customfieldNumber": 10.0}, "C"),
    ({"customfieldNumber": [1, 2.5]}, "AB"),
    ({"customfieldExternalId": "10"}, "D"),
    ({"customfieldNumber": {"gt": 1}}, "BC"),
    ({"customfieldNumber": {"gte": 1, "lt": 10}}, "AB"),
    ({"customfieldNumber": {"lte": 2.5}}, "AB"),
    ({"customfieldNumber": {"eq": 1}}, "A"),
    ({"customfieldNumber": {"ne": 1}}, "BCD"),
    ({"customfieldNumber": {"ne": None}}, "ABC"),
    ({"customfieldDay": {"gte": "2025-01-01", "lt": "2025-02-01"}}, "A"),
    ({"customfieldFlag": True}, "B"),
    ({"customfieldFlag": [False, None]}, "ACD"),
    ({"customfieldSize": "small"}, "D"),
    ({"name": {"gt": "Bea"}, "customfieldNumber": {"gt": 0}}, "C"),
]


@pytest.mark.parametrize(("wanted", "found"), FILTERS, ids=str)
def test_a_filter_finds_the_same_in_the_url_and_in_a_long_search(client, wanted, found):
    answer = client("GET", "user", params={"query": json.dumps({"filter": wanted})})
    assert answer.status_code == 200
    assert names(answer.json()["result"]) == found
    assert names(client.search("user", filter=wanted)) == found


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"email": "ann@example.com"}, "A"),
        ({"customfieldNumber": "10"}, "C"),
        ({"customfieldFlag": "true"}, "B"),
        ({"customfieldExternalId": "10"}, "D"),
        ({"name": "Ann", "customfieldNumber": "2.5"}, ""),
        ({}, "ABCD"),
    ],
)
def test_the_short_form_reads_each_value_as_its_fields_type(client, parameters, found):
    assert names(client("GET", "user", params=parameters).json()["result"]) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"tag": "gold"}, "AB"),
        ({"tag": "gol"}, ""),
        ({"tag": ["new", "old"]}, "A"),
        ({"tag": {"ne": "new"}}, "BC"),
        ({"tag": None}, "C"),
        ({"productId": [2, 3]}, "AB"),
        ({"productId": 1}, "A"),
    ],
    ids=str,
)
def test_a_field_that_is_a_list_is_searched_by_what_it_holds(client, wanted, found):
    assert names(client.search("customer", filter=wanted)) == found


def test_an_id_and_the_servers_times_can_be_searched(client):
    ann = client.search("user", filter={"name": "Ann"})[0]
    assert client.search("user", filter={"id": [ann["id"]]}) == [ann]
    assert ann in client.search("user", filter={"createdAt": {"gte": ann["createdAt"]}})
    assert client("GET", "user", params={"id": str(ann["id"])}).json()["result"] == [ann]


def test_usage_is_searched_with_a_filter_only(client):
    assert len(client.search("usage", filter={"usageType": "Order Created"})) == 1
    assert len(client.search("usage", filter={"timestamp": {"gte": 1_738_310_400_000}})) == 1
    for answer in (client("GET", "usage"), client("GET", "usage", params={"query": '{"filter":{}}'})):
        assert "filter" in refused(answer, 400, "filter")
    refused(client("GET", "usage", params={"query": '{"filter":{"properties":{}}}'}), 400, "properties")


def test_pages_follow_each_other_in_the_order_asked_for(client):
    pages = [client.search("user", limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [names(page) for page in pages] == ["ABC", "D", ""]
    assert names(client.search("user", sort="-name")) == "DCBA"
    assert names(client.search("user", sort={"customfieldNumber": "asc"}, filter={"customfieldNumber": {"gt": 0}})) == (
        "ABC"
    )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ([], "query"),
        ({"filters": {}}, "filters"),
        ({"filter": []}, "filter"),
        ({"filter": {"customfieldNobody": "x"}}, "customfieldNobody"),
        ({"filter": {"customfieldNumber": "10"}}, "customfieldNumber"),
        ({"filter": {"customfieldNumber": [10, "10"]}}, "customfieldNumber"),
        ({"filter": {"customfieldExternalId": 10}}, "customfieldExternalId"),
        ({"filter": {"customfieldSize": "medium"}}, "customfieldSize"),
        ({"filter": {"customfieldFlag": {"gt": False}}}, "customfieldFlag"),
        ({"filter": {"customfieldSize": {"gt": "large"}}}, "customfieldSize"),
        ({"filter": {"customfieldNumber": {"gt": None}}}, "customfieldNumber"),
        ({"filter": {"customfieldNumber": {"like": 1}}}, "customfieldNumber"),
        ({"filter": {"customfieldNumber": {}}}, "customfieldNumber"),
        ({"filter": {"customfieldNumber": []}}, "customfieldNumber"),
        ({"filter": {"email": {"eq": ["a"]}}}, "email"),
        ({"limit": 501}, "limit"),
        ({"limit": 0}, "limit"),
        ({"limit": "5"}, "limit"),
        ({"limit": True}, "limit"),
        ({"offset": -1}, "offset"),
        ({"offset": 10**30}, "offset"),
        ({"sort": "customfieldNobody"}, "customfieldNobody"),
        ({"sort": "customfieldSize"}, "sort"),
        ({"sort": {"name": "up"}}, "sort"),
        ({"sort": ["name"]}, "sort"),
    ],
    ids=str,
)
def test_a_search_that_cannot_be_is_refused_by_name(client, query, field):
    refused(client("GET", "user", params={"query": json.dumps(query)}), 400, field)
    answer = client("POST", "user", {"query": query}, headers={"X-HTTP-Method-Override": "GET"})
    refused(answer, 400, field)


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ([("limit", "5")], "limit"),
        ([("customfieldNumber", "ten")], "customfieldNumber"),
        ([("customfieldFlag", "1")], "customfieldFlag"),
        ([("id", "x")], "id"),
        ([("name", "Ann"), ("name", "Bea")], "name"),
        ([("surname", "x")], "surname"),
        ([("query", "{}"), ("name", "x")], "query"),
        ([("query", "{")], None),
    ],
)
def test_a_short_form_that_cannot_be_is_refused_by_name(client, parameters, field):
    refused(client("GET", "user", params=parameters), 400, field)


def test_a_page_holds_500_at_most_and_by_default(tmp_path):
    with running_sandbox(tmp_path / "data.sqlite", fields=FIELDS) as sandbox:
        client = Client(sandbox)
        for number in range(501):
            client.create("user", customfieldExternalId=str(number))
        assert len(client.search("user")) == 500
        assert len(client.search("user", limit=500, offset=500)) == 1
        keys = [str(number) for number in range(1, 501)]
        assert len(client.search("user", filter={"customfieldExternalId": keys})) == 500
        client.session.close()
