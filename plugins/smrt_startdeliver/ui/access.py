"""Who may see the pages, and who may act there: Airflow's own login and permissions on the DAG.

Airflow's API server lets anybody through to a plugin's app, so each request is checked here.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
from airflow.configuration import conf
from fastapi import Depends, HTTPException, Request, status

DAG_ID = "smrt_to_startdeliver"
_SAFE = ("GET", "HEAD")
READING_FORMS = frozenset({"record_search"})
"""The routes whose form is posted and only looks: what is searched for must not stand in an address."""

_requires_reading = requires_access_dag("GET", param_dag_id=DAG_ID)
_requires_acting = requires_access_dag("POST", DagAccessEntity.RUN, DAG_ID)


def check(request: Request, user: GetUserDep) -> None:
    """Let through who may read the DAG, and who may trigger it to whatever is no mere reading: of forms, most are not.

    Raises HTTPException: 401 without a login, 403 without the permission, or where another site sent the form.
    """
    _requires_reading(request, user)
    if request.method not in _SAFE:
        _requires_own_form(request)
        if request.scope["route"].name not in READING_FORMS:
            _requires_acting(request, user)


def _may_act(request: Request, user: GetUserDep) -> bool:
    try:
        _requires_acting(request, user)
    except HTTPException:
        return False
    return True


MayAct = Annotated[bool, Depends(_may_act)]
"""Whether the viewer may trigger the DAG: then they may release, edit, and see people's data."""


def _requires_own_form(request: Request) -> None:
    """The login is a cookie, which browsers send along: beside its SameSite, where the form came from must be ours.

    A proxy may have changed `Host`: Airflow's `[api] base_url` is ours, too.
    """
    origin = urlsplit(request.headers.get("origin", "")).netloc
    ours = {request.headers.get("host"), urlsplit(conf.get("api", "base_url", fallback="")).netloc}
    if not origin or origin not in ours:
        raise HTTPException(
            status.HTTP_403_FORBIDDEN,
            "This form was not sent from a page of this Airflow. Where it was, set [api] base_url to its address.",
        )
