"""Wanted users: whom a record is, and what its fields should hold."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

from smrt_startdeliver.mapping.records import CUSTOMER_LINK, UNKNOWN, match_alone, tied_by_call, wanted_users
from smrt_startdeliver.settings import Settings
from tests.mapping.frames import cells, document, rejections, text_frame, times

LOS_ANGELES = Settings(timezone="America/Los_Angeles")
BY_EMAIL = Settings(sync_using_email=True)


def users(user_ids=("1", "2"), **columns):
    return text_frame(user_id=list(user_ids), **columns)


def test_a_record_is_matched_on_the_custom_field_which_is_filled():
    wanted = wanted_users(users(), {}, document(), Settings())
    assert cells(wanted.records, "key", "match_field", "match_value", "customfieldId") == [
        ("1", "customfieldId", "1", "1"),
        ("2", "customfieldId", "2", "2"),
    ]
    assert wanted.types == {"customfieldId": "text"}
    assert wanted.rejections.empty


def test_fields_are_cast_as_the_document_says():
    wanted = wanted_users(
        users(
            name=["Ann", None],
            spend=["19.50", None],
            last_seen=times("2025-01-31T05:00:00Z", None),
            has_credit_card=pd.Series([True, None], dtype="boolean"),
        ),
        {"spend": "number"},
        document(
            ("name", "traits.name", "text"),
            ("customfieldSpend", "traits.spend", "number"),
            ("customfieldSeen", "traits.lastSeen", "date"),
            ("customfieldCard", "hasCreditCard", "boolean"),
        ),
        LOS_ANGELES,
    )
    assert cells(wanted.records, "name", "customfieldSpend", "customfieldSeen", "customfieldCard") == [
        ("Ann", "19.5", "2025-01-30", "true"),
        (None, None, None, None),
    ]
    assert wanted.types == {
        "customfieldId": "text",
        "name": "text",
        "customfieldSpend": "number",
        "customfieldSeen": "date",
        "customfieldCard": "boolean",
    }
    assert {str(dtype) for dtype in wanted.records.dtypes} == {"str"}


@pytest.mark.parametrize(
    ("column", "kind", "number"),
    [
        (pd.Series(["1.0", None], dtype="str"), "number", "1"),
        (pd.Series([1, None], dtype="Int64"), "integer", "1"),
        (pd.Series([1.5, None], dtype="float64"), None, "1.5"),
        (pd.Series([True, None], dtype="boolean"), "boolean", UNKNOWN),
        (times("1970-01-01T00:00:01Z", None), "time", "1000"),
        (pd.Series([dt.date(1970, 1, 2), None], dtype=pd.ArrowDtype(pa.date32())), "date", "86400000"),
    ],
    ids=lambda value: str(getattr(value, "dtype", value)),
)
def test_columns_of_every_kind_fill_a_field(column, kind, number):
    mapped = document(("customfieldText", "x", "text"), ("customfieldNumber", "x", "number"))
    kinds = {"x": kind} if kind else {}
    wanted = wanted_users(users(x=column), kinds, mapped, Settings())
    assert cells(wanted.records, "customfieldNumber") == [(number,), (None,)]
    assert cells(wanted.records, "customfieldText")[1] == (None,)


def test_a_field_whose_column_is_missing_is_not_spoken_of():
    wanted = wanted_users(users(), {}, document(("name", "traits.name", "text")), Settings())
    assert "name" not in wanted.records
    assert "name" not in wanted.types


def test_a_value_that_cannot_be_cast_is_unknown_and_the_rest_goes_on():
    wanted = wanted_users(
        users(seats=["many", "3"], name=["Ann", "Bob"]),
        {},
        document(("customfieldSeats", "traits.seats", "number"), ("name", "name", "text")),
        Settings(),
    )
    assert cells(wanted.records, "key", "customfieldSeats", "name") == [("1", UNKNOWN, "Ann"), ("2", "3", "Bob")]
    assert rejections(wanted) == [("1", "customfieldSeats", "not_a_number", "aaaa")]


def test_a_rejection_has_the_fingerprint_of_its_value():
    def fingerprints(*values):
        frame = users(seats=list(values))
        return wanted_users(frame, {}, document(("customfieldSeats", "traits.seats", "number")), Settings()).rejections[
            "fingerprint"
        ]

    same, other = fingerprints("many", "many"), fingerprints("many", "lots")
    assert same[0] == same[1] == other[0] != other[1]
    assert same.dtype == "int64"


def test_broken_json_rejects_the_fields_that_are_read_from_it():
    wanted = wanted_users(
        users(custom_fields=["{broken", '["Size: 1"]']),
        {},
        document(("customfieldAll", "customFields", "text"), ("customfieldSize", "customFields.Size", "number")),
        Settings(),
    )
    assert cells(wanted.records, "customfieldAll", "customfieldSize") == [(UNKNOWN, UNKNOWN), ('["Size: 1"]', "1")]
    assert rejections(wanted) == [
        ("1", "customfieldAll", "broken_json", "{aaaaaa"),
        ("1", "customfieldSize", "broken_json", "{aaaaaa"),
    ]


def test_what_a_derivation_calls_unknown_stays_so_without_a_rejection():
    wanted = wanted_users(
        users(**{"derived.nextBirthday": [UNKNOWN, "2025-03-05"]}),
        {},
        document(("customfieldBirthday", "nextBirthday", "date")),
        Settings(),
    )
    assert cells(wanted.records, "customfieldBirthday") == [(UNKNOWN,), ("2025-03-05",)]
    assert wanted.rejections.empty


def test_a_number_matches_only_where_it_survives_the_cast():
    ids = ["42", "00102", "9007199254740992", "9007199254740993", "abc", "1.0", "-7"]
    by_number = document(match=("customfieldId", "userId", "number"))
    wanted = wanted_users(users(ids), {}, by_number, Settings())
    assert cells(wanted.records, "match_value") == [("42",), ("9007199254740992",), ("-7",)]
    assert rejections(wanted) == [
        ("00102", None, "lossy_match", "99999"),
        ("9007199254740993", None, "lossy_match", "9" * 16),
        ("abc", None, "lossy_match", "aaa"),
        ("1.0", None, "lossy_match", "9.9"),
    ]


def test_a_number_column_matches_by_its_number():
    by_number = document(match=("customfieldId", "traits.accountNo", "number"))
    wanted = wanted_users(users(account_no=["42.00", "NaN"]), {"account_no": "number"}, by_number, Settings())
    assert cells(wanted.records, "key", "match_value") == [("1", "42")]
    assert rejections(wanted) == [("2", None, "no_match_value", None)]


def test_a_record_without_a_match_value_is_rejected_whole():
    on_path = document(("customfieldSeats", "seats", "number"), match=("customfieldId", "traits.externalId", "text"))
    wanted = wanted_users(users(external_id=[" ", "b"], seats=["many", "1"]), {}, on_path, Settings())
    assert cells(wanted.records, "key", "match_value", "customfieldSeats") == [("2", "b", "1")]
    assert rejections(wanted) == [("1", None, "no_match_value", None)]


def test_with_email_on_who_has_none_is_matched_on_the_custom_field():
    wanted = wanted_users(users(email=["a@b.c", ""]), {}, document(), BY_EMAIL)
    assert cells(wanted.records, "key", "match_field", "match_value", "email", "customfieldId") == [
        ("1", "email", "a@b.c", "a@b.c", "1"),
        ("2", "customfieldId", "2", None, "2"),
    ]


def test_with_email_on_the_email_that_is_mapped_is_the_one_that_matches():
    mapped = document(("email", "traits.workEmail", "text"))
    wanted = wanted_users(users(email=["a@b.c", "b@b.c"], work_email=["a@work", None]), {}, mapped, BY_EMAIL)
    assert cells(wanted.records, "match_field", "match_value", "email") == [
        ("email", "a@work", "a@work"),
        ("customfieldId", "2", None),
    ]


def test_with_email_on_a_lossy_custom_field_costs_only_itself_or_who_has_no_email():
    by_number = document(match=("customfieldId", "userId", "number"))
    wanted = wanted_users(users(["001", "002"], email=["a@b.c", None]), {}, by_number, BY_EMAIL)
    assert cells(wanted.records, "key", "match_value", "customfieldId") == [("001", "a@b.c", UNKNOWN)]
    assert rejections(wanted) == [
        ("002", None, "lossy_match", "999"),
        ("001", "customfieldId", "lossy_match", "999"),
    ]


def test_a_user_is_tied_to_the_customer_that_it_names():
    to_customer = document(customer=("customfieldNo", "traits.customerId", "number"))
    wanted = wanted_users(users(["1", "2", "3"], customer_id=["7", None, "007"]), {}, to_customer, Settings())
    assert cells(wanted.records, "key", "customer_key") == [("1", "7"), ("2", None), ("3", UNKNOWN)]
    assert rejections(wanted) == [("3", CUSTOMER_LINK, "lossy_match", "999")]


@pytest.mark.parametrize("customer", [None, ("customfieldNo", "traits.customerId", "text")])
def test_of_a_customer_that_no_column_names_nothing_is_said(customer):
    wanted = wanted_users(users(), {}, document(customer=customer), Settings())
    assert cells(wanted.records, "customer_key") == [(UNKNOWN,), (UNKNOWN,)]


def test_a_user_of_whom_only_the_id_is_known_has_the_match_field_alone():
    everything = document(("name", "name", "text"), customer=("customfieldNo", "userId", "text"))
    wanted = match_alone(pd.Series(["8", "9"], dtype="str"), everything, BY_EMAIL)
    assert list(wanted.records) == ["key", "match_field", "match_value", "customer_key", "customfieldId"]
    assert cells(wanted.records, *wanted.records) == [
        ("8", "customfieldId", "8", UNKNOWN, "8"),
        ("9", "customfieldId", "9", UNKNOWN, "9"),
    ]


def test_an_id_alone_matches_nothing_where_users_are_matched_on_something_else():
    wanted = match_alone(pd.Series(["8"]), document(match=("customfieldId", "traits.externalId", "text")), Settings())
    assert wanted.records.empty
    assert rejections(wanted) == [("8", None, "no_match_value", None)]


def test_no_users_are_no_records_with_the_same_columns():
    mapped = document(("name", "name", "text"), customer=("customfieldNo", "userId", "text"))
    frame = users(name=["Ann", "Bob"])
    some, none = (wanted_users(found, {}, mapped, Settings()) for found in (frame, frame.iloc[:0]))
    assert none.records.empty
    assert list(none.records) == list(some.records)
    assert none.types == some.types


def test_the_index_of_the_frame_does_not_matter():
    frame = users(name=["Ann", "Bob"]).set_axis([5, 5])
    wanted = wanted_users(frame, {}, document(("name", "name", "text")), Settings())
    assert cells(wanted.records, "key", "name") == [("1", "Ann"), ("2", "Bob")]


CALLS = pd.Series(["70", "80", "90"], index=["2", "3", "4"], dtype="str")


def test_a_group_call_says_the_customer_of_a_user_whose_own_row_names_none_and_a_rejected_key_stays_unknown():
    to_customer = document(customer=("customfieldNo", "traits.customerId", "number"))
    wanted = wanted_users(
        users(["1", "2", "3", "4", "5"], customer_id=["7", "8", None, "009", None]), {}, to_customer, Settings()
    )
    tied = tied_by_call(wanted, CALLS)
    assert cells(tied.records, "customer_key") == [("7",), ("8",), ("80",), (UNKNOWN,), (None,)]
    assert cells(tied_by_call(wanted, CALLS[:0]).records, "customer_key")[2] == (None,)


def test_a_group_call_says_the_customer_where_no_column_does_and_of_who_is_known_by_events_alone():
    by_group = document(customer=("customfieldNo", "groupId", "text"))
    tied = tied_by_call(wanted_users(users(["1", "2"]), {}, by_group, Settings()), CALLS)
    assert cells(tied.records, "customer_key") == [(UNKNOWN,), ("70",)]
    alone = match_alone(pd.Series(["3", "9"], dtype="str"), by_group, Settings())
    assert cells(tied_by_call(alone, CALLS).records, "customer_key") == [("80",), (UNKNOWN,)]
