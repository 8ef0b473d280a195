"""What is said of a change: a subject in a line; then what happened, since when, which run, and what to do.

Counts, reasons and times alone: no person's data, no key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import quote

from smrt_startdeliver.alerts.changes import Change, Ended, Facts, Share, too_many
from smrt_startdeliver.settings import NotifySettings

DAG_ID = "smrt_to_startdeliver"
_NOTHING_LOST = "The next run starts where the last successful one ended: nothing is lost."
_LISTED = 10


@dataclass(frozen=True)
class Message:
    """What templates and notifiers know as `startdeliver`. `alert`: what it is about; `state`: problem or recovered."""

    alert: str
    state: str
    subject: str
    text: str

    @property
    def html(self) -> str:
        """The text for a notifier that sends HTML."""
        return "<br>\n".join(escape(line) for line in self.text.splitlines())


def message_of(change: Change, facts: Facts, settings: NotifySettings, airflow: str | None) -> Message:
    """The message about a change. `airflow`: the URL of Airflow's UI, where it is known."""
    match change.subject:
        case "run failing":
            headline, lines = _run_failing(change, facts)
        case "guard tripped":
            headline, lines = _guard_tripped(change, facts)
        case "rejected share high":
            headline, lines = _rejected_share(change, facts, settings.notify_rejected_share or 0)
        case "no success":
            headline, lines = _no_success(change, facts, settings.notify_no_success_hours or 0)
    happened, to_do = lines
    text = "\n".join(line for line in (happened, _where(change, facts.last, airflow), to_do) if line)
    return Message(change.subject, "problem" if change.bad else "recovered", f"SMRT to Startdeliver: {headline}", text)


def _run_failing(change: Change, facts: Facts) -> tuple[str, tuple[str, str]]:
    if not change.bad:
        return "runs succeed again", (f"{_succeeded(change, facts)} Runs had failed since {_before(change)}.", "")
    happened = f"{_ended(facts)} failed at {_moment(change.since)}: {_why(facts)}"
    to_do = f"To do: mend what it says. {_NOTHING_LOST} You are told once, and again when a run succeeds."
    return "runs fail", (happened, to_do)


def _guard_tripped(change: Change, facts: Facts) -> tuple[str, tuple[str, str]]:
    if not change.bad:
        happened = f"{_succeeded(change, facts)} Guards had stopped runs since {_before(change)}."
        return "no guard stops runs any more", (happened, "")
    happened = f"A guard stopped {_ended(facts).lower()} at {_moment(change.since)}: {_why(facts)}"
    to_do = (
        "To do: see whether the change is meant; a dry run shows it. If it is a mistake, mend it at its source: the "
        "next run goes on by itself. You are told once, and again when a run succeeds."
    )
    return "a guard stopped the run", (happened, to_do)


def _rejected_share(change: Change, facts: Facts, limit: float) -> tuple[str, tuple[str, str]]:
    if not change.bad:
        happened = f"No entity has more than {_percent(limit)} of its rows rejected. One had since {_before(change)}."
        return "few rows are rejected again", (happened, "")
    high = sorted((share for share in facts.shares if too_many(share, limit)), key=_fewest_last)
    listed = "; ".join(f"{one.entity} {one.rejected:,} of {one.decided:,} ({one.reasons})" for one in high[:_LISTED])
    more = f"; and {len(high) - _LISTED} more" if len(high) > _LISTED else ""
    to_do = "To do: docs/reasons.md says what each reason means and how to mend it."
    return "many rows are rejected", (
        f"More than {_percent(limit)} of the rows were rejected of: {listed}{more}.",
        to_do,
    )


def _no_success(change: Change, facts: Facts, hours: int) -> tuple[str, tuple[str, str]]:
    if not change.bad:
        happened = f"{_succeeded(change, facts)} It had been too long since {_before(change)}."
        return "a run has succeeded again", (happened, "")
    happened = f"No run has succeeded for {hours} hours. "
    if facts.success_at is not None:
        happened += f"The last success ended at {_moment(facts.success_at)}."
    elif facts.begun is not None:
        happened += f"There was none since the first run began at {_moment(facts.begun)}."
    to_do = (
        f"To do: look in Airflow whether DAG {DAG_ID} is unpaused, whether its runs fail, hang or wait, and whether "
        f"workers take tasks. {_NOTHING_LOST}"
    )
    return f"no success for {hours} hours", (happened, to_do)


def _ended(facts: Facts) -> str:
    return f"Run {facts.last.run}" if facts.last and facts.last.run else "A run"


def _succeeded(change: Change, facts: Facts) -> str:
    return f"{_ended(facts)} succeeded at {_moment(change.since)}."


def _before(change: Change) -> str:
    return _moment(change.before) if change.before else "the beginning"


def _why(facts: Facts) -> str:
    return (facts.last and facts.last.message) or "its tasks' logs say why"


def _where(change: Change, last: Ended | None, airflow: str | None) -> str:
    """The DAG run that it is about; of a success that did not come the DAG."""
    dag = f"{airflow.rstrip('/')}/dags/{DAG_ID}" if airflow else None
    if last is None or (change.subject == "no success" and change.bad):
        return f"DAG: {dag}" if dag else ""
    return f"DAG run: {dag}/runs/{quote(last.dag_run_id, safe='')}" if dag else f"DAG run: {last.dag_run_id}"


def _fewest_last(share: Share) -> tuple[int, str]:
    return -share.rejected, share.entity


def _percent(share: float) -> str:
    return f"{share * 100:g} %"


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
