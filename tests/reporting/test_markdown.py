"""The report of a run: what a person reads of it in Airflow."""

from __future__ import annotations

from markdown_it import MarkdownIt

from smrt_startdeliver.reporting.markdown import report_of
from tests.reporting.summaries import summary

FATES = {
    ("users", "extracted", ""): 1_302,
    ("users", "created", ""): 1_300,
    ("users", "rejected", "no_id"): 1,
    ("users", "skipped", "duplicate"): 1,
    ("Order Created", "extracted", ""): 5,
    ("Order Created", "sent", ""): 5,
}


def tables(text: str) -> list[list[list[str]]]:
    """The tables that a renderer of Markdown finds, as cells."""
    found: list[list[list[str]]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and found and token.level >= 4:
            found[-1][-1].append(token.content)
    return found


def test_every_entity_is_a_row_and_every_fate_that_was_met_a_column() -> None:
    fates, reasons, _ = tables(report_of(summary(fates=FATES, seconds={"extract": 3.0})))
    assert fates == [
        ["entity", "extracted", "created", "sent", "rejected", "skipped"],
        ["Order Created", "5", "0", "5", "0", "0"],
        ["users", "1,302", "1,300", "0", "1", "1"],
    ]
    assert reasons == [
        ["entity", "fate", "reason", "rows"],
        ["users", "rejected", "no_id", "1"],
        ["users", "skipped", "duplicate", "1"],
    ]


def test_a_dry_run_says_what_it_would_do_and_which_guard_would_stop_another() -> None:
    said = report_of(summary(fates=FATES, dry_run=True, guard="many_new"))
    assert said.startswith("# Run 12: what it would do\n")
    assert "nothing was written" in said
    assert "another run would be stopped by many_new" in said
    assert "What becomes of every row" in said


def test_a_run_that_was_forced_says_past_what() -> None:
    said = report_of(summary(guard="many_new", force=True))
    assert said.startswith("# Run 12: what it did\n")
    assert "scheduled, forced;" in said
    assert "forced past many_new" in said


def test_the_window_the_audiences_and_the_cost_are_said() -> None:
    said = report_of(
        summary(
            audiences={"at_risk": {"members": 40, "entered": 3, "left": 2}},
            seconds={"load_users": 61.25, "extract": 1.0},
            requests={"lookup": 3, "write": 1_305, "429": 0},
            tables={"users": 1_302},
            deferred=True,
        )
    )
    assert "2026-03-02 10:00:00 UTC to 2026-03-02 12:00:00 UTC" in said
    assert tables(said) == [
        [["audience", "members", "entered", "left", "held"], ["at_risk", "40", "3", "2", "0"]],
        [["stage", "seconds"], ["extract", "1.0"], ["load_users", "61.2"]],
    ]
    assert "**Requests**: lookup 3, write 1,305, 429 0" in said
    assert "**Rows read**: users 1,302" in said
    assert "Out of time" in said


def test_a_run_that_read_nothing_says_so() -> None:
    assert "No row was read." in report_of(summary())
    assert "**Requests**: none" in report_of(summary())


def test_columns_are_of_even_width_for_who_reads_it_as_it_stands() -> None:
    lines = [line for line in report_of(summary(fates=FATES)).splitlines() if line.startswith("|")]
    by_width = {len(line) for line in lines[:4]}
    assert len(by_width) == 1
