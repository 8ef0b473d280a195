"""People's data is shown to who asked for it and may."""

from __future__ import annotations

import pytest
from fastapi import Depends, FastAPI

from tests.ui.conftest import Login

NAME = "Ada Lovelace"


@pytest.fixture
def page(api_server: FastAPI, monkeypatch: pytest.MonkeyPatch) -> str:
    """A page that shows a name, as one of ours would."""
    from smrt_startdeliver.ui.access import check  # noqa: PLC0415 - once Airflow's home is set
    from smrt_startdeliver.ui.masking import Masks  # noqa: PLC0415

    pages = FastAPI(dependencies=[Depends(check)])

    def show(masks: Masks) -> list[object]:
        return [masks(NAME), masks(None), masks(""), masks.may_reveal]

    show.__annotations__["masks"] = Masks
    pages.get("/")(show)
    monkeypatch.setattr(api_server.router, "routes", [*api_server.router.routes])
    api_server.mount("/masked", pages)
    api_server.router.routes.insert(0, api_server.router.routes.pop())
    return "/masked/"


@pytest.mark.parametrize(
    ("who", "query", "seen"),
    [
        ("viewer", "", ["••••••", "", "", False]),
        ("viewer", "?reveal=1", ["••••••", "", "", False]),
        ("operator", "", ["••••••", "", "", True]),
        ("operator", "?reveal=1", [NAME, "", "", True]),
    ],
)
def test_it_is_hidden_until_somebody_who_may_asks(
    log_in: Login, page: str, who: str, query: str, seen: list[object]
) -> None:
    assert log_in(who).get(f"{page}{query}").json() == seen


def test_the_button_comes_back_to_the_same_page_and_only_for_who_may(log_in: Login) -> None:
    from jinja2 import Environment, PackageLoader  # noqa: PLC0415

    from smrt_startdeliver.ui.masking import Masking  # noqa: PLC0415 - once Airflow's home is set

    templates = Environment(loader=PackageLoader("smrt_startdeliver.ui"), autoescape=True)
    button = templates.get_template("masking.html").module.reveal_button
    asked = str(button(Masking(may_reveal=True, revealed=False), "/there", {"key": "8"}))
    assert 'action="/there"' in asked
    assert 'name="key" value="8"' in asked
    assert 'name="reveal" value="1"' in asked
    assert "reveal" not in str(button(Masking(may_reveal=True, revealed=True), "/there", {}))
    assert str(button(Masking(may_reveal=False, revealed=False), "/there", {})).strip() == ""
