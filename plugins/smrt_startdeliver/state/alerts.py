"""What people are told, in the memory: how subjects stand, what is known of the runs, and which messages are still due.

Whoever changes a subject's row tells of it: each of the statements is one, so of two tasks at once one does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from smrt_startdeliver.alerts.changes import Change, Ended, Facts, Share, Standing, Subject
from smrt_startdeliver.alerts.words import Message
from smrt_startdeliver.plan.guards import FEW
from smrt_startdeliver.state.database import State

CLAIM_SECONDS = 900
"""Longer than telling takes: a notifier that hangs is given up after a minute, and not asked again at that occasion."""


@dataclass(frozen=True)
class Due:
    """A message that is to be told; `told`: the notifiers that have."""

    subject: Subject
    change: int
    message: Message
    told: frozenset[str]


def standing(state: State) -> dict[Subject, Standing]:
    """How the subjects stand of which something was noted."""
    return {row["subject"]: Standing(row["bad"], row["since"]) for row in state.rows("alerts")}


def facts(state: State) -> Facts:
    """What the memory knows of the regular runs."""
    row = state.rows("regular_runs")[0]
    last = None
    if row["run"] is not None:
        last = Ended(row["finished_at"], row["outcome"], row["dag_run_id"], row["run"], row["message"])
    shares = tuple(Share(**share) for share in state.rows("rejected_shares", few=FEW))
    return Facts(row["now"], row["begun"], row["success_at"], last, shares)


def note_change(
    state: State, change: Change, message: Message, run: int | None, told_at: datetime | None = None
) -> None:
    """Keep a change and what is to be told of it, unless somebody has done so already. `told_at`: it was told."""
    row = {"subject": change.subject, "bad": change.bad, "since": change.since, "run": run, "told_at": told_at}
    state.write("note_alert", [row | {"title": message.subject, "text": message.text}])


def claim_due(state: State) -> list[Due]:
    """The messages that were not told, oldest change first. They are the caller's to tell, and to settle."""
    rows = sorted(state.rows("claim_alerts", seconds=CLAIM_SECONDS), key=lambda row: (row["since"], row["subject"]))
    return [
        Due(
            row["subject"],
            row["change"],
            Message(row["subject"], "problem" if row["bad"] else "recovered", row["title"], row["text"]),
            frozenset(row["told"]),
        )
        for row in rows
    ]


def note_told(state: State, due: Due, notifier: str) -> None:
    """A notifier has told it."""
    state.write("note_told", [{"subject": due.subject, "change": due.change, "notifier": notifier}])


def settle(state: State, messages: Iterable[Due], notifiers: Sequence[str]) -> None:
    """Done with these: told by all notifiers, or left for the next occasion."""
    state.write(
        "settle_alert",
        [{"subject": due.subject, "change": due.change, "notifiers": list(notifiers)} for due in messages],
    )
