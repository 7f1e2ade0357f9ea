"""The built pages in a real browser: nothing fetched from elsewhere, nothing broken, nothing too wide, nothing barred."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from book import PAGES

SCREENS = {"desktop light": (1280, "light"), "desktop dark": (1280, "dark"), "phone": (360, "light")}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("page", PAGES)
def test_page_is_whole_and_asks_nobody(visit, page, screen):
    width, scheme = SCREENS[screen]
    tab = visit(page, width, scheme)
    assert [url for url in tab.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert tab.errors == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate("[...document.images].filter(i => !i.naturalWidth).map(i => i.src)") == []
    assert (
        tab.evaluate(
            "[...document.querySelectorAll('.math')].filter(m => !m.querySelector('mjx-container')).length"
        )
        == 0
    )
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
    assert (
        tab.evaluate(visible, ".cell_output img")
        == tab.evaluate("document.querySelectorAll('.cell_output img').length")
        > 0
    )


# What axe-core finds in the markup of the theme and of docutils: the rule, and the elements it may complain of.
THEMES_OWN = {
    "region": ".sidebar-primary-item",  # the sidebar's title stands outside of any landmark
    "aria-allowed-role": ".citation",
    "aria-deprecated-role": ".citation",
    "aria-required-children": ".citation-list",
}


DARK = ["index", "chapters/05_horizon", "reference/glossary"]  # one of each kind: only the colours differ


@pytest.mark.parametrize(
    "page, scheme", [(page, "light") for page in PAGES] + [(page, "dark") for page in DARK]
)
def test_everybody_can_use_the_page(visit, page, scheme):
    tab = visit(page, scheme=scheme)
    options = {"runOnly": ["color-contrast"]} if scheme == "dark" else None
    ours = []
    for violation in Axe().run(tab, options=options).response["violations"]:
        for node in violation["nodes"]:
            if not tab.locator(node["target"][0]).evaluate(
                f"e => e.matches({THEMES_OWN.get(violation['id'], 'no-such')!r})"
            ):
                ours.append(f"{violation['id']}: {node['html'][:200]}")
    assert ours == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_folds_open_by_keyboard_and_what_is_in_them_can_be_read(visit, scheme):
    tab = visit("chapters/03_blur", 360, scheme)
    folds = tab.locator(".bd-article details")
    assert folds.count() > 10
    folds.first.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert (
        folds.first.evaluate("fold => fold.open")
        and folds.first.locator("summary").inner_text().strip() == "Hide the solution"
    )
    assert tab.locator(".bd-article summary[aria-label]").count() == 0  # a screen reader reads what is shown
    folds.evaluate_all("folds => folds.forEach(fold => (fold.open = true))")
    tab.wait_for_timeout(500)  # they fade in
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    found = Axe().run(
        tab,
        context=".bd-article details",
        options={"runOnly": ["color-contrast", "nested-interactive", "summary-name"]},
    )
    assert found.response["violations"] == []
