"""What can go wrong with Startdeliver.

StartdeliverError
├── KeyRefused       401, 403: the run stops at once
├── Unreachable      no connection, or none of the tries was answered: the run stops
├── Refused          any other 4xx: the record's own fault, it costs that record alone
│   └── Gone         404: what we were tied to is no longer there
└── OutcomeUnknown   a create whose answer was lost: look it up before sending it again
"""

from __future__ import annotations

from smrt_startdeliver.errors import SmrtStartdeliverError


class StartdeliverError(SmrtStartdeliverError):
    """Startdeliver, or the way to it, failed."""


class KeyRefused(StartdeliverError):
    """The API key is not accepted, or may not do what was asked."""


class Unreachable(StartdeliverError):
    """Startdeliver cannot be reached, or goes on failing after all tries."""


class Refused(StartdeliverError):
    """Startdeliver refuses this one request; `field` is the alias that it names, where it names one."""

    def __init__(self, message: str, *, status: int, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.field = field


class Gone(Refused):
    """The object does not exist (any more)."""


class OutcomeUnknown(StartdeliverError):
    """A create may or may not have happened: its answer never arrived, or was a server error."""
