"""Audiences and Mapping as a person has them: with the keyboard, in the dark, and on small screens."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from smrt_startdeliver.paths import CONFIG
from tests.ui.conftest import HOME, OpenBrowser, RunningAirflow
from tests.ui.test_audiences import add_audience_run, count, enter
from tests.ui.warehouse_rows import create_users

SHIPPED = (CONFIG / "mapping.yaml").read_text()
VARIABLE = "/api/v2/variables/startdeliver_mapping"
PAGES = ("audiences", "audiences/at_risk", "mapping")


@pytest.fixture(scope="module", autouse=True)
def audience(airflow: RunningAirflow) -> Iterator[None]:
    """Three runs that synced audiences, with members of whom the warehouse knows the names."""
    for number in range(3):
        run = add_audience_run(airflow.state)
        count(airflow.state, run, at_risk={"members": 10 + number, "entered": 3, "left": 2})
    enter(airflow.state, "at_risk", "ann", "bob", run=run)
    rows = [
        ("ann", "2026-11-01Z", "Ann Ames", "ann@example.com"),
        ("bob", "2026-11-02Z", "Bob Bates", "bob@example.com"),
    ]
    create_users(airflow.warehouse, *rows, name="text", email="text")
    yield
    with airflow.state.transaction() as connection:
        connection.execute(sa.text("drop schema smrt cascade"))


def contrast(page: Page, selector: str) -> float:
    """The ratio of luminance between a thing's text and its background, as WCAG counts it."""
    return float(
        page.locator(selector).first.evaluate("""element => {
            const colour = (text) => text.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
                .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
            const light = (text) => { const [r, g, b] = colour(text); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
            let behind = element;
            while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") { behind = behind.parentElement; }
            const [dark, bright] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor]
                .map(light).sort((one, other) => one - other);
            return (bright + 0.05) / (dark + 0.05);
        }""")
    )


def test_an_audience_is_reached_through_the_navigation_and_its_members_are_shown_on_demand(
    open_browser: OpenBrowser,
) -> None:
    page = open_browser("operator")
    page.goto("/")
    page.get_by_role("link", name="Startdeliver").click()
    frame = page.frame_locator("iframe[title=Startdeliver]")
    frame.get_by_role("link", name="Audiences").click()
    spark = frame.get_by_role("img", name=re.compile("^Members of At risk. The latest of"))
    expect(spark).to_have_count(1)
    frame.get_by_role("link", name="At risk").press("Enter")
    members = frame.get_by_role("region", name="Who entered last")
    expect(frame.get_by_role("img", name=re.compile("^Members"))).to_have_count(1)
    expect(members.get_by_role("row", name=re.compile("ann"))).to_contain_text("••••••")
    frame.get_by_role("button", name="Show personal data").press("Enter")
    expect(members.get_by_role("row", name=re.compile("ann"))).to_contain_text("Ann Ames")
    frame.get_by_role("button", name="Hide personal data").press("Enter")
    expect(members).not_to_contain_text("Ann Ames")


def test_a_document_is_edited_tried_and_saved_with_the_keyboard_alone_and_taken_back(
    open_browser: OpenBrowser,
) -> None:
    page = open_browser("editor")
    page.goto("/plugin/startdeliver/startdeliver/mapping")
    frame = page.frame_locator("iframe[title=Startdeliver]")
    text = frame.get_by_label("The document")
    expect(text).to_have_value(SHIPPED)
    text.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("  - {field: seats, externalField: traits.email, type: number}")
    page.keyboard.press("Tab")
    expect(frame.get_by_label("Try it on")).to_be_focused()
    page.keyboard.type("ann")
    page.keyboard.press("Enter")
    row = frame.get_by_role("region", name=re.compile("change for customer ann")).get_by_role("row").nth(1)
    expect(row).to_contain_text("seats")
    expect(row).to_contain_text("left out: not_a_number")
    expect(frame.get_by_role("button", name="Save for the next run")).to_be_visible()
    page.reload()  # of Airflow's own page: it comes back to the document in force
    expect(text).to_have_value(SHIPPED)

    text.fill(SHIPPED.replace("externalField: traits.firstName", "externalField: traits.email"))
    frame.get_by_role("button", name="Validate and preview").press("Enter")
    preview = frame.get_by_role("region", name=re.compile("change for customer bob"))
    changed = preview.get_by_role("row", name=re.compile("customfieldFirstName"))
    expect(changed).to_contain_text("traits.email, text")
    expect(changed).to_contain_text("••••••")
    frame.get_by_role("button", name="Show personal data").press("Enter")
    expect(changed).to_contain_text("bob@example.com")
    frame.get_by_role("button", name="Save for the next run").press("Enter")
    expect(frame.get_by_role("status")).to_contain_text("it is in force with the next run")
    expect(text).to_have_value(re.compile("customfieldFirstName, externalField: traits.email"))
    assert "customfieldFirstName, externalField: traits.email" in page.request.get(VARIABLE).json()["value"]

    frame.get_by_role("button", name="Back to the file").press("Enter")
    expect(frame.get_by_role("status")).to_contain_text("the file is in force with the next run")
    expect(text).to_have_value(SHIPPED)
    assert page.request.get(VARIABLE).status == 404


def test_a_mistake_is_said_with_its_line_and_the_edit_is_kept(open_browser: OpenBrowser) -> None:
    page = open_browser("operator")
    page.goto(f"{HOME}mapping")
    page.get_by_label("The document").fill("startdeliverMatchingField: {field: nonsense, type: text}\n\nx: 1\n")
    page.get_by_role("button", name="Validate and preview").click()
    expect(page.get_by_role("alert")).to_contain_text("line 3: x is not a known key")
    expect(page.get_by_role("region", name="The lines that are meant")).to_contain_text("3  x: 1")
    expect(page.get_by_label("The document")).to_have_value(re.compile("nonsense"))


@pytest.mark.parametrize("path", PAGES)
def test_without_a_login_there_is_nothing(open_browser: OpenBrowser, path: str) -> None:
    answer = open_browser(None).goto(f"{HOME}{path}")
    assert answer is not None
    assert answer.status == 401


@pytest.mark.parametrize("path", PAGES)
def test_at_400_pixels_nothing_but_a_box_scrolls_sideways(open_browser: OpenBrowser, path: str) -> None:
    page = open_browser("editor", viewport={"width": 400, "height": 800})
    page.goto(f"{HOME}{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if path == "mapping":
        page.get_by_role("button", name="Validate and preview").click()
        expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    for box in (*page.get_by_role("region").all(), *page.get_by_role("textbox").all()):
        assert box.evaluate("box => box.getBoundingClientRect().right") <= 400


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_texts_can_be_read_in_the_dark_and_in_the_light(open_browser: OpenBrowser, scheme: str) -> None:
    page = open_browser("operator", color_scheme=scheme)
    page.goto(f"{HOME}mapping")
    document = page.get_by_label("The document")
    document.fill(document.input_value().replace("traits.name, type: text}", "traits.email, type: text}", 1))
    page.get_by_role("button", name="Validate and preview").click()
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    found = {selector: contrast(page, selector) for selector in ("textarea", "td", "small", "pre", "label", "summary")}
    page.goto(f"{HOME}audiences/at_risk")
    found |= {f"audience {selector}": contrast(page, selector) for selector in ("pre", "td", "caption", "main p")}
    assert {what for what, ratio in found.items() if ratio < 4.5} == set()


def test_nothing_comes_from_elsewhere_and_nothing_is_complained_of(
    open_browser: OpenBrowser, airflow: RunningAirflow
) -> None:
    page = open_browser("editor")
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in PAGES:
        page.goto(f"{HOME}{path}")
    page.get_by_role("button", name="Validate and preview").click()
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    assert {url for url in asked if not url.startswith(f"{airflow.url}{HOME}")} == set()
    assert complaints == []
