"""What is kept of a refusal shows nobody's data."""

from __future__ import annotations

import json

from smrt_startdeliver.send.reasons import Rejection, masked, rejection_of, texts_in
from smrt_startdeliver.startdeliver.errors import Refused


def test_the_values_of_a_record_are_masked_the_longest_first() -> None:
    said = "400: ann@example.com is taken, says Ann of Ann Arbor"
    assert masked(said, ["Ann", "ann@example.com", "Ann Arbor", None, ""]) == "400: … is taken, says … of …"


def test_a_value_is_masked_where_the_answer_quotes_it_as_json_has_it() -> None:
    value = 'Zoë "Zed"\nof Ann Arbor'
    for spelled in (value, json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert masked(f"cannot take {spelled}", [value]).replace('"', "") == "cannot take …"


def test_values_too_short_to_tell_anything_leave_the_words_readable() -> None:
    assert masked("a field of a user", ["a", "us"]) == "a field of a user"


def test_a_refusal_is_a_rejection_with_the_field_that_it_names() -> None:
    refused = Refused("400 to POST user: size must not be gigantic", status=400, field="customfieldSize")
    assert rejection_of(refused, ["gigantic"]) == Rejection(
        "refused", "customfieldSize", "400 to POST user: size must not be …"
    )
    assert rejection_of(Refused("no", status=400), []).field == ""


def test_the_values_of_nested_objects_are_masked_too() -> None:
    properties = {"address": {"street": "9 Elm St"}, "notes": ["at the back", None], "value": 12.5}
    assert list(texts_in(properties)) == ["9 Elm St", "at the back", "12.5"]
