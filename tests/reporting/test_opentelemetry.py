"""A run's metrics on the wire of OpenTelemetry, as a task's process sends them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_DELTA

from tests.repository import ROOT

TASK = """
from airflow.sdk.observability import stats
from airflow.sdk.observability.metrics import stats_utils
from smrt_startdeliver.reporting import metrics
from tests.reporting.summaries import summary

stats.initialize(factory=stats_utils.get_stats_factory(), export_legacy_names=False)  # as Airflow does in a task
fates = {("users", "created", ""): 3, ("Order Created", "already sent", ""): 4}
metrics.send(summary(fates=fates, seconds={"extract": 1.5}))
"""


@pytest.fixture
def collector() -> Iterator[tuple[int, list[bytes]]]:
    """A collector's port, and the requests that it was sent."""
    heard: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port, heard
        server.shutdown()
        thread.join()


def test_counters_arrive_as_what_is_to_be_added_gauges_as_they_are_both_with_their_tags(
    collector: tuple[int, list[bytes]], tmp_path: Path
) -> None:
    port, heard = collector
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'plugins'}:{ROOT}",
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__METRICS__OTEL_ON": "True",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "delta",
    }
    done = subprocess.run([sys.executable, "-c", TASK], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

    arrived = {}
    for request in map(ExportMetricsServiceRequest.FromString, heard):
        for one in request.resource_metrics[0].scope_metrics[0].metrics:
            assert one.HasField("gauge") or one.sum.aggregation_temporality == AGGREGATION_TEMPORALITY_DELTA
            for point in (*one.sum.data_points, *one.gauge.data_points):
                tags = tuple((tag.key, tag.value.string_value) for tag in point.attributes)
                arrived[one.name, tags] = point.as_int or point.as_double
    assert arrived == {
        ("airflow.smrt_startdeliver.runs.success", ()): 1,
        ("airflow.smrt_startdeliver.rows.created", (("entity", "users"),)): 3,
        ("airflow.smrt_startdeliver.rows.already_sent", (("entity", "Order_Created"),)): 4,
        ("airflow.smrt_startdeliver.seconds.extract", ()): 1.5,
    }
