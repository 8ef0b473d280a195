"""The comparison: whatever is not there once, with the fields that it should have, is named."""

from __future__ import annotations

from chaos.check import compare

ANN, BOB = ("7", {"name": "Ann"}), ("8", {"name": "Bob"})


def test_equal_content_has_no_findings_whatever_its_order():
    compared = compare([ANN, BOB], [BOB, ANN])
    assert (compared.expected, compared.found, compared.findings()) == (2, 2, [])


def test_what_is_lost_doubled_or_too_many_is_named_by_its_key():
    compared = compare([ANN, BOB], [ANN, ANN, ("9", {})])
    assert (compared.expected, compared.found) == (2, 2)
    assert compared.findings() == ["twice or more: 7", "lost: 8", "not expected: 9"]


def test_a_double_in_the_reference_is_found_too():
    assert compare([ANN, ANN], [ANN]).findings() == ["twice or more: 7"]


def test_fields_that_differ_are_named_with_both_values():
    compared = compare([ANN, BOB], [("7", {"name": "Anne", "phone": "1"}), BOB])
    assert compared.findings() == ["with other fields: 7 (name 'Anne', not 'Ann'; phone '1', not None)"]
