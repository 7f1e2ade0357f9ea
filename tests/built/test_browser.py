"""The built pages in a real browser: nothing fetched from elsewhere, nothing broken, too wide or barred."""

import pytest
from book import PAGES
from browser import barriers

SCREENS = {"desktop light": (1280, "light"), "desktop dark": (1280, "dark"), "phone": (360, "light")}
DARK = ["index", "chapters/05_horizon", "reference/glossary"]  # one of each kind, opened dark


@pytest.fixture(scope="module", params=PAGES)
def tab(open_page, request):
    """A page, opened once for all tests that only look at it."""
    tab = open_page(request.param)
    yield tab
    tab.context.close()


def turn(tab, width, scheme):
    tab.set_viewport_size({"width": width, "height": 800})
    tab.emulate_media(color_scheme=scheme)


@pytest.mark.parametrize("screen", SCREENS)
def test_page_is_whole_and_asks_nobody(tab, screen):
    width, scheme = SCREENS[screen]
    turn(tab, width, scheme)
    assert [url for url in tab.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert tab.errors == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.evaluate("document.querySelectorAll('img[loading]').forEach(image => (image.loading = 'eager'))")
    tab.wait_for_function("[...document.images].every(image => image.complete)")
    assert tab.evaluate("[...document.images].filter(i => !i.naturalWidth).map(i => i.src)") == []
    raw = "[...document.querySelectorAll('.math')].filter(m => !m.querySelector('math')).length"
    assert tab.evaluate(raw) == 0
    tab.wait_for_function(f"document.documentElement.dataset.theme === {scheme!r}")  # follows the system


SCROLLING = """[...document.querySelectorAll('.cell pre, .highlight-python pre')].filter(
    pre => pre.scrollWidth > pre.clientWidth + 1).map(pre => pre.textContent)"""


@pytest.mark.parametrize("screen", SCREENS)
def test_code_and_what_it_prints_never_scroll_sideways(tab, screen):
    turn(tab, *SCREENS[screen])
    tab.evaluate("document.querySelectorAll('details').forEach(fold => (fold.open = true))")
    assert tab.evaluate(SCROLLING) == []


def test_tables_of_words_fit_a_phone(tab):
    turn(tab, *SCREENS["phone"])
    boxes = "[...document.querySelectorAll(':not(.formula-sheet) > .pst-scrollable-table-container')]"
    assert tab.evaluate(f"{boxes}.filter(box => box.scrollWidth > box.clientWidth + 1).length") == 0


def test_everybody_can_use_the_page(tab):
    turn(tab, 1280, "light")
    assert barriers(tab) == []


@pytest.mark.parametrize("page", DARK)
def test_a_page_opens_dark_and_can_be_read(visit, page):
    dark = visit(page, scheme="dark")
    assert dark.evaluate("document.documentElement.dataset.theme") == "dark" and dark.errors == []
    assert barriers(dark, only=["color-contrast"]) == []  # only the colours differ
    light = (
        "e => getComputedStyle(e).backgroundColor !== 'rgba(0, 0, 0, 0)'"  # the theme's ground of an output
    )
    assert not dark.evaluate(
        f"[...document.querySelectorAll('.cell_output .text_html')].filter({light}).length"
    )


def test_print_shows_the_article_alone(visit):
    tab = visit("chapters/04_barrier")
    tab.emulate_media(media="print")
    visible = "selector => [...document.querySelectorAll(selector)].filter(e => e.offsetParent).length"
    assert tab.evaluate(visible, ".bd-sidebar-primary, .bd-sidebar-secondary, .copybtn") == 0
    figures = tab.locator(".picture").count()
    assert tab.evaluate(visible, ".picture") == figures > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_folds_open_by_keyboard_and_what_is_in_them_can_be_read(visit, scheme):
    tab = visit("chapters/03_blur", 360, scheme)
    folds = tab.locator(".bd-article details")
    assert folds.count() > 10
    folds.first.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert folds.first.evaluate("fold => fold.open")
    assert folds.first.locator("summary").inner_text().strip() == "Hide the solution"
    assert tab.locator(".bd-article summary[aria-label]").count() == 0  # a screen reader reads what is shown
    folds.evaluate_all("folds => folds.forEach(fold => (fold.open = true))")
    tab.wait_for_timeout(500)  # they fade in
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    rules = ["color-contrast", "nested-interactive", "summary-name"]
    assert barriers(tab, within=".bd-article details", only=rules) == []
