"""What the database says when it fails, as one line for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import adbc_driver_manager
import psycopg
import sqlalchemy as sa

from smrt_startdeliver.errors import WarehouseError

LOCK_TIMEOUT_SECONDS = 300
"""So long a statement waits for a table that somebody else has locked."""

TIMED_OUT = "57014"
LOCKED = "55P03"
NOT_ALLOWED = "42501"
NO_TABLE = "42P01"
NO_COLUMN = "42703"
_AFTER_THIS_THE_SERVER = "ERROR:"
_OF_VALUES = "22"
"""The class of errors of which the message quotes the value that it stumbled on."""

_ADVICE = {
    TIMED_OUT: "a statement time-out, or somebody, ended it: give the login of connection 'smrt_warehouse' more time, "
    "as by `alter role smrt_startdeliver set statement_timeout = '1h'`",
    LOCKED: "another session, as the loader's, has it locked for longer than we wait (lock_timeout): end that session, "
    "or wait until it is done; the next run reads it again",
}

_OF_OTHERS = {
    TIMED_OUT: "a statement time-out, or somebody, ended it: give the login of connection 'smrt_warehouse' more time",
}


class Failed(Exception):
    """What another engine than PostgreSQL failed with: its name, and the SQLSTATE of what it means, '' for others."""

    def __init__(self, said: str, sqlstate: str) -> None:
        super().__init__(said)
        self.sqlstate = sqlstate


@contextmanager
def failing_plainly(what: str, advice: Mapping[str, str], otherwise: str) -> Iterator[None]:
    """WarehouseError in place of the database's own: what failed, what it says of it, and what to do.

    `advice` by SQLSTATE, beside that on time-outs and locks; `otherwise` for all others. Neither the statement nor its
    parameters nor a value is in the message: they may be people's data.
    """
    try:
        yield
    except (sa.exc.DBAPIError, adbc_driver_manager.Error) as error:
        failure = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        sqlstate = getattr(failure, "sqlstate", None) or ""
        raise WarehouseError(
            f"{what} ({_said(failure, sqlstate)}): {({**_ADVICE, **advice}).get(sqlstate, otherwise)}"
        ) from None
    except Failed as error:
        raise WarehouseError(f"{what} ({error}): {({**_OF_OTHERS, **advice}).get(error.sqlstate, otherwise)}") from None


def _said(failure: BaseException | None, sqlstate: str) -> str:
    """The first line of what the server said: those below quote the statement."""
    if sqlstate.startswith(_OF_VALUES):
        return psycopg.errors.lookup(sqlstate).__name__
    lines = str(failure).rpartition(_AFTER_THIS_THE_SERVER)[2].strip().splitlines()
    return lines[0] if lines else type(failure).__name__
