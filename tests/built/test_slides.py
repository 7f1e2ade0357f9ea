"""The slides: the lecture and every figure of the book in one file, by keyboard, alive, on paper."""

import re

import pytest
import slides
from book import NUMBERED, SITE, built, read_notebook, soup
from browser import barriers, new_tab
from lecture import MINUTES, ROWS, VOTE, starts, table

from swa_lib import scenes
from swa_lib.chapters.inventory import ITEMS


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The slides as `make slides` makes them, in a folder of their own, and the list of the second part."""
    listed = slides.deck(slides.pages())
    path = tmp_path_factory.mktemp("slides") / "slides.html"
    path.write_text(slides.page(slides.lecture_slides(), listed), encoding="utf-8")
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


LECTURE = 3 * len(ROWS)  # slides: a question, a frame and a claim of each row
SECOND = LECTURE + 2  # the number of the second part's cover


def current(tab):
    return tab.evaluate(
        "[...document.querySelectorAll('.slide')].map((s, n) => s.hidden ? 0 : n + 1).filter(Boolean)"
    )


def test_every_figure_of_the_book_is_a_slide(written):
    sources = [cell.source for _, cells in slides.pages() for cell in cells if cell.cell_type == "code"]
    drawn = [source for source in sources if slides.DRAWN.search(source)]
    assert len(drawn) == len(written[1]) >= 20
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
    pages = "".join(path.read_text(encoding="utf-8") for path in SITE.glob("chapters/*.html"))
    pictures = [(figure, says) for _, _, figure, says in written[1] if says]
    for figure, says in pictures:
        assert says in stored and re.search(r'<div class="picture-wide">.*', figure)[0] in pages


# The lecture


def test_the_lecture_fills_its_minutes_and_the_guide_shows_the_same_rows():
    assert sum(row.minutes for row in ROWS) == MINUTES and starts()[-1] + ROWS[-1].minutes == MINUTES
    guide = built("reference/teaching").read_text(encoding="utf-8")
    section = soup(built("reference/teaching")).select_one("#a-lecture-of-50-minutes")
    shown = [[cell.get_text() for cell in line.select("td")] for line in section.select("tbody tr")]
    assert [cells[0] for cells in shown] == [f"{row.minutes}\u00a0min" for row in ROWS]
    for (_, asked, frame, says), row in zip(shown, ROWS, strict=True):
        assert asked.startswith(row.question) and frame == row.title and says == row.claim()
    assert len(table().splitlines()) == len(ROWS) + 2 and "<!-- the lecture" not in guide


def test_a_row_is_a_question_a_frame_and_a_claim(show):
    tab = show()
    for number, row in enumerate(ROWS):
        asked, frame, claimed = (tab.locator(f"#slide-{3 * number + place}") for place in (2, 3, 4))
        assert asked.locator("h1").text_content() == row.question
        assert asked.locator("li").all_text_contents() == list(row.options)
        assert frame.locator(".figure :is(svg, table)").count() >= 1
        assert claimed.locator("h1").text_content() == row.claim()
        begins = starts()[number]
        for slide in (asked, frame, claimed):
            says = f"{number + 1} of {len(ROWS)}, minutes {begins} to {begins + row.minutes}"
            assert slide.locator("footer").text_content().startswith(says)


def test_it_opens_at_one_layer_and_votes_twice(show):
    tab = show()
    assert [row.question for row in ROWS].count(VOTE) == 2
    assert ROWS[0].question == VOTE and ROWS[-2].question == VOTE
    assert tab.locator(".explorer figcaption").first.text_content().startswith("1 layer ")
    first, last = (ROWS[place].claim() for place in (0, -2))
    assert "4,096" in first and "131,040" in last and "11,941" in last and "11,941" not in first


def test_a_frame_answers_the_question_that_was_asked(show):
    tab = show()
    shown = [tab.locator(f"#slide-{3 * number + 3}").text_content() for number in range(len(ROWS))]
    by_title = dict(zip((row.title for row in ROWS), shown))
    assert "100 layers" in by_title["A hundred layers that average"]
    assert "100 layers" in by_title["With a residual path"] and "89%" in by_title["With a residual path"]
    assert all(number in by_title["Two horizons"] for number in ("202", "383", "725", "231"))
    prices = by_title["Two ways to 1% from beyond 4,096 tokens"]
    assert "92 MiB" in prices and "25 MiB" in prices
    assert "3 layers" in by_title["Three layers: what could arrive, what does"]


def test_no_slide_states_a_misreading(written):
    stated = (
        [row.title for row in ROWS] + [row.claim() for row in ROWS] + [title for _, title, *_ in written[1]]
    )
    assert not [item.misreading for item in ITEMS for said in stated if item.misreading.rstrip(".") in said]


SIZES = """() => [...document.querySelectorAll(".slide:not([hidden]) *")]
    .filter(e => e.matches("h1, li, figcaption, th, td, text, label"))
    .filter(e => e.checkVisibility() && !e.closest(".calculator") && e.textContent.trim())
    .map(e => parseFloat(getComputedStyle(e).fontSize) * (e.closest("svg")?.getScreenCTM().a ?? 1))"""


@pytest.mark.parametrize("width, height", [(1280, 720), (1920, 1080), (1024, 768)])
def test_the_lecture_can_be_read_from_the_back_row(show, width, height):
    """Questions and claims: a line is a 20th of the picture's height; what stands in a frame, a 40th."""
    tab = show("#slide-2", width=width, height=height)
    for number in range(2, SECOND):
        kind = tab.locator(f"#slide-{number}").get_attribute("class").split()[-1]
        least = height / (20 if kind == "claim" else 25 if kind == "ask" else 40)
        assert min(tab.evaluate(SIZES), default=height) >= least, (number, kind)
        tab.keyboard.press("PageDown")


def test_the_speaker_s_notes_are_shown_on_asking(show):
    tab = show("#slide-2")
    notes = tab.locator("#slide-2 .notes")
    assert notes.text_content() == ROWS[0].notes and not notes.is_visible()
    tab.keyboard.press("n")
    assert (
        notes.is_visible() and tab.get_by_role("button", name="Notes").get_attribute("aria-pressed") == "true"
    )
    assert tab.evaluate("document.documentElement.scrollHeight") <= 720
    assert tab.locator(".notes").count() == len(ROWS)
    tab.get_by_role("button", name="Notes").click()
    assert not notes.is_visible()


def test_the_calculator_calculates(show):
    tab = show("#calculator")
    form = tab.locator("form.calculator")
    form.get_by_label("Layers L").fill("12")
    form.get_by_label("Window W").fill("128")
    form.get_by_text("223 tokens (1.7 W)").wait_for()
    (number,) = current(tab)
    form.get_by_label("Model").press("ArrowDown")
    form.get_by_label("Layers L").press("n")
    assert current(tab) == [number] and tab.errors == [] and tab.locator(".notes").first.is_hidden()
    tab.keyboard.press("PageUp")
    assert current(tab) == [number - 1]


# All slides


def test_arrow_keys_reach_every_slide_and_show_its_figure(show, written):
    tab = show()
    total = SECOND + len(written[1])
    for number in range(1, total + 1):
        assert current(tab) == [number]
        slide = tab.locator(f"#slide-{number}")
        if number > SECOND:
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


def test_no_two_parts_of_the_slides_have_one_name(show):
    ids = show().evaluate("[...document.querySelectorAll(':not(svg *)[id]')].map(e => e.id)")
    assert sorted({name for name in ids if ids.count(name) > 1}) == []


def test_sliders_are_alive_and_keep_the_arrows(show):
    tab = show("#staircase?layers=32&alpha=0.95")
    says, (number,) = tab.locator("#staircase figcaption"), current(tab)
    assert says.text_content().startswith("32 layers")
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
    for _ in range(SECOND + len(written[1])):
        tab.keyboard.press("PageDown")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_one_slide_a_printed_page(show, written):
    tab = show(color_scheme="dark")  # a light ground all the same
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    printed = tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == SECOND + len(written[1])


def test_everybody_can_use_the_slides(show):
    for state in ("", "#slide-2", "#slide-3", "#slide-4", "#calculator", "#two_horizons"):
        assert barriers(show(state)) == []


def test_chapter_titles(written):
    assert {chapter for chapter, *_ in written[1]} >= {"Stacking SWA", "1. The window", "6. Remedies"}
