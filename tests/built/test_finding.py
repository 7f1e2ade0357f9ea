"""Pages that can be found and shared: by a number, as a link with a title and a picture; on paper."""

import re

import pytest
from book import CHAPTERS, NUMBERED, PAGES, SITE, built, soup
from repository import repository

from swa_lib.book.finding import SearchNumbers

# Numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["131,072", "131072", "reach 131,072"])
def test_a_number_is_found_where_it_stands(visit, asked):
    tab = visit("search", state=f"?q={asked}")
    tab.locator("#search-results li a").first.wait_for()
    found = tab.locator("#search-results li a").evaluate_all(
        "links => links.map(a => a.getAttribute('href'))"
    )
    pages = {re.match(r"[\w/]+", link)[0] for link in found}
    assert pages and "chapters/05_horizon" in pages
    for page in pages:
        assert "131072" in soup(built(page)).get_text().replace(",", "")


def test_a_number_that_stands_nowhere_is_not_found(visit):
    tab = visit("search", state="?q=987,654,321")
    tab.locator(".search-summary").filter(has_text="did not match").wait_for()


def test_the_page_splits_a_question_as_the_index_was_split(visit):
    tab = visit("search")
    texts = [built("chapters/05_horizon").read_text(encoding="utf-8")]
    texts += ["131,072, or 0.95", "v1.2.3 W-1 1,0000 1,000,000", "(α = 0.9)", "x_1 4,096.", "12,34 a.b", ""]
    for text in texts:
        assert tab.evaluate("text => splitQuery(text)", text) == SearchNumbers({}).split(text)


def test_an_excerpt_shows_the_number_as_it_is_written(visit):
    page = "<main role=main>" + "word " * 200 + "as far as 131,072 tokens</main>"
    shown = "page => Search.makeSearchSummary(page, new Set(['n131072'])).textContent"
    assert "131,072" in visit("search").evaluate(shown, page)


# Links ---------------------------------------------------------------------------------------------------


def test_every_page_has_a_title_of_its_own_said_once():
    titles = [soup(built(page)).title.get_text().strip() for page in PAGES]
    assert titles[0] == "Stacking SWA" and len(set(titles)) == len(PAGES)
    assert all(title.count("Stacking SWA") == 1 for title in titles)


@pytest.mark.parametrize("page", PAGES)
def test_a_link_to_a_page_shows_a_title_a_sentence_and_a_picture(page):
    head = soup(built(page)).head
    told = {
        meta.get("property") or meta.get("name"): meta["content"] for meta in head.select("meta[content]")
    }
    heading = soup(built(page)).h1.find(string=True, recursive=False).strip()
    assert heading in told["og:title"]
    assert told["description"] == told["og:description"] and 40 < len(told["description"]) <= 200
    assert not re.search(r"&\w+;|[<>$`]", told["description"] + told["og:title"])
    picture = told["og:image"]
    if not picture.startswith("https://"):
        assert (built(page).parent / picture).resolve() == SITE / "_static" / "strip.png"


@pytest.mark.parametrize("page", [f"chapters/{path.stem}" for path in CHAPTERS])
def test_a_chapter_leads_to_its_notebook_and_its_slides(page):
    links = {a.get_text(): a["href"] for a in soup(built(page)).select(".page-links a")}
    notebook = (built(page).parent / links["This chapter as a notebook"]).resolve()
    assert notebook.name == f"{page.partition('/')[2]}.ipynb" and notebook.is_file()
    slides = soup(SITE / "slides.html")
    if page.endswith(tuple(path.stem for path in NUMBERED)):
        file, _, anchor = links["Its figures as slides"].partition("#")
        heading = slides.find(id=anchor)
        assert (built(page).parent / file).resolve() == SITE / "slides.html" and heading.name == "h1"
        assert heading.find_parent("section").footer.get_text().startswith(f"{int(page[9:11])}. ")


def test_every_page_names_the_repository_where_it_is_known():
    known = repository()
    for page in PAGES:
        named = [a["href"] for a in soup(built(page)).select(".page-links a") if "repository" in a.get_text()]
        assert named == [known] * bool(known)


# Paper ---------------------------------------------------------------------------------------------------


def test_print_opens_solutions_and_hints(visit):
    tab = visit("chapters/03_blur")
    closed = """[...document.querySelectorAll('.bd-article details')].filter(fold => {
        const inside = [...fold.children].filter(e => e.tagName !== 'SUMMARY');
        const shown = e => e.checkVisibility({contentVisibilityAuto: true}) && e.getClientRects()[0]?.height;
        return !inside.some(shown);
    }).length"""
    folds = tab.locator(".bd-article details:not([open])").count()
    assert folds > 10 and tab.evaluate(closed) == folds
    tab.emulate_media(media="print")
    tab.wait_for_function(f"{closed} === 0")  # they fade in


def test_the_site_s_slides_tell_no_speaker_s_notes():
    slides = soup(SITE / "slides.html")
    assert slides.select(".slide.ask") and not slides.select(".notes, nav button[aria-pressed]")


def test_the_landing_page_leads_to_the_hop_diagram():
    (link,) = soup(SITE / "index.html").select('article a[href*="#hop_diagram"]')
    file, _, state = link["href"].partition("#")
    assert soup(SITE / file).find(id=state.partition("?")[0])
