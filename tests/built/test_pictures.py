"""Figures of the chapters on the page: of the theme's colours, readable on a phone, whole, described."""

import pytest
from book import CHAPTERS, built, code_cells, read_notebook, soup

PAGES = {path: f"chapters/{path.stem}" for path in CHAPTERS}
SCREENS = [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]

# The drawings that are shown, and of each its letters: pixels, place, words.
DRAWINGS = """[...document.querySelectorAll('.picture svg')].filter(e => e.checkVisibility()).map(svg => {
    const box = svg.getBoundingClientRect();
    const words = [...svg.querySelectorAll('text')].filter(text => text.textContent.trim()).map(text => {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        const scale = box.width / svg.viewBox.baseVal.width;
        const parts = [text, ...text.querySelectorAll('tspan')];
        const sizes = parts.map(part => parseFloat(getComputedStyle(part).fontSize));
        const fill = getComputedStyle(text).fill;
        return { words: text.textContent, left, right, top, bottom, size: scale * Math.min(...sizes), fill };
    });
    return { left: box.left, right: box.right, top: box.top, bottom: box.bottom, words };
})"""


@pytest.fixture(scope="module", params=PAGES.values())
def tab(open_page, request):
    tab = open_page(request.param)
    tab.page = request.param
    yield tab
    tab.context.close()


@pytest.fixture(params=SCREENS, ids=lambda screen: f"{screen[0]}-{screen[1]}")
def drawings(tab, request):
    width, scheme = request.param
    tab.set_viewport_size({"width": width, "height": 800})
    tab.emulate_media(color_scheme=scheme)
    tab.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
    tab.wait_for_timeout(300)  # the ground fades
    return tab.evaluate(DRAWINGS)


def figures(page):
    return len(soup(built(page)).select(".picture"))


def test_each_figure_is_shown_once_and_whole(tab, drawings):
    assert len(drawings) == figures(tab.page) > 0
    for drawing in drawings:
        for word in drawing["words"]:
            assert word["left"] > drawing["left"] - 1 and word["right"] < drawing["right"] + 1, word["words"]
            assert word["top"] > drawing["top"] - 1 and word["bottom"] < drawing["bottom"] + 1, word["words"]
    scrolls = """[...document.querySelectorAll('.picture, .picture div')].some(
        e => e.clientWidth && e.scrollWidth > e.clientWidth + 1)"""
    assert not tab.evaluate(scrolls) and tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_words_are_large_enough_and_lie_on_no_other(drawings):
    for drawing in drawings:
        words = drawing["words"]
        assert min(word["size"] for word in words) >= 11
        for n, one in enumerate(words):
            for other in words[:n]:
                across = min(one["right"], other["right"]) - max(one["left"], other["left"])
                down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
                # boxes of letters are taller than the letters
                assert across < 1 or down < 5, f"{one['words']!r} lies on {other['words']!r}"


def test_words_stand_out_from_the_page(tab, drawings):
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    for drawing in drawings:
        for word in drawing["words"]:
            assert contrast(word["fill"], ground) >= 4.5, f"{word['words']!r} in {word['fill']} on {ground}"


def luminance(colour):
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured():
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("path, page", PAGES.items(), ids=lambda name: getattr(name, "stem", None))
def test_a_figures_description_is_what_the_notebook_stores(path, page):
    stored = [
        output.data["text/plain"]
        for cell in code_cells(read_notebook(path))
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    drawn = soup(built(page)).select(".picture [role=img]")
    assert [picture["aria-label"] for picture in drawn] == stored
    assert not soup(built(page)).select(".cell_output img"), "a figure that cannot darken"
