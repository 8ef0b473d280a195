"""Every mistake in a YAML file is one line that says where it is and what is allowed."""

import pytest
from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.yaml_model import parse_model, read_model


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    colour: str
    size: int = 1


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    parts: list[Part] = []
    main: Part | None = None


def refusal(text: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        parse_model(text, "whole.yaml", Whole)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_text_becomes_a_model():
    assert parse_model("parts:\n  - {colour: red, size: 2}\n", "whole.yaml", Whole).parts == [
        Part(colour="red", size=2)
    ]


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n"])
def test_an_empty_text_is_all_defaults(text):
    assert parse_model(text, "whole.yaml", Whole) == Whole()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "main:\n  colour: red\n  sise: 2\n",
            "whole.yaml, line 3: main.sise is not a known key, did you mean size?",
        ),
        (
            "parts:\n  - colour: red\n  - colour: blue\n    weight: 2\n",
            "whole.yaml, line 4: parts.1.weight is not a known key, allowed are colour, size",
        ),
        ("main:\n  colour: red\n  size: big\n", "whole.yaml, line 3: main.size must be a valid integer, not 'big'"),
        ("parts:\n  - size: 2\n", "whole.yaml, line 2: parts.0.colour is missing"),
        ("- a\n- b\n", "whole.yaml, line 1: must be keys with values, not ['a', 'b']"),
        ("main: red", "whole.yaml, line 1: main must be keys with values, not 'red'"),
        ("main:\n  colour: red\n  colour: blue\n", "whole.yaml, line 3: colour stands twice"),
        (
            "main:\n  colour: 2000-13-01\n",
            "whole.yaml, line 2: '2000-13-01' cannot be read: month must be in 1..12",
        ),
        ("main: {colour: red", "whole.yaml, line 1: expected ',' or '}', but got '<stream end>'"),
        ("main: *red", "whole.yaml, line 1: found undefined alias 'red'"),
        ("parts: []\n---\nparts: []\n", "whole.yaml, line 2: but found another document"),
        ("? [a]\n: 2\n", "whole.yaml, line 1: found unhashable key"),
    ],
)
def test_a_mistake_is_named_with_its_line(text, message):
    assert refusal(text) == message


def test_python_objects_are_not_built():
    assert "could not determine a constructor" in refusal("main: !!python/object/apply:os.getcwd []")


@pytest.mark.parametrize("text", ["\0", "[" * 5000])
def test_what_is_no_yaml_is_said_to_be_none(text):
    assert refusal(text).startswith("whole.yaml is not YAML: ")


def test_several_mistakes_come_in_the_order_of_their_lines():
    message = refusal("main:\n  size: 2\nparts:\n  - colour: 5\n")
    assert message == "whole.yaml, line 1: main.colour is missing; line 4: parts.0.colour must be a valid string, not 5"


def test_many_mistakes_are_cut_short():
    assert refusal("parts:\n" + "  - {}\n" * 7).endswith("line 6: parts.4.colour is missing; and 2 more")


def test_a_long_value_is_not_repeated_whole():
    assert len(refusal(f"main: {{colour: red, size: {'x' * 10_000}}}")) < 200


def test_a_validator_can_point_into_its_value():
    class Pointing(Whole):
        def model_post_init(self, _context: object) -> None:
            raise PydanticCustomError("pointing", "is {what}", {"what": "too {red}", "at": ("parts", 1, "colour")})

    with pytest.raises(ConfigurationError) as refused:
        parse_model("parts:\n  - colour: red\n  - colour: red\n", "whole.yaml", Pointing)
    assert str(refused.value) == "whole.yaml, line 3: parts.1.colour is too {red}"


def test_a_file_that_is_not_utf8_is_refused_by_name(tmp_path):
    path = tmp_path / "whole.yaml"
    path.write_bytes(b"main: \xff")
    with pytest.raises(ConfigurationError, match=r"whole\.yaml cannot be read as UTF-8 text"):
        read_model(path, Whole)


@pytest.mark.parametrize(
    ("first", "level"),
    [("[x, x]", "[{0}]"), ("{colour: red}", "{{<<: [{0}]}}")],
    ids=["lists of lists", "merged keys"],
)
def test_aliases_of_aliases_that_would_be_billions_are_refused_at_once(first, level):
    lines = [f"a0: &a0 {first}"]
    for number in range(1, 12):
        repeated = ", ".join([f"*a{number - 1}"] * 9)
        lines.append(f"a{number}: &a{number} {level.format(repeated)}")
    assert refusal("\n".join(lines)).startswith("whole.yaml: its aliases repeat more than anybody means to")


def test_an_alias_says_again_what_it_stands_for():
    whole = parse_model("main: &red {colour: red}\nparts: [*red, *red]\n", "whole.yaml", Whole)
    assert whole.parts == [Part(colour="red")] * 2


def test_a_list_within_itself_is_refused_as_what_it_is():
    assert refusal("parts: &parts [*parts]") == "whole.yaml, line 1: parts.0 must be keys with values, not [[...]]"
