"""Who gets to the pages: Airflow's login and its permissions on the DAG, on every route."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from tests.ui.conftest import HOME

A_VALUE = "1"


def routes() -> list[tuple[str, str]]:
    """Method and path of everything that the app answers to."""
    from smrt_startdeliver.ui.app import app  # noqa: PLC0415 - once Airflow's home is set

    assert all(isinstance(route, APIRoute) for route in app.routes)  # others know no dependencies
    return [
        (method, route.path_format.format_map(dict.fromkeys(route.param_convertors, A_VALUE)))
        for route in app.routes
        for method in sorted(route.methods)
    ]


def test_without_a_login_every_route_is_closed(stranger: TestClient) -> None:
    answers = {(method, path): stranger.request(method, f"{HOME[:-1]}{path}").status_code for method, path in routes()}
    assert len(answers) >= 2
    assert set(answers.values()) == {401}


def test_a_token_that_is_not_airflows_is_no_login(stranger: TestClient) -> None:
    stranger.cookies.set("_token", "made.up.token")
    assert {stranger.request(method, f"{HOME[:-1]}{path}").status_code for method, path in routes()} <= {401, 403}


def test_a_login_that_may_not_read_the_dag_sees_nothing(nobody: TestClient) -> None:
    assert {nobody.request(method, f"{HOME[:-1]}{path}").status_code for method, path in routes()} == {403}


@pytest.mark.usefixtures("state")
def test_a_viewer_reads(viewer: TestClient) -> None:
    answer = viewer.get(HOME)
    assert answer.status_code == 200
    assert "<h1>Overview</h1>" in answer.text


def test_where_there_is_no_route_a_stranger_is_shown_nothing(stranger: TestClient) -> None:
    answer = stranger.get(f"{HOME}nowhere")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def test_the_routes_describe_themselves_to_nobody(viewer: TestClient) -> None:
    assert {viewer.get(f"{HOME}{name}").status_code for name in ("docs", "redoc", "openapi.json")} == {404}
