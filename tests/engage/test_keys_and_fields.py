"""Each declaration has a key and a field to itself, beside SMRT's traits and the mapping document's fields."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engage.declaring import document, load, refusal_of

TAKEN = "which is a trait of SMRT's: set another `key`"


def traits(*words: str) -> str:
    """A trait a line, from line 2 on."""
    lines = [f"  - {{{each}, kind: event_counter, event: Order Created}}\n" for each in words]
    return f"traits:\n{''.join(lines)}"


def audiences(*words: str) -> str:
    """An audience a line, from line 2 on."""
    lines = [f"  - {{{each}, all: [{{trait: email, op: exists}}]}}\n" for each in words]
    return f"audiences:\n{''.join(lines)}"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Email", "email"),
        ("First name", "first_name"),
        ("Address city", "address_city"),
        ("Address", "address"),
        ("Account discount", "account_discount"),
        ("Custom fields", "custom_fields"),
        ("Is lost", "is_lost"),
        ("nextBirthday", "next_birthday"),
        ("Demographic", "demographic"),
        ("User ID", "user_id"),
        ("id", "id"),
    ],
)
def test_a_key_that_is_a_trait_of_smrts_is_refused(tmp_path: Path, name: str, key: str) -> None:
    found = refusal_of(tmp_path, traits("name: Orders", f"name: {name}"))
    assert found == f"traits.yaml, line 3: traits.1.name gives the key {key}, {TAKEN}"
    found = refusal_of(tmp_path, "", audiences(f"name: Ours, key: {key}"))
    assert found == f"audiences.yaml, line 2: audiences.0.key gives the key {key}, {TAKEN}"
    load(tmp_path, traits(f"name: {name}, key: ours"), "")


@pytest.mark.parametrize("name", ["Custom fields Referral Source", "custom_fields_size"])
def test_a_key_that_would_be_a_custom_field_of_smrts_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal_of(tmp_path, traits(f"name: {name}")).endswith(TAKEN)
    assert refusal_of(tmp_path, "", audiences(f"name: {name}")).endswith(TAKEN)


@pytest.mark.parametrize(
    ("two", "where", "key"),
    [
        (("name: Big spenders", "name: big_spenders"), "name", "big_spenders"),
        (("name: Big spenders", "name: 'Big, Spenders!'"), "name", "big_spenders"),
        (("name: One, key: ours", "name: Ours"), "name", "ours"),
        (("name: Ours", "name: Two, key: ours"), "key", "ours"),
        (("name: Ours", "name: Ours"), "name", "ours"),
    ],
)
def test_a_key_that_another_one_of_the_file_has_is_refused(
    tmp_path: Path, two: tuple[str, str], where: str, key: str
) -> None:
    first = two[0].removeprefix("name: ").partition(",")[0]
    problem = f"{where} gives the key {key}, which '{first}' has already: set another `key`"
    assert refusal_of(tmp_path, traits(*two)) == f"traits.yaml, line 3: traits.1.{problem}"
    assert refusal_of(tmp_path, "", audiences(*two)) == f"audiences.yaml, line 3: audiences.1.{problem}"


def test_a_key_that_the_other_file_has_is_refused(tmp_path: Path) -> None:
    found = refusal_of(tmp_path, traits("name: Ours"), audiences("name: Theirs", "name: OURS"))
    assert found == (
        "audiences.yaml, line 3: audiences.1.name gives the key ours, which 'Ours' has already: set another `key`"
    )


def test_a_name_that_stands_twice_is_refused_whatever_the_keys(tmp_path: Path) -> None:
    two = ("name: Ours, key: a", "name: Ours, key: b")
    problem = "name is 'Ours', as that of another one: names tell them apart"
    assert refusal_of(tmp_path, traits(*two)) == f"traits.yaml, line 3: traits.1.{problem}"
    assert refusal_of(tmp_path, "", audiences(*two)) == f"audiences.yaml, line 3: audiences.1.{problem}"


def test_a_field_that_two_would_write_is_refused(tmp_path: Path) -> None:
    ours, theirs = "name: Ours, field: customfieldA", "name: Theirs, field: customfieldA"
    problem = "field is customfieldA, which 'Ours' writes already"
    assert refusal_of(tmp_path, traits(ours, theirs)) == f"traits.yaml, line 3: traits.1.{problem}"
    assert refusal_of(tmp_path, "", audiences(ours, theirs)) == f"audiences.yaml, line 3: audiences.1.{problem}"
    assert refusal_of(tmp_path, traits(ours), audiences(theirs)) == f"audiences.yaml, line 2: audiences.0.{problem}"


def test_many_without_a_field_are_in_nobodys_way(tmp_path: Path) -> None:
    assert len(tuple(load(tmp_path, traits("name: A", "name: B"), audiences("name: C", "name: D")))) == 4


def test_a_field_that_the_mapping_document_fills_from_elsewhere_is_refused(tmp_path: Path) -> None:
    mapping = document("{field: customfieldA, externalField: traits.email, type: text}")
    words = "name: Ours, field: customfieldA"
    problem = "field is customfieldA, which the mapping document fills from traits.email"
    assert refusal_of(tmp_path, traits(words), mapping=mapping) == f"traits.yaml, line 2: traits.0.{problem}"
    assert refusal_of(tmp_path, "", audiences(words), mapping) == f"audiences.yaml, line 2: audiences.0.{problem}"


def test_the_field_that_users_are_matched_on_is_refused(tmp_path: Path) -> None:
    found = refusal_of(tmp_path, traits("name: Ours, field: customfieldSmrtId"))
    assert found.endswith("field is customfieldSmrtId, which the mapping document fills from userId")


@pytest.mark.parametrize("path", ["traits.big_spender", "traits.bigSpender", "big_spender", "traits['Big spender']"])
def test_a_field_that_the_mapping_document_fills_from_the_declaration_itself_is_allowed(
    tmp_path: Path, path: str
) -> None:
    mapping = document(f'{{field: customfieldA, externalField: "{path}", type: text}}')
    load(tmp_path, traits("name: Big spender, field: customfieldA"), mapping=mapping)
    (tmp_path / "traits.yaml").unlink()
    load(tmp_path, audiences=audiences("name: Big spender, field: customfieldA"), mapping=mapping)


def test_a_field_that_the_mapping_document_fills_from_another_declaration_is_refused(tmp_path: Path) -> None:
    mapping = document("{field: customfieldA, externalField: traits.theirs, type: number}")
    found = refusal_of(tmp_path, traits("name: Theirs", "name: Ours, field: customfieldA"), mapping=mapping)
    assert found == (
        "traits.yaml, line 3: traits.1.field is customfieldA, which the mapping document fills from traits.theirs"
    )
