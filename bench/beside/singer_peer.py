"""`singer-sdk`: a target with one sink, fed with the messages of a tap."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import requests
from asked import ASKED, answer, bodies, rows
from singer_sdk import RecordSink, Target
from singer_sdk import typing as th

_count = 0
_session = requests.Session()


class _Sink(RecordSink):
    def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:  # noqa: ARG002
        global _count  # noqa: PLW0603
        if "bodies" in ASKED:
            _session.post(ASKED["url"], json=record, timeout=30).raise_for_status()
        _count += 1


class _Target(Target):
    name = "target-bench"
    config_jsonschema = th.PropertiesList().to_dict()
    default_sink_class = _Sink


class _Messages(io.TextIOBase):
    """What a tap writes, read line by line as it comes."""

    def __init__(self) -> None:
        self._lines = _lines()

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def readline(self, _: int = -1) -> str:  # type: ignore[override]
        return next(self._lines, "")


def _lines() -> Iterator[str]:
    for table in ASKED.get("tables", ["bodies"]):
        schema = {"type": "object", "properties": {}, "additionalProperties": True}
        yield json.dumps({"type": "SCHEMA", "stream": table, "schema": schema, "key_properties": []}) + "\n"
        for record in bodies() if "bodies" in ASKED else rows(table):
            yield json.dumps({"type": "RECORD", "stream": table, "record": record}, default=str) + "\n"


def _go() -> int:
    _Target(config={}).listen(_Messages())
    return _count


answer(_go)
