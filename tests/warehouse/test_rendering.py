"""The statements in the dialects of other engines: as they are kept in `golden/`, which their parsers can read.

`REWRITE_EXAMPLES=1` has the files written anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import get_args

import pytest
from sqlglot import exp, parse

from smrt_startdeliver.paths import SQL
from smrt_startdeliver.warehouse.rendering import INTERVALS, Dialect, rendered
from tests.warehouse.asked import PARAMETERS, STATEMENTS

GOLDEN = Path(__file__).parent / "golden"
DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
EACH = pytest.mark.parametrize("dialect", DIALECTS)
EVERY = pytest.mark.parametrize("name", STATEMENTS)


def test_every_statement_that_reads_the_source_is_among_these() -> None:
    files = {file.stem for file in (SQL / "extract").glob("*.sql")}
    assert {name.removesuffix("_of_some") for name in STATEMENTS} == files


@EACH
@EVERY
def test_a_statement_is_rendered_as_it_is_kept(dialect: Dialect, name: str) -> None:
    text = rendered(STATEMENTS[name], dialect).sql(dialect, pretty=True, comments=False) + "\n"
    kept = GOLDEN / dialect / f"{name}.sql"
    if os.environ.get("REWRITE_EXAMPLES"):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(text)
    assert kept.read_text() == text


@EACH
def test_no_other_file_is_kept(dialect: Dialect) -> None:
    assert {file.stem for file in (GOLDEN / dialect).glob("*")} == set(STATEMENTS)


@EACH
@EVERY
def test_what_is_kept_is_one_statement_of_the_dialect_with_all_parameters(dialect: Dialect, name: str) -> None:
    text = (GOLDEN / dialect / f"{name}.sql").read_text()
    (tree,) = parse(text, read=dialect)
    assert tree is not None
    assert isinstance(tree, exp.Query)
    assert parse(tree.sql(dialect), read=dialect) == [tree]
    written = {re.sub(r"\W|(?<=\))s$", "", one) for one in re.findall(r"[:@]\w+|%\(\w+\)s", text)}
    assert written == set(PARAMETERS[name][0])


@EACH
@EVERY
def test_nothing_of_postgresql_alone_is_left(dialect: Dialect, name: str) -> None:
    tree = rendered(STATEMENTS[name], dialect)
    assert "hash_record_extended" not in tree.sql(dialect).lower()
    assert not list(tree.find_all(exp.Any, exp.All, exp.Filter))
    added = [node for node in tree.find_all(exp.Add) if node.find(exp.Placeholder)]
    assert not added, f"an interval is a parameter of PostgreSQL alone ({INTERVALS})"
    assert all(identifier.quoted for identifier in tree.find_all(exp.Identifier))
