"""What can go wrong with Startdeliver.

StartdeliverError
├── KeyRefused       401, 403: the run stops at once
├── Unreachable      no connection, none of the tries was answered, or too many failed: the run stops
│   └── ServerFailed     a write that the server was there for, and failed at in all tries: it costs that record alone
├── Refused          any other 4xx: the record's own fault, it costs that record alone
│   └── Gone         404: what we were tied to is no longer there
├── FieldRefused     a field that is written to is not there, or of another type
├── CircuitOpen      record after record was refused for one and the same reason: the run stops
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


class ServerFailed(Unreachable):
    """Startdeliver was reached and failed at all tries of this one write; others may well go through."""


class Refused(StartdeliverError):
    """Startdeliver refuses this one request; `field` is the alias that it names, where it names one."""

    def __init__(self, message: str, *, status: int, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.field = field


class Gone(Refused):
    """The object does not exist (any more)."""


class FieldRefused(StartdeliverError):
    """A field that is written to does not exist, or is of another type."""


class CircuitOpen(StartdeliverError):
    """Startdeliver refuses record after record for the same reason: that is no single record's fault."""


class OutcomeUnknown(StartdeliverError):
    """A create may or may not have happened: its answer never arrived, or was a server error.

    `retry_after`: the seconds after which the server asks to come again; None where it did not say.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
