"""Wanted customers: from their users, and from Group calls."""

from smrt_startdeliver.mapping.customers import customers_by_call, group_candidates, merge_customers, wanted_customers
from smrt_startdeliver.mapping.records import UNKNOWN
from smrt_startdeliver.settings import Settings
from tests.mapping.frames import cells, document, rejections, text_frame, times

DOCUMENT = document(
    customer=("customfieldNo", "traits.customerId", "text"),
    customer_mapping=[("name", "traits.name", "text"), ("seats", "traits.seats", "number")],
)
NUMBERED = document(customer=("customfieldNo", "traits.customerId", "number"))


def of_users(user_ids, mapping=DOCUMENT, **columns):
    return wanted_customers(text_frame(user_id=user_ids, **columns), {}, mapping, Settings())


def of_groups(ids, at, mapping=DOCUMENT, users=None, **columns):
    users = ["u"] * len(ids) if users is None else users
    groups = text_frame(id=ids, user_id=users, group_id=["g"] * len(ids), time=times(*at), **columns)
    return group_candidates(groups, {}, mapping, Settings())


NO_CALLS = of_groups([], [], customer_id=[])


def test_each_user_is_a_candidate_for_the_customer_that_it_names():
    wanted = of_users(["1", "2", "3"], customer_id=["a", "a", None], name=["Ann", "Bob", "Cid"])
    assert cells(wanted.records, "key", "match_field", "match_value", "user_id", "customfieldNo", "name") == [
        ("a", "customfieldNo", "a", "1", "a", "Ann"),
        ("a", "customfieldNo", "a", "2", "a", "Bob"),
    ]
    assert cells(wanted.skipped, "key", "reason") == [("3", "no_customer_key")]


def test_a_customer_key_that_is_lossy_rejects_the_row():
    wanted = of_users(["1", "2"], NUMBERED, customer_id=["7", "007"])
    assert cells(wanted.records, "key") == [("7",)]
    assert rejections(wanted) == [("2", None, "lossy_match", "999")]
    assert wanted.skipped.empty


def test_calls_that_name_no_customer_are_skipped_by_their_id():
    wanted = of_groups(["m1", "m2"], [None, None], customer_id=["", "a"])
    assert cells(wanted.records, "key", "id") == [("a", "m2")]
    assert cells(wanted.skipped, "key", "reason") == [("m1", "no_customer_key")]


def test_a_call_may_name_its_customer_by_group_id():
    by_group = document(customer=("customfieldNo", "groupId", "text"))
    wanted = of_groups(["m1"], ["2025-01-01"], by_group)
    assert cells(wanted.records, "key") == [("g",)]


def test_without_customers_in_the_document_all_are_skipped():
    wanted = of_users(["1", "2"], document(), customer_id=["a", "b"])
    assert wanted.records.empty
    assert len(wanted.skipped) == 2
    assert merge_customers(wanted, of_groups([], [], document())).records.empty


def test_of_a_customers_users_the_first_that_has_a_value_gives_it():
    users = of_users(
        ["😀", "\ufb01", "b", "a"],
        customer_id=["x", "x", "x", "y"],
        name=["Emoji", "Ligature", None, "Yan"],
        seats=["3", None, "2", None],
    )
    merged = merge_customers(users, NO_CALLS)
    assert cells(merged.records, "key", "match_field", "match_value", "customfieldNo", "name", "seats") == [
        ("x", "customfieldNo", "x", "x", "Ligature", "2"),
        ("y", "customfieldNo", "y", "y", "Yan", None),
    ]
    assert merged.types == {"customfieldNo": "text", "name": "text", "seats": "number"}


def test_the_latest_call_that_has_a_value_wins_over_the_users():
    users = of_users(["1", "2"], customer_id=["x", "z"], name=["Ann", "Zoe"], seats=["1", "9"])
    calls = of_groups(
        ["m1", "m2", "m3", "m4"],
        ["2025-01-01", "2025-01-03", "2025-01-02", "2025-01-01"],
        customer_id=["x", "x", "x", "new"],
        name=["First", None, "Second", "New"],
    )
    merged = merge_customers(users, calls)
    assert cells(merged.records, "key", "name", "seats") == [
        ("new", "New", None),
        ("x", "Second", "1"),
        ("z", "Zoe", "9"),
    ]


def test_of_calls_at_the_same_time_the_greatest_id_is_the_latest():
    calls = of_groups(["m2", "m1"], ["2025-01-01", "2025-01-01"], customer_id=["x", "x"], name=["Two", "One"])
    assert cells(merge_customers(of_users([], customer_id=[]), calls).records, "name") == [("Two",)]


def test_a_field_that_only_calls_could_have_is_unknown_where_none_has_it():
    users = of_users(["1", "2"], customer_id=["x", "y"])
    calls = of_groups(["m1"], ["2025-01-01"], customer_id=["x"], name=["Ex"])
    assert cells(merge_customers(users, calls).records, "key", "name") == [("x", "Ex"), ("y", UNKNOWN)]


def test_a_rejected_value_is_reported_once_and_only_where_no_other_took_its_place():
    users = of_users(
        ["1", "2", "3", "4"], customer_id=["x", "x", "y", "z"], seats=["many", "lots", "none", None], name=[None] * 4
    )
    calls = of_groups(["m1", "m2"], ["2025-01-01"] * 2, customer_id=["y", "z"], seats=["5", "lots!"])
    merged = merge_customers(users, calls)
    assert cells(merged.records, "key", "seats") == [("x", UNKNOWN), ("y", "5"), ("z", UNKNOWN)]
    assert rejections(merged) == [("x", "seats", "not_a_number", "aaaa"), ("z", "seats", "not_a_number", "aaaa!")]


def test_what_was_skipped_or_rejected_whole_stays_reported():
    users = of_users(["1", "2"], NUMBERED, customer_id=["07", None])
    calls = of_groups(["m1"], ["2025-01-01"], NUMBERED, customer_id=[None])
    merged = merge_customers(users, calls)
    assert rejections(merged) == [("1", None, "lossy_match", "99")]
    assert cells(merged.skipped, "key") == [("2",), ("m1",)]


def test_the_latest_call_of_a_user_that_names_a_customer_says_which_one_they_belong_to():
    calls = of_groups(
        ["m1", "m2", "m3", "m4", "m5", "m6", "m7"],
        ["2025-01-01", "2025-01-03", "2025-01-02", "2025-01-04", None, "2025-01-01", "2025-01-01"],
        users=["ann", "ann", "ann", "ann", "ann", "bob", "bob"],
        customer_id=["a", "c", "b", None, "timeless", "x", "y"],
    )
    assert customers_by_call(calls).to_dict() == {"ann": "c", "bob": "y"}


def test_a_call_of_nobody_ties_nobody():
    calls = of_groups(["m1"], ["2025-01-01"], users=[None], customer_id=["a"])
    assert cells(calls.records, "key") == [("a",)]
    assert customers_by_call(calls).empty
    assert customers_by_call(NO_CALLS).empty
