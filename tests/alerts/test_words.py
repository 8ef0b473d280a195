"""What is said: what happened, since when, which run, what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from smrt_startdeliver.alerts.changes import Change, Ended, Facts, Share
from smrt_startdeliver.alerts.words import Message, message_of
from smrt_startdeliver.settings import NotifySettings

NOON = datetime(2026, 3, 2, 12, 5, tzinfo=UTC)
MORNING = NOON - timedelta(hours=6)
FAILED = Ended(NOON, "failed", "scheduled__2026-03-02T12:00:00+00:00", 12, "load_users: the key is refused")
SUCCEEDED = Ended(NOON, "success", "manual__a", 14)
AIRFLOW = "https://airflow.example.com/"


def said(change: Change, last: Ended | None, airflow: str | None = AIRFLOW, **known) -> Message:
    return message_of(change, Facts(NOON, MORNING, MORNING, last, **known), NotifySettings(), airflow)


def test_a_failure_says_what_happened_when_in_which_run_and_what_to_do():
    message = said(Change("run failing", True, NOON), FAILED)
    assert message == Message(
        "run failing",
        "problem",
        "SMRT to Startdeliver: runs fail",
        "Run 12 failed at 2026-03-02 12:05 UTC: load_users: the key is refused\n"
        "DAG run: https://airflow.example.com/dags/smrt_to_startdeliver/runs/"
        "scheduled__2026-03-02T12%3A00%3A00%2B00%3A00\n"
        "To do: mend what it says. The next run starts where the last successful one ended: nothing is lost. You are "
        "told once, and again when a run succeeds.",
    )


def test_without_airflows_address_a_run_goes_by_its_id():
    message = said(Change("run failing", True, NOON), replace(FAILED, run=None), airflow=None)
    assert message.text.startswith("A run failed at ")
    assert "DAG run: scheduled__2026-03-02T12:00:00+00:00\n" in message.text


@pytest.mark.parametrize("subject", ["run failing", "guard tripped", "rejected share high", "no success"])
def test_a_recovery_says_since_when_it_had_been_otherwise_and_asks_for_nothing(subject):
    message = said(Change(subject, False, NOON, MORNING), SUCCEEDED, shares=(Share("users", 0, 10, ""),))
    assert message.state == "recovered"
    assert "since 2026-03-02 06:05 UTC" in message.text
    assert "/runs/manual__a" in message.text
    assert "To do" not in message.text


def test_a_guard_says_what_it_saw():
    stopped = replace(FAILED, outcome="stopped", message="guard: stopped before anything was written, by fewer_rows")
    assert "A guard stopped run 12 at 2026-03-02 12:05 UTC: guard: stopped before anything was written, by" in (
        said(Change("guard tripped", True, NOON), stopped).text
    )


def test_of_rejected_rows_the_entities_above_the_limit_are_listed_most_rows_first():
    shares = (Share("pages", 5, 100, "no_id 5"), Share("users", 6, 100, "no_id 6"), Share("Order Ready", 9, 10, "x 9"))
    text = said(Change("rejected share high", True, NOON), SUCCEEDED, shares=shares).text
    assert text.startswith(
        "More than 5 % of the rows were rejected of: Order Ready 9 of 10 (x 9); users 6 of 100 (no_id 6)."
    )


def test_no_success_says_which_was_the_last_and_leads_to_the_dag():
    message = said(Change("no success", True, NOON), FAILED)
    assert message.subject == "SMRT to Startdeliver: no success for 6 hours"
    assert "The last success ended at 2026-03-02 06:05 UTC." in message.text
    assert "DAG: https://airflow.example.com/dags/smrt_to_startdeliver\n" in message.text


def test_html_is_the_text_with_its_lines_and_nothing_that_a_browser_would_take_for_more():
    assert Message("a", "problem", "s", "1 < 2\n<b>").html == "1 &lt; 2<br>\n&lt;b&gt;"
