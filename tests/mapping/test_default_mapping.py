"""The mapping document that is shipped."""

from smrt_startdeliver.mapping.document import parse_mapping, required_fields
from smrt_startdeliver.paths import CONFIG
from smrt_startdeliver.vocabulary import DERIVED_TRAITS, SMRT_TRAITS, snake_case

DOCUMENT = parse_mapping((CONFIG / "mapping.yaml").read_text(encoding="utf-8"), "mapping.yaml")


def test_it_maps_every_trait_of_smrt_and_every_derived_one():
    mapped = [field.path.names for field in DOCUMENT.user_mapping]
    derived = {(trait,) for trait in DERIVED_TRAITS}
    assert set(mapped) == set(SMRT_TRAITS.values()) | derived
    assert len(mapped) == len(set(mapped))


def test_a_custom_field_is_called_like_the_trait_that_it_holds():
    for field in DOCUMENT.user_mapping:
        if field.field.startswith("customfield"):
            assert snake_case(field.field.removeprefix("customfield")) == "_".join(map(snake_case, field.path.names))


def test_customers_and_users_are_known_by_smrts_id():
    for match in (DOCUMENT.user_match, DOCUMENT.customer_match):
        assert (match.field, match.external_field, match.type) == ("customfieldSmrtId", "userId", "text")
    assert [field.field for field in DOCUMENT.customer_mapping] == ["name"]
    assert required_fields(DOCUMENT)["customer"] == {"customfieldSmrtId": "text"}
