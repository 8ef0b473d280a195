"""The login that the README makes: what the product may do in somebody's warehouse, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa
from psycopg import sql

from tests.repository import ROOT

README = (ROOT / "README.md").read_text()


def section(text: str, heading: str) -> str:
    """What stands below a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def statements(text: str) -> list[str]:
    """The statements of a text's blocks of SQL."""
    blocks = re.findall(r"^```sql\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [statement for block in blocks for statement in statements_of(block)]


def statements_of(block: str) -> list[str]:
    """The statements of a block of SQL."""
    return [statement for statement in re.split(r";$", block, flags=re.MULTILINE) if statement.strip()]


@contextmanager
def granted_login(database: str) -> Iterator[str]:
    """The URI of a database for the README's login, until the block ends.

    The role `segment`, which makes tables in the schema `smrt` from now on, is made beside it; what is there stays.
    """
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("create role segment")
        connection.execute("create schema if not exists smrt")
        connection.execute("grant all on schema smrt to segment")
        for statement in statements(section(README, "Connect your own warehouse in ten minutes")):
            connection.execute(sql.SQL(statement))
    login = sa.make_url(database).set(username="smrt_startdeliver", password="PASSWORD")
    try:
        yield login.render_as_string(hide_password=False)
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            for role in ("smrt_startdeliver", "segment"):
                connection.execute(sql.SQL("drop owned by {} cascade").format(sql.Identifier(role)))
                connection.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))
