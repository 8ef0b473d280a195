"""What stands at a path of a row's payload."""

import json

import pandas as pd
import pytest

from smrt_startdeliver.mapping.paths import parse_path
from smrt_startdeliver.mapping.payload import UNKNOWN, Payloads, user_payloads
from tests.mapping.frames import text_frame, times


def found_at(path, rows, kinds=None):
    found = Payloads(rows, kinds or {}).find(parse_path(path))
    return None if found is None else [None if pd.isna(cell) else cell for cell in found.values]


def broken_at(path, rows):
    return Payloads(rows, {}).find(parse_path(path)).broken.tolist()


def test_a_value_is_what_its_column_holds():
    rows = text_frame(user_id=["1", "2"], address_city=["Paris", None])
    assert found_at("userId", rows) == ["1", "2"]
    assert found_at("traits.address.city", rows) == ["Paris", None]


@pytest.mark.parametrize("path", ["email", "groupId", "timestamp", "traits.address", "customFields", "customFields.x"])
def test_of_a_column_that_is_missing_nothing_is_known(path):
    assert found_at(path, text_frame(user_id=["1"], name=["Ann"])) is None


def test_an_identify_call_has_no_properties():
    assert found_at("properties.email", text_frame(user_id=["1"], email=["a@b.c"])) is None


def test_kinds_are_as_told_else_as_the_dtype_says():
    rows = text_frame(
        user_id=["1"],
        amount=["1.5"],
        flag=pd.Series([True]),
        size=pd.Series([1]),
        share=pd.Series([0.5]),
        at=times(None),
    )
    payloads = Payloads(rows, {"amount": "number"})
    kinds = [payloads.find(parse_path(path)).kind for path in ("userId", "amount", "flag", "size", "share", "at")]
    assert kinds == ["text", "number", "boolean", "integer", "number", "time"]


def test_an_object_is_compact_json_with_smrts_own_names_and_without_nulls():
    rows = text_frame(
        address_street=['6th "A" St', None, "Änd"],
        address_postal_code=["94103", None, None],
        account_discount_value=["2.50", None, "NaN"],
        account_discount_name=["VIP", None, None],
    )
    assert found_at("traits.address", rows) == [
        '{"street":"6th \\"A\\" St","postalCode":"94103"}',
        None,
        '{"street":"Änd"}',
    ]
    assert found_at("traits.accountDiscount", rows, {"account_discount_value": "number"}) == [
        '{"name":"VIP","value":2.5}',
        None,
        None,
    ]


def test_custom_fields_are_compact_json_and_broken_json_is_marked():
    texts = ['[ {"name": "Größe", "value": 1} ]', "[Size: 1]", "[]", "{}", "", None, "[NaN]", '"\\ud800"', "[" * 5000]
    rows = text_frame(custom_fields=texts)
    found = found_at("traits.customFields", rows)
    assert found[0] == '[{"name":"Größe","value":1}]'
    assert found[2:6] == ["", "", "", None]
    assert found[7] == '"?"'
    assert broken_at("traits.customFields", rows) == [False, True, False, False, False, False, True, False, True]


def test_custom_fields_in_columns_are_one_object():
    rows = text_frame(custom_fields_referral_source=["Web", None], custom_fields_size=["1", None])
    found = found_at("traits.customFields", rows)
    assert [cell and json.loads(cell) for cell in found] == [{"referral_source": "Web", "size": "1"}, None]


@pytest.mark.parametrize(
    "text",
    [
        '[{"name": "Referral Source", "value": "Web"}, {"name": "referral source", "value": "Shop"}]',
        '["Size: 1", "Referral Source: Web"]',
        '{"Referral Source ": "Web"}',
    ],
)
def test_a_custom_field_is_found_by_its_name_in_every_form(text):
    rows = text_frame(user_id=["1", "1", "2"], custom_fields=[text, "[]", "{broken"])
    assert found_at("traits.customFields.Referral Source", rows)[:2] == ["Web", None]
    assert broken_at("traits.customFields.Referral Source", rows) == [False, False, True]


def test_a_custom_field_in_a_column_of_its_own_is_found():
    rows = text_frame(user_id=["1", "2"], custom_fields_referral_source=["Web", None])
    assert found_at("traits.customFields['Referral Source']", rows) == ["Web", None]
    assert found_at("traits.customFields.Size", rows) is None


def derived_rows(**columns):
    return text_frame(user_id=["1", "2"], last_visit=["old", "old"], demographic=["3", "4"], **columns)


def test_derived_traits_stand_in_the_place_of_smrts_own():
    rows = derived_rows(
        **{
            "derived.lastVisit": times("2025-01-31T08:00:00Z", None),
            "derived.isLost": pd.Series([True, None], dtype="boolean"),
        }
    )
    payloads = user_payloads(rows, {"last_visit": "text"})
    last_visit, is_lost = (payloads.find(parse_path(path)) for path in ("traits.lastVisit", "isLost"))
    assert (last_visit.kind, is_lost.kind) == ("time", "boolean")
    assert last_visit.values.isna().tolist() == [False, True]
    assert is_lost.values.tolist() == [True, pd.NA]


def test_a_derived_trait_without_a_column_is_unknown_whatever_smrt_says():
    payloads = user_payloads(derived_rows(), {})
    assert [payloads.find(parse_path(path)) for path in ("lastVisit", "demographic", "nextBirthday")] == [None] * 3


def test_a_demographic_that_is_null_is_unknown():
    payloads = user_payloads(derived_rows(**{"derived.demographic": pd.Series([2, None], dtype="Int64")}), {})
    assert payloads.find(parse_path("demographic")).values.tolist() == ["2", UNKNOWN]
