"""Declarations as they stand in the two files, read, or refused with a sentence."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from smrt_startdeliver.engage.declarations import Audience, AudiencesFile, ComputedTrait, TraitsFile
from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.engage.files import load_declared
from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.mapping.document import MappingDocument, parse_mapping
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.yaml_model import parse_model

MAPPING = """
startdeliverMatchingField: {field: customfieldSmrtId, type: text}
externalMatchingField: {field: userId}
"""


def document(*lines: str) -> MappingDocument:
    """A mapping document with these lines for users, as `{field: …, externalField: …, type: …}`."""
    return parse_mapping(MAPPING + f"userMapping: [{', '.join(lines)}]\n", "mapping.yaml")


def traits(*lines: str) -> tuple[ComputedTrait, ...]:
    """Computed traits, each as `{name: …}`, whatever they refer to."""
    return parse_model(f"traits: [{', '.join(lines)}]", "traits.yaml", TraitsFile).traits


def audiences(*lines: str) -> tuple[Audience, ...]:
    """Audiences, each as `{name: …}`, whatever they refer to."""
    return parse_model(f"audiences: [{', '.join(lines)}]", "audiences.yaml", AudiencesFile).audiences


def load(
    folder: Path,
    traits: str | None = None,
    audiences: str | None = None,
    mapping: MappingDocument | None = None,
    **settings: object,
) -> Declared:
    """What files of these texts declare, in a folder."""
    for name, text in (("traits", traits), ("audiences", audiences)):
        if text is not None:
            (folder / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")
    return load_declared(folder, mapping or document(), Settings.model_validate(settings))


def refusal_of(
    folder: Path,
    traits: str | None = None,
    audiences: str | None = None,
    mapping: MappingDocument | None = None,
    **settings: object,
) -> str:
    """Why `load` refuses files of these texts, without the folder's name; in one line."""
    with pytest.raises(ConfigurationError) as refused:
        load(folder, traits, audiences, mapping, **settings)
    message = str(refused.value)
    assert "\n" not in message
    assert message.startswith(f"{folder}/")
    return message.removeprefix(f"{folder}/")
