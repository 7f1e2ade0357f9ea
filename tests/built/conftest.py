"""One browser for all tests that need one, and a way to open a page of the built site in it."""

import os

import pytest
from book import SERVED, SITE, built
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
    """Open a page from the disk, or as if it came from a server.

    What a page keeps is tested on pages that are served: about one in thirty that are opened from a disk gets
    an empty storage from Chromium, and what is written there is lost with the page.
    """

    def fetch(route):
        route.fulfill(path=SITE / route.request.url.removeprefix(SERVED).partition("#")[0])

    def open_page(page, width=1280, scheme="light", state="", served=False, **options):
        tab = new_tab(browser, width, 800, color_scheme=scheme, **options)
        tab.context.route(f"{SERVED}**", fetch)
        tab.goto((f"{SERVED}{page}.html" if served else built(page).as_uri()) + state)
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
