"""What both files declare together: kept as JSON, put in order, and laid into the mapping document."""

from __future__ import annotations

import json

import pytest

from smrt_startdeliver.engage.declarations import AudiencesFile, TraitsFile
from smrt_startdeliver.engage.declared import Declared, fields_of, with_declared
from smrt_startdeliver.engage.sources import sources_of
from smrt_startdeliver.mapping.document import parse_mapping, required_fields
from smrt_startdeliver.paths import CONFIG
from smrt_startdeliver.yaml_model import read_model
from tests.engage.declaring import MAPPING, audiences, document, traits

KINDS = {
    "event_counter": ("", "number"),
    "aggregation": (", function: sum, property: value", "number"),
    "most_frequent": (", property: agent", "text"),
    "first": (", property: agent", "text"),
    "last": (", property: agent", "text"),
    "unique_list": (", property: agent", "text"),
    "unique_list_count": (", property: agent", "number"),
}


def shipped() -> Declared:
    return Declared(
        read_model(CONFIG / "traits.yaml", TraitsFile).traits,
        read_model(CONFIG / "audiences.yaml", AudiencesFile).audiences,
    )


def asking(**asks_for: list[str]) -> Declared:
    """Audiences by their names, each asking for others, the last of them nested."""
    lines = []
    for name, others in asks_for.items():
        conditions = ["{trait: email, op: exists}", *(f"{{audience: {other}}}" for other in others)]
        conditions[-1] = f"{{none: [{conditions[-1]}]}}"
        lines.append(f"{{name: {name}, all: [{', '.join(conditions)}]}}")
    return Declared((), audiences(*lines))


def names(declared: Declared) -> list[str]:
    return [audience.name for audience in declared.in_order]


def test_what_is_declared_comes_through_json_as_it_was() -> None:
    declared = shipped()
    document = json.loads(json.dumps(declared.to_json(), allow_nan=False))
    assert Declared.from_json(document) == declared
    assert Declared.from_json(document).to_json() == declared.to_json()


def test_every_word_comes_through_json_as_it_was() -> None:
    where = (
        "where: [{property: agent, op: any_of, value: [a, 7, 0.5, true, 2026-03-01]}, {property: value, op: exists}]"
    )
    declared = Declared(
        traits(
            *(
                f"{{name: T {kind}, kind: {kind}, event: X, key: k_{kind}, window_days: 7, {where}{words}}}"
                for kind, (words, _) in KINDS.items()
            )
        ),
        audiences(
            "{name: B, field: customfieldB, policy: fill_empty, none: [{audience: A}]}",
            f"{{name: A, any: [{{event: X, at_most: 0, between_days: [7, 60], {where}}}, {{event: X, exactly: 1}}]}}",
        ),
    )
    assert Declared.from_json(json.loads(json.dumps(declared.to_json(), allow_nan=False))) == declared


def test_json_has_the_words_of_the_files_and_no_others() -> None:
    declared = Declared(traits("{name: T, key: t, kind: event_counter, event: X}"))
    assert declared.to_json() == {
        "traits": [{"name": "T", "key": "t", "kind": "event_counter", "event": "X"}],
        "audiences": [],
    }
    assert Declared.from_json({}) == Declared()


def test_traits_come_before_audiences_and_each_has_its_key() -> None:
    declared = shipped()
    assert [one.name for one in declared] == [one.name for one in (*declared.traits, *declared.audiences)]
    assert list(declared.by_key)[:2] == ["lifetime_value", "average_order_value"]
    assert {key: one.key for key, one in declared.by_key.items()} == {key: key for key in declared.by_key}
    assert len(declared.by_key) == 11


def test_an_audience_comes_after_those_that_it_asks_for() -> None:
    assert names(asking(A=["B", "C"], B=["D"], C=["D", "B"], D=[], E=[])) == ["D", "B", "C", "A", "E"]
    assert names(asking(A=[], B=["A"], C=["B"])) == ["A", "B", "C"]


def test_many_ways_to_one_audience_are_gone_once() -> None:
    """Each of a chain asks twice for the next one: there are more ways through it than could be gone."""
    chain = asking(**{f"A{number}": [f"A{number + 1}"] * 2 for number in range(60)}, A60=[])
    assert names(chain) == [f"A{number}" for number in reversed(range(61))]
    assert chain.needed_by(chain.audiences[0]) == chain
    assert set(sources_of(chain.audiences[0], chain)) == {("users", "email")}


def test_what_an_audience_needs_is_all_that_it_names_by_whatever_way() -> None:
    declared = Declared(
        traits("{name: T, kind: event_counter, event: X}", "{name: U, kind: event_counter, event: X}"),
        audiences(
            "{name: A, none: [{any: [{audience: B}]}]}",
            "{name: B, all: [{trait: t, op: equals, value: 1}]}",
            "{name: C, all: [{trait: u, op: equals, value: 1}, {audience: A}]}",
        ),
    )
    needed = declared.needed_by(declared.audiences[0])
    assert [one.name for one in needed] == ["T", "A", "B"]
    assert [one.name for one in declared.needed_by(declared.traits[1])] == ["U"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_trait_that_names_a_field_is_mapped_to_it_with_the_type_of_its_kind(kind: str) -> None:
    words, field_type = KINDS[kind]
    declared = Declared(traits(f"{{name: My T, kind: {kind}, event: X, field: customfieldT{words}}}"))
    (line,) = with_declared(document(), declared).user_mapping
    assert (line.field, line.external_field, line.type) == ("customfieldT", "traits.my_t", field_type)


def test_an_audience_that_names_a_field_is_mapped_to_it_as_a_boolean() -> None:
    declared = Declared((), audiences("{name: At risk, key: risky, field: customfieldA, any: [{audience: B}]}"))
    (line,) = with_declared(document(), declared).user_mapping
    assert (line.field, line.external_field, line.type) == ("customfieldA", "traits.risky", "boolean")
    assert required_fields(with_declared(document(), declared))["user"]["customfieldA"] == "boolean"


def test_the_lines_of_the_mapping_document_stay_as_they_stand_before_the_declared_ones() -> None:
    own = (
        "{field: name, externalField: traits.name, type: text}",
        "{field: customfieldT, externalField: traits.t, type: text}",
    )
    declared = Declared(
        traits(
            "{name: T, field: customfieldT, kind: event_counter, event: X}",
            "{name: U, field: customfieldU, kind: event_counter, event: X}",
            "{name: V, kind: event_counter, event: X}",
        )
    )
    found = with_declared(document(*own), declared).user_mapping
    assert found[:2] == document(*own).user_mapping
    assert [line.field for line in found[2:]] == ["customfieldU"]


def test_nothing_declared_changes_no_mapping_document() -> None:
    assert with_declared(document(), Declared()) == document()


def test_a_field_is_filled_from_the_declaration_whose_key_its_line_asks_for() -> None:
    mapping = parse_mapping(
        MAPPING
        + """
startdeliverCustomerField: {field: customfieldSmrtId, type: text}
externalCustomerField: {field: userId}
userMapping:
  - {field: name, externalField: traits.name, type: text}
  - {field: customfieldOne, externalField: traits.bigSpender, type: text}
  - {field: customfieldTwo, externalField: "traits['Big spender']", type: text}
customerMapping:
  - {field: customfieldThree, externalField: traits.big_spender, type: text}
""",
        "mapping.yaml",
    )
    (trait,) = traits("{name: Big spender, field: customfieldOwn, kind: event_counter, event: X}")
    (audience,) = audiences("{name: Regulars, any: [{audience: B}]}")
    declared = Declared((trait,), (audience,))
    whole = with_declared(mapping, declared)
    aliases = ("customfieldOne", "customfieldTwo", "customfieldOwn")
    assert fields_of(whole, declared, "user") == dict.fromkeys(aliases, trait)
    assert fields_of(whole, declared, "customer") == {"customfieldThree": trait}


def test_what_is_never_set_has_a_value_at_rest_where_there_is_one() -> None:
    at_rest = {
        trait.kind: trait.at_rest
        for trait in traits(*(f"{{name: T, kind: {kind}, event: X{words}}}" for kind, (words, _) in KINDS.items()))
    }
    assert at_rest == {**dict.fromkeys(KINDS), "event_counter": "0", "unique_list_count": "0"}
    assert audiences("{name: A, any: [{audience: B}]}")[0].at_rest == "false"
