"""The mapping document: read as it stands anywhere, and refused where it could not work."""

import json

import pytest

from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.mapping.document import FieldMapping, MappingDocument, parse_mapping, required_fields

AS_ON_THE_PAGE = """{
	startdeliverMatchingField: {
		field: 'customfieldMatchingId',
		type: 'text'
	},
	externalMatchingField: {
		field: 'userId'
	},
	startdeliverCustomerField: {
		field: 'customfieldCustomId',
		type: 'number'
	},
	externalCustomerField: {
		field: 'traits.customerId'
	},
	userMapping: [
		{
			field: 'name',
			externalField: 'traits.trait2',
			type: 'text'
		},
		{
			field: 'customfieldNumber',
			externalField: 'traits.trait1',
			type: 'number'
		},
		{
			field: 'email',
			externalField: 'email',
			type: 'text'
		}
	],
	customerMapping: [
		{
			field: 'name',
			externalField: 'traits.customerName',
			type: 'text'
		}
	]
}
"""

LEAST = {
    "startdeliverMatchingField": {"field": "customfieldId", "type": "text"},
    "externalMatchingField": {"field": "userId"},
}


def read(document):
    return parse_mapping(json.dumps(document), "the document")


def refusal(document):
    with pytest.raises(ConfigurationError) as refused:
        parse_mapping(document if isinstance(document, str) else json.dumps(document), "the document")
    return str(refused.value)


def test_the_text_of_the_destinations_page_is_read_as_it_stands():
    document = parse_mapping(AS_ON_THE_PAGE, "the page")
    assert document.user_match == FieldMapping(field="customfieldMatchingId", external_field="userId", type="text")
    assert document.customer_match == FieldMapping(
        field="customfieldCustomId", external_field="traits.customerId", type="number"
    )
    assert [(field.field, field.external_field, field.type) for field in document.user_mapping] == [
        ("name", "traits.trait2", "text"),
        ("customfieldNumber", "traits.trait1", "number"),
        ("email", "email", "text"),
    ]
    assert [field.field for field in document.customer_mapping] == ["name"]


def test_json_with_tabs_or_none_and_yaml_say_the_same():
    document = parse_mapping(AS_ON_THE_PAGE, "the page")
    written = document.model_dump(by_alias=True)
    for text in (
        json.dumps(written, indent="\t"),
        json.dumps(written, separators=(",", ":")),
        document.model_dump_json(),
    ):
        assert parse_mapping(text, "the page") == document


def test_customers_may_be_left_out():
    document = read(LEAST)
    assert document.customer_match is None
    assert required_fields(document) == {"user": {"customfieldId": "text"}, "customer": {}}


def test_required_fields_are_the_custom_fields_of_both_entities():
    assert required_fields(parse_mapping(AS_ON_THE_PAGE, "the page")) == {
        "user": {"customfieldMatchingId": "text", "customfieldNumber": "number"},
        "customer": {"customfieldCustomId": "number"},
    }


def test_email_is_matched_where_it_is_mapped_from_else_on_the_trait():
    assert read(LEAST).email.external_field == "traits.email"
    mapping = {"field": "email", "externalField": "traits.workEmail", "type": "text"}
    assert read({**LEAST, "userMapping": [mapping]}).email.external_field == "traits.workEmail"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("userMapping", "userMaping", "line 16: userMaping is not a known key, did you mean userMapping?"),
        ("'name'", "'nome'", "line 18: userMapping.0.field nome is no field: allowed are name, email, phone "),
        (
            "'customfieldCustomId'",
            "'customfield'",
            "line 10: startdeliverCustomerField.field customfield is no field: ",
        ),
        ("'customfieldNumber'", "'name'", "line 25: userMapping.1.type number is not the type of name, which is text"),
        ("'customfieldNumber'", "'customerId'", "line 23: userMapping.1.field customerId is no field"),
        (
            "'email',\n\t\t\texternal",
            "'name',\n\t\t\texternal",
            "line 28: userMapping.2.field name is mapped twice: keep one",
        ),
        (
            "'customfieldNumber'",
            "'customfieldMatchingId'",
            "line 23: userMapping.1.field customfieldMatchingId is what is ",
        ),
        (
            "type: 'text'",
            "type: 'date'",
            "line 4: startdeliverMatchingField.type must be 'text' or 'number', not 'date'",
        ),
        (
            "type: 'number'\n\t\t}",
            "type: 'select'\n\t\t}",
            "line 25: userMapping.1.type must be 'text', 'number', 'date' or",
        ),
        ("'traits.trait1'", "'traits[trait1]'", "line 24: userMapping.1.externalField 'traits[trait1]' is no path"),
        ("field: 'userId'", "field: 'traits'", "line 7: externalMatchingField.field 'traits' is a whole object"),
        (
            "externalCustomerField: {",
            "externalCustomer: {",
            "line 13: externalCustomer is not a known key, did you mean ",
        ),
    ],
)
def test_a_mistake_is_refused_with_its_line(old, new, message):
    assert old in AS_ON_THE_PAGE
    assert refusal(AS_ON_THE_PAGE.replace(old, new, 1)).startswith(f"the document, {message}")


@pytest.mark.parametrize(
    "half",
    [
        {"startdeliverCustomerField": {"field": "customfieldId", "type": "text"}},
        {"externalCustomerField": {"field": "userId"}},
        {"customerMapping": [{"field": "name", "externalField": "name", "type": "text"}]},
    ],
    ids=lambda half: next(iter(half)),
)
def test_customers_need_both_of_their_matching_fields(half):
    assert "needs both startdeliverCustomerField and externalCustomerField" in refusal({**LEAST, **half})


def test_the_matching_field_may_be_mapped_from_the_same_path():
    mapping = {"field": "customfieldId", "externalField": "userId", "type": "text"}
    assert isinstance(read({**LEAST, "userMapping": [mapping]}), MappingDocument)


def test_a_document_that_is_missing_its_matching_field_is_refused():
    assert refusal({}) == (
        "the document, line 1: externalMatchingField is missing; line 1: startdeliverMatchingField is missing"
    )
