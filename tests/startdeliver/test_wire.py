"""How things are said to Startdeliver, and read of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smrt_startdeliver.startdeliver import wire

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "field", "message", "errors", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)
some = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
LIVE = "https://app.startdeliver.com/api/v1/"


@pytest.mark.parametrize(
    ("host", "scheme", "port", "url"),
    [
        ("https://app.startdeliver.com/api/v1/", None, None, LIVE),
        ("https://app.startdeliver.com/api/v1", None, None, LIVE),
        ("https://app.startdeliver.com/api/v1///", None, None, LIVE),
        ("https://app.startdeliver.com/", None, None, LIVE),
        ("https://app.startdeliver.com", None, None, LIVE),
        ("app.startdeliver.com", None, None, LIVE),
        ("app.startdeliver.com/", None, None, LIVE),
        ("app.startdeliver.com/api/v1", None, None, LIVE),
        (" app.startdeliver.com\n", None, None, LIVE),
        ("app.startdeliver.com", "http", None, "http://app.startdeliver.com/api/v1/"),
        ("https://app.startdeliver.com", "http", None, LIVE),
        ("app.startdeliver.com", None, 8443, "https://app.startdeliver.com:8443/api/v1/"),
        ("app.startdeliver.com:8443", None, None, "https://app.startdeliver.com:8443/api/v1/"),
        ("app.startdeliver.com:8443", None, 9000, "https://app.startdeliver.com:8443/api/v1/"),
        ("http://127.0.0.1:8765", None, None, "http://127.0.0.1:8765/api/v1/"),
        ("http://127.0.0.1", None, 8765, "http://127.0.0.1:8765/api/v1/"),
        ("http://[::1]", None, 8765, "http://[::1]:8765/api/v1/"),
        ("http://[::1]:8765", None, 9000, "http://[::1]:8765/api/v1/"),
        ("proxy.example/startdeliver/api/v2", None, None, "https://proxy.example/startdeliver/api/v2/"),
    ],
)
def test_a_connections_host_may_be_given_in_any_usual_form(
    host: str, scheme: str | None, port: int | None, url: str
) -> None:
    assert wire.base_url(host, scheme, port) == url


@pytest.mark.parametrize(
    ("time", "milliseconds"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(2025, 1, 31, 8, 0, 0, 999_999, tzinfo=UTC), 1_738_310_400_999),
        (datetime(2025, 1, 31, 8, 0, 0, 1_000, tzinfo=UTC), 1_738_310_400_001),
        (datetime(2025, 1, 31, 0, 0, tzinfo=timezone(timedelta(hours=-8))), 1_738_310_400_000),
        (datetime(9999, 12, 30, 23, 59, 59, 999_999, tzinfo=UTC), 253_402_214_399_999),
    ],
)
def test_a_time_is_milliseconds_truncated(time: datetime, milliseconds: int) -> None:
    assert wire.milliseconds(time) == milliseconds


@some
@given(st.integers(0, 253_402_214_399_999), st.integers(0, 999))
def test_no_millisecond_is_lost_or_won(milliseconds: int, microseconds: int) -> None:
    time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds, microseconds=microseconds)
    assert wire.milliseconds(time) == milliseconds


@some
@given(ANYTHING)
def test_a_refusal_in_whatever_form_is_read_as_one_line_that_a_log_and_a_database_take(body: object) -> None:
    field, message = wire.refusal(body)
    for text in (field or "", message):
        assert len(text) <= 300
        assert text.isprintable()
        text.encode()


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"error": {"field": "email", "message": "is odd"}}, "email", "is odd"),
        ({"error": {"message": "is odd"}}, None, "is odd"),
        ({"error": "is odd", "field": "email"}, "email", "is odd"),
        ({"error": "Bad Request", "message": "is odd"}, None, "is odd"),
        ({"message": "is odd", "field": "email"}, "email", "is odd"),
        ({"error": {"code": 7}}, None, '{"code": 7}'),
        ({"errors": ["a"]}, None, '{"errors": ["a"]}'),
        ("is odd", None, "is odd"),
        (None, None, "null"),
        ({"error": {"message": "two\nlines \ud800 \0"}}, None, "two lines    "),
        ({"error": {"message": "x" * 500}}, None, "x" * 300),
    ],
)
def test_a_refusal_says_which_field_and_why(body: object, field: str | None, message: str) -> None:
    assert wire.refusal(body) == (field, message)


@pytest.mark.parametrize("answer", [{"id": 7, "name": "Ann"}, {"result": {"id": 7}}, {"id": 7, "result": "ok"}])
def test_a_created_id_is_found_at_the_top_or_under_result(answer: dict) -> None:
    assert wire.created_id(answer) == 7


@some
@given(ANYTHING)
def test_an_answer_without_an_id_is_a_value_error_and_nothing_else(answer: object) -> None:
    with pytest.raises(ValueError, match="has an id"):
        wire.created_id(answer)


@pytest.mark.parametrize(
    ("text", "field_type", "value"),
    [
        (None, "text", None),
        (None, "number", None),
        ("00102", "text", "00102"),
        ("7", "number", 7),
        ("19.5", "number", 19.5),
        ("12345678901234567", "number", 12345678901234567),
        ("true", "boolean", True),
        ("false", "boolean", False),
        ("2025-01-31", "date", "2025-01-31"),
    ],
)
def test_a_canonical_text_becomes_the_json_value_of_its_type(text: str | None, field_type, value: object) -> None:
    said = wire.json_value(text, field_type)
    assert (said, type(said)) == (value, type(value))


def test_an_event_is_said_as_a_usage() -> None:
    event = {"id": "m-1", "name": "Order Created", "type": "track", "time": datetime(2025, 1, 31, 8, tzinfo=UTC)}
    assert wire.usage_body(event, "customfieldSmrtId", "17", {"value": 19.5}) == {
        "userId": "17",
        "usageType": "Order Created",
        "startdeliverUserFieldToMatchOn": "customfieldSmrtId",
        "timestamp": 1_738_310_400_000,
        "type": "track",
        "properties": {"value": 19.5},
        "messageId": "m-1",
    }


def test_a_number_that_json_has_not_is_never_said() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        wire.compact_json({"value": float("nan")})


@some
@given(st.text(st.characters(codec="utf-8")))
def test_any_text_survives_the_url_of_a_search(text: str) -> None:
    path = wire.search_path("user", wire.search_query({"name": text}))
    assert path.isascii()
    assert json.loads(parse_qs(path.partition("?")[2])["query"][0])["filter"] == {"name": text}
