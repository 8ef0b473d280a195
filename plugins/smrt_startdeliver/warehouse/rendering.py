"""The PostgreSQL statements of `sql/` in the dialects of other engines, by sqlglot.

Beside what sqlglot knows of dialects, some things are ours to say: intervals are parameters of PostgreSQL alone, lists
too; and the hash of a row is compared only where the memory is in the same database.
"""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from sqlglot import exp, parse_one

Dialect = Literal["redshift", "snowflake", "bigquery"]

INTERVALS = frozenset({"max_clock_skew"})
"""Parameters that are intervals in PostgreSQL; elsewhere they are whole seconds."""


def rendered(statement: sa.TextClause, dialect: Dialect) -> exp.Expression:
    """A statement over the rows of the source, for an engine; its `:names` stay placeholders.

    A placeholder in `in (...)` stands for a list. All identifiers are quoted, on Snowflake in upper case: names that
    nobody quoted are so there, Segment's among them.
    """
    tree = parse_one(statement.text.replace("\\:", ":"), read="postgres")
    changed = tree.transform(_without_what_is_postgres_alone, dialect)
    for identifier in changed.find_all(exp.Identifier):
        name = identifier.name.upper() if dialect == "snowflake" else identifier.name
        identifier.replace(exp.to_identifier(name, quoted=True))
    return changed


def _without_what_is_postgres_alone(node: exp.Expression, dialect: Dialect) -> exp.Expression:
    if isinstance(node, exp.Anonymous) and node.name.lower() == "hash_record_extended":
        return exp.cast(exp.null(), "bigint")
    if isinstance(node, exp.RegexpReplace):
        node.set("modifiers", None)  # 'g': the others replace all in any case
    if isinstance(node, exp.Add) and isinstance(node.expression, exp.Placeholder) and node.expression.name in INTERVALS:
        add = exp.TimestampAdd if dialect == "bigquery" else exp.DateAdd
        return add(this=node.this, expression=node.expression, unit=exp.var("second"))
    if isinstance(node, exp.EQ) and isinstance(node.expression, exp.Any):
        return exp.In(this=node.this, expressions=[node.expression.find(exp.Placeholder)])
    if isinstance(node, exp.NEQ) and isinstance(node.expression, exp.Anonymous) and node.expression.name == "all":
        # Of an empty list, which is written as null, too, everything is another one.
        among = exp.In(this=node.this, expressions=[node.expression.find(exp.Placeholder)])
        return exp.Not(this=exp.Coalesce(this=among, expressions=[exp.false()]))
    return node
