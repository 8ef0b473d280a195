"""Paths of the mapping document: how they are read, and the columns that they mean."""

import pytest

from smrt_startdeliver.mapping.paths import PayloadPath, parse_path
from smrt_startdeliver.vocabulary import SMRT_TRAITS


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("userId", PayloadPath("userId")),
        ("groupId", PayloadPath("groupId")),
        ("email", PayloadPath("traits", ("email",))),
        ("traits.email", PayloadPath("traits", ("email",))),
        ("traits.address.city", PayloadPath("traits", ("address", "city"))),
        ("address.city", PayloadPath("traits", ("address", "city"))),
        ("properties['Field With Space']", PayloadPath("properties", ("Field With Space",))),
        ('traits["a.b"].c', PayloadPath("traits", ("a.b", "c"))),
        ("traits.customFields.Referral Source", PayloadPath("traits", ("customFields", "Referral Source"))),
    ],
)
def test_a_bare_name_that_is_no_root_key_is_looked_up_in_traits(text, path):
    assert parse_path(text) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "traits",
        "properties",
        "traits.",
        "traits..a",
        "userId.x",
        "traits[0]",
        "traits['a",
        "a]",
        "['a']",
        "a[]",
    ],
)
def test_what_is_no_path_is_refused_with_a_reason(text):
    with pytest.raises(ValueError, match=r"is no path|is a whole object"):
        parse_path(text)


@pytest.mark.parametrize(("column", "names"), SMRT_TRAITS.items())
def test_each_trait_of_smrt_is_found_in_its_column(column, names):
    assert parse_path(".".join(("traits", *names))).column({column}) == column


@pytest.mark.parametrize(
    ("text", "columns", "column"),
    [
        ("userId", {"user_id"}, "user_id"),
        ("groupId", {"user_id", "group_id"}, "group_id"),
        ("groupId", {"user_id"}, None),
        ("type", {"type"}, None),
        ("traits.group", {"_group"}, "_group"),
        ("traits.group", {"group", "_group"}, "group"),
        ("properties['Field With Space']", {"field_with_space"}, "field_with_space"),
        ("traits.customerID", {"customer_id"}, "customer_id"),
        ("traits['✂']", {"", "_"}, None),
        ("traits.email", set(), None),
    ],
)
def test_a_path_is_found_in_the_column_that_segment_makes_of_it(text, columns, column):
    assert parse_path(text).column(columns) == column


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("traits.customFields.Referral Source", "Referral Source"),
        ("customFields['Mr. or Mrs.']", "Mr. or Mrs."),
        ("customFields.Mr. or Mrs", "Mr.or Mrs"),
        ("traits.customFields", None),
        ("traits.email", None),
        ("properties.customFields.x", None),
    ],
)
def test_below_custom_fields_a_path_names_one_of_them(text, name):
    assert parse_path(text).custom_field == name
