"""Debian's Chromium, driven by Playwright, and Airflow's login page in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from demo.home import DemoError


def chromium() -> str | None:
    """The system's Chromium; Playwright's own is not downloaded."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def running_browser() -> Iterator[Browser]:
    """The browser for the length of a block. Raises DemoError where there is none."""
    path = chromium()
    if path is None:
        raise DemoError("Chromium is not installed: apt-get install chromium, or `make install` as root")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []  # its sandbox refuses root
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=path, args=root) as browser:
        yield browser


def log_in_with(page: Page, url: str, name: str, password: str) -> None:
    """Log in on Airflow's own page; it shows Airflow's home then."""
    page.goto(url)
    page.get_by_label("Username").fill(name)
    page.locator("input[type=password]").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Dags", exact=True).wait_for()
