"""One browser for all tests that need one, and a way to open a page of the built site in it."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

SITE = Path(__file__).parents[1] / "_build" / "html"
INSTALLED = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]


def launch(playwright):
    """The installed browser; None is the one that `playwright install` fetched. --no-sandbox: CI runs as root."""
    path = next(filter(None, INSTALLED), None)
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def open_page(browser):
    """Open a page from the disk; what it asked of other hosts and complained of is kept on it."""

    def open_page(page, width=1280, scheme="light", state="", **options):
        assert (SITE / f"{page}.html").exists(), f"{page}.html is missing: run `make book` first"
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, **options
        )
        tab = context.new_page()
        tab.asked, tab.errors = [], []
        tab.route(lambda url: url.startswith(("http:", "https:", "ws:", "wss:")), lambda route: route.abort())
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.on("console", lambda message: message.type == "error" and tab.errors.append(message.text))
        tab.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.goto((SITE / f"{page}.html").as_uri() + state)
        if options.get("java_script_enabled", True):
            tab.wait_for_function(
                "!window.MathJax?.startup?.promise || MathJax.startup.promise.then(() => true)"
            )
        return tab

    return open_page


@pytest.fixture
def visit(open_page):
    """A page of one's own, closed after the test."""
    tabs = []

    def visit(*args, **options):
        tabs.append(open_page(*args, **options))
        return tabs[-1]

    yield visit
    for tab in tabs:
        tab.context.close()
