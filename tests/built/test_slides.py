"""The slides: one file, every figure of the book, by keyboard, alive, on paper, asking no other host."""

import re

import pytest
import slides
from book import NUMBERED, SITE, read_notebook
from browser import barriers, new_tab

from swa_lib import scenes


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The slides as `make slides` makes them, in a folder of their own, and their list."""
    listed = slides.deck(slides.pages())
    path = tmp_path_factory.mktemp("slides") / "slides.html"
    path.write_text(slides.page(listed), encoding="utf-8")
    return path, listed


@pytest.fixture
def show(browser, written):
    """The slides in a browser; what they asked of others and complained of is kept."""
    tabs = []

    def show(state="", width=1280, height=720, **options):
        tabs.append(new_tab(browser, width, height, **options))
        tabs[-1].goto(written[0].as_uri() + state)
        return tabs[-1]

    yield show
    for tab in tabs:
        tab.context.close()


def current(tab):
    return tab.evaluate(
        "[...document.querySelectorAll('.slide')].map((s, n) => s.hidden ? 0 : n + 1).filter(Boolean)"
    )


def test_every_figure_of_the_book_is_a_slide(written):
    sources = [cell.source for _, cells in slides.pages() for cell in cells if cell.cell_type == "code"]
    drawn = [source for source in sources if slides.DRAWN.search(source)]
    assert len(drawn) == len(written[1]) > 20
    pictures = [figure for _, _, figure, _ in written[1] if 'class="picture"' in figure]
    explorers = [figure for _, _, figure, _ in written[1] if 'class="explorer"' in figure]
    assert len(pictures) + len(explorers) == len(drawn) and len(explorers) >= 7


def test_a_figure_without_a_claim_is_found(monkeypatch):
    assert slides.claim("plots", "cone_picture") == "Reach runs ahead, influence stays behind"
    monkeypatch.delattr(scenes.staircase, "claim")
    with pytest.raises(ValueError, match="swa_lib.scenes.staircase must say what its figure claims"):
        slides.claim("scenes", "staircase")


def test_a_slide_has_the_title_of_its_figure(written):
    """In the order of the chapters; tests/test_plots.py sees that a picture carries it, too."""
    drawn = [
        slides.DRAWN.search(cell.source).groups()
        for _, cells in slides.pages()
        for cell in cells
        if cell.cell_type == "code" and slides.DRAWN.search(cell.source)
    ]
    assert [title for _, title, _, _ in written[1]] == [slides.claim(*names) for names in drawn]


def test_the_pictures_are_those_stored_in_the_book(written):
    """A slide's sentence is what a notebook stores, and its drawing the one that stands on the page."""
    cells = [cell for path in NUMBERED for cell in read_notebook(path).cells]
    stored = {out.get("data", {}).get("text/plain") for cell in cells for out in cell.get("outputs", [])}
    built = "".join(path.read_text(encoding="utf-8") for path in SITE.glob("chapters/*.html"))
    pictures = [(figure, says) for _, _, figure, says in written[1] if says]
    for figure, says in pictures:
        assert says in stored and re.search(r'<div class="picture-wide">.*', figure)[0] in built


def test_arrow_keys_reach_every_slide_and_show_its_figure(show, written):
    tab = show()
    total = len(written[1]) + 1
    for number in range(1, total + 1):
        assert current(tab) == [number]
        slide = tab.locator(f"#slide-{number}")
        if number > 1:
            figure = slide.locator("svg:visible").first
            box = figure.bounding_box()
            assert figure.is_visible() and box["width"] > 250 and box["height"] > 200
            assert (
                slide.locator("h1").is_visible()
                and len(slide.locator("p, figcaption").first.text_content().split()) > 5
            )
        assert tab.evaluate("document.documentElement.scrollHeight") <= 720, f"slide {number} does not fit"
        tab.keyboard.press("ArrowRight")
    assert current(tab) == [total]  # the last one stays
    for _ in range(total):
        tab.keyboard.press("ArrowLeft")
    assert current(tab) == [1]
    tab.keyboard.press("End")
    tab.keyboard.press("PageUp")
    assert current(tab) == [total - 1]
    assert tab.evaluate("[...document.images].filter(i => !i.naturalWidth).length") == 0
    assert (tab.errors, [url for url in tab.asked if not url.startswith(("file:", "data:"))]) == ([], [])


def test_sliders_are_alive_and_keep_the_arrows(show):
    tab = show("#staircase?layers=32&alpha=0.95")
    says, (number,) = tab.locator("#staircase figcaption"), current(tab)
    assert says.text_content().startswith("32 layers, alpha 0.95")
    tab.locator("#staircase-layers").press("ArrowRight")
    assert says.text_content().startswith("64 layers") and current(tab) == [number]
    tab.keyboard.press("PageDown")
    assert current(tab) == [number + 1]
    tab.keyboard.press("ArrowLeft")  # the slide has the focus now
    assert current(tab) == [number] and says.text_content().startswith("64 layers")
    tab.get_by_role("button", name="Next").click()
    assert current(tab) == [number + 1] and tab.errors == []


@pytest.mark.parametrize("width, height", [(1920, 1080), (1024, 768), (360, 740)])
def test_nothing_is_too_wide(show, written, width, height):
    tab = show(width=width, height=height)
    for _ in written[1]:
        tab.keyboard.press("ArrowRight")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_one_slide_a_printed_page(show, written):
    tab = show(color_scheme="dark")  # a light ground all the same
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    printed = tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == len(written[1]) + 1


def test_everybody_can_use_the_slides(show):
    for state in ("", "#slide-3", "#two_horizons"):
        assert barriers(show(state)) == []


def test_chapter_titles(written):
    assert {chapter for chapter, *_ in written[1]} >= {"Stacking SWA", "1. The window", "6. Remedies"}
