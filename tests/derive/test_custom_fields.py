from __future__ import annotations

import json

import pandas as pd
import pytest

from smrt_startdeliver.derive.custom_fields import field_values


def _values(name: str = "Birthday", **columns: str | None) -> list[tuple[str, bool]]:
    """(text, is_broken) of each value of one customer."""
    customers = pd.DataFrame({"user_id": ["a"], **{column: [text] for column, text in columns.items()}})
    values = field_values(customers, name)
    assert set(values["user_id"]) <= {"a"}
    return list(zip(values["text"], values["is_broken"], strict=True))


@pytest.mark.parametrize(
    "document",
    [
        [{"name": "Starch", "value": "light"}, {"name": "Birthday", "value": "3/5"}],
        ["Starch: light", "Birthday: 3/5"],
        {"Starch": "light", "Birthday": "3/5"},
    ],
)
def test_each_form_of_json_is_read(document: object) -> None:
    assert _values(custom_fields=json.dumps(document)) == [("3/5", False)]


def test_a_column_of_its_own_is_read() -> None:
    assert _values(custom_fields_birthday="3/5", custom_fields_starch="light") == [("3/5", False)]
    assert _values("Birth Date", custom_fields_birth_date="3/5") == [("3/5", False)]


@pytest.mark.parametrize("name", ["birthday", " BIRTHDAY ", "BirthDay"])
def test_letters_case_and_surrounding_space_do_not_matter_in_any_form(name: str) -> None:
    documents = ([{"name": name, "value": "3/5"}], [f"{name}: 3/5"], {name: "3/5"})
    for document in documents:
        assert _values(custom_fields=json.dumps(document)) == [("3/5", False)]
        assert _values(name, custom_fields=json.dumps(document)) == [("3/5", False)]
    assert _values(name, custom_fields_birthday="3/5") == [("3/5", False)]
    assert _values("Birthday", custom_fields_birth_day="3/5") == [("3/5", False)]


def test_several_values_come_in_their_order_the_jsons_first() -> None:
    document = json.dumps(["Birthday: soon", {"name": "BIRTHDAY", "value": "3/5"}])
    assert _values(custom_fields_birthday="4/6", custom_fields=document) == [
        ("soon", False),
        ("3/5", False),
        ("4/6", False),
    ]


def test_a_colon_in_the_value_stays_in_it() -> None:
    assert _values(custom_fields='["Birthday: 1980-03-05 10:00"]') == [("1980-03-05 10:00", False)]


@pytest.mark.parametrize("value", ["null", '""', '"  "'])
def test_empty_values_are_none(value: str) -> None:
    assert _values(custom_fields=f'{{"Birthday": {value}}}') == []
    assert _values(custom_fields=f'[{{"name": "Birthday", "value": {value}}}]') == []


@pytest.mark.parametrize("text", [None, "", "  ", "null", "[]", "{}", "5", '"Birthday"', '[null, 3, {"name": 1}]'])
def test_what_holds_no_such_field_has_no_value_and_is_not_broken(text: str | None) -> None:
    assert _values(custom_fields=text, custom_fields_birthday=None) == []


@pytest.mark.parametrize("text", ['{"Birthday": "3/5"', "Birthday: 3/5", "[" * 100_000, "{'Birthday': '3/5'}"])
def test_what_is_no_json_is_given_whole_as_broken(text: str) -> None:
    assert _values(custom_fields=text) == [(text, True)]


def test_a_value_that_is_no_text_is_given_as_json() -> None:
    assert _values(custom_fields='{"Birthday": 19800305}') == [("19800305", False)]
    assert _values(custom_fields='{"Birthday": {"month": 3}}') == [('{"month": 3}', False)]


def test_half_a_surrogate_pair_becomes_a_text_that_can_be_kept() -> None:
    assert _values(custom_fields='{"Birthday": "3/5 \\ud83d"}') == [("3/5 ?", False)]


def test_without_any_column_of_custom_fields_there_are_no_values() -> None:
    assert _values() == []


def test_each_customers_values_are_their_own() -> None:
    customers = pd.DataFrame(
        {"user_id": ["a", "b", "c"], "custom_fields": ['["Birthday: 1/1"]', None, '["Birthday: 1/1"]']}
    )
    values = field_values(customers, "Birthday")
    assert list(zip(values["user_id"], values["text"], strict=True)) == [("a", "1/1"), ("c", "1/1")]
