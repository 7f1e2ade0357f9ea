"""The built pages in a real browser: nothing fetched from elsewhere, nothing broken, too wide or barred."""

import re

import pytest
from book import PAGES
from browser import barriers

SCREENS = [(1280, "light"), (1280, "dark"), (360, "light")]
DARK = ["index", "chapters/05_horizon", "reference/glossary"]  # one of each kind, opened dark
FOCUSABLE = """[...document.querySelectorAll('.pst-scrollable-table-container, pre')].every(
    box => box.scrollWidth <= box.clientWidth || box.tabIndex >= 0
)"""
SIDEWAYS = """[...document.querySelectorAll(
    '.cell pre, .highlight-python pre, :not(.formula-sheet) > .book-table:has(> .prose)'
)].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)"""


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_whole_on_every_screen_and_asks_nobody(visit, page):
    tab = visit(page, reduced_motion="reduce")  # nothing has to be waited for
    tab.evaluate("document.querySelectorAll('img[loading]').forEach(image => (image.loading = 'eager'))")
    tab.wait_for_function("[...document.images].every(image => image.complete)")
    assert tab.evaluate("[...document.images].filter(i => !i.naturalWidth).map(i => i.src)") == []
    tab.evaluate("document.querySelectorAll('details').forEach(fold => (fold.open = true))")
    for width, scheme in SCREENS:
        tab.set_viewport_size({"width": width, "height": 800})
        tab.emulate_media(color_scheme=scheme)
        tab.wait_for_function(f"document.documentElement.dataset.theme === {scheme!r}")  # follows the system
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        wide = page == "reference/evidence"  # its tables have a column for each network
        assert wide or tab.evaluate(SIDEWAYS) == [], f"scrolls sideways at {width} pixels"
    assert [url for url in tab.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert tab.errors == []
    tab.wait_for_function(FOCUSABLE)  # the theme sees to it a moment after a change of size
    assert barriers(tab) == []  # last: axe reads style sheets, which a page from a disk may not


@pytest.mark.parametrize("page", DARK)
def test_a_page_opens_dark_and_can_be_read(visit, page):
    dark = visit(page, scheme="dark")
    assert dark.evaluate("document.documentElement.dataset.theme") == "dark" and dark.errors == []
    dark.wait_for_timeout(1000)  # words fade in
    assert barriers(dark, only=["color-contrast"]) == []  # only the colours differ


def test_print_shows_the_article_alone(visit):
    tab = visit("chapters/04_barrier", scheme="dark")
    tab.emulate_media(media="print")
    visible = "selector => [...document.querySelectorAll(selector)].filter(e => e.offsetParent).length"
    assert tab.evaluate(visible, ".bd-sidebar-primary, .bd-sidebar-secondary, .copybtn") == 0
    assert tab.evaluate(visible, ".question-form, .curtain, .answer-sheet, .explorer-controls") == 0
    for shown in (".picture", ".explorer .words"):
        assert tab.evaluate(visible, shown) == tab.locator(shown).count() > 0
    assert barriers(tab, only=["color-contrast"]) == [], "too pale for paper"


def test_the_formula_sheet_prints_on_one_a4_page(visit):
    margin = dict.fromkeys(["top", "bottom", "left", "right"], "10mm")
    printed = visit("reference/formulas", scheme="dark").pdf(format="A4", margin=margin)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


@pytest.mark.parametrize("asked, there", [("residual barrier", True), ("flamingo", False)])
def test_a_word_is_found_where_it_stands(visit, asked, there):
    tab = visit("search", state=f"?q={asked}")
    tab.locator(".search-summary").filter(has_text="found" if there else "did not match").wait_for()
    links = tab.locator("#search-results li a")
    assert (links.count() > 0) == there
    assert not there or "chapters/04_barrier" in " ".join(link.get_attribute("href") for link in links.all())
