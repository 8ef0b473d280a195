"""README and docs: what they list is what there is, their links lead somewhere, their SQL runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import get_args

import psycopg
import pytest
import sqlalchemy as sa

from demo.custom_fields import custom_fields
from smrt_startdeliver.derive.birthdays import BROKEN_JSON, UNREADABLE_DATE
from smrt_startdeliver.engage.conditions import AudienceCondition, EventCondition, Group, Op
from smrt_startdeliver.engage.declarations import KINDS, Audience, AudiencesFile
from smrt_startdeliver.engage.references import conditions_of
from smrt_startdeliver.mapping.casts import REASONS
from smrt_startdeliver.mapping.customers import NO_CUSTOMER_KEY
from smrt_startdeliver.mapping.fields import LOSSY_MATCH, NO_MATCH_VALUE
from smrt_startdeliver.plan.fates import Fate
from smrt_startdeliver.plan.guards import Guard
from smrt_startdeliver.settings import Settings
from smrt_startdeliver.state.database import State
from smrt_startdeliver.warehouse.catalog import read_catalog
from smrt_startdeliver.warehouse.engines.postgres import Postgres
from smrt_startdeliver.yaml_model import parse_model
from tests.docs.reading import blocks, blocks_run_by
from tests.repository import ROOT
from tests.repository.grants import README, granted_login, section, statements_of

AUDIENCES = (ROOT / "docs/audiences.md").read_text()
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
MAPPING = (ROOT / "docs/mapping.md").read_text()
OPERATIONS = (ROOT / "docs/operations.md").read_text()
REASONS_PAGE = (ROOT / "docs/reasons.md").read_text()
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "sandbox/README.md"]
PACKAGE = ROOT / "plugins/smrt_startdeliver"

FATES = set(get_args(Fate))
WITH_REASON = {"rejected", "skipped"}
"""The fates that have a reason."""
ENTITIES = {"customers", "users"}


def rows(text: str) -> list[list[str]]:
    """The rows of a text's tables without their heads; cells without backticks."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {line for line, below in pairwise(lines) if below.startswith("|---")}
    body = [line for line in lines if line not in heads and not line.startswith("|---")]
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in body]


def anchors(file: Path) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    without_code = re.sub(r"^```.*?^```", "", file.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", without_code, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def reasons_in_code() -> set[str]:
    """Every reason code that a row or value may be given: in Python beside its fate or in a Rejection, and in SQL."""
    found = {*REASONS.values(), BROKEN_JSON, UNREADABLE_DATE, LOSSY_MATCH, NO_MATCH_VALUE, NO_CUSTOMER_KEY}
    for node in (node for file in PACKAGE.rglob("*.py") for node in ast.walk(ast.parse(file.read_text()))):
        parts = [*node.elts] if isinstance(node, ast.Tuple) else []
        if isinstance(node, ast.Call):
            parts = [*node.args, *(keyword.value for keyword in node.keywords)]
        parts += [branch for part in parts if isinstance(part, ast.IfExp) for branch in (part.body, part.orelse)]
        texts = {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
        if WITH_REASON & texts or getattr(getattr(node, "func", None), "id", "") in ("Rejection", "_drop"):
            found |= texts - FATES - ENTITIES
    for file in (ROOT / "sql/extract").glob("*.sql"):
        found |= set(re.findall(r"then '(\w+)'", file.read_text()))
    return {text for text in found if re.fullmatch(r"[a-z]+(_[a-z]+)*", text)}


def test_the_custom_fields_are_those_of_the_configuration_that_ships():
    listed = [
        (entity, alias, kind) for alias, kind, entity, _ in rows(section(MAPPING, "Custom fields in Startdeliver"))
    ]
    required = custom_fields().items()
    assert sorted(listed) == sorted((entity, alias, kind) for entity, of in required for alias, kind in of.items())


def test_every_reason_that_the_code_gives_is_explained_and_no_other():
    explained = [row[0] for row in rows(section(REASONS_PAGE, "The reasons"))]
    assert sorted(explained) == sorted(reasons_in_code())


def test_the_run_parameters_are_the_dags():
    dag = ast.parse((ROOT / "dags/smrt_to_startdeliver.py").read_text())
    parameters = next(
        node.value
        for node in dag.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PARAMS"
    )
    assert [row[0] for row in rows(section(OPERATIONS, "Runs on request"))] == [key.value for key in parameters.keys]


def test_the_guards_are_the_codes_each_with_its_setting():
    code = (PACKAGE / "plan/guards.py").read_text()
    settings = re.findall(r'"(\w+)": \w+\(.*settings\.(\w+)\)', code)
    assert [(guard, share) for guard, _, share in rows(section(REASONS_PAGE, "Guards"))] == settings
    assert [guard for guard, _ in settings] == list(get_args(Guard))


def test_every_setting_is_explained():
    explained = (ROOT / "config/settings.yaml").read_text()
    assert [key for key in Settings.model_fields if not re.search(rf"^#? ?{key}: ", explained, re.MULTILINE)] == []


def test_every_setting_is_acted_on():
    code = "".join(file.read_text() for file in PACKAGE.rglob("*.py"))
    assert [key for key in Settings.model_fields if not re.search(rf"\.{key}\b", code)] == []


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(file):
    for target in re.findall(r"\]\(([^)\s]+)\)", file.read_text()):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            linked = (file.parent / path).resolve() if path else file
            assert linked.exists(), target
            assert not anchor or anchor in anchors(linked), target


def test_make_targets_that_documents_name_are_in_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    texts = [file.read_text() for file in DOCUMENTS]
    commands = [block.text for file in DOCUMENTS for block in blocks(file) if block.language == "sh"]
    named = {target for text in texts for target in re.findall(r"`make ([a-z]+)", text)}
    named |= {target for text in commands for target in re.findall(r"^make ([a-z]+)", text, re.MULTILINE)}
    assert {"demo", "test", "up"} <= named <= targets


def test_the_layout_is_that_of_the_repository():
    folder = ROOT
    for indent, name in re.findall(r"^    ( *)(\S+)  ", section(README, "What is where"), re.MULTILINE):
        path = (folder / name) if indent else (ROOT / name)
        assert path.exists(), name
        folder = folder if indent else path


def test_every_table_and_column_of_the_memory_is_explained():
    explained = section(ARCHITECTURE, "The memory")
    for file in (ROOT / "sql/state/tables").glob("*.sql"):
        name = re.search(r"create table if not exists \{schema\}\.(\w+)", file.read_text())
        if name:
            columns = re.findall(r"^    (?!primary|unique)(\w+) ", file.read_text(), re.MULTILINE)
            about = re.search(rf"^\*\*`{name[1]}`\*\*(.*?)(?=^\*\*`|\Z)", explained, re.MULTILINE | re.DOTALL)
            assert about, name[1]
            assert [column for column in columns if f"`{column}`" not in about[1]] == [], name[1]


@pytest.fixture
def granted(database: str) -> Iterator[sa.Engine]:
    """The login that the README makes, in a warehouse to which Segment has added a table since."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("create schema smrt")
        connection.execute("create table smrt.users (id text, loaded_at timestamptz)")
    with granted_login(database) as uri:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("set role segment")
            connection.execute("create table smrt.groups (id text, loaded_at timestamptz)")
        engine = sa.create_engine(sa.make_url(uri).set(drivername="postgresql+psycopg"))
        yield engine
        engine.dispose()


def test_the_grants_are_enough_for_a_run_and_no_more(granted: sa.Engine):
    State(granted, "startdeliver_sync").create()
    assert set(read_catalog(Postgres(granted), "smrt").tables) == {"users", "groups"}
    with granted.connect() as connection:
        for table in ("users", "groups"):
            assert connection.execute(sa.text(f"select * from smrt.{table}")).all() == []
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            connection.execute(sa.text("delete from smrt.users"))


def test_the_queries_run_on_the_memory(granted: sa.Engine):
    State(granted, "startdeliver_sync").create()
    queries = [query for block in blocks_run_by("queries") for query in statements_of(block.text)]
    assert len(queries) == 6
    with granted.connect() as connection:
        assert [connection.execute(sa.text(query)).all() for query in queries] == [[]] * 6


def test_every_word_of_declarations_is_explained():
    words = {*get_args(Op), *KINDS, *Group.model_fields, *EventCondition.model_fields, *Audience.model_fields} - {
        "given_key"
    }
    for text in (AUDIENCES, (ROOT / "config/audiences.yaml").read_text() + (ROOT / "config/traits.yaml").read_text()):
        assert [word for word in words if not re.search(rf"\b{word}\b", text)] == []


def test_the_example_of_an_audience_can_be_declared():
    (example,) = re.findall(r"```yaml\n(.*?)```", AUDIENCES, re.DOTALL)
    shipped = (ROOT / "config/audiences.yaml").read_text()
    (audience,) = parse_model(example, "docs/audiences.md", AudiencesFile).audiences
    others = parse_model(shipped, "config/audiences.yaml", AudiencesFile).audiences
    assert {one.audience for one, _ in conditions_of(audience) if isinstance(one, AudienceCondition)} <= {
        other.name for other in others
    }
