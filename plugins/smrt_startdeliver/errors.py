"""What can go wrong, as a small tree. Each message is one line for a person: what is wrong, where, what to do.

SmrtStartdeliverError
├── ConfigurationError      a file, variable or setting that cannot be used as it stands
├── WarehouseError          the warehouse cannot be reached, refuses, or lacks what it must have
├── StartdeliverError       Startdeliver, or the way to it (`startdeliver/errors.py` has its branches)
├── OutOfTurnError          a stage of a run was started without those before it
├── GuardTripped            a run's change is too large to be meant: nothing of it was written
└── AccountingError         the fates of a run's rows do not add up
"""

from __future__ import annotations


class SmrtStartdeliverError(Exception):
    """Base of all errors that this product raises on purpose."""


class ConfigurationError(SmrtStartdeliverError):
    """A file, variable or setting cannot be used: the message names file, line and key, and says what is allowed."""


class WarehouseError(SmrtStartdeliverError):
    """The warehouse cannot be reached, refuses, or lacks what every warehouse must have."""


class OutOfTurnError(SmrtStartdeliverError):
    """A stage of a run was started without those before it, or after the run was closed."""


class GuardTripped(SmrtStartdeliverError):
    """A run's change is too large to be meant: nothing was written, and the message has each guard with its numbers."""


class AccountingError(SmrtStartdeliverError):
    """The fates of a run's rows do not add up to the rows that it read."""
