"""One browser for all tests that need one, and a way to open a page of the built site in it."""

import pytest
from book import built
from browser import launch, new_tab
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def open_page(browser):
    """Open a page from the disk."""

    def open_page(page, width=1280, scheme="light", state="", **options):
        tab = new_tab(browser, width, 800, color_scheme=scheme, **options)
        tab.goto(built(page).as_uri() + state)
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
