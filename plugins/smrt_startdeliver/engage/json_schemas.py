"""The JSON Schema of each file of declarations, so that editors complete and check it.

`python -m smrt_startdeliver.engage.json_schemas` writes them to `config/schemas/`.
"""

from __future__ import annotations

import json
from typing import Any

from smrt_startdeliver.engage.declarations import AudiencesFile, TraitsFile
from smrt_startdeliver.engage.references import EVENTS, TRAITS
from smrt_startdeliver.paths import CONFIG

FOLDER = CONFIG / "schemas"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schemas() -> dict[str, dict[str, Any]]:
    """The schemas by the names of their files."""
    return {"traits.json": _schema(TraitsFile), "audiences.json": _schema(AudiencesFile)}


def as_text(schema: dict[str, Any]) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _schema(model: type[TraitsFile | AudiencesFile]) -> dict[str, Any]:
    schema: dict[str, Any] = _tidy(model.model_json_schema(by_alias=True))
    for part in schema["$defs"].values():
        properties = part["properties"]
        if "event" in properties:
            properties["event"] = {"enum": list(EVENTS)}
        if "trait" in properties:  # known ones are offered, computed ones are in the other file
            properties["trait"] = {"anyOf": [{"enum": list(TRAITS)}, properties["trait"]]}
    return {"$schema": _DIALECT, **schema}


def _tidy(part: Any) -> Any:
    """Without what says nothing to a person: titles, and nulls, which no declaration holds."""
    if isinstance(part, list):
        return [_tidy(item) for item in part if item != {"type": "null"}]
    if not isinstance(part, dict):
        return part
    tidied = {
        key: _tidy(value)
        for key, value in part.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and value in (None, [], ()))
    }
    if len(tidied.get("anyOf", [])) == 1:  # a value or null
        (only,) = tidied.pop("anyOf")
        return {**only, **tidied}
    return tidied


def main() -> None:
    """Write both schemas."""
    FOLDER.mkdir(exist_ok=True)
    for name, schema in json_schemas().items():
        (FOLDER / name).write_text(as_text(schema), encoding="utf-8")


if __name__ == "__main__":
    main()
