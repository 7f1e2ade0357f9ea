"""The test before and after the course, on the page: chosen, kept, handed in, never judged."""

import re

import pytest
from browser import barriers

from swa_lib.chapters.inventory import FORMS, key, options, sheets


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("width", [360, 1280])
def test_choices_are_kept_and_handed_in_as_a_line(visit, form, width):
    tab = visit(f"course/{form}", width=width, has_touch=width == 360)
    items = tab.locator("fieldset.question")
    assert items.count() == 10 and tab.locator(".answer-sheet").is_visible()
    for number in (1, 3, 10):
        item = items.nth(number - 1)
        label = item.locator("label").nth(key(form)[number - 1] - 1)
        box = label.bounding_box()
        assert box["height"] >= 44 and box["x"] + box["width"] <= width
        label.tap() if width == 360 else label.click()
    assert "3 of the 10 questions on this page are answered" in tab.locator(".answer-count").text_content()
    tab.wait_for_timeout(500)  # no reader reloads at once: a browser writes what is stored a moment later
    tab.reload()
    assert tab.locator("fieldset.question input:checked").count() == 3
    text = tab.evaluate("swaAnswers.text()")
    right = [place if number in (1, 3, 10) else None for number, place in enumerate(key(form), 1)]
    assert sheets(text)[form] == [right]
    assert not re.search("right|wrong", text), "a test is not judged"
    assert tab.evaluate("document.documentElement.scrollWidth") <= width and tab.errors == []


def test_by_keyboard_and_forgotten(visit):
    tab = visit("course/before")
    item = tab.locator("fieldset.question").first
    item.locator("input").first.focus()
    tab.keyboard.press("ArrowDown")
    assert item.locator("input").nth(1).is_checked()
    last = len(options("before", 1)) - 1
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("ArrowUp")
    assert item.locator("input").nth(last).is_checked()
    tab.get_by_role("button", name="Forget all").click()
    tab.get_by_role("button", name="Really forget all answers?").click()
    assert (
        tab.locator("input:checked").count() == 0
        and "0 of the 10" in tab.locator(".answer-count").text_content()
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_take_it(visit, scheme):
    assert barriers(visit("course/before", scheme=scheme), within="fieldset.question") == []


def test_without_javascript_the_questions_can_be_read(visit):
    tab = visit("course/after", java_script_enabled=False)
    assert tab.locator("fieldset.question legend").count() == 10
    assert tab.locator("fieldset.question label").first.is_visible()
