"""Which metrics a run has, and the dashboard that shows them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from smrt_startdeliver.reporting.metrics import Metric, metric_names, metrics_of
from tests.reporting.summaries import summary
from tests.repository import ROOT

DASHBOARD = (ROOT / "docs/grafana/smrt-startdeliver.json").read_text()
OPERATIONS = (ROOT / "docs/operations.md").read_text()
LAST = datetime(2026, 3, 2, 12, 5, tzinfo=UTC)
DONE = {
    "fates": {("Order Created", "already sent", ""): 4, ("users", "rejected", "no_id"): 1},
    "requests": {"write": 5, "429": 1},
    "seconds": {"load_users": 61.5},
    "last_success": LAST,
}


def test_a_run_counts_its_rows_by_fate_its_requests_and_itself_and_says_how_long_its_stages_took() -> None:
    assert list(metrics_of(summary(**DONE))) == [
        Metric("counter", "smrt_startdeliver.runs.success", 1),
        Metric("counter", "smrt_startdeliver.rows.already_sent", 4, {"entity": "Order_Created"}),
        Metric("counter", "smrt_startdeliver.rows.rejected", 1, {"entity": "users", "reason": "no_id"}),
        Metric("counter", "smrt_startdeliver.requests.write", 5),
        Metric("counter", "smrt_startdeliver.requests.429", 1),
        Metric("gauge", "smrt_startdeliver.seconds.load_users", 61.5),
        Metric("gauge", "smrt_startdeliver.last_success", LAST.timestamp()),
    ]


def test_a_run_that_failed_counts_as_that_and_tells_when_the_last_success_was() -> None:
    assert [metric.name for metric in metrics_of(summary(state="failed", last_success=LAST))] == [
        "smrt_startdeliver.runs.failed",
        "smrt_startdeliver.last_success",
    ]


def test_a_dry_run_counts_nothing() -> None:
    metrics = list(metrics_of(summary(**DONE, dry_run=True)))
    assert metrics == [Metric("gauge", "smrt_startdeliver.last_success", LAST.timestamp())]


def test_the_names_are_all_that_there_are() -> None:
    assert {metric.name for metric in metrics_of(summary(**DONE))} <= set(metric_names())
    assert len(set(metric_names())) == len(metric_names())


def test_the_dashboard_shows_every_metric_and_no_other() -> None:
    """Names are as Prometheus has them: from StatsD without, from OpenTelemetry with `_total` after a counter."""
    shown = set(re.findall(r"airflow_(smrt_startdeliver_\w+?)(?:\(_total\)\?\\\"|\))", DASHBOARD))
    assert shown == {name.replace(".", "_") for name in metric_names()}


def test_every_panel_of_the_dashboard_has_a_title_and_asks_the_data_source_that_is_chosen() -> None:
    dashboard = json.loads(DASHBOARD)
    assert [panel["title"] for panel in dashboard["panels"] if not panel["targets"]] == []
    for panel in dashboard["panels"]:
        assert panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${source}"}
    assert [one["name"] for one in dashboard["templating"]["list"]] == ["source"]


def test_the_documents_say_what_each_metric_is() -> None:
    explained = {
        name.replace("<fate>", r"\w+").replace("<purpose>", r"\w+").replace("<stage>", r"\w+")
        for name in re.findall(r"^\| `(smrt_startdeliver\.[\w.<>]+)` \|", OPERATIONS, re.MULTILINE)
    }
    unexplained = [name for name in metric_names() if not any(re.fullmatch(one, name) for one in explained)]
    assert explained
    assert unexplained == []
