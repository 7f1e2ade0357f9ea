"""The questions of the built pages: what a page says of an answer, what it keeps, what it covers."""

import random

import numpy as np
import pytest
from book import CHAPTERS, ROOT, SERVED, code_cells, read_notebook
from browser import barriers
from playwright.sync_api import expect
from readings import ONE, SEVERAL

from swa_lib.book.kinds import Numbers
from swa_lib.book.reading import Unclear, read, script
from swa_lib.exercises import QUESTIONS, check, expected

PAGE = ROOT / "swa_lib" / "book" / "page"
TYPED = [name for name in QUESTIONS if QUESTIONS[name].kind.typed]
SCRAPS = [
    *"0123456789.,'_ -+*/^()[]{}exk%W=;$√½³⁻⁶\u2009–−×", "000", "1,000", "0.05", "0,05", " to ", " and ",
    "..", "about ", "ca. ", "tokens", " times ", " back", "sqrt(", "\\frac{1}{8}", "range(", "1e-6", "one ",
    "half", " in ", " million", "a ", "minus ", "m", "10-6",
]  # fmt: skip


@pytest.fixture(scope="module")
def port(browser):
    page = browser.new_page()
    page.add_script_tag(content=script())
    page.add_script_tag(path=PAGE / "reading.js")
    yield page
    page.close()


def test_the_page_reads_numbers_as_python_does(port):
    chance = random.Random(15)
    texts = [*ONE, *SEVERAL, *("".join(chance.choices(SCRAPS, k=chance.randint(0, 8))) for _ in range(2000))]
    wants = {}, {"several": True}, {"large": True, "unit": "tokens", "form": "a number"}
    jobs = [[text, want] for text in texts for want in wants]
    there = port.evaluate(
        """jobs => jobs.map(([text, want]) => {
          try {
            const { values, unit } = swaReading.read(text, want);
            return [values, unit];
          } catch (doubt) {
            if (!(doubt instanceof swaReading.Unclear)) throw doubt;
            return [doubt.meant, doubt.message];
          }
        })""",
        jobs,
    )
    for (text, want), said in zip(jobs, there, strict=True):
        try:
            values, unit = read(text, **want)
        except Unclear as doubt:
            values, unit = doubt.meant, str(doubt)
        assert said == [pytest.approx(values, rel=1e-12, abs=0), unit], text


def test_the_page_says_what_check_says(port):
    rows = [line.split("\t") for line in (ROOT / "tests" / "answers.tsv").read_text("utf-8").splitlines()]
    jobs = [(row[0], eval(row[1])) for row in rows if row[0] in TYPED and row[1].startswith("'")]
    for name in TYPED:
        if isinstance(QUESTIONS[name].kind, Numbers):
            right, misreadings = expected(name)
            values = [np.ravel(value).tolist() for value in (right, *(wrong for wrong, _ in misreadings))]
            jobs += [(name, ", ".join(map(repr, each))) for each in values]
        typed = "0.3", "7", "1,000", "about 12%", "4k", "3-4", "no idea", "equal", ""
        jobs += [(name, text) for text in typed]
    jobs = [(name, text) for name, text in jobs if not QUESTIONS[name].kind.options]  # these are chosen
    specs = {name: QUESTIONS[name].for_page() for name in TYPED}
    told = "([specs, jobs]) => jobs.map(([n, text]) => swaReading.check(specs[n], text))"
    there = port.evaluate(told, [specs, jobs])
    for (name, text), said in zip(jobs, there, strict=True):
        here = check(name, text)
        verdict = "right" if here else "asks" if here.asks else "wrong"
        assert said == {"text": here.text, "verdict": verdict}, (name, text)


def field(tab, name):
    return tab.locator(f'form.question[data-question="{name}"]')


def say(tab, name, text):
    field(tab, name).locator("input").fill(text)
    field(tab, name).locator("input").press("Enter")
    return field(tab, name).locator(".question-reply").text_content()


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_question_of_a_chapter_is_a_card_on_its_page(visit, path):
    tab = visit(f"chapters/{path.stem}", width=390, served=True)
    sources = [cell.source for cell in code_cells(read_notebook(path), "answer")]
    asked = [source.split('check("')[1].split('"')[0] for source in sources]
    blocks = tab.locator(".question[data-question]")
    assert blocks.evaluate_all("all => all.map(e => e.dataset.question)") == asked
    for name in asked:
        question = QUESTIONS[name]
        if question.kind.options:
            field(tab, name).get_by_role("radio", name=question.told[0], exact=True).check()
            field(tab, name).get_by_role("button", name="Check").click()
            assert field(tab, name).locator(".question-reply").text_content().startswith("Right: ")
        elif isinstance(question.kind, Numbers):
            reply = say(tab, name, ", ".join(map(repr, np.ravel(expected(name)[0]).tolist())))
            assert reply.startswith("Right")
    assert tab.locator(".covered").count() == 0, "every answer given uncovers what it had covered"
    tab.reload()
    chosen = [name for name in asked if QUESTIONS[name].kind.options]
    kept = [field(tab, name).locator(":checked").get_attribute("value") for name in chosen]
    assert kept == [QUESTIONS[name].told[0] for name in chosen]
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390 and tab.errors == []
    assert [url for url in tab.asked if not url.startswith((SERVED, "data:"))] == []


def test_what_answers_a_question_is_covered_until_somebody_answers_or_asks(visit):
    tab = visit("chapters/04_barrier", width=390)
    told = tab.get_by_text("It is 76.6%.")
    assert not told.is_visible()
    assert "L x W" not in say(tab, "beyond_the_rule", "1%") and told.is_visible(), "any answer will do"
    assert field(tab, "beyond_the_rule").get_attribute("data-verdict") == "wrong"
    tab.get_by_role("button", name="Show it").first.click()
    assert tab.get_by_text("Two given layers pass on 0.0025").is_visible()
    assert visit("chapters/04_barrier", java_script_enabled=False).get_by_text("It is 76.6%.").is_visible()
    # It stands over what is covered, and nothing else.
    heading = visit("chapters/03_blur").locator("#drift h2")
    assert not heading.is_visible()
    assert visit("chapters/03_blur", state="#drift").locator("#drift h2").is_visible(), "a link shows it"


def test_on_paper_the_solutions_stand_at_the_end_each_under_the_title_of_its_question(visit):
    tab = visit("chapters/02_reach")
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    questions, solutions = tab.locator(".bd-article").inner_text().split("\nSolutions\n")
    for folded in ("Hint\n", "Expected result\n", "What a good answer has\n", "# The solution\n"):
        assert folded not in questions and folded in solutions
    titles = tab.locator(".printed-solutions h3").all_inner_texts()
    for title in (
        "With twice the layers, does the place of the 99% move as far as the reach does?",
        "Count the paths",
    ):
        assert titles.count(title) == 1
    assert titles[-1] == "In two sentences"
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.locator(".printed-solutions").count() == 0


def test_answers_outlive_tabs_reloads_and_each_other(visit):
    tab = visit("chapters/02_reach", served=True)
    reply = say(tab, "layers_for_the_name", "12")
    assert reply.startswith(check("layers_for_the_name", 12).text) and "Where it is explained" in reply
    other = tab.context.new_page()
    other.goto(tab.url)
    expect(field(other, "layers_for_the_name").locator("input")).to_have_value("12")
    field(tab, "paths_in_all").locator("input").fill("6")  # not sent yet
    field(tab, "farthest_share").locator("input").fill("12")
    say(other, "paths_in_all", "64")
    tab.wait_for_function("document.querySelector('#answer-paths_in_all').value === '64'")
    assert field(tab, "farthest_share").locator("input").input_value() == "12", "what is typed stays"
    say(tab, "layers_for_the_name", "13")  # the first tab has not been reloaded: it must not undo the other
    many = other.locator("form.question").count()
    expect(other.locator(".answer-count")).to_contain_text(f"2 right, 2 tried of the {many}")
    reply = say(tab, "layers_for_the_name", "14")  # to see what it says; what is right stays right
    assert reply.startswith(check("layers_for_the_name", 14).text)
    assert "2 right" in tab.locator(".answer-count").text_content()
    tab.reload()
    first = field(tab, "layers_for_the_name").locator(".question-first")
    assert first.text_content() == "Your first answer: 12"
    assert field(tab, "paths_in_all").locator("input").input_value() == "64"
    tab.get_by_label("Your name, for the sheet").fill("Ada")
    tab.get_by_label("Your name, for the sheet").blur()
    sheet = tab.evaluate("swaAnswers.text()")
    assert "name: Ada\ndate: 20" in sheet and "layers_for_the_name: 12 (wrong), then 13 (right)" in sheet
    tab.get_by_text("Forget all", exact=True).click()
    tab.get_by_role("button", name="Really forget all answers").click()
    expect(field(other, "paths_in_all").locator("input")).to_have_value("")
    say(other, "paths_in_all", "12")
    tab.wait_for_function("swaAnswers.answered().length > 0")
    assert tab.evaluate("swaAnswers.answered().join()") == "paths_in_all", "forgotten stays forgotten"


def test_what_cannot_be_read_is_asked_about_and_not_kept(visit):
    tab = visit("chapters/02_reach")
    assert "decimal point" in say(tab, "layers_for_the_name", "1,3")
    assert field(tab, "layers_for_the_name").get_attribute("data-verdict") == "asks"
    assert tab.evaluate("swaAnswers.answered().length") == 0


def test_going_back_finds_what_was_answered_on_the_next_page(visit):
    tab = visit("chapters/02_reach", served=True)
    say(tab, "layers_for_the_name", "12")
    tab.goto(tab.url.replace("02_reach", "01_window"))
    say(tab, "oldest_of_ten", "91")
    tab.go_back()
    assert field(tab, "layers_for_the_name").locator("input").input_value() == "12"
    say(tab, "layers_for_the_name", "13")
    assert tab.evaluate("swaAnswers.answered().sort().join()") == "layers_for_the_name,oldest_of_ten"


REFUSED = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })"


def test_a_page_that_may_keep_and_save_nothing_says_so(visit):
    """As in a private window."""
    tab = visit("chapters/02_reach")
    tab.context.add_init_script(REFUSED)
    tab.reload()
    assert say(tab, "layers_for_the_name", "13").startswith("Right")
    assert "keeps nothing" in tab.locator(".answer-count").text_content()
    tab.get_by_role("link", name="Download", exact=True).click()
    assert "layers_for_the_name: 13 (right)" in tab.locator(".answer-sheet pre").text_content()


def test_answers_in_a_frame_that_may_run_scripts_and_nothing_else(visit):
    tab = visit("chapters/02_reach", served=True)
    tab.set_content(f'<iframe sandbox="allow-scripts" width=1200 height=700 src="{tab.url}">')
    frame = tab.frames[1]
    assert say(frame, "layers_for_the_name", "13").startswith("Right")  # no storage, no forms, no downloads
    assert "keeps nothing" in frame.locator(".answer-count").text_content()
    frame.get_by_role("link", name="Download", exact=True).click()
    assert "layers_for_the_name: 13 (right)" in frame.locator(".answer-sheet pre").text_content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_answer(visit, scheme):
    tab = visit("chapters/02_reach", scheme=scheme)
    say(tab, "layers_for_the_name", "12")
    say(tab, "paths_in_all", "64")  # what is right has a colour of its own
    assert barriers(tab, within=".tag_answer") == []
