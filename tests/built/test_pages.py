"""The built site: every page there, whole, described, light, and asking no other host."""

import gzip
import json
import re
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from book import CHAPTERS, PAGES, SITE, built, soup
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

MIN_WORDS, MIN_WORDS_REFERENCE = 150, 60  # of a page's article; an empty page has about ten
MAX_BYTES = 350_000  # of a page, compressed, with the images it shows


@pytest.fixture(params=PAGES)
def page(request):
    """Path of one page of the book."""
    return built(request.param)


@pytest.fixture
def article(page):
    return soup(page).select_one("article.bd-article")


def is_remote(url):
    return bool(urlsplit(url).netloc) or urlsplit(url).scheme in {"http", "https"}


def test_page_is_not_near_empty(page, article):
    words = len(article.get_text(" ").split())
    assert words > (MIN_WORDS_REFERENCE if page.parent.name == "reference" else MIN_WORDS), (
        f"only {words} words"
    )


def test_no_error_in_the_page(article):
    assert "Traceback" not in article.get_text()
    assert not article.select(
        ".output.stderr, .output.error, .output.traceback, .system-message, .problematic"
    )


def raw_markup(html):
    """What the build should have turned into something else: directives and roles; formulas outside math."""
    shown = BeautifulSoup(html, "html.parser")
    found = re.findall(r":{3,}\s*\{|`{3,}\s*\{|\{[\w:-]+\}`", shown.get_text())
    for tag in shown.select(".math, pre, code"):
        tag.decompose()
    return found + re.findall(r"\$\$|\\[(\[]|\\[A-Za-z]{2,}", shown.get_text())


def test_no_raw_markup_in_the_page(article):
    assert raw_markup(str(article)) == []


def test_raw_markup_is_found():
    html = r'<p>:::{note} ```{image} {ref}`x` $$y$$ \times</p><p class="math">\(\alpha\)</p>'
    assert raw_markup(html) == [":::{", "```{", "{ref}`", "$$", "$$", r"\times"]


def test_images_are_described(article):
    for image in article.select("img"):
        alt = image.get("alt", "")
        assert len(alt.split()) > 5, f"{image['src']}: alt text {alt!r} is too short"
        assert not re.search(r"\.(png|svg|jpe?g)\b", alt), f"{image['src']}: alt text is a file name"
    for image in article.select(".cell_output img"):
        assert re.search(r"\d", image["alt"]), f"alt text {image['alt']!r} states no number"


def test_headings_step_down_one_level_at_a_time(article):
    levels = [int(heading.name[1]) for heading in article.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1 and levels.count(1) == 1, f"heading levels {levels}"
    assert all(deeper - level <= 1 for level, deeper in zip(levels, levels[1:])), f"heading levels {levels}"


def test_links_and_anchors_resolve(page):
    here = soup(page)
    for tag in here.select("[href], [src]"):
        url = tag.get("href") or tag.get("src")
        if is_remote(url) or urlsplit(url).scheme in {"data", "mailto"}:
            continue
        parts = urlsplit(url)
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        assert target.is_file(), f"{url} leads nowhere"
        if parts.fragment and target.suffix == ".html":
            anchor, _, state = unquote(parts.fragment).partition("?")
            found = soup(target).find(id=anchor)
            assert found, f"{url}: no such anchor"
            assert not wrong_state(found, state), f"{url}: {wrong_state(found, state)}"


def wrong_state(figure, state):
    """What a link into an explorer or the calculator asks for that is not there: control=value."""
    asked = parse_qsl(state, strict_parsing=True) if state else []
    if figure.name == "form":
        return [name for name, _ in asked if not figure.find("input", attrs={"name": name})]
    controls = json.loads(figure.script.string)["controls"] if asked else {}
    return [f"{name}={value}" for name, value in asked if value not in controls.get(name, [])]


def test_a_wrong_state_in_a_link_is_found():
    data = '{"controls": {"layers": ["8", "32"], "remedy": ["global layers"]}}'
    figure = BeautifulSoup(
        f'<figure><script type="application/json">{data}</script></figure>', "html.parser"
    ).figure
    assert wrong_state(figure, "") == wrong_state(figure, "layers=32&remedy=global+layers") == []
    assert wrong_state(figure, "layers=33&colour=8&layers=8") == ["layers=33", "colour=8"]
    form = BeautifulSoup('<form><input name="window"></form>', "html.parser").form
    assert wrong_state(form, "window=1&depth=2") == ["depth"]


def test_page_asks_no_other_host(page):
    here = soup(page)
    loaders = here.select("link, script, img, iframe, source, video, audio, object, embed")
    for tag in loaders:
        for attribute in ("href", "src", "srcset", "data", "poster"):
            assert not is_remote(tag.get(attribute, "")), f"loads {tag[attribute]}"
    css = [tag.get_text() for tag in here.select("style")] + [tag["style"] for tag in here.select("[style]")]
    assert not any(map(remote_in_css, css))


def test_stylesheets_ask_no_other_host():
    sheets = list(SITE.rglob("*.css"))
    assert SITE / "_static/book.css" in sheets, "the book's own stylesheet is missing: run `make book` first"
    for sheet in sheets:
        assert not remote_in_css(sheet.read_text(encoding="utf-8")), sheet.relative_to(SITE)


def remote_in_css(css):
    return re.search(r"""(@import\s+|url\(\s*)["']?\s*(https?:)?//""", css)


def test_page_loads_the_books_stylesheet(page):
    assert soup(page).select("link[rel=stylesheet][href*='_static/styles/site.css']")


def test_page_is_light(page, article):
    images = {(page.parent / unquote(image["src"])).resolve() for image in article.select("img")}
    size = sum(len(gzip.compress(path.read_bytes())) for path in {page, *images})
    assert size <= MAX_BYTES, f"{size:,} bytes compressed"


# Bytes as they travel, and requests; pictures come when they are scrolled to.
FIRST_VISIT, FILES = 300_000, 15


@pytest.mark.parametrize("page", ["index", *(f"chapters/{path.stem}" for path in CHAPTERS)])
def test_a_first_visit_is_light(page):
    """The page, its style sheet and scripts, and the fonts that the style sheet names."""
    path = built(page)
    assert all(image["loading"] == "lazy" for image in soup(path).select("article img"))
    tags = soup(path).select("link[rel=stylesheet], link[rel=icon], script[src]")
    asked = {(path.parent / unquote(tag.get("href") or tag["src"])).resolve() for tag in tags}
    styles = SITE / "_static" / "styles"
    asked |= {(styles / name).resolve() for name in ("icons.woff", "../math.woff")}
    assert len(asked) + 1 <= FILES, sorted(file.name for file in asked)
    size = sum(len(gzip.compress(file.read_bytes())) for file in {path, *asked})
    assert size <= FIRST_VISIT, f"{size:,} bytes"


def test_the_font_of_the_formulas_has_every_character_that_they_use():
    """A letter that is a name by itself is set in italics, whose characters are others."""
    known = set(TTFont(SITE / "_static" / "math.woff").getBestCmap())
    formulas = [math for page in SITE.rglob("*.html") for math in soup(page).select("math")]
    assert len(formulas) > 50
    used = {ord(letter) for math in formulas for letter in math.get_text() if not letter.isspace()}
    italic = {letter - ord("a") + 0x1D44E for letter in used if chr(letter) in "abcdefgijklmnopqrstuvwxyz"}
    italic |= {letter - ord("A") + 0x1D434 for letter in used if chr(letter) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    assert {chr(missing) for missing in (used | italic) - known} == set()
