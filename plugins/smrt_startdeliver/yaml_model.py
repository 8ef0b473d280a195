"""A YAML text and a pydantic model: the model, or one line that says where the text is wrong and what is allowed.

Errors name source, line and key. Every file of the configuration is read through here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from smrt_startdeliver.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)

_SHOWN_ERRORS = 5
_MOST_NODES = 100_000
"""Of a text, each alias counted as all that it stands for: a few lines of aliases of aliases are billions."""
_MEMBER = "<{}>"
"""Begins and ends pydantic's name for a member of a union, where that is no step in the text."""


def member(model: type[BaseModel]) -> str:
    """The tag of a model in a union whose members are told apart by their keys (pydantic's `Tag`)."""
    return _MEMBER.format(model.__name__)


def tuple_from_list(value: object) -> object:
    """For a field that is a tuple, so that a frozen model holds nothing that changes: YAML has lists."""
    return tuple(value) if isinstance(value, list) else value


def nearest(name: str, allowed: Sequence[str]) -> str:
    """The end of a sentence on a name that is none of those that are allowed: which of them it may mean."""
    near = get_close_matches(name, allowed, n=1)
    return f", did you mean {near[0]!r}?" if near else ""


def read_model(path: Path, model: type[Model], context: object = None) -> Model:
    """The model that a YAML file holds. Raises ConfigurationError, also where the file cannot be read as UTF-8 text."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read as UTF-8 text: {error}") from None
    return parse_model(text, str(path), model, context)


def parse_model(text: str, source: str, model: type[Model], context: object = None) -> Model:
    """The model that a YAML text holds; a text of nothing but comments is an empty mapping.

    `context` is what the model's validators may ask for. One that wants to point into its value raises a
    PydanticCustomError whose context has `at`, a path below it.
    Raises ConfigurationError: `<source>, line <n>: <key> <what is wrong and what is allowed>`, for each error.
    """
    root, data = _parse(text, source)
    try:
        return model.model_validate(data, context=context)
    except ValidationError as error:
        found = sorted(_line_and_sentence(detail, root, model) for detail in error.errors(include_url=False))
        sentences = [f"line {line}: {sentence}" for line, sentence in found[:_SHOWN_ERRORS]]
        more = len(found) - len(sentences)
        raise ConfigurationError(f"{source}, {'; '.join(sentences)}{f'; and {more} more' if more else ''}") from None


def line_of(text: str, source: str, at: Sequence[int | str]) -> int:
    """The line of a YAML text, from 1, at which a key or an item stands."""
    return _line(_parse(text, source)[0], tuple(at))


class _Loader(yaml.SafeLoader):
    """Safe loading that knows the line of every mistake: impossible dates, and keys that stand twice."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:
            problem = f"{_shown(node.value)} cannot be read: {error}"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in names:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} stands twice", key.start_mark)
            names.add(key.value)
        return super().construct_mapping(node, deep=deep)


def _parse(text: str, source: str) -> tuple[yaml.Node | None, Any]:
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            if _nodes(root, {}) > _MOST_NODES:
                raise ConfigurationError(
                    f"{source}: its aliases repeat more than anybody means to: write it without them"
                )
            return root, {} if root is None else loader.construct_document(root)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise ConfigurationError(f"{source}{line}: {error.problem or error.context}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigurationError(f"{source} is not YAML: {' '.join(str(error).split())}") from None


def _nodes(node: yaml.Node | None, known: dict[int, int]) -> int:
    """How many there are from a node on; one within itself counts once."""
    if not isinstance(node, yaml.CollectionNode):
        return 1
    if id(node) not in known:
        known[id(node)] = 1
        pairs = node.value if isinstance(node, yaml.MappingNode) else [(each,) for each in node.value]
        known[id(node)] += sum(_nodes(part, known) for pair in pairs for part in pair)
    return known[id(node)]


def _line_and_sentence(detail: ErrorDetails, root: yaml.Node | None, model: type[BaseModel]) -> tuple[int, str]:
    location = (*detail["loc"], *detail.get("ctx", {}).get("at", ()))
    key = ".".join(str(part) for part in location if not _is_member(part))
    return _line(root, location), f"{key} {_problem(detail, location, model)}".lstrip()


def _problem(detail: ErrorDetails, location: tuple[int | str, ...], model: type[BaseModel]) -> str:
    match detail["type"]:
        case "extra_forbidden":
            known = sorted(_keys(model, location[:-1]))
            near = get_close_matches(str(location[-1]), known, n=1)
            return "is not a known key, " + (f"did you mean {near[0]}?" if near else f"allowed are {', '.join(known)}")
        case "missing":
            return "is missing"
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"must be keys with values, not {_shown(detail['input'])}"
        case "tuple_type":
            return f"must be a list, not {_shown(detail['input'])}"
        case _:
            message = detail["msg"].removeprefix("Value error, ")
            message = message.replace("Input should", "must", 1).replace("Value should", "must", 1)
            message = message.replace("String should", "must", 1)
            # Our own sentences say already what stands there.
            own = detail["type"] == "value_error" or "at" in detail.get("ctx", {})
            return message if own else f"{message}, not {_shown(detail['input'])}"


def _is_member(part: int | str) -> bool:
    return isinstance(part, str) and part.startswith(_MEMBER[0])


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _line(root: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """The line, from 1, of the key or item at a location; of the nearest that is there, where it is missing."""
    if root is None:
        return 1
    node, mark = root, root.start_mark
    for part in location:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    node, mark = value, key.start_mark
                    break
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            mark = node.start_mark
        # What is in neither is pydantic's name for a member of a union: no step in the text.
    return int(mark.line) + 1


def _keys(model: type[BaseModel], location: tuple[int | str, ...]) -> set[str]:
    """The keys that a mapping at a location may have."""
    models = [model]
    for part in location:
        if _is_member(part):
            models = [each for each in models if member(each) == part]
            continue
        fields = [field for each in models for key, field in _fields(each) if key == part]
        models = [found for field in fields for found in _models(field.annotation)] or models
    return {key for each in models for key, _ in _fields(each)}


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    return ((field.alias or name, field) for name, field in model.model_fields.items())


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
