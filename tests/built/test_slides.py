"""The slides in a browser: alive, by keyboard, from the back row, for the speaker, on paper."""

import re

import deck
import pytest
from book import SITE, built, soup
from browser import barriers, new_tab

LINKS = [link for cell in deck.lecture().cells for link in deck.LINK.findall(cell.source)]
TAUGHT = sum(cell.metadata.slideshow.slide_type == "slide" for cell in deck.lecture().cells)


@pytest.fixture
def show(browser):
    """The slides in a tab, at a slide."""
    tabs = []

    def show(at="", width=1280, height=720, **options):
        tabs.append(new_tab(browser, width, height, **options))
        tabs[-1].goto((SITE / "slides.html").as_uri() + (f"#/{at}" if at else ""))
        tabs[-1].wait_for_function("Reveal.isReady()")
        return tabs[-1]

    yield show
    for tab in tabs:
        tab.context.close()


SHOWN = "e => e.getAttribute('aria-valuetext') || e.selectedOptions?.[0].text || e.value"


def current(tab):
    return tab.evaluate("Reveal.getSlidePastCount()")


def test_the_guide_shows_the_lecture():
    section = soup(built("reference/teaching")).select_one("#a-lecture-of-50-minutes")
    lines = [line.select("td") for line in section.select("tbody tr")]
    shown = [[cell.get_text().replace("\u00a0", " ") for cell in line] for line in lines]
    for (time, asked, says), (minutes, asks, answers) in zip(shown, deck.rows(), strict=True):
        assert time == f"{minutes} min" and asked.startswith(deck.heading(asks))
        claims = [part for cell in answers for part in re.split(r"\$[^$]*\$", deck.heading(cell))]
        assert all(claim in says.replace("’", "'") for claim in claims)


def test_every_figure_of_the_chapters_is_a_slide_once():
    """And every chapter has its place, which its page leads to."""
    slides = soup(SITE / "slides.html")
    shown = [figure.select_one(".claim").get_text() for figure in slides.select("figure:has(.claim)")]
    for path in sorted(SITE.glob("chapters/0*.html")):
        for claim in soup(path).select("figure .claim"):
            assert shown.count(claim.get_text()) == 1, f"{path.stem}: {claim.get_text()}"
        assert slides.find("section", id=f"chapter-{int(path.stem[:2])}")


def test_figures_stand_as_the_lecture_wants_them_and_move(show):
    tab = show()
    for _, _, name, state in LINKS:
        for control, value in re.findall(r"(\w+)=([^&]+)", state):
            field = tab.locator(f"#{name} [name={control}]")
            now = field.evaluate(SHOWN).replace(",", "")
            assert value.replace("+", " ") in now, f"{name}: {control}"
    tab.evaluate("location.hash = '#/blur-answer'")
    slider, number = tab.locator("#drifting [name=layers]"), current(tab)
    says = tab.locator("#drifting figcaption")
    before = says.text_content()
    slider.press("ArrowLeft")
    assert says.text_content() != before
    tab.wait_for_timeout(1200)  # by then figures and slides have both had their say on the address
    assert tab.evaluate("location.hash") == "#/blur-answer" and current(tab) == number
    slider.press("PageDown")
    assert current(tab) == number + 1
    tab.keyboard.press("ArrowLeft")
    assert current(tab) == number and tab.errors == []


def test_a_grip_lies_under_the_hand_however_the_slides_are_scaled(show):
    tab = show("window-answer")
    slider = tab.locator("#one_layer [name=window]")
    knob = tab.locator("#one_layer .grip [data-name=window] .knob").bounding_box()
    before = slider.input_value()
    x, y = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 1, y + 1)
    tab.mouse.up()
    assert slider.input_value() == before and slider.evaluate("e => e === document.activeElement")


LOWEST = """() => Math.max(...[...Reveal.getCurrentSlide().querySelectorAll("*")]
    .filter(e => e.checkVisibility() && !e.closest(".notes, .calculator"))
    .map(e => e.getBoundingClientRect().bottom))"""
SMALLEST = """() => Math.min(...[...Reveal.getCurrentSlide().querySelectorAll("*")]
    .filter(e => e.matches("h1, h2, p, li, figcaption, label, .stage text, .words span"))
    .filter(e => e.checkVisibility() && !e.closest(".notes, .calculator") && e.textContent.trim())
    .map(e => parseFloat(getComputedStyle(e).fontSize) * Reveal.getScale()
              * (e.closest("svg")?.getBoundingClientRect().width / e.closest("svg")?.viewBox.baseVal.width
                 / Reveal.getScale() || 1)))"""


@pytest.mark.parametrize("width, height", [(1280, 720), (1024, 768)])
def test_the_lecture_fits_and_can_be_read_from_the_back_row(show, width, height):
    """The smallest letter is a fortieth of the picture's height."""
    tab = show(width=width, height=height)
    for number in range(TAUGHT):
        assert tab.evaluate(LOWEST) <= height, f"slide {number + 1} does not fit"
        assert tab.evaluate(SMALLEST) >= min(height, width * 9 / 16) / 40, f"slide {number + 1}"
        tab.keyboard.press("PageDown")
    others = [url for url in tab.asked if not url.startswith(("file:", "data:"))]
    assert (tab.errors, others) == ([], [])


def test_the_speaker_s_notes_have_a_window_of_their_own(show):
    tab = show("vote")
    notes = tab.locator("#vote .notes")
    assert "Count hands" in notes.text_content() and not notes.is_visible()
    with tab.expect_popup() as opened:
        tab.keyboard.press("s")
    opened.value.get_by_text("Count hands").wait_for()


@pytest.mark.parametrize("scheme, paper", [("light", (200, 255)), ("dark", (0, 60))])
def test_light_and_dark_as_the_system_and_light_on_paper(show, scheme, paper):
    tab = show(color_scheme=scheme)
    ground = "parseInt(getComputedStyle(document.body).backgroundColor.match(/[0-9]+/)[0])"
    assert paper[0] <= tab.evaluate(ground) <= paper[1]
    printed = tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) >= tab.evaluate("Reveal.getTotalSlides()")


def test_everybody_can_use_the_slides(show):
    tab = show()
    for at in ("cover", "vote", "paths", "horizon-head", "solid"):
        tab.evaluate(f"location.hash = '#/{at}'")
        tab.wait_for_function(f"Reveal.getCurrentSlide().id === {at!r}")
        assert barriers(tab, within="section.present") == [], at
