"""The computed traits and audiences that were synced, kept in the schema."""

from __future__ import annotations

from smrt_startdeliver.engage.declared import Declared
from smrt_startdeliver.engage.renamed import Synced, rule_of
from smrt_startdeliver.state.database import State


def synced_declarations(state: State) -> list[Synced]:
    """Those that the last sync had."""
    return [
        Synced(row["key"], row["name"], row["field"], row["rule"])
        for row in state.rows("declarations")
        if row["declared"]
    ]


def synced_keys(state: State) -> set[str]:
    """The keys of all whose first sync has ended: what is not among them has it now, or goes on with it."""
    return {row["key"] for row in state.rows("declarations") if row["whole"]}


def note_synced(state: State, run: int, declared: Declared) -> None:
    """Note what a run syncs, and that nothing else is declared any more."""
    state.write("undeclare", [{"keys": [one.key for one in declared]}])
    state.write(
        "declare",
        [{"key": one.key, "name": one.name, "field": one.field, "rule": rule_of(one), "run": run} for one in declared],
    )
