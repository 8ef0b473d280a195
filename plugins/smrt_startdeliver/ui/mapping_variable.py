"""The mapping document in force, and the Airflow Variable that holds it: who may change it, and changing it.

What somebody else changed meanwhile is not overwritten. Each change stands in Airflow's audit log.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import ResourceMethod
from airflow.api_fastapi.auth.managers.models.resource_details import VariableDetails
from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.configuration import ensure_secrets_loaded
from airflow.models import Log
from airflow.models.variable import Variable
from airflow.secrets.metastore import MetastoreBackend
from fastapi import Depends
from sqlalchemy.orm import Session

from smrt_startdeliver.mapping.source import VARIABLE, mapping_text
from smrt_startdeliver.ui.access import MayAct

_EVENT = "startdeliver.mapping"
_CHANGES: tuple[ResourceMethod, ...] = ("POST", "PUT", "DELETE")


class ChangedMeanwhileError(Exception):
    """Somebody else changed the document since it was opened: nothing was written."""


@dataclass(frozen=True)
class InForce:
    """The document in force: its text, where that stands, and whether it is the Variable's.

    fixed: the Variable is set in the environment or in a secrets backend, which win over Airflow's database.
    """

    text: str
    source: str
    of_variable: bool
    fixed: bool

    @property
    def file(self) -> str:
        """The name of the file, where it is one."""
        return Path(self.source).name

    @property
    def version(self) -> str:
        """Tells it from any other."""
        return fingerprint(f"{self.of_variable} {self.text}")


def fingerprint(text: str) -> str:
    """Of a text; of the same whatever its lines end with, as browsers send them otherwise than they got them."""
    return sha256(unix_lines(text).encode(errors="replace")).hexdigest()


def unix_lines(text: str) -> str:
    """A text as browsers send it, with the ends of lines that files have."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def in_force() -> InForce:
    """The document that the next run would read. Raises ConfigurationError where there is none to be read."""
    found = mapping_text()
    elsewhere = [backend for backend in ensure_secrets_loaded() if not isinstance(backend, MetastoreBackend)]
    fixed = any(backend.get_variable(key=VARIABLE) is not None for backend in elsewhere)
    return InForce(unix_lines(found.text), found.source, found.of_variable, fixed)


def _may_change(user: GetUserDep, may_act: MayAct) -> bool:
    details = VariableDetails(key=VARIABLE, team_name=Variable.get_team_name(VARIABLE))
    allowed = get_auth_manager().is_authorized_variable
    return may_act and all(allowed(method=method, details=details, user=user) for method in _CHANGES)


MayChange = Annotated[bool, Depends(_may_change)]
"""Whether the viewer may trigger the DAG, and add, edit and delete the Variable as Airflow has it."""


def put(session: Session, text: str | None, opened: str, user: GetUserDep) -> None:
    """Put a document into the Variable or, without one, delete it, where `opened` is the version still in force.

    It is compared and set in one statement. Raises ChangedMeanwhileError.
    """
    stored = session.scalar(sa.select(Variable).where(Variable.key == VARIABLE))
    if in_force().version != opened:
        raise ChangedMeanwhileError
    # As Airflow would keep it, encrypted; no object of the session, or it would be written, too.
    new = None if text is None else Variable(VARIABLE, text)  # type: ignore[no-untyped-call]
    if stored is None:
        if new is None:
            return
        session.add(new)
        try:
            session.flush()
        except sa.exc.IntegrityError:
            session.rollback()
            raise ChangedMeanwhileError from None
    else:
        as_seen = sa.and_(Variable.key == VARIABLE, Variable._val == stored._val)
        change: sa.Delete | sa.Update = sa.delete(Variable).where(as_seen)
        if new is not None:
            values = {"val": new._val, "is_encrypted": new.is_encrypted}
            change = sa.update(Variable.__table__).where(as_seen).values(values)
        if session.connection().execute(change).rowcount != 1:
            raise ChangedMeanwhileError
    name = user.get_name()
    extra = json.dumps({"did": "deleted" if text is None else "saved"})
    session.add(Log(_EVENT, owner=name, owner_display_name=name, extra=extra))
