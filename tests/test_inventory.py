"""The tests before and after the course: ten misreadings, made of the questions' own wrong answers."""

import re

import misreadings
import notebooks as course
import pytest
from book import code_cells, tags

from swa_lib.book.asking import QUESTIONS
from swa_lib.chapters import inventory
from swa_lib.chapters.inventory import (
    FORMS,
    ITEMS,
    compare,
    key,
    meaning,
    options,
    question_of,
    sheet,
    sheets,
)
from swa_lib.exercises import check

ASKED = [(form, number) for form in FORMS for number in range(1, len(ITEMS) + 1)]


@pytest.mark.parametrize("form, number", ASKED)
def test_one_option_is_right_and_the_others_are_misreadings_of_the_question(form, number):
    name, _ = question_of(form, number)
    listed = options(form, number)
    assert len(listed) == len(set(listed)) >= 3 and listed[-1] == inventory.UNKNOWN
    sentences = [sentence for _, sentence in QUESTIONS[name].make()[1]]
    for place, words in enumerate(listed[:-1], 1):
        right = place == key(form)[number - 1]
        assert right == (meaning(form, number, place) is None)
        assert right or meaning(form, number, place) in sentences
        if not words.startswith("231"):  # the rule's horizon, in whole tokens
            assert bool(check(name, words)) == right, words


def test_no_question_is_asked_twice_and_the_place_of_the_right_option_gives_nothing_away():
    assert len({question_of(*asked)[0] for asked in ASKED}) == 20
    for form in FORMS:
        assert len(set(key(form))) >= 3 and max(map(key(form).count, key(form))) <= 5


def test_a_sheet_is_read_as_it_was_handed_in_and_a_class_is_compared():
    answers = {"before_1": 2, "before_2": "4", "before_3": None, "before_4": 9, "after_1": 1}
    assert sheet("before", answers) == "before: 2 4 - - - - - - - -"
    right, wrong = key("after"), [place % 2 + 1 for place in key("after")]
    lines = [f"Ada: after: {' '.join(map(str, marks))}" for marks in (right, wrong)]
    text = "\n".join(["before: - - - - - - - - - -", *lines, "before: 1 2", "before: 1 2 3 4 5 6 7 8 9 1 2"])
    assert sheets(text) == {"before": [[None] * 10], "after": [right, wrong]}
    for number, (misreading, before, after, most) in enumerate(compare(text), 1):
        assert (misreading, before, after) == (ITEMS[number - 1].misreading, 0, 0.5)
        assert most == options("after", number)[wrong[number - 1] - 1]


@pytest.mark.parametrize("form", FORMS)
def test_page_and_notebook_show_the_same_options_and_only_the_teacher_the_key(form, capsys):
    page, made = inventory.items_of(form), misreadings.notebook(form)
    student, teacher = course.student(made), course.instructor(made)
    listed = [words for number in range(1, 11) for words in options(form, number)]
    text = "\n".join(cell.source for cell in student.cells)
    assert re.findall(r"<span>(.*?)</span>", page) == re.findall(r"^\d\. (.*)$", text, re.M) == listed
    secrets = [sentence for question in QUESTIONS.values() for _, sentence in question.make()[1]]
    assert not [said for said in [*secrets, "misreading:", "Right is"] if said in page + text]
    choices = [cell.source for cell in code_cells(student) if cell.id.endswith("-choice")]
    chosen = [source.replace("None", str(place)) for source, place in zip(choices, key(form), strict=True)]
    exec("\n".join([*chosen, student.cells[-1].source]), {})
    handed_in = capsys.readouterr().out
    notes = [cell.source for cell in teacher.cells if "instructor" in tags(cell)]
    assert [int(re.search(r"Right is (\d)", note)[1]) for note in notes[:10]] == key(form)
    exec(notes[-1].replace("paste", handed_in + "paste"), {})
    assert capsys.readouterr().out.count("100%") == 10
