"""The built pages in a real browser: nothing fetched from elsewhere, nothing broken, nothing too wide."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

SITE = Path(__file__).parents[1] / "_build" / "html"
PAGES = ["index", *sorted(f"chapters/{p.stem}" for p in SITE.parents[1].glob("chapters/*.ipynb"))]
PAGES += ["reference/glossary", "reference/bibliography"]
SCREENS = {"desktop light": (1280, "light"), "desktop dark": (1280, "dark"), "phone": (360, "light")}
INSTALLED = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        # --no-sandbox: CI runs as root. None: the browser that `playwright install` fetched.
        path = next(filter(None, INSTALLED), None)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """Open a page from the disk; what it asked of other hosts and complained of is kept on it."""
    contexts = []

    def visit(page, width=1280, scheme="light"):
        assert (SITE / f"{page}.html").exists(), f"{page}.html is missing: run `make book` first"
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        tab = context.new_page()
        tab.asked, tab.errors = [], []
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.on("console", lambda message: message.type == "error" and tab.errors.append(message.text))
        tab.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.goto((SITE / f"{page}.html").as_uri())
        tab.wait_for_function("!window.MathJax?.startup?.promise || MathJax.startup.promise.then(() => true)")
        return tab

    yield visit
    for context in contexts:
        context.close()


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("page", PAGES)
def test_page_is_whole_and_asks_nobody(visit, page, screen):
    width, scheme = SCREENS[screen]
    tab = visit(page, width, scheme)
    assert [url for url in tab.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert tab.errors == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate("[...document.images].filter(i => !i.naturalWidth).map(i => i.src)") == []
    assert tab.evaluate("[...document.querySelectorAll('.math')].filter(m => !m.querySelector('mjx-container')).length") == 0
    assert tab.evaluate("document.documentElement.dataset.theme") == scheme


def test_figures_keep_readable_labels_on_a_phone(visit):
    widths = visit("chapters/02_reach", 360).evaluate(
        "[...document.querySelectorAll('.cell_output img')].map(i => i.getBoundingClientRect().width)"
    )
    assert widths and min(widths) > 500  # wider than the page: it scrolls in its own box


def test_print_shows_the_article_alone(visit):
    tab = visit("chapters/04_barrier")
    tab.emulate_media(media="print")
    visible = "selector => [...document.querySelectorAll(selector)].filter(e => e.offsetParent).length"
    assert tab.evaluate(visible, ".bd-sidebar-primary, .bd-sidebar-secondary, .copybtn") == 0
    assert tab.evaluate(visible, ".cell_output img") == tab.evaluate("document.querySelectorAll('.cell_output img').length") > 0
