"""The fields below the questions of the built pages, as a student with a phone uses them."""

import pytest
from book import NUMBERED, code_cells, read_notebook
from browser import barriers

from swa_lib.book.fields import for_page
from swa_lib.book.functions import Function
from swa_lib.exercises import QUESTIONS, check


def field(tab, name):
    return tab.locator(f'form.question[data-question="{name}"]')


def say(tab, name, text):
    field(tab, name).locator("input").fill(text)
    field(tab, name).locator("input").press("Enter")
    return field(tab, name).locator(".question-reply").text_content()


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_every_question_of_a_chapter_has_a_block_on_its_page(visit, path):
    tab = visit(f"chapters/{path.stem}", width=360)
    asked = [
        cell.source.split('check("')[1].split('"')[0] for cell in code_cells(read_notebook(path), "answer")
    ]
    blocks = tab.locator(".question[data-question]")
    assert blocks.evaluate_all("all => all.map(e => e.dataset.question)") == asked
    for name in asked:
        block = tab.locator(f'.question[data-question="{name}"]')
        assert block.is_visible()
        if isinstance(QUESTIONS[name].kind, Function):
            assert "Write it in the notebook" in block.text_content()
            continue
        box = block.locator("button[type=submit]").bounding_box()
        assert box["height"] >= 44 and box["x"] + box["width"] <= 360
        expected = for_page(name).get("expected")
        if isinstance(expected, (int, float)):
            reply = say(tab, name, repr(expected))
            assert reply == check(name, expected).text and reply.startswith("Right: ")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360 and tab.errors == []
    assert [url for url in tab.asked if not url.startswith(("file:", "data:"))] == []


def test_the_first_answer_stays_in_sight_and_the_solution_opens(visit):
    tab = visit("chapters/02_reach", width=360)
    form = field(tab, "farthest_token")
    assert tab.evaluate("foldsOf(document.querySelector('form.question')).every(fold => !fold.open)")
    reply = say(tab, "farthest_token", "300")
    assert reply.startswith(check("farthest_token", 300).text) and "Where it is explained" in reply
    assert form.get_attribute("data-verdict") == "wrong"
    assert tab.evaluate("foldsOf(document.querySelector('form.question')).every(fold => fold.open)")
    assert say(tab, "farthest_token", "297") == "Right: 297 tokens."
    assert form.locator(".question-first").text_content() == "Your first answer: 300"
    tab.reload()
    assert form.locator(".question-first").text_content() == "Your first answer: 300"
    assert form.locator("input").input_value() == "297"
    assert "farthest_token: 300 (wrong), then 297 (right)" in tab.evaluate("swaAnswers.text()")
    tab.get_by_role("button", name="Forget all").click()
    tab.get_by_role("button", name="Really forget all answers?").click()
    assert form.locator("input").input_value() == "" and form.locator(".question-first").text_content() == ""


def test_the_sheet_counts_what_is_right_and_names_what_it_does_not_count(visit):
    tab = visit("chapters/02_reach")
    fields = tab.locator("form.question").count()
    counted = tab.locator(".answer-count")
    say(tab, "farthest_token", "300")
    assert f"0 right, 1 tried of the {fields} questions with a field" in counted.text_content()
    say(tab, "farthest_token", "297")
    say(tab, "paths_in_all", "64")
    assert f"2 right, 2 tried of the {fields} " in counted.text_content()
    assert (
        "Not counted: 1 function to write in the notebook and 1 exercise in words." in counted.text_content()
    )
    assert field(tab, "paths_in_all").locator(".question-first").text_content() == "", "right at once"
    say(tab, "farthest_share", "0.5")
    assert field(tab, "farthest_share").locator(".question-first").text_content() == "Your first answer: 0.5"


def test_what_cannot_be_read_is_asked_about_and_not_kept(visit):
    tab = visit("chapters/02_reach")
    assert "decimal point" in say(tab, "farthest_token", "2,97")
    assert field(tab, "farthest_token").get_attribute("data-verdict") == "asks"
    assert tab.evaluate("Object.keys(swaAnswers.kept).length") == 0
    assert say(tab, "farthest_token", "") == "Not answered yet."


def test_without_javascript_the_fold_stands(visit):
    tab = visit("chapters/02_reach", java_script_enabled=False)
    assert field(tab, "farthest_token").is_hidden()
    assert tab.locator(".tag_solution details").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_answer(visit, scheme):
    tab = visit("chapters/02_reach", scheme=scheme)
    say(tab, "farthest_token", "300")
    assert barriers(tab, within="form.question") == []
