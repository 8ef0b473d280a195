"""A notifier that writes what it is given to a file, and can be told to fail, or to die."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

from airflow.sdk import BaseNotifier


class Recorder(BaseNotifier):
    """Appends the message to `file`; fails while `file` with the suffix `.broken` exists, dies with `.deadly`."""

    template_fields = ("text",)

    def __init__(self, file: str, text: str = "{{ startdeliver.text }}", **arguments: Any) -> None:
        super().__init__(**arguments)
        self.file = Path(file)
        self.text = text

    def notify(self, context: Any) -> None:
        if self.file.with_suffix(".broken").exists():
            raise ConnectionError("the server of the tests is down")
        if self.file.with_suffix(".deadly").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        message = context["startdeliver"]
        with self.file.open("a") as lines:
            said = {"alert": message.alert, "state": message.state, "subject": message.subject, "text": self.text}
            lines.write(json.dumps(said) + "\n")
