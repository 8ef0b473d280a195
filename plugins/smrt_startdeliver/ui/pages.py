"""How a page is made: templates, what all of them show, and the headers that they are sent with."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from airflow.api_fastapi.app import API_ROOT_PATH
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from smrt_startdeliver.ui.access import DAG_ID
from smrt_startdeliver.ui.formats import FILTERS


class Entry(NamedTuple):
    """A page of the navigation: the name of its route, and what it is called."""

    route: str
    label: str


NAVIGATION = (
    Entry("overview", "Overview"),
    Entry("rejected", "Rejected"),
    Entry("record", "Record"),
    Entry("audiences", "Audiences"),
    Entry("mapping", "Mapping"),
)

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
        "frame-ancestors 'self'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_TEMPLATES = Environment(
    loader=PackageLoader("smrt_startdeliver.ui"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= FILTERS


def page(request: Request, template: str, *, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page from a template. Beside what is `shown` it has `navigation`, `here`, `url_of` and `airflow_url`."""
    text = _TEMPLATES.get_template(template).render(
        navigation=NAVIGATION,
        here=getattr(request.scope.get("route"), "name", ""),
        url_of=lambda route, /, **values: url_of(request, route, **values),
        airflow_url=airflow_url,
        **shown,
    )
    return HTMLResponse(text, status, _HEADERS)


def url_of(request: Request, route: str, /, **values: Any) -> str:
    """The path of a route below Airflow's, whatever it is mounted on; values that are no part of it are its query."""
    path_names = next(set(one.param_convertors) for one in request.app.routes if one.name == route)
    query = {name: value for name, value in values.items() if name not in path_names and value not in (None, "")}
    path = request.app.url_path_for(route, **{name: values[name] for name in path_names})
    return f"{request.scope['root_path']}{path}{'?' if query else ''}{urlencode(query)}"


def airflow_url(dag_run_id: str | None = None, task: str | None = None, in_parts: bool = False) -> str:
    """The path of the DAG in Airflow's UI, of a run of it, or of a task of that with its logs, or its parts."""
    parts = ["dags", DAG_ID, *(["runs", dag_run_id] if dag_run_id else []), *(["tasks", task] if task else [])]
    return API_ROOT_PATH + "/".join(quote(part, safe="") for part in [*parts, *(["mapped"] if in_parts else [])])
