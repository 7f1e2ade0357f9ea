"""The built site: every page there, whole, described, light, and no link that leads nowhere."""

import gzip
import re
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from book import CHAPTERS, NUMBERED, PAGES, ROOT, SITE, built, code_cells, opened, read_notebook, soup, tags
from fontTools.ttLib import TTFont

FIRST_VISIT, FILES = 300_000, 20  # bytes as they travel, and requests; pictures come when scrolled to


@pytest.fixture(params=PAGES)
def page(request):
    return built(request.param)


def is_remote(url):
    return bool(urlsplit(url).netloc) or urlsplit(url).scheme in {"http", "https"}


def test_a_page_is_whole(page):
    article = soup(page).select_one("article.bd-article")
    assert len(article.get_text(" ").split()) > 60, "near empty"
    wrong = ".output.stderr, .output.error, .output.traceback, .system-message, .problematic"
    wrong += ", summary[aria-label], .words:not([role=img][aria-label])"  # what a screen reader would hear
    assert "Traceback" not in article.get_text() and not article.select(wrong)
    levels = [int(heading.name[1]) for heading in article.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1 and levels.count(1) == 1, f"heading levels {levels}"
    for image in article.select("img"):
        assert len(image.get("alt", "").split()) > 5, f"{image['src']}: no description"
    # Nothing is left that the build should have turned into something else.
    assert re.findall(r":{3,}\s*\{|`{3,}\s*\{|\{[\w:-]+\}`", article.get_text()) == []
    others = "pre, code, script, .math, .math *, code *, pre *"
    words = "".join(text for text in article.find_all(string=True) if not text.parent.css.match(others))
    counted = re.compile(r"\d (?:tokens|layers|words|windows)\b")
    loose = [text for told in article.select("section > p") for text in told.find_all(string=counted)]
    assert loose == [], "a line may end between a number and its unit"
    assert re.findall(r"\$\$|\\[(\[]|\\[A-Za-z]{2,}", words) == [], "a formula that is none"


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_page_shows_what_its_cells_print_in_one_box_each(path):
    outputs = [cell.outputs for cell in code_cells(read_notebook(path)) if "remove-cell" not in tags(cell)]
    texts = ["".join(output.get("text", "") for output in found).strip("\n") for found in outputs]
    shown = soup(built(f"chapters/{path.stem}")).select(".cell_output .stream pre")
    assert [box.get_text().strip("\n") for box in shown] == list(filter(None, texts))


def test_links_and_anchors_resolve(page):
    for tag in soup(page).select("[href], [src]"):
        url = tag.get("href") or tag.get("src")
        if is_remote(url) or urlsplit(url).scheme in {"data", "mailto"}:
            continue
        parts = urlsplit(url)
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        assert target.is_file(), f"{url} leads nowhere"
        if parts.fragment and target.suffix == ".html":
            # A slide is #/chapter-1.
            anchor, _, state = unquote(parts.fragment).removeprefix("/").partition("?")
            found = soup(target).find(id=anchor)
            assert found, f"{url}: no such anchor"
            assert not wrong_state(found, state), f"{url}: {wrong_state(found, state)}"


def wrong_state(figure, state):
    """What a link into an explorer or the calculator asks for that is not there: control=value."""
    asked = parse_qsl(state, strict_parsing=True) if state else []
    if figure.name == "form":
        return [name for name, _ in asked if not figure.find("input", attrs={"name": name})]
    controls = opened(figure.script.string)["controls"] if asked else {}
    known = {name: control["values"] for name, control in controls.items()}
    return [f"{name}={value}" for name, value in asked if value not in known.get(name, [])]


def test_nothing_in_a_page_or_a_style_sheet_names_another_host():
    """What only another screen or a click would ask for; for the rest the browser is watched."""
    for page in map(built, PAGES):
        for tag in soup(page).select("link, script, img, iframe, source, video, audio, object, embed"):
            urls = [tag.get(name, "") for name in ("href", "src", "srcset", "data", "poster")]
            assert not any(map(is_remote, urls)), f"{page.name}: {tag}"
    for sheet in SITE.rglob("*.css"):
        css = sheet.read_text(encoding="utf-8")
        assert not re.search(r"""(@import\s+|url\(\s*)["']?\s*(https?:)?//""", css), sheet


@pytest.mark.parametrize("page", ["index", *(f"chapters/{path.stem}" for path in CHAPTERS)])
def test_a_first_visit_is_light(page):
    """The page, its style sheet and scripts, and the fonts that the style sheet names."""
    path = built(page)
    tags = soup(path).select("link[rel=stylesheet], link[rel=icon], script[src]")
    asked = {(path.parent / unquote(tag.get("href") or tag["src"])).resolve() for tag in tags}
    styles = SITE / "_static" / "styles"
    fonts = "icons.woff", "../math.woff", "../book-serif.woff2", "../book-sans.woff2"
    asked |= {(styles / name).resolve() for name in fonts}
    assert len(asked) + 1 <= FILES, sorted(file.name for file in asked)
    size = sum(len(gzip.compress(file.read_bytes())) for file in {path, *asked})
    assert size <= FIRST_VISIT, f"{size:,} bytes"


SET_IN = {  # where each font is to be read; pages and figures (ttf) have their own
    "book-serif.woff2": "article :is(h1, h2, h3, section > p, section > ul, section > ol)",
    "book-sans.woff2": "title, article",
    "book-sans-400.ttf": "svg text",
    "book-sans-600.ttf": "svg text",
}


@pytest.mark.parametrize("font", SET_IN)
def test_the_letters_have_every_character_that_is_set_in_them(font):
    """Code has a font of the reader's own, formulas have one of theirs."""
    known = set(map(chr, TTFont(next((ROOT / "swa_lib").rglob(font))).getBestCmap()))
    known |= set("⁻" * ("serif" in font))  # Source Serif has no raised minus: another font writes it
    for page in map(built, PAGES):
        texts = [text for place in soup(page).select(SET_IN[font]) for text in place.find_all(string=True)]
        read = [text for text in texts if not text.find_parent(["pre", "code", "math", "script", "style"])]
        assert {letter for letter in "".join(read) if letter > " "} - known == set(), page


def test_the_font_of_the_formulas_has_every_character_that_they_use():
    """A letter that is a name by itself is set in italics, whose characters are others."""
    known = set(TTFont(SITE / "_static" / "math.woff").getBestCmap())
    formulas = [math for page in map(built, PAGES) for math in soup(page).select("math")]
    used = {ord(letter) for math in formulas for letter in math.get_text() if not letter.isspace()}
    small = {ord(letter) for letter in "abcdefgijklmnopqrstuvwxyz"} & used  # an h in italics is Planck's
    large = {ord(letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} & used
    used |= {letter - ord("a") + 0x1D44E for letter in small}
    used |= {letter - ord("A") + 0x1D434 for letter in large}
    assert len(formulas) > 50 and {chr(missing) for missing in used - known} == set()


@pytest.mark.parametrize("page", [page for page in PAGES if page != "course/worksheet"])  # has no sentence
def test_a_link_to_a_page_shows_a_title_a_sentence_and_a_picture(page):
    head = soup(built(page)).head
    told = {tag.get("property") or tag.get("name"): tag["content"] for tag in head.select("meta[content]")}
    assert soup(built(page)).h1.find(string=True, recursive=False).strip() in told["og:title"]
    assert told["description"] == told["og:description"] and 40 < len(told["description"]) <= 200
    assert not re.search(r"&\w+;|[<>$`]", told["description"] + told["og:title"])
    picture = told["og:image"]
    assert picture.startswith("https://") or (built(page).parent / picture).is_file()


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_a_chapter_leads_to_its_notebook(path):
    page = built(f"chapters/{path.stem}")
    links = {link.get_text(): link["href"] for link in soup(page).select(".page-links a")}
    notebook = (page.parent / links["This page as a notebook"]).resolve()
    assert notebook.name == path.name and notebook.is_file()
