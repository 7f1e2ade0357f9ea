"""One browser for all tests that need one, and a way to open a page of the built site in it."""

import os

import pytest
from book import built
from browser import NONE, new_tab, running


@pytest.fixture(scope="session")
def browser():
    """A browser that is here; `python tests/browser.py` gets one where there is none."""
    try:
        with running() as browser:
            yield browser
    except LookupError as reason:
        if os.environ.get("CI"):
            pytest.fail(f"{NONE}: {reason}", pytrace=False)
        pytest.skip(f"{NONE}: {reason}")


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
