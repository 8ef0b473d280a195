"""`python -m demo.custom_fields`: the custom fields that the configuration needs, for the sandbox's `--fields`."""

from __future__ import annotations

import json

from smrt_startdeliver.engage.declared import with_declared
from smrt_startdeliver.engage.files import load_declared
from smrt_startdeliver.mapping.document import parse_mapping, required_fields
from smrt_startdeliver.paths import CONFIG
from smrt_startdeliver.settings import Settings


def custom_fields() -> dict[str, dict[str, str]]:
    """`{entity: {alias: type}}` of every custom field that the files in `config/` name."""
    path = CONFIG / "mapping.yaml"
    document = parse_mapping(path.read_text(), str(path))
    document = with_declared(document, load_declared(CONFIG, document, Settings()))
    return {entity: dict(fields) for entity, fields in required_fields(document).items()}


if __name__ == "__main__":
    print(json.dumps(custom_fields(), indent=2))
