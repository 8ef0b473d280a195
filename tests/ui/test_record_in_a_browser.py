"""Page Record as a person has it: found with the keyboard, no email in an address, dark, and on small screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import HOME, OpenBrowser, RunningAirflow
from tests.ui.runs import execute

NAME, EMAIL = "Grace Hopper", "grace@example.com"
DARK = "rgb(17, 20, 24)"
"""The background, `--paper` of pages.css."""


@pytest.fixture(scope="module", autouse=True)
def customer(airflow: RunningAirflow) -> None:
    """Somebody in the warehouse, of whom the memory has events of long names."""
    for statement in (
        "create schema if not exists smrt",
        "create table smrt.users (id text, name text, email text, phone text, received_at timestamptz)",
        f"insert into smrt.users values ('grace', '{NAME}', '{EMAIL}', '+15550100777', now())",
        "insert into {schema}.events (id, name, user_id, happened_at, state, run) select 'grace-' || n,"
        " 'Event With A Long Name', 'grace', now(), 'sent', 1 from generate_series(1, 3) as n",
    ):
        execute(airflow.state, statement, {})


def test_without_a_login_there_is_no_record(open_browser: OpenBrowser) -> None:
    answer = open_browser(None).goto(f"{HOME}record?id=grace")
    assert answer is not None
    assert answer.status == 401


def test_somebody_is_found_by_phone_with_the_keyboard_and_shown_once_asked(open_browser: OpenBrowser) -> None:
    page = open_browser("operator")
    visited: list[str] = []
    page.on("request", lambda request: visited.append(request.url))
    page.goto("/")
    page.get_by_role("link", name="Startdeliver").click()
    frame = page.frame_locator("iframe[title=Startdeliver]")
    frame.get_by_role("link", name="Record").press("Enter")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Record")
    frame.get_by_label("Customer's id, email or phone").fill("(555) 010-0777")
    page.keyboard.press("Enter")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Record grace")
    frame.get_by_role("button", name="Compare with Startdeliver and the warehouse").press("Enter")
    fields = frame.get_by_role("region", name="Fields of the user")
    expect(fields).to_be_visible()
    expect(frame.get_by_role("alert")).to_contain_text("finds no connection 'startdeliver'")
    expect(fields.get_by_text(NAME)).to_have_count(0)
    frame.get_by_role("button", name="Show personal data").press("Enter")
    expect(fields.get_by_text(NAME)).to_be_visible()
    frame.get_by_role("button", name="Hide personal data").press("Enter")
    expect(fields.get_by_text(NAME)).to_have_count(0)
    page.wait_for_url(re.compile(r"/plugin/startdeliver/startdeliver/record\?id=grace"))
    assert not any("0777" in url for url in visited)


def test_an_email_stands_in_no_address_even_where_nobody_is_found(open_browser: OpenBrowser) -> None:
    page = open_browser("operator")
    page.goto(f"{HOME}record")
    page.get_by_label("Customer's id, email or phone").fill("nobody@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Nobody has this id, email or phone.")
    assert page.url.endswith("/startdeliver/record")


@pytest.mark.parametrize("path", ["record", "record?id=grace", "record?id=grace&compare=1&reveal=1"])
def test_it_is_dark_and_fits_400_pixels_and_nothing_is_complained_of(open_browser: OpenBrowser, path: str) -> None:
    page = open_browser("operator", viewport={"width": 400, "height": 800}, color_scheme="dark")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{HOME}{path}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Record")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == DARK
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    for box in page.get_by_role("region").all():
        assert box.evaluate("box => box.getBoundingClientRect().right") <= 400
    assert complaints == []
