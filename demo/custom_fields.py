"""`python -m demo.custom_fields`: the custom fields that the mapping document needs, for the sandbox's `--fields`."""

from __future__ import annotations

import json

from smrt_startdeliver.mapping.document import parse_mapping, required_fields
from smrt_startdeliver.paths import CONFIG


def custom_fields() -> dict[str, dict[str, str]]:
    """`{entity: {alias: type}}` of every custom field in `config/mapping.yaml`."""
    path = CONFIG / "mapping.yaml"
    return {
        entity: dict(fields) for entity, fields in required_fields(parse_mapping(path.read_text(), str(path))).items()
    }


if __name__ == "__main__":
    print(json.dumps(custom_fields(), indent=2))
