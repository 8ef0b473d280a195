"""The metrics of a run, through Airflow's own: StatsD or OpenTelemetry, whichever its configuration switches on.

A counter or gauge goes by its name and, where the receiver knows tags, by entity and reason, too. All begin with
`smrt_startdeliver.`; Airflow puts its own prefix before that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from airflow.sdk.observability import stats

from smrt_startdeliver.plan.fates import Fate
from smrt_startdeliver.reporting.summary import Summary
from smrt_startdeliver.stages.job import STAGES
from smrt_startdeliver.startdeliver.request import Purpose

PREFIX = "smrt_startdeliver"
OUTCOMES = ("success", "failed")
REQUESTS = (*get_args(Purpose), "429", "retry")


@dataclass(frozen=True)
class Metric:
    """What is sent: a counter is added to, a gauge is set."""

    kind: Literal["counter", "gauge"]
    name: str
    value: float
    tags: Mapping[str, str] = field(default_factory=dict)


def metric_names() -> list[str]:
    """All names that there can be, without Airflow's prefix."""
    return [
        *(_rows(fate) for fate in get_args(Fate)),
        *(_requests(what) for what in REQUESTS),
        *(_seconds(stage) for stage in STAGES),
        *(_runs(outcome) for outcome in OUTCOMES),
        _LAST_SUCCESS,
    ]


def metrics_of(summary: Summary) -> Iterator[Metric]:
    """The metrics of a run that is closed. A dry run has none but the last success: it did nothing that counts."""
    if not summary.dry_run:
        yield Metric("counter", _runs(summary.state), 1)
        for (entity, fate, reason), rows in summary.fates.items():
            tags = {"entity": entity, "reason": reason} if reason else {"entity": entity}
            yield Metric("counter", _rows(fate), rows, {tag: _word(value) for tag, value in tags.items()})
        for what, count in summary.requests.items():
            yield Metric("counter", _requests(what), count)
        for stage, seconds in summary.seconds.items():
            yield Metric("gauge", _seconds(stage), seconds)
    if summary.last_success is not None:
        yield Metric("gauge", _LAST_SUCCESS, summary.last_success.timestamp())


def send(summary: Summary) -> None:
    """Send a run's metrics; where Airflow's are off, nothing happens."""
    for metric in metrics_of(summary):
        if metric.kind == "counter":
            stats.incr(metric.name, int(metric.value), tags=dict(metric.tags))
        else:
            stats.gauge(metric.name, metric.value, tags=dict(metric.tags))


_LAST_SUCCESS = f"{PREFIX}.last_success"
"""Seconds since 1970 at which the last run ended that succeeded: its age is the time since then."""


def _rows(fate: str) -> str:
    return f"{PREFIX}.rows.{_word(fate)}"


def _requests(what: str) -> str:
    return f"{PREFIX}.requests.{what}"


def _seconds(stage: str) -> str:
    return f"{PREFIX}.seconds.{stage}"


def _runs(outcome: str) -> str:
    return f"{PREFIX}.runs.{outcome}"


def _word(text: str) -> str:
    """A text that may stand in a metric's name or tag: `already sent` has a space."""
    return stats.normalize_name_for_stats(text, log_warning=False)
