"""What goes wrong is told apart: the record's own fault, gone, elsewhere."""

from __future__ import annotations

import re

import pytest

from sandbox.testing import Sandbox
from smrt_startdeliver import __version__
from smrt_startdeliver.startdeliver.api import Startdeliver
from smrt_startdeliver.startdeliver.client import Client
from smrt_startdeliver.startdeliver.errors import Gone, Refused, StartdeliverError, Unreachable
from tests.startdeliver.scripted import Answer, Scripted


def test_every_request_names_us_with_our_version(told: Client, scripted: Scripted) -> None:
    scripted.answers = [Answer(200, b'{"id": 1, "result": []}')]
    told.get("me", purpose="check")
    told.post("user", {"name": "Ann"})
    told.patch("user/1", {"name": "Ann"})
    assert {asked.headers["User-Agent"] for asked in scripted.asked} == {f"smrt-startdeliver/{__version__}"}


def test_a_body_is_json_that_keeps_every_letter(told: Client, scripted: Scripted) -> None:
    scripted.answers = [Answer(200, b'{"id": 1}')]
    told.post("user", {"name": "Zoë", "customfieldVisits": 3, "phone": None})
    assert scripted.asked[0].headers["Content-Type"] == "application/json"
    assert scripted.asked[0].body.decode() == '{"name":"Zoë","customfieldVisits":3,"phone":null}'


def test_an_invalid_value_is_refused_with_the_field_that_is_to_blame(startdeliver: Startdeliver, waits) -> None:
    with pytest.raises(Refused) as refused:
        startdeliver.create("user", {"name": "Ann", "customfieldVisits": "many"})
    assert (refused.value.status, refused.value.field) == (400, "customfieldVisits")
    assert "customfieldVisits must be" in str(refused.value)
    assert not isinstance(refused.value, Gone)
    assert startdeliver.client.requests_made == {"write": 1}
    assert waits == []


def test_an_object_that_was_deleted_is_gone(startdeliver: Startdeliver, sandbox: Sandbox) -> None:
    with pytest.raises(Gone) as gone:
        startdeliver.update("user", 999_999_999, {"name": "Ann"})
    assert gone.value.status == 404
    assert startdeliver.client.requests_made == {"write": 1}


def test_what_is_deleted_twice_is_deleted(startdeliver: Startdeliver, sandbox: Sandbox) -> None:
    user = startdeliver.create("user", {"name": "Ann"})
    for _ in range(2):
        startdeliver.delete("user", user)
    assert sandbox.objects("user") == []
    assert startdeliver.client.requests_made == {"write": 3}


def test_a_deletion_is_tried_until_it_is_answered(startdeliver: Startdeliver, sandbox: Sandbox, waits) -> None:
    user = startdeliver.create("user", {"name": "Ann"})
    sandbox.faults([{"method": "DELETE", "drop": "after", "times": 1}, {"method": "DELETE", "status": 503, "times": 1}])
    startdeliver.delete("user", user)
    assert sandbox.objects("user") == []
    assert len(waits) == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_but_says_where_the_fault_lies(
    told: Client, scripted: Scripted, waits: list[float], status: int
) -> None:
    scripted.answers = [Answer(status, headers={"Location": scripted.url + "elsewhere"})]
    with pytest.raises(Unreachable, match=rf"GET me elsewhere \({status}\): .* host of connection 'startdeliver'"):
        told.get("me", purpose="check")
    assert [asked.path for asked in scripted.asked] == ["/api/v1/me"]
    assert waits == []


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        (b'{"error": {"field": "email", "message": "is odd"}}', "email", "400 to POST user: is odd"),
        (b"<h1>Bad</h1>", None, "400 to POST user: Bad Request"),
        (b"", None, "400 to POST user: Bad Request"),
        (b"[1, 2]", None, "400 to POST user: [1, 2]"),
    ],
)
def test_a_refusal_in_any_form_is_a_refusal(
    told: Client, scripted: Scripted, body: bytes, field: str | None, message: str
) -> None:
    scripted.answers = [Answer(400, body)]
    with pytest.raises(Refused) as refused:
        told.post("user", {"name": "Ann"})
    assert refused.value.field == field
    assert str(refused.value) == message


def test_an_update_answered_without_a_word_is_done(told: Client, scripted: Scripted) -> None:
    scripted.answers = [Answer(204, b"")]
    Startdeliver(told).update("user", 7, {"name": "Ann"})
    assert [(asked.method, asked.path, asked.body) for asked in scripted.asked] == [
        ("PATCH", "/api/v1/user/7", b'{"id":7,"name":"Ann"}')
    ]


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"result": {"id": 1}}', b'{"result": null}'])
def test_a_search_that_is_answered_without_a_list_of_results_says_so(
    told: Client, scripted: Scripted, body: bytes
) -> None:
    scripted.answers = [Answer(200, body)]
    with pytest.raises(StartdeliverError, match="without a list of results"):
        Startdeliver(told).find("user", "email", ["ann@example.com"])


def test_whose_key_it_is_takes_one_request(startdeliver: Startdeliver) -> None:
    assert startdeliver.who_am_i()["name"] == "Sandbox"
    assert startdeliver.client.requests_made == {"check": 1}


def test_fields_that_exist_with_their_types_pass_in_one_request(startdeliver: Startdeliver) -> None:
    startdeliver.check_fields(
        "user", {"customfieldSmrtId": "text", "customfieldVisits": "number", "customfieldLost": "boolean"}
    )
    assert startdeliver.client.requests_made == {"check": 1}
    startdeliver.check_fields("customer", {"customfieldSince": "date"})
    startdeliver.check_fields("customer", {})
    assert startdeliver.client.requests_made == {"check": 2}


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"customfieldSmrtId": "text", "customfieldGone": "number"}, "'customfieldGone' .* of type number"),
        ({"customfieldVisits": "text"}, "'customfieldVisits' .* of type text"),
    ],
    ids=["missing", "of another type"],
)
def test_a_field_that_is_missing_or_of_another_type_is_named_with_what_to_do(
    startdeliver: Startdeliver, fields: dict, missing: str
) -> None:
    with pytest.raises(StartdeliverError) as error:
        startdeliver.check_fields("user", fields)
    assert re.search(f"user field {missing} under Settings, Fields", str(error.value))
    assert "\n" not in str(error.value)
