"""docs/mapping.md: each recipe, loaded and run as it stands, gives what the page shows.

`REWRITE_EXAMPLES=1` has what Startdeliver holds written anew.
"""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from tests.docs.reading import below
from tests.end_to_end.pipeline import Pipeline
from tests.repository import ROOT

PAGE = ROOT / "docs/mapping.md"
SHIPPED = yaml.safe_load((ROOT / "config/mapping.yaml").read_text())
MATCHING = [key for key in SHIPPED if not key.endswith("Mapping")]
RECIPES = {title: text for title, text in below(PAGE.read_text(), 3).items() if "```json" in text}
END = datetime(2026, 3, 2, 12, tzinfo=UTC)
BLOCK = re.compile(r"```(yaml|json)\n(.*?)```", re.DOTALL)
CALL = {"id": "text", "user_id": "text", "timestamp": "timestamptz", "received_at": "timestamptz"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ABOUT = {"customer": "customerMapping:", "usage": "segment_override"}
"""What else than users a recipe shows, and by which word it says so."""
SERVERS_OWN = {"createdAt", "createdBy", "updatedAt", "updatedBy"}


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_gives_what_the_page_shows(title: str, pipeline: Pipeline) -> None:
    *configuration, rows, shown = BLOCK.findall(RECIPES[title])
    assert [language for language, _ in (*configuration, rows, shown)] == ["yaml"] * len(configuration) + ["json"] * 2
    configure(pipeline, [text for _, text in configuration])
    load(pipeline, json.loads(rows[1]))
    pipeline.run_as("scheduled", END)
    about = {"user"} | {entity for entity, word in ABOUT.items() if word in RECIPES[title]}
    held = outcome(pipeline, frozenset(about))
    if os.environ.get("REWRITE_EXAMPLES"):
        anew = RECIPES[title].replace(f"```json\n{shown[1]}```", f"```json\n{written(held)}```")
        PAGE.write_text(PAGE.read_text().replace(RECIPES[title], anew))
    else:
        assert json.loads(shown[1]) == held


def configure(pipeline: Pipeline, blocks: list[str]) -> None:
    """The files of a recipe: a block is of mapping.yaml, unless its first line says otherwise."""
    files = {"settings": "timezone: UTC\n", "mapping": ""}
    for block in blocks:
        named = re.match(r"# (\w+)\.yaml\n", block)
        files[named[1] if named else "mapping"] = block
    files["settings"] += "max_in_flight: 1\n"  # objects are created in the order of their rows, as the page shows them
    pipeline.configure(**files | {"mapping": completed(files["mapping"])})


def completed(part: str) -> str:
    """A part of the mapping document as a whole one: where it has no match field, with those of the one that ships."""
    own = yaml.safe_load(part)
    if "startdeliverMatchingField" in own:
        return part
    return part + yaml.safe_dump({key: SHIPPED[key] for key in MATCHING if key not in own})


def load(pipeline: Pipeline, tables: dict[str, list[dict[str, Any]]]) -> None:
    """Fill the warehouse as Segment would, an hour after each event happened."""
    for table, rows in tables.items():
        columns = {"received_at": "timestamptz"} if table == "users" else dict(CALL)
        columns |= {name: kind_of(value) for row in rows for name, value in row.items()}
        pipeline.create_table(table, **columns)
        for number, row in enumerate(rows):
            pipeline.insert(table, **{"id": f"{table}-{number}", "received_at": row.get("timestamp", END)} | row)


def kind_of(value: Any) -> str:
    """The type of column that Segment makes for a value."""
    if isinstance(value, str) and TIME.fullmatch(value):
        return "timestamptz"
    return {bool: "boolean", int: "bigint", float: "numeric"}.get(type(value), "text")


def outcome(pipeline: Pipeline, shown: frozenset[str]) -> dict[str, Any]:
    """What the sandbox holds of these entities, and what the run has rejected.

    Without the server's own fields. Ids are shown of customers alone, as `customerId` of users points to them.
    """
    hidden = SERVERS_OWN | {"messageId"} | ({"customerId"} if "customer" not in shown else set())
    held: dict[str, Any] = {}
    for entity in sorted(shown):
        hides = hidden if entity == "customer" else hidden | {"id"}
        objects = pipeline.sandbox.objects(entity)
        held[entity] = [{key: value for key, value in one.items() if key not in hides} for one in objects]
    rejected = pipeline.state("select entity, reason, rows from counts where fate = 'rejected' order by entity")
    held["rejected"] = [f"{row['entity']}: {row['reason']} {row['rows']}" for row in rejected]
    return {what: one for what, one in held.items() if one}


def written(held: dict[str, Any]) -> str:
    """As the page shows it: an object a line."""
    entities = (
        f'  "{entity}": [\n' + ",\n".join(f"    {json.dumps(one, ensure_ascii=False)}" for one in objects) + "\n  ]"
        for entity, objects in held.items()
    )
    return "{\n" + ",\n".join(entities) + "\n}\n"
