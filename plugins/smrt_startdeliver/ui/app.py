"""The app that Airflow's API server mounts on `/startdeliver`: every route behind Airflow's login.

A further page is a module with a `router`, entered here, a template that extends `base.html`, and an entry in
`pages.NAVIGATION`.
"""

from __future__ import annotations

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from smrt_startdeliver.errors import SmrtStartdeliverError
from smrt_startdeliver.ui import audiences, mapping, overview, record, rejected, run, static_files
from smrt_startdeliver.ui.access import check
from smrt_startdeliver.ui.pages import page

# No documentation of routes: those of FastAPI would be open to anybody.
app = FastAPI(
    title="Startdeliver",
    dependencies=[Depends(check)],
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
    redirect_slashes=False,
)
for module in (overview, run, rejected, record, audiences, mapping, static_files):
    app.include_router(module.router)


@app.exception_handler(SmrtStartdeliverError)
def _say_what_to_do(request: Request, error: SmrtStartdeliverError) -> Response:
    """Our errors are one line that says what is wrong and what to do: that is the page then."""
    return page(request, "problem.html", status=503, title="Not now", problem=str(error))


@app.exception_handler(HTTPException)
async def _say_plainly(request: Request, error: HTTPException) -> Response:
    """A page for what a route did not find; where there is no route nobody has looked at the login."""
    if error.status_code != 404 or not isinstance(request.scope.get("route"), APIRoute):
        return await http_exception_handler(request, error)
    return page(request, "problem.html", status=404, title="Not found", problem=str(error.detail))
