"""The JSON Schemas that editors check both files with: as committed, and as strict as the product wherever they can."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from smrt_startdeliver.engage.declarations import AudiencesFile, TraitsFile
from smrt_startdeliver.engage.json_schemas import FOLDER, as_text, json_schemas
from smrt_startdeliver.engage.references import EVENTS, TRAITS
from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.paths import CONFIG
from smrt_startdeliver.yaml_model import parse_model

FILES = {"traits": TraitsFile, "audiences": AudiencesFile}

COUNTER = "{name: T, kind: event_counter, event: Order Created}"
EVERY_WORD = """
- {name: Y, kind: unique_list_count, event: pages, property: name, key: y_count, policy: fill_empty}
- {name: Z, kind: most_frequent, event: Order Created, property: agent, field: customfieldZ, window_days: 30, where: [
    {property: value, op: greater, value: 7.5}, {property: agent, op: any_of, value: [a, 7, true]},
    {property: agent, op: exists}]}
"""
EVERY_CONDITION = """
- {event: Customer Visit, at_least: 3, within_days: 365}
- {event: Customer Visit, exactly: 0, between_days: [7, 60]}
- {event: pages, at_most: 2, where: [{property: name, op: not_exists}]}
- {trait: demographic, op: less_or_equal, value: 2}
- {trait: a_computed_one, op: equals, value: false}
- {trait: customFields.Referral Source, op: exists}
- {audience: Alteration lovers}
- {any: [{none: [{audience: B}]}], all: [{audience: C}]}
"""


def validator(name: str) -> Draft202012Validator:
    schema = json_schemas()[f"{name}.json"]
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def problems(name: str, text: str) -> list[str]:
    document: Any = json.loads(json.dumps(yaml.safe_load(text)))
    return [error.message for error in validator(name).iter_errors(document)]


def one_of(name: str, lines: str) -> str:
    return f"{name}:\n" + "".join(f"  {line}\n" for line in lines.strip().splitlines())


def with_condition(condition: str) -> str:
    return f"audiences:\n  - name: A\n    all:\n      - {condition}\n"


def is_refused_by_both(name: str, text: str) -> bool:
    with pytest.raises(ConfigurationError):
        parse_model(text, f"{name}.yaml", FILES[name])
    return problems(name, text) != []


def enumerations(part: Any) -> Iterator[list[str]]:
    if isinstance(part, dict) and "enum" in part:
        yield part["enum"]
    below = part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    for one in below:
        yield from enumerations(one)


def test_what_is_committed_is_what_the_models_give() -> None:
    schemas = json_schemas()
    assert {path.name for path in FOLDER.iterdir()} == schemas.keys()
    for name, schema in schemas.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == as_text(schema), f"{name}: run engage.json_schemas"


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_file_names_its_schema_in_its_first_line_and_keeps_it(name: str) -> None:
    text = (CONFIG / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.splitlines()[0] == f"# yaml-language-server: $schema=schemas/{name}.json"
    assert (CONFIG / "schemas" / f"{name}.json").exists()
    assert problems(name, text) == []


def test_every_word_of_the_declarations_is_known_to_the_schemas() -> None:
    every_trait, every_condition = one_of("traits", EVERY_WORD), "audiences:\n  - name: A\n    any:\n"
    every_condition += "".join(f"      {line}\n" for line in EVERY_CONDITION.strip().splitlines())
    for name, text in (("traits", every_trait), ("audiences", every_condition)):
        assert problems(name, text) == []
        parse_model(text, name, FILES[name])


@pytest.mark.parametrize("text", ["{}", "traits: []"])
def test_a_file_that_declares_nothing_is_fine(text: str) -> None:
    assert problems("traits", text) == []


def test_editors_are_offered_the_events_and_traits_that_there_are() -> None:
    condition = json_schemas()["audiences.json"]["$defs"]["EventCondition"]
    assert condition["properties"]["event"] == {"enum": list(EVENTS)}
    offered, any_other = json_schemas()["audiences.json"]["$defs"]["TraitCondition"]["properties"]["trait"]["anyOf"]
    assert offered == {"enum": list(TRAITS)}
    assert any_other["type"] == "string"


@pytest.mark.parametrize("name", FILES)
def test_no_enumeration_names_anything_twice(name: str) -> None:
    found = list(enumerations(json_schemas()[f"{name}.json"]))
    assert found
    assert all(len(set(names)) == len(names) for names in found)


@pytest.mark.parametrize(
    "trait",
    [
        "{name: T, kind: event_count, event: Order Created}",
        "{name: T, event: Order Created}",
        "{kind: event_counter, event: Order Created}",
        "{name: T, kind: event_counter}",
        "{name: '', kind: event_counter, event: Order Created}",
        "{name: ' ', kind: event_counter, event: Order Created}",
        "{name: 5, kind: event_counter, event: Order Created}",
        "{name: T, kind: event_counter, event: Order Created, property: value}",
        "{name: T, kind: event_counter, event: Order Created, given_key: t}",
        "{name: T, kind: first, event: Order Created}",
        "{name: T, kind: aggregation, event: Order Created, property: value}",
        "{name: T, kind: aggregation, event: Order Created, property: value, function: total}",
        "{name: T, kind: event_counter, event: Order Created, window_days: 0}",
        "{name: T, kind: event_counter, event: Order Created, window_days: 36526}",
        "{name: T, kind: event_counter, event: Order Created, window_days: 1.5}",
        "{name: T, kind: event_counter, event: Order Created, field: orders}",
        "{name: T, kind: event_counter, event: Order Created, policy: append}",
        "{name: T, kind: event_counter, event: Order Created, where: {property: agent, op: exists}}",
        "{name: T, kind: event_counter, event: Order Created, where: [{property: agent}]}",
        "{name: T, kind: event_counter, event: Order Created, where: [{op: exists}]}",
        "just a text",
    ],
)
def test_a_trait_that_the_product_refuses_is_refused_in_the_editor(trait: str) -> None:
    assert is_refused_by_both("traits", f"traits: [{trait}]")


@pytest.mark.parametrize(
    "condition",
    [
        "{event: Order Created}",
        "{event: Order Created, at_least: 1, at_most: 2}",
        "{event: Order Created, at_least: -1}",
        "{event: Order Created, at_least: 1, within_days: 0}",
        "{event: Order Created, at_least: 1, between_days: [7]}",
        "{event: Order Created, at_least: 1, between_days: [7, 30, 60]}",
        "{event: Order Created, at_least: 1, between_days: 7}",
        "{event: Order Created, at_least: 1, within_day: 7}",
        "{event: Order Created, at_least: 1, trait: email}",
        "{trait: email}",
        "{trait: email, op: equal, value: a}",
        "{trait: email, op: equals}",
        "{trait: email, op: equals, value: null}",
        "{trait: email, op: equals, value: {a: b}}",
        "{trait: email, op: any_of, value: []}",
        "{trait: email, op: any_of, value: [[a]]}",
        "{trait: email, op: exists, value: true}",
        "{audience: ''}",
        "{audience: B, op: exists}",
        "{any: []}",
        "{any: [{event: Order Created}]}",
        "{}",
        "B",
    ],
)
def test_a_condition_that_the_product_refuses_is_refused_in_the_editor(condition: str) -> None:
    assert is_refused_by_both("audiences", with_condition(condition))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("traits", "trait: []"),
        ("traits", f"traits: {COUNTER}"),
        ("audiences", "audiences: [{name: A}]"),
        ("audiences", "audiences: [{name: A, all: []}]"),
        ("audiences", "audiences: [{name: A, all: [{audience: B}], kind: first}]"),
        ("audiences", "audiences: [{all: [{audience: B}]}]"),
        ("audiences", "- {name: A, all: [{audience: B}]}"),
    ],
)
def test_a_file_that_the_product_refuses_is_refused_in_the_editor(name: str, text: str) -> None:
    assert is_refused_by_both(name, text)


def test_an_event_that_there_is_none_of_is_refused_in_the_editor() -> None:
    assert problems("traits", "traits: [{name: T, kind: event_counter, event: Order Creatd}]") != []
    assert problems("audiences", with_condition("{event: Order Creatd, at_least: 1}")) != []
