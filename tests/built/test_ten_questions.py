"""The test before and after the course, on the page: chosen, kept, handed in, never judged."""

import re

import pytest
import sheets
from browser import barriers
from forms import FORMS, key


@pytest.mark.parametrize("form, width", [*zip(FORMS, [360, 1280])])
def test_choices_are_kept_handed_in_as_a_line_and_forgotten(visit, form, width, tmp_path):
    tab = visit(f"course/{form}", width=width, has_touch=width == 360, served=True)
    items = tab.locator("fieldset.question")
    assert items.count() == 10
    for number in (1, 3, 10):
        label = items.nth(number - 1).locator("label").nth(key(form)[number - 1] - 1)
        assert label.bounding_box()["height"] >= 44
        label.tap() if width == 360 else label.click()
    score = tab.locator(".answer-count")
    assert "3 answered of the 10 questions on this page. Your answers" in score.text_content()
    right = [place if number in (1, 3, 10) else None for number, place in enumerate(key(form), 1)]
    tab.reload()
    text = tab.evaluate("swaAnswers.text()")
    assert f"{form}: {' '.join(str(place or '-') for place in right)}" in text
    (tmp_path / "sheet.txt").write_text(text, encoding="utf-8")
    (sheet,) = sheets.read(tmp_path).sheets.values()
    assert list(sheet.marks) == right
    assert not re.search("right|wrong", text), "a test is not judged"
    assert "Finished" not in score.text_content()
    for number in {*range(1, 11)} - {1, 3, 10}:
        items.nth(number - 1).locator("label").nth(key(form)[number - 1] - 1).click()
    items.nth(0).locator("label").last.click()  # another choice tells nothing
    assert "Finished: 10 of 10 right, by your first choices. Your" in score.text_content()
    changed = f"{form}: {items.nth(0).locator('label').count()} "
    assert changed in tab.evaluate("swaAnswers.text()"), "what is handed in is the last choice"
    tab.get_by_text("Forget all", exact=True).click()
    tab.get_by_role("button", name="Really forget all answers").click()
    assert tab.locator("input:checked").count() == 0 and tab.errors == []
    assert barriers(tab, within="fieldset.question") == []
