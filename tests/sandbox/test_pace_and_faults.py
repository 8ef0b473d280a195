"""The limit, and what goes wrong on demand."""

from __future__ import annotations

import time
from socket import create_connection
from urllib.parse import urlsplit

import pytest
from requests import ConnectionError as NoAnswer
from requests import Timeout, request

from sandbox.testing import running_sandbox

from .conftest import Client, refused


@pytest.fixture(autouse=True)
def all_well_again(sandbox):
    yield
    sandbox.clear_faults()
    sandbox.limit(None)


def users_named(client, name):
    return len(client.search("user", filter={"name": name}))


def test_a_burst_is_let_in_and_then_429_says_how_long_to_wait(client):
    client.sandbox.limit(rate=0.01, burst=3)
    answers = [client("GET", "me") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 90 <= int(answers[-1].headers["Retry-After"]) <= 100


def test_who_waits_as_told_is_let_in(client):
    client.sandbox.limit(rate=2, burst=1)
    client("GET", "me")
    refusal = client("GET", "me")
    assert refusal.status_code == 429
    time.sleep(int(refusal.headers["Retry-After"]))
    assert client("GET", "me").status_code == 200


def test_the_limit_can_be_given_at_the_start_and_lifted(tmp_path):
    with running_sandbox(tmp_path / "data.sqlite", rate=0.01, burst=100) as sandbox:
        client = Client(sandbox)
        assert [client("GET", "me").status_code for _ in range(101)].count(429) == 1
        sandbox.limit(rate=None)
        assert {client("GET", "me").status_code for _ in range(20)} == {200}
        client.session.close()


def test_a_refused_request_writes_nothing(client, unique):
    client.sandbox.limit(rate=0.01, burst=1)
    assert [client("POST", "user", {"name": unique}).status_code for _ in range(2)] == [201, 429]
    client.sandbox.limit(None)
    assert users_named(client, unique) == 1


@pytest.mark.parametrize("limit", [{}, {"rate": 0}, {"rate": "5"}, {"rate": 5, "burst": 0}, {"rate": 5, "size": 1}, []])
def test_a_limit_that_cannot_be_is_refused(client, limit):
    headers = {"Authorization": client.sandbox.key}
    answer = request("PUT", f"{client.sandbox.root}/sandbox/limit", json=limit, headers=headers, timeout=30)
    assert answer.status_code == 400


def test_a_status_on_demand_is_answered_instead_and_nothing_is_written(client, unique):
    client.sandbox.faults([{"method": "POST", "path": "/user$", "status": 503, "retry_after": 2, "times": 2}])
    answers = [client("POST", "user", {"name": unique}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 201]
    assert answers[0].headers["Retry-After"] == "2"
    assert users_named(client, unique) == 1


def test_a_long_search_is_a_get_to_a_rule(client, unique):
    client.sandbox.faults([{"method": "POST", "status": 500}])
    assert users_named(client, unique) == 0
    refused(client("POST", "user", {"name": unique}), 500)


def test_a_rule_can_pick_requests_by_what_their_body_holds(client, unique):
    client.sandbox.faults([{"where": {"name": unique}, "status": 400}])
    refused(client("POST", "user", {"name": unique, "email": "a@example.com"}), 400)
    assert client("POST", "user", {"name": "someone else"}).status_code == 201
    assert client("GET", "me").status_code == 200


def test_a_rule_can_pick_objects_by_their_path(client, unique):
    user = client.create("user", name=unique)
    client.sandbox.faults([{"path": f"/user/{user['id']}$", "status": 500}])
    refused(client("PATCH", f"user/{user['id']}", {"name": "x"}), 500)
    assert client("GET", "user").status_code == 200


@pytest.mark.parametrize(("drop", "written"), [("before", 0), ("after", 1)])
def test_a_dropped_connection_gives_no_answer_before_or_after_the_write(client, unique, drop, written):
    client.sandbox.reset_requests()
    client.sandbox.faults([{"method": "POST", "drop": drop, "times": 1}])
    with pytest.raises(NoAnswer):
        client("POST", "user", {"name": unique})
    assert users_named(client, unique) == written
    dropped = [row for row in client.sandbox.requests()["requests"] if row["status"] == "dropped"]
    assert dropped == [{"method": "POST", "entity": "user", "action": "create", "status": "dropped", "count": 1}]


def test_a_delayed_write_is_done_even_if_the_caller_gave_up(client, unique):
    client.sandbox.faults([{"method": "POST", "delay_ms": 300, "times": 1}])
    with pytest.raises(Timeout):
        client.session.post(f"{client.sandbox.url}user", json={"name": unique}, timeout=0.1)
    client.sandbox.faults([{"method": "GET", "delay_ms": 600, "times": 1}])
    assert users_named(client, unique) == 1


def test_a_probability_hits_some_and_the_same_ones_each_time(client):
    def statuses():
        client.sandbox.clear_faults()
        client.sandbox.faults([{"path": "/me", "status": 500, "probability": 0.5}])
        return [client("GET", "me").status_code for _ in range(20)]

    first = statuses()
    assert set(first) == {200, 500}
    assert statuses() == first


def test_rules_tell_how_often_they_hit(client):
    client.sandbox.faults([{"path": "/me", "status": 500}])
    client("GET", "me")
    headers = {"Authorization": client.sandbox.key}
    rules = request("GET", f"{client.sandbox.root}/sandbox/faults", headers=headers, timeout=30).json()
    assert [rule["hits"] for rule in rules] == [1]


@pytest.mark.parametrize(
    "rule",
    [
        "x",
        {},
        {"path": "/me"},
        {"status": 200},
        {"status": "500"},
        {"status": 500, "method": "get"},
        {"status": 500, "path": "("},
        {"status": 500, "probability": 2},
        {"status": 500, "times": -1},
        {"status": 500, "where": []},
        {"drop": "during"},
        {"delay": 5},
        {"status": 500, "hits": 5},
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_is_refused(client, rule):
    headers = {"Authorization": client.sandbox.key}
    answer = request("POST", f"{client.sandbox.root}/sandbox/faults", json=[rule], headers=headers, timeout=30)
    assert answer.status_code == 400
    assert client("GET", "me").status_code == 200


def test_a_caller_who_hangs_up_in_the_middle_of_a_request_is_not_an_error(tmp_path, capfd):
    with running_sandbox(tmp_path / "data.sqlite") as sandbox:
        sandbox.faults([{"delay_ms": 0}])
        lines = ["POST /api/v1/user HTTP/1.1", "Host: sandbox", f"Authorization: {sandbox.key}", "Content-Length: 9"]
        with create_connection(("127.0.0.1", urlsplit(sandbox.url).port)) as caller:
            caller.sendall("\r\n".join([*lines, "", '{"na']).encode())
            time.sleep(0.2)
        assert sandbox.objects("user") == []
    assert capfd.readouterr().err == ""
