"""The notifiers of the settings: Airflow's own classes, made as `settings.yaml` says, given our message to tell."""

from __future__ import annotations

import inspect
import json
import logging
import pkgutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from airflow.sdk import BaseNotifier

from smrt_startdeliver.alerts.words import Message
from smrt_startdeliver.errors import ConfigurationError
from smrt_startdeliver.settings import NotifierSetting, NotifySettings
from smrt_startdeliver.settings_file import place_in_settings

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 60
"""So long a notifier may take: a run must not hang because a mail server does."""

_WHOLE = "{{ startdeliver.subject }}\n{{ startdeliver.text }}"
_OURS: dict[str, Any] = {
    "subject": "{{ startdeliver.subject }}",
    "html_content": "{{ startdeliver.html }}",
    "text": _WHOLE,
    "json": {name: f"{{{{ startdeliver.{name} }}}}" for name in ("alert", "state", "subject", "text")},
}
"""What an argument that a class takes is, where the settings do not say: SmtpNotifier takes the first two, Slack's
`text`, HttpNotifier `json`. They are templates, which Airflow renders: what a message holds is never taken for one."""
_INSTEAD = {"html_content": "template", "json": "data"}
"""Arguments that say the same: who names one does without the other."""


@dataclass(frozen=True)
class NamedNotifier:
    """A notifier, and the name by which the memory knows whether it has told a message: class and arguments."""

    name: str
    setting: NotifierSetting
    kind: type[BaseNotifier]

    def tell(self, message: Message, context: Mapping[str, Any]) -> str | None:
        """Tell a message; what went wrong, in one line, or None. `context`: Airflow's, for the templates.

        One that does not come back is left behind, and may still tell.
        """
        failures = [f"no answer within {PATIENCE_SECONDS} seconds"]

        def work() -> None:
            try:
                make(self.kind, self.setting)({**context, "startdeliver": message})
            except Exception as error:  # whatever a class of somebody else's raises
                failures.append(" ".join(f"{type(error).__name__}: {error}".split())[:300])
            else:
                failures.clear()

        thread = threading.Thread(target=work, name=self.name, daemon=True)
        thread.start()
        thread.join(PATIENCE_SECONDS)
        return failures[-1] if failures else None


def check_notifiers(settings: NotifySettings) -> None:
    """See that each notifier can be made.

    Raises ConfigurationError with file, line and key for a class that cannot be imported or is no notifier, and for
    arguments that it does not take.
    """
    for number, setting in enumerate(settings.notifiers):
        _named(setting, number)


def usable_notifiers(settings: NotifySettings) -> list[NamedNotifier]:
    """The notifiers that can be made. What is wrong with another one is logged: these can still tell of it."""
    usable = []
    for number, setting in enumerate(settings.notifiers):
        try:
            usable.append(_named(setting, number))
        except ConfigurationError as error:
            log.warning("a notifier cannot be used: %s", error)
    return usable


def make(kind: type[BaseNotifier], setting: NotifierSetting) -> BaseNotifier:
    """A notifier with the arguments of the settings, and with our message where they leave room for it."""
    takes = inspect.signature(kind).parameters
    named = setting.arguments.keys()
    ours = {
        name: value
        for name, value in _OURS.items()
        if name in takes and name not in named and _INSTEAD.get(name) not in named
    }
    return kind(**setting.arguments, **ours)


def _named(setting: NotifierSetting, number: int) -> NamedNotifier:
    at = ("notifiers", number)
    try:
        kind = pkgutil.resolve_name(setting.class_name)
    except Exception as error:  # a module of somebody else's may raise anything
        raise ConfigurationError(
            f"{place_in_settings(*at, 'class')} cannot be imported ({error}): install the package that has it, where "
            "Airflow's workers and triggerer run"
        ) from None
    if not (isinstance(kind, type) and issubclass(kind, BaseNotifier)):
        raise ConfigurationError(
            f"{place_in_settings(*at, 'class')} must be a notifier, a subclass of airflow.sdk.BaseNotifier; "
            f"{setting.class_name} is none"
        )
    try:
        make(kind, setting)
    except Exception as error:
        raise ConfigurationError(f"{place_in_settings(*at, 'arguments')} does not fit: {error}") from None
    arguments = json.dumps(setting.arguments, sort_keys=True, default=str)
    return NamedNotifier(f"{kind.__name__} {sha256(arguments.encode()).hexdigest()[:8]}", setting, kind)
